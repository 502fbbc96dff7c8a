//! An agent that is drained by its operator, or drains itself when it stops.

use tether_proto::{AgentMessage, Drain, HubMessage, PriorState, RejectCode, Token};
use tetherd::AgentConfig;
use tetherd::hub::drain::{DrainResult, drain};
use tokio::time::Duration;

use crate::support::{Clock, FakeHub, config, docker, run, within};

#[tokio::test]
async fn a_drained_agent_stays_away_from_that_hub_and_serves_the_others() {
    let docker = docker("h");
    let (hub, other) = (FakeHub::start().await, FakeHub::start().await);
    let mut config = config(&docker, &hub);
    config.servers.push(other.url().parse().unwrap());
    let (task, shutdown) = run(config);
    let (mut session, _) = hub.welcome().await;
    let (mut kept, _) = other.welcome().await;
    session.routes().await;
    kept.routes().await;
    session
        .say(&HubMessage::Rejected {
            code: RejectCode::Drained,
            message: "drained".to_owned(),
        })
        .await;
    assert_eq!(session.next().await, None);
    // A first retry would come within 250 ms.
    let clock = Clock::stop();
    let back = tokio::spawn(async move { hub.welcome().await });
    clock.run(Duration::from_secs(14)).await;
    assert!(!back.is_finished(), "it came back");
    drop(clock);
    shutdown.cancel();
    while kept.next().await.is_some() {}
    within(task).await.unwrap().unwrap().unwrap();
    assert!(!back.is_finished(), "it came back at its end");
    back.abort();
}

#[tokio::test]
async fn told_to_take_its_routes_along_it_says_so_even_without_a_connection() {
    let docker = docker("h");
    let hub = FakeHub::start().await;
    let mut config = config(&docker, &hub);
    config.drain_on_stop = true;
    let (task, shutdown) = run(config.clone());
    let (mut session, _) = hub.welcome().await;
    session.routes().await;
    shutdown.cancel();
    assert_eq!(
        session.next().await,
        Some(AgentMessage::Bye { drain: true })
    );
    drop(session);
    within(task).await.unwrap().unwrap().unwrap();

    let (task, shutdown) = run(config);
    let (mut session, first) = hub.welcome().await;
    session
        .say(&HubMessage::Rejected {
            code: RejectCode::Restarting,
            message: "come back soon".to_owned(),
        })
        .await;
    while session.next().await.is_some() {}
    shutdown.cancel();
    // It may have been on its way back already.
    let (hello, bye) = loop {
        if let Some(mut session) = hub.accept().await {
            let hello = session.next().await;
            let bye = session.next().await;
            if hello.is_some() && bye.is_some() {
                break (hello, bye);
            }
        }
    };
    let Some(AgentMessage::Hello(last)) = hello else {
        panic!("no hello: {hello:?}");
    };
    assert_eq!(last.instance, first.instance);
    assert_eq!(bye, Some(AgentMessage::Bye { drain: true }));
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_hub_that_does_not_hear_the_agent_yet_is_asked_to_drain_it_again() {
    let docker = docker("h");
    let hub = FakeHub::start().await;
    let config = config(&docker, &hub);
    let draining = tokio::spawn(async move { drain(&config).await });
    for was in [
        PriorState::Nobody,
        PriorState::Awaited,
        PriorState::Nobody,
        PriorState::Live,
    ] {
        let mut session = hub.accept().await.expect("a connection");
        let Some(AgentMessage::Drain(Drain {
            agent,
            env,
            engines,
        })) = session.next().await
        else {
            panic!("no drain");
        };
        assert_eq!((&*agent, &*env), ("h", "default"));
        assert_eq!(engines[0].id, Some(docker.engine.id()));
        session.say(&drained(was, false)).await;
    }
    let report = within(draining).await.unwrap().unwrap().unwrap();
    assert_eq!(report.result, DrainResult::Drained);
    let line = report.hubs[0].as_ref().unwrap();
    assert!(line.contains("stays away until it is restarted"), "{line}");
}

#[tokio::test]
async fn a_hub_that_knows_that_there_is_no_such_agent_is_asked_once() {
    let docker = docker("h");
    let hub = FakeHub::start().await;
    let config = config(&docker, &hub);
    let draining = tokio::spawn(async move { drain(&config).await });
    let mut session = hub.accept().await.expect("a connection");
    session.next().await;
    session.say(&drained(PriorState::Nobody, true)).await;
    let report = within(draining).await.unwrap().unwrap().unwrap();
    assert_eq!(report.result, DrainResult::UnknownAgent);
}

fn drained(was: PriorState, sure: bool) -> HubMessage {
    HubMessage::Drained { was, sure }
}

#[tokio::test]
async fn a_hub_that_is_not_told_is_named_and_the_others_are_told() {
    let docker = docker("h");
    let (hub, refusing) = (FakeHub::start().await, FakeHub::start().await);
    let mut config = config(&docker, &hub);
    config.servers.push(refusing.url().parse().unwrap());
    config.servers.push("http://127.0.0.1:1".parse().unwrap());
    let draining = tokio::spawn(async move { drain(&config).await });
    let mut session = hub.accept().await.expect("a connection");
    session.next().await;
    session.say(&drained(PriorState::Held, true)).await;
    let mut session = refusing.accept().await.expect("a connection");
    session.next().await;
    session
        .say(&HubMessage::Rejected {
            code: RejectCode::NameTaken,
            message: "it is another host's".to_owned(),
        })
        .await;
    let report = within(draining).await.unwrap().unwrap().unwrap();
    assert_eq!(report.result, DrainResult::Incomplete);
    let told: Vec<String> = report
        .hubs
        .iter()
        .map(|hub| hub.as_ref().map_or_else(ToString::to_string, Clone::clone))
        .collect();
    assert!(told[0].contains("held no longer"), "{told:?}");
    assert!(told[1].contains("it is another host's"), "{told:?}");
    assert!(told[2].contains("nothing listens at"), "{told:?}");
}

#[tokio::test]
async fn without_an_engine_a_host_must_be_named() {
    let hub = FakeHub::start().await;
    let mut config = AgentConfig::new(&hub.url(), "unix:///nowhere/docker.sock").unwrap();
    let error = drain(&config).await.unwrap_err().to_string();
    assert!(error.contains("set TETHERD_NAME"), "{error}");
    config.name = Some("lost".to_owned());
    config.token = Token::new("wrong");
    let drained = tokio::spawn(async move { drain(&config).await });
    assert!(hub.accept().await.is_none());
    let report = within(drained).await.unwrap().unwrap().unwrap();
    let error = report.hubs[0].as_ref().unwrap_err().to_string();
    assert!(error.contains("refuses the token"), "{error}");
}
