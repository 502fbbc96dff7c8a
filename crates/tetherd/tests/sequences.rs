//! A simulated engine with a random life: after each sequence the agent's view is the truth, and it
//! never has a port that was gone when the newest two lists were made.
//!
//! `SEQUENCES=100000 SEQUENCES_SEED=7` tries more and others; `make soak` does.

use std::sync::{Arc, Mutex};

use docker_sim::{Chaos, Health, Running};
use tetherd::docker::{Container, Engine, watch};
use tokio::sync::watch as channel;
use tokio::time::{Duration, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::within;

/// All sequences of a run, unless told otherwise.
const SEQUENCES: u64 = 5_000;
/// The sequences of one agent's life.
const LIFE: u64 = 25;
/// How many agents live at once: most of their time they wait.
const AT_ONCE: u64 = 50;

/// A view that is not right by then waits for a doubt to pass: for so long a death is believed
/// although lists show the container.
const DOUBT: Duration = Duration::from_secs(9);

/// The compared parts of a container: its id, name, ports and health.
type Seen<'a> = (
    &'a str,
    &'a str,
    Vec<(String, u16)>,
    tetherd::docker::Health,
);

#[tokio::test(flavor = "multi_thread")]
async fn after_every_sequence_the_view_is_the_truth() {
    let setting = |name: &str, usual| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => usual,
    };
    let lives = setting("SEQUENCES", SEQUENCES).div_ceil(LIFE);
    let seed = setting("SEQUENCES_SEED", 1);
    let agents = (0..AT_ONCE).map(|place| {
        tokio::spawn(async move {
            for life in (place..lives).step_by(AT_ONCE as usize) {
                live(seed.wrapping_mul(1_000_003).wrapping_add(life)).await;
            }
        })
    });
    for agent in agents.collect::<Vec<_>>() {
        agent.await.unwrap();
    }
}

/// One agent from its start to its end.
async fn live(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let engine = docker_sim::Engine::new(format!("host-{seed}"));
    let mut chaos = Chaos::serve(engine.clone(), &socket, seed).unwrap();
    let endpoint = format!("unix://{}", socket.display()).parse().unwrap();
    let (words, mut view) = channel::channel(Engine::default());
    let (shutdown, wrong) = (CancellationToken::new(), Arc::new(Mutex::new(None)));
    let (stop, found, asked) = (shutdown.clone(), wrong.clone(), engine.clone());
    let agent = tokio::spawn(async move {
        let publish = |word: &Engine| {
            // One of them may be on its way yet.
            let listed = asked.listed().concat();
            let fault = word
                .containers
                .iter()
                .find(|container| !listed.iter().any(|one| truth(one) == seen(container)));
            if let Some(fault) = fault {
                *found.lock().unwrap() = Some(format!("{fault:?}\nwas published after {listed:?}"));
            }
            words.send_replace(word.clone());
        };
        watch(&endpoint, publish, stop).await;
    });
    for number in 0..LIFE {
        let steps = chaos.sequence().await.unwrap();
        let running = engine.running();
        let settled = timeout(DOUBT, view.wait_for(|word| is_true(word, &running)))
            .await
            .is_ok();
        let place = format!("seed {seed}, sequence {number}: {}", steps.join(", "));
        assert!(settled, "{place}\n{}", difference(&view.borrow(), &running));
        let wrong = wrong.lock().unwrap().take();
        assert!(wrong.is_none(), "{place}\n{}", wrong.unwrap_or_default());
    }
    shutdown.cancel();
    within(agent).await.unwrap().unwrap();
}

/// True if the word is what runs; and nobody is thought to stop who was never told to.
fn is_true(word: &Engine, running: &[Running]) -> bool {
    let same = word
        .containers
        .iter()
        .zip(running)
        .all(|(said, is)| seen(said) == truth(is) && (!said.stopping || is.signalled));
    same && word.listed && word.containers.len() == running.len()
}

/// The difference between the two.
fn difference(word: &Engine, running: &[Running]) -> String {
    let said: Vec<_> = word
        .containers
        .iter()
        .map(|c| (seen(c), c.stopping))
        .collect();
    let is: Vec<_> = running
        .iter()
        .map(|one| (truth(one), one.signalled))
        .collect();
    let not_said = is.iter().filter(|one| !said.contains(one));
    let not_so = said.iter().filter(|one| !is.contains(one));
    format!(
        "the engine has {:#?}\nthe agent sees {:#?}",
        not_said.collect::<Vec<_>>(),
        not_so.collect::<Vec<_>>()
    )
}

fn seen(container: &Container) -> Seen<'_> {
    let ports = container.ports.iter();
    let mut ports: Vec<(String, u16)> = ports
        .filter_map(|port| Some((port.ip?.to_string(), port.public?)))
        .collect();
    ports.sort();
    (&container.id, &container.name, ports, container.health)
}

fn truth(running: &Running) -> Seen<'_> {
    let bindings = running.bindings.iter();
    let mut ports: Vec<(String, u16)> = bindings
        .map(|binding| (binding.host_ip.to_string(), binding.host_port))
        .collect();
    ports.sort();
    let health = match running.health {
        None | Some(Health::Healthy) => tetherd::docker::Health::Healthy,
        Some(Health::Starting) => tetherd::docker::Health::Starting,
        Some(Health::Unhealthy) => tetherd::docker::Health::Unhealthy,
    };
    (&running.id, &running.name, ports, health)
}
