//! The watch through a socket proxy that allows five reads and nothing else.

use docker_sim::ContainerSpec;
use tetherd::docker::Engine;
use tokio::sync::watch;
use tokio::time::Duration;

use crate::support::proxy::{Asked, proxy};
use crate::support::{Clock, Docker, docker, until, watched};

/// An engine behind a proxy, the agent's words of it, and what the proxy was asked.
struct Behind {
    docker: Docker,
    words: watch::Receiver<Engine>,
    asked: watch::Receiver<Asked>,
}

fn behind(idle: Duration) -> Behind {
    let docker = docker("h");
    let socket = docker.endpoint.strip_prefix("unix://").unwrap();
    let path = format!("{socket}.proxy");
    let asked = proxy(path.as_ref(), socket.as_ref(), idle);
    let (words, ..) = watched(&format!("unix://{path}"));
    Behind {
        docker,
        words,
        asked,
    }
}

fn stopping(word: &Engine, name: &str) -> bool {
    let mut all = word.containers.iter();
    all.any(|container| container.name == name && container.stopping)
}

#[tokio::test]
async fn five_reads_are_all_that_is_needed() {
    let mut behind = behind(Duration::from_secs(600));
    let engine = &behind.docker.engine;
    engine
        .run(ContainerSpec::new("web").publish(80))
        .await
        .unwrap();
    until(&mut behind.words, |word| word.containers.len() == 1).await;
    engine.rename("web", "shop").unwrap();
    until(&mut behind.words, |word| word.containers[0].name == "shop").await;
    engine.signal("shop", "SIGTERM").unwrap();
    until(&mut behind.words, |word| stopping(word, "shop")).await;
    engine.stop("shop").await.unwrap();
    until(&mut behind.words, |word| word.containers.is_empty()).await;
    assert_eq!(behind.asked.borrow().refused, [""; 0]);
}

#[tokio::test]
async fn a_forbidden_inspection_costs_only_what_it_was_for() {
    let mut behind = behind(Duration::from_secs(600));
    let engine = &behind.docker.engine;
    let nginx = ContainerSpec::new("nginx")
        .stop_signal("SIGQUIT")
        .publish(80);
    engine.run(nginx).await.unwrap();
    until(&mut behind.words, |word| word.containers.len() == 1).await;
    // Whether this one means the end only an inspection can tell.
    engine.signal("nginx", "SIGQUIT").unwrap();
    let asked = until(&mut behind.asked, |asked| !asked.refused.is_empty()).await;
    assert!(asked.refused[0].contains("/json "), "{asked:?}");
    engine
        .run(ContainerSpec::new("next").publish(81))
        .await
        .unwrap();
    let word = until(&mut behind.words, |word| word.containers.len() == 2).await;
    assert!(!stopping(&word, "nginx"));
    engine.stop("nginx").await.unwrap();
    until(&mut behind.words, |word| word.containers.len() == 1).await;
}

#[tokio::test]
async fn streams_that_a_proxy_cuts_for_being_idle_cost_nothing() {
    let clock = Clock::stop();
    let mut behind = behind(Duration::from_secs(10));
    let engine = &behind.docker.engine;
    engine
        .run(ContainerSpec::new("web").publish(80))
        .await
        .unwrap();
    until(&mut behind.words, |word| word.containers.len() == 1).await;
    let mut every = behind.words.clone();
    let seen = tokio::spawn(async move {
        let mut least = usize::MAX;
        while every.changed().await.is_ok() {
            let word = every.borrow_and_update();
            least = least.min(word.containers.len());
            if word.containers.len() == 2 {
                break;
            }
        }
        least
    });
    clock.run(Duration::from_secs(60)).await;
    let cuts = behind.asked.borrow().streams;
    assert!((5..=8).contains(&cuts), "{cuts} subscriptions in a minute");
    drop(clock);
    engine
        .run(ContainerSpec::new("next").publish(81))
        .await
        .unwrap();
    until(&mut behind.words, |word| word.containers.len() == 2).await;
    assert_eq!(crate::support::within(seen).await.unwrap().unwrap(), 1);
}
