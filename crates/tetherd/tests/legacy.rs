//! A whole agent between a simulated engine and a hub that does not know `tether.v1`.

use docker_sim::ContainerSpec;
use serde_json::json;
use tether_proto::LEGACY_FRAME_LIMIT;
use tokio::time::Duration;

use crate::support::agent::Running;
use crate::support::{Clock, Docker, FakeHub, config, docker, run, within};

/// Starts an agent of these engines, in an environment of its own.
fn legacy_agent(hub: &FakeHub, engines: &[&Docker], drain_on_stop: bool) -> Running {
    let mut config = config(engines[0], hub);
    let endpoints = engines
        .iter()
        .map(|engine| engine.endpoint.parse().unwrap());
    config.engines = endpoints.collect();
    config.environment = "lab".to_owned();
    config.drain_on_stop = drain_on_stop;
    run(config)
}

fn web(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(
            format!("traefik.http.routers.{name}.rule"),
            format!("Host(`{name}`)"),
        )
        .publish(80)
}

#[tokio::test]
async fn an_older_hub_is_told_the_configuration() {
    let docker = docker("worker-1");
    let engine = &docker.engine;
    engine.run(web("one")).await.unwrap();
    let hub = FakeHub::start().await;
    let (task, shutdown) = legacy_agent(&hub, &[&docker], false);
    let mut session = hub.accept_legacy().await;
    let port = engine.bindings("one")[0].host_port;
    let servers = json!([{ "url": format!("http://127.0.0.1:{port}") }]);
    let frame = session.frame().await.unwrap();
    let service = frame["config"]["http"]["routers"]["one"]["service"].clone();
    let service = service.as_str().unwrap();
    let config = json!({ "http": {
        "routers": { "one": { "rule": "Host(`one`)", "service": service } },
        "services": { service: { "loadBalancer": { "servers": servers } } },
    }});
    let expected = json!({ "env": "lab", "name": "worker-1", "config": config });
    assert_eq!(frame, expected);

    // The messages of such a hub mean nothing, and a route set without changes is not sent.
    session.say_text("news").await;
    engine
        .run(ContainerSpec::new("database").publish(5432))
        .await
        .unwrap();
    engine.run(web("two")).await.unwrap();
    assert_eq!(session.routers().await, ["one", "two"]);
    engine.stop("one").await.unwrap();
    engine.stop("two").await.unwrap();
    while !session.routers().await.is_empty() {}

    // It comes back with the whole word.
    engine.run(web("three")).await.unwrap();
    assert_eq!(session.routers().await, ["three"]);
    drop(session);
    let mut session = hub.accept_legacy().await;
    assert_eq!(session.routers().await, ["three"]);

    // The hub is upgraded.
    drop(session);
    let session = hub.accept().await;
    let hello = session.unwrap().frame().await.unwrap();
    assert_eq!(hello["type"], "hello");

    let mut session = hub.accept_legacy().await;
    session.routers().await;
    shutdown.cancel();
    assert_eq!(session.frame().await, None);
    within(task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn what_an_older_hub_would_choke_on_is_not_sent() {
    let docker = docker("h");
    let engine = &docker.engine;
    let large = web("large").label(
        "traefik.http.middlewares.large.headers.customrequestheaders.x-large",
        "x".repeat(LEGACY_FRAME_LIMIT),
    );
    engine.run(large).await.unwrap();
    let hub = FakeHub::start().await;
    let _agent = legacy_agent(&hub, &[&docker], false);
    let mut session = hub.accept_legacy().await;
    engine.stop("large").await.unwrap();
    engine.run(web("small")).await.unwrap();
    // Between the two nothing may be left, and that is said.
    let mut routers = session.routers().await;
    while routers.is_empty() {
        routers = session.routers().await;
    }
    assert_eq!(routers, ["small"]);
}

#[tokio::test]
async fn an_engine_that_was_not_heard_yet_is_waited_for_but_not_for_ever() {
    let heard = docker("h");
    heard.engine.run(web("one")).await.unwrap();
    let silent = docker("silent");
    silent.engine.fail_lists(u32::MAX);
    let hub = FakeHub::start().await;
    let _agent = legacy_agent(&hub, &[&heard, &silent], false);
    let mut session = hub.accept_legacy().await;
    let clock = Clock::stop();
    let (routers, ()) = tokio::join!(session.routers(), clock.run(Duration::from_secs(14)));
    assert_eq!(routers, ["one"]);
}

#[tokio::test]
async fn routes_that_are_to_go_with_the_agent_are_taken_back() {
    let docker = docker("h");
    docker.engine.run(web("one")).await.unwrap();
    let hub = FakeHub::start().await;
    let (task, shutdown) = legacy_agent(&hub, &[&docker], true);
    let mut session = hub.accept_legacy().await;
    assert_eq!(session.routers().await, ["one"]);
    shutdown.cancel();
    let last = session.frame().await.unwrap();
    assert_eq!(last["config"], json!({}), "{last}");
    assert_eq!(session.frame().await, None);
    within(task).await.unwrap().unwrap().unwrap();
}
