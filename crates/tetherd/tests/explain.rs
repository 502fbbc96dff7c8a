//! What `tetherd explain` says of a host with everything that can be wrong on it, held against the
//! pages in `explain/*.txt`. `UPDATE_EXPECT=1` writes them anew; read the diff.

use std::path::Path;

use docker_sim::{ContainerSpec, Health, Publish};
use tetherd::AgentConfig;
use tetherd::commands::{dry_run, explanation};
use tetherd::inspect::explain::{Explanation, HubState, RoutingState, Style, text};
use tokio_util::sync::CancellationToken;

use crate::support::{Docker, docker, within};

const HUB: &str = "http://127.0.0.1:9";

/// A container that asks for `NAME.lan`, its port 80 published at this one.
fn web(name: &str, port: u16) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(
            format!("traefik.http.routers.{name}.rule"),
            format!("Host(`{name}.lan`)"),
        )
        .publish(Publish::tcp(80).at(port))
}

/// A host on which nearly everything is wrong.
async fn host() -> Docker {
    let docker = docker("worker-1");
    let engine = &docker.engine;
    let port = |name: &str| format!("traefik.http.services.{name}.loadbalancer.server.port");
    for spec in [
        web("whoami", 8081),
        web("shop", 8082)
            .label("traefik.http.routers.shop.entrypoints", "web,websecure")
            .label("traefik.http.routers.shop.tls", "true")
            .label("traefik.http.routers.shop.middlewares", "auth")
            .label(
                "traefik.http.middlewares.auth.basicauth.users",
                "me:$2y$05$secretsecretsecretsecretsecretsecretsecretsecretsecre",
            ),
        web("api", 8083).label(port("api"), "9000"),
        web("typo", 8084).label("traefik.http.routers.typo.entrypoint", "web"),
        web("badrule", 8085).label("traefik.http.routers.badrule.rule", "Host('x')"),
        web("sick", 8086).health(Health::Unhealthy),
        web("old", 8087),
        ContainerSpec::new("forgotten")
            .label("traefik.http.routers.forgotten.rule", "Host(`f.lan`)")
            .publish(80),
        ContainerSpec::new("off").label("traefik.enable", "false"),
        ContainerSpec::new("db"),
        ContainerSpec::new("redis").compose("shop", "cache"),
        ContainerSpec::new("job"),
        ContainerSpec::new("dns")
            .label("traefik.enable", "true")
            .label("traefik.udp.routers.dns.entrypoints", "dns")
            .publish(Publish::udp(53).at(5353)),
    ] {
        engine.run(spec).await.unwrap();
    }
    engine.stop("old").await.unwrap();
    engine.stop("job").await.unwrap();
    docker
}

fn config(docker: &Docker) -> AgentConfig {
    let mut config = AgentConfig::new(HUB, &docker.endpoint).unwrap();
    config.host_address = Some("10.0.0.7".parse().unwrap());
    config
}

#[track_caller]
fn check(file: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/explain")
        .join(file);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, page).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(page, expected, "{}", path.display());
}

/// The page at this width, with what differs from run to run left out.
fn page(docker: &Docker, explanation: &Explanation, width: usize) -> String {
    let style = Style {
        width,
        colour: false,
    };
    let mut explanation = explanation.clone();
    for fault in explanation
        .hubs
        .iter_mut()
        .filter_map(|hub| hub.fault.as_mut())
    {
        // The machine of the tests may be a container itself.
        if let Some((first, _)) = fault.split_once(" In a container") {
            *fault = first.to_owned();
        }
    }
    let page = text(&explanation, style)
        .replace(&docker.endpoint, "ENGINE")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION");
    // How long ago something ended.
    let mut parts = page.split("Exited (0) ");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |page, part| {
        let (_, rest) = part.split_once(" ago").unwrap();
        page + "Exited (0) A MOMENT ago" + rest
    })
}

#[tokio::test]
async fn a_page_for_people() {
    let docker = host().await;
    let explanation = dry_run(&config(&docker)).await;
    check("page.txt", &page(&docker, &explanation, 100));
    assert!(!page(&docker, &explanation, 100).contains("secret"));
    check("narrow.txt", &page(&docker, &explanation, 60));
    assert!(!explanation.is_well());
}

#[tokio::test]
async fn only_the_containers_that_are_named() {
    let docker = host().await;
    let all = dry_run(&config(&docker)).await;
    let names = |wanted: &[&str]| {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let mut some = all.clone();
        some.only(&wanted)?;
        let names: Vec<String> = some.containers().map(|(_, one)| one.name.clone()).collect();
        Ok::<_, String>((names.join(" "), some.is_well()))
    };
    assert_eq!(names(&["whoami"]), Ok(("whoami".into(), true)));
    // AddressSource its compose service, and by the slash that `docker inspect` shows.
    assert_eq!(names(&["cache", "/api"]), Ok(("api redis".into(), false)));
    let id = docker.engine.run(ContainerSpec::new("new")).await.unwrap();
    let mut again = dry_run(&config(&docker)).await;
    again.only(&[id.chars().take(12).collect()]).unwrap();
    assert_eq!(again.containers().count(), 1);
    let error = names(&["who"]).unwrap_err();
    assert!(error.starts_with("no container `who` on this host: there are whoami,"));
}

#[tokio::test]
async fn an_engine_that_is_not_there() {
    let config = AgentConfig::new(HUB, "unix:///nowhere/docker.sock").unwrap();
    let explanation = dry_run(&config).await;
    let engine = &explanation.engines[0];
    assert!(!engine.listed);
    let fault = engine.fault.as_deref().unwrap();
    assert!(fault.starts_with("no Docker socket at /nowhere"), "{fault}");
    let routes = tetherd::route_set(&config).await;
    assert_eq!(routes.unwrap_err(), [fault]);
}

#[tokio::test]
async fn once_is_what_an_agent_would_tell() {
    let docker = host().await;
    let routes = tetherd::route_set(&config(&docker)).await.unwrap();
    let told: Vec<&str> = routes.engines[0]
        .containers
        .iter()
        .filter(|container| !container.elements.is_empty())
        .map(|container| container.name.as_str())
        .collect();
    let explanation = dry_run(&config(&docker)).await;
    let routed = explanation
        .containers()
        .filter(|(_, one)| matches!(one.outcome, RoutingState::Routed | RoutingState::Partly));
    let mut routed: Vec<&str> = routed.map(|(_, one)| one.name.as_str()).collect();
    let mut told = told;
    told.sort_unstable();
    routed.sort_unstable();
    // Its rule is none, and it is passed on all the same: Traefik disables it alone.
    told.retain(|name| *name != "badrule");
    assert_eq!(told, routed);
    // The transferred explanation is the printed one.
    let json = serde_json::to_string(&explanation).unwrap();
    assert_eq!(
        serde_json::from_str::<Explanation>(&json).unwrap(),
        explanation
    );
}

#[tokio::test]
async fn a_running_agent_is_asked_and_not_disturbed() {
    let docker = host().await;
    let config = config(&docker);
    let asked = explanation(&config).await.unwrap();
    assert!(!asked.running);
    assert!(
        asked.notes[0].contains("below is what one would do"),
        "{asked:?}"
    );

    let shutdown = CancellationToken::new();
    let agent = tokio::spawn(tetherd::run(config.clone(), shutdown.clone()));
    let told = within(async {
        loop {
            let told = explanation(&config).await.unwrap();
            let has_tried = told.hubs[0].fault.is_some();
            if told.running && told.engines[0].listed && has_tried && told.agent.is_some() {
                return told;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the agent answers");
    assert_eq!(told.agent.as_deref(), Some("worker-1"));
    assert_eq!(told.hubs[0].state, HubState::Lost);
    // It says of each container what the dry run says, but no hub has confirmed it.
    let dry = dry_run(&config).await;
    let outcomes = |explanation: &Explanation| -> Vec<_> {
        let all = explanation.containers();
        all.map(|(_, one)| (one.name.clone(), one.outcome, one.choices.clone()))
            .collect()
    };
    let mut expected = outcomes(&dry);
    for (_, outcome, _) in &mut expected {
        if *outcome == RoutingState::Routed {
            *outcome = RoutingState::Waiting;
        }
    }
    assert_eq!(outcomes(&told), expected);

    // Of another name it is not the one that is meant.
    let mut other = config.clone();
    other.name = Some("worker-2".to_owned());
    let asked = explanation(&other).await.unwrap();
    assert!(!asked.running && asked.notes[0].contains("worker-1"));

    shutdown.cancel();
    agent.await.unwrap().unwrap();
    assert!(!explanation(&config).await.unwrap().running);
}
