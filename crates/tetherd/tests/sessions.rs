//! A whole agent between a simulated engine and a hub that speaks `tether.v1`.

use docker_sim::{ContainerSpec, Engine};
use tether_proto::{AgentMessage, Applied, HubMessage, Routes, Token};
use tetherd::AgentConfig;
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;

use crate::support::{Clock, FakeHub, agent, docker, run, within};

fn web(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .publish(80)
}

/// The names of the routed containers, and the URLs of their services.
fn urls(routes: &Routes) -> Vec<(String, String)> {
    let [engine] = routes.routes.engines.as_slice() else {
        panic!("{routes:?}")
    };
    assert!(engine.listed);
    let mut urls: Vec<_> = engine
        .containers
        .iter()
        .flat_map(|container| {
            let bodies = container.elements.iter().map(|element| &element.body);
            let url = bodies.filter_map(|body| body.pointer("/loadBalancer/servers/0/url"));
            url.map(|url| (container.name.clone(), url.as_str().unwrap().to_owned()))
        })
        .collect();
    urls.sort();
    urls
}

/// The host's port for port 80 of this container.
fn port_of(engine: &Engine, name: &str) -> u16 {
    let bindings = engine.bindings(name);
    let mut bindings = bindings.iter();
    let binding = bindings.find(|binding| binding.private == 80);
    binding.unwrap().host_port
}

/// Failed lists must not bring the container back.
async fn stop_while_lists_fail(engine: &Engine, name: &str) {
    engine.fail_lists(u32::MAX);
    engine.stop(name).await.unwrap();
    engine.fail_lists(0);
}

#[tokio::test]
async fn hello_routes_changes_a_lost_connection_and_goodbye() {
    let docker = docker("worker-1");
    let engine = &docker.engine;
    engine
        .run(web("one").publish(docker_sim::Publish::tcp(81).at(8081)))
        .await
        .unwrap();
    let hub = FakeHub::start().await;
    let (task, shutdown) = agent(&docker, &hub);

    let (mut session, hello) = hub.welcome().await;
    assert_eq!(
        (hello.agent.as_str(), hello.env.as_str()),
        ("worker-1", "default")
    );
    assert_eq!(hello.roster, None);
    assert_eq!(hello.engines[0].id, Some(engine.id()));
    assert_eq!(hello.engines[0].endpoint, docker.endpoint);
    let routes = session.routes().await;
    assert_eq!(routes.seq, 1);
    let port = port_of(engine, "one");
    assert_eq!(
        urls(&routes),
        [("one".to_owned(), format!("http://127.0.0.1:{port}"))]
    );
    let agents = vec!["a".to_owned(), "worker-1".to_owned()];
    let applied = Applied {
        seq: 1,
        version: 1,
        verdicts: Vec::new(),
    };
    session.say(&HubMessage::Applied(applied)).await;
    let roster = agents.clone();
    session.say(&HubMessage::Roster { agents: roster }).await;
    session.say(&HubMessage::Unknown).await;

    // A change that does not concern the hub is not sent: the next frame is that of the next route.
    engine
        .run(ContainerSpec::new("database").publish(5432))
        .await
        .unwrap();
    engine.run(web("two")).await.unwrap();
    let routes = session.routes().await;
    assert_eq!(routes.seq, 2);
    assert_eq!(urls(&routes).len(), 2);

    // The roster came before this frame, so it was read before the connection is lost.
    drop(session);
    let (mut session, again) = hub.welcome().await;
    assert_eq!(again.instance, hello.instance);
    assert_eq!(again.roster, Some(agents));
    let routes = session.routes().await;
    assert_eq!((routes.seq, urls(&routes).len()), (1, 2));

    stop_while_lists_fail(engine, "two").await;
    // The stop signal may be published before the end.
    let mut left = urls(&session.routes().await).len();
    while left == 2 {
        left = urls(&session.routes().await).len();
    }
    assert_eq!(left, 1);

    shutdown.cancel();
    assert_eq!(
        session.next().await,
        Some(AgentMessage::Bye { drain: false })
    );
    assert_eq!(session.next().await, None);
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_refused_token_is_tried_again() {
    let docker = docker("h");
    let hub = FakeHub::start().await;
    let mut config = AgentConfig::new(&hub.url(), &docker.endpoint).unwrap();
    config.token = Token::new("wrong");
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(tetherd::run(config, shutdown.clone()));
    for _ in 0..3 {
        assert!(hub.accept().await.is_none());
    }
    shutdown.cancel();
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_bad_label_is_told_and_costs_no_other_container_its_route() {
    let docker = docker("h");
    let engine = &docker.engine;
    engine.run(web("good")).await.unwrap();
    engine
        .run(web("typo").label("traefik.http.routers.x.rul", "Host(`x`)"))
        .await
        .unwrap();
    let closed = web("closed").label("traefik.http.services.x.loadbalancer.server.port", "81");
    engine.run(closed).await.unwrap();
    let hub = FakeHub::start().await;
    let _agent = agent(&docker, &hub);
    let (mut session, _) = hub.welcome().await;
    let routes = session.routes().await;
    let names: Vec<_> = urls(&routes).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["good"]);
    for name in ["typo", "closed"] {
        let mut containers = routes.routes.engines[0].containers.iter();
        let container = containers.find(|container| container.name == name).unwrap();
        assert!(container.elements.is_empty());
        assert_eq!(container.problems.len(), 1, "{container:?}");
        assert_eq!(
            container.problems[0].origin.container.as_deref(),
            Some(name)
        );
    }
}

#[tokio::test]
async fn a_silent_hub_is_given_up() {
    let docker = docker("h");
    let hub = FakeHub::start().await;
    let _agent = agent(&docker, &hub);
    let (mut session, _) = hub.welcome().await;
    session.routes().await;
    // From here on nobody reads or writes at the hub, and the connection stays open.
    let clock = Clock::stop();
    clock.run(Duration::from_secs(16)).await;
    drop(clock);
    let (mut second, hello) = hub.welcome().await;
    assert_eq!(hello.agent, "h");
    second.routes().await;
    drop(session);
}

#[tokio::test]
async fn an_agent_is_named_by_its_host_even_if_no_engine_is_there_yet() {
    let hub = FakeHub::start().await;
    let folder = tempfile::tempdir().unwrap();
    let pattern = format!("unix://{}/docker-*.sock", folder.path().display());
    let mut config = AgentConfig::new(&hub.url(), &pattern).unwrap();
    config.token = Token::new("s3cret");
    let (agent, shutdown) = run(config);
    let engine = docker_sim::Engine::new("worker");
    engine.run(web("web")).await.unwrap();
    let stop = CancellationToken::new();
    let _stop = stop.clone().drop_guard();
    let path = folder.path().join("docker-1.sock");
    drop(engine.serve_unix(&path, stop).unwrap());
    let (mut session, hello) = hub.welcome().await;
    assert_eq!(hello.agent, "worker");
    let routes = session.routes().await.routes;
    assert_eq!(
        routes.engines[0].endpoint,
        format!("unix://{}", path.display())
    );
    shutdown.cancel();
    within(agent).await.unwrap().unwrap().unwrap();
}
