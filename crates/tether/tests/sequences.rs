//! Simulated hosts with a random life: after each sequence the hub serves exactly the servers of
//! the running containers, each once, at its current port.
//!
//! `SEQUENCES=100000 SEQUENCES_SEED=7` tries more and others; `make soak` does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use docker_sim::{Chaos, Engine, Health, Running};
use serde_json::Value;
use tether::auth::Tokens;
use tether::hub::Hub;
use tether::publish::Snapshot;
use tether::settings::{Settings, Wait};
use tether::{app, serve};
use tether_proto::Token;
use tetherd::AgentConfig;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All sequences of a run, unless told otherwise.
const SEQUENCES: u64 = 5_000;
/// The sequences of one agent's life.
const LIFE: u64 = 25;
/// How many agents the hub has at a time.
const AT_ONCE: u64 = 40;
/// A view that is not right by then will not be right.
const LIMIT: Duration = Duration::from_secs(9);

/// The servers of each service.
type Servers = BTreeMap<String, Vec<String>>;

#[tokio::test(flavor = "multi_thread")]
async fn after_every_sequence_the_hub_serves_the_truth() {
    let setting = |name: &str, usual| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => usual,
    };
    let lives = setting("SEQUENCES", SEQUENCES).div_ceil(LIFE);
    let seed = setting("SEQUENCES_SEED", 1);
    let settings = Settings {
        // An agent that ends is forgotten at once.
        lease: Wait::For(Duration::ZERO),
        startup_grace: Duration::ZERO,
        ..Settings::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (hub, shutdown, tasks) = (
        Hub::new(&settings),
        CancellationToken::new(),
        TaskTracker::new(),
    );
    let tokens = Tokens {
        all: Token::new("secret"),
        ..Tokens::default()
    };
    let app = app::app(&hub, &settings, tokens, tasks.clone(), &shutdown);
    let served = tokio::spawn(serve::serve(listener, app, tasks, shutdown.clone()));
    let (running, stop) = (hub.clone(), shutdown.clone());
    let merged = tokio::spawn(async move { running.run(&settings, stop).await });

    let agents = (0..AT_ONCE).map(|place| {
        let (hub, url) = (hub.clone(), url.clone());
        tokio::spawn(async move {
            for life in (place..lives).step_by(AT_ONCE as usize) {
                live(&hub, &url, seed.wrapping_mul(1_000_003).wrapping_add(life)).await;
            }
        })
    });
    for agent in agents.collect::<Vec<_>>() {
        agent.await.unwrap();
    }
    shutdown.cancel();
    served.await.unwrap();
    merged.await.unwrap();
}

/// One agent from its start to its end, in an environment of its own.
async fn live(hub: &Hub, url: &str, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let name = format!("host-{seed}");
    let engine = Engine::new(&name);
    let mut chaos = Chaos::serve(engine.clone(), &socket, seed).unwrap();
    let usual = AgentConfig::new(url, &format!("unix://{}", socket.display())).unwrap();
    let config = AgentConfig {
        token: Token::new("secret"),
        environment: name.clone(),
        host_address: Some("127.0.0.1".parse().unwrap()),
        ..usual
    };
    let shutdown = CancellationToken::new();
    let agent = tokio::spawn(tetherd::run(config, shutdown.clone()));
    let mut snapshots = hub.snapshots();
    for number in 0..LIFE {
        let steps = chaos.sequence().await.unwrap();
        let truth = truth(&engine.running());
        let is_true = |snapshot: &Arc<Snapshot>| {
            let servers = servers(snapshot, &name);
            let doubled = servers
                .as_ref()
                .is_some_and(|all| all.values().any(|one| one.len() > 1));
            assert!(!doubled, "seed {seed}, sequence {number}: {servers:?}");
            servers.as_ref() == Some(&truth)
        };
        let settled = timeout(LIMIT, snapshots.wait_for(is_true)).await.is_ok();
        assert!(
            settled,
            "seed {seed}, sequence {number}: {}\nthe engine has {truth:#?}\nthe hub serves {:#?}",
            steps.join(", "),
            servers(&snapshots.borrow(), &name)
        );
    }
    shutdown.cancel();
    agent.await.unwrap().unwrap();
}

/// The servers of this environment; none while it is not known.
fn servers(snapshot: &Snapshot, environment: &str) -> Option<Servers> {
    let json = &snapshot.environments.get(environment)?.config.json;
    let config: Value = serde_json::from_slice(json).unwrap();
    let services = config["http"]["services"].as_object();
    let servers = services.into_iter().flatten().map(|(name, service)| {
        let servers = service["loadBalancer"]["servers"].as_array().unwrap();
        let urls = servers
            .iter()
            .map(|server| server["url"].as_str().unwrap().to_owned());
        (name.clone(), urls.collect())
    });
    Some(servers.collect())
}

/// The servers that the hub should have for these containers.
fn truth(running: &[Running]) -> Servers {
    let healthy = |one: &&Running| matches!(one.health, None | Some(Health::Healthy));
    let servers = running.iter().filter(healthy).map(|one| {
        let service = one.labels.get("chaos.service").unwrap_or(&one.name);
        let binding = one
            .bindings
            .iter()
            .find(|binding| binding.host_ip.is_ipv4());
        let url = format!("http://127.0.0.1:{}", binding.unwrap().host_port);
        (service.clone(), vec![url])
    });
    servers.collect()
}
