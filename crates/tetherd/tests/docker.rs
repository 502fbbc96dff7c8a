//! The watch of one engine, against a simulated engine on a real socket.

use std::net::IpAddr;

use docker_sim::{ContainerSpec, Health, Publish};
use tetherd::docker::{Container, Engine};
use tokio::time::Duration;
use tokio_util::sync::CancellationToken;

use crate::support::{Clock, Docker, docker, until, watched, within};

fn web(name: &str) -> ContainerSpec {
    ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .publish(80)
}

fn named<'a>(engine: &'a Engine, name: &str) -> Option<&'a Container> {
    engine
        .containers
        .iter()
        .find(|container| container.name == name)
}

fn public_port(engine: &Engine, name: &str) -> Option<u16> {
    named(engine, name)?
        .ports
        .iter()
        .find_map(|port| port.public)
}

#[tokio::test]
async fn what_the_engine_tells_of_itself_and_its_containers() {
    let Docker {
        engine, endpoint, ..
    } = &docker("worker-1");
    let spec = web("shop-web-1")
        .compose("shop", "web")
        .publish(Publish::udp(53).at(5353));
    engine.run(spec).await.unwrap();
    let (mut words, task, shutdown) = watched(endpoint);
    let word = until(&mut words, |word| word.listed).await;
    assert_eq!(word.id, Some(engine.id()));
    assert_eq!(word.name.as_deref(), Some("worker-1"));
    let [container] = word.containers.as_slice() else {
        panic!("{word:?}")
    };
    assert_eq!(container.name, "shop-web-1");
    assert_eq!(container.label("com.docker.compose.project"), Some("shop"));
    assert!(container.created > 1_600_000_000);
    let [bridge] = container.attachments.as_slice() else {
        panic!("{:?}", container.attachments)
    };
    assert_eq!(bridge.network, "bridge");
    assert!(!bridge.addresses.is_empty() && !bridge.gateways.is_empty());
    let any: IpAddr = "0.0.0.0".parse().unwrap();
    let bound: Vec<_> = container
        .ports
        .iter()
        .map(|port| (port.private, port.ip))
        .collect();
    assert_eq!(bound, [(53, Some(any)), (80, Some(any))]);
    shutdown.cancel();
    within(task).await.unwrap().unwrap();
}

#[tokio::test]
async fn containers_come_and_go_and_a_restart_never_shows_the_old_port() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.listed && word.containers.is_empty()).await;
    engine.run(web("web")).await.unwrap();
    let first = until(&mut words, |word| public_port(word, "web").is_some()).await;
    let first = public_port(&first, "web").unwrap();

    engine.stop("web").await.unwrap();
    until(&mut words, |word| word.containers.is_empty()).await;
    engine.start("web").await.unwrap();
    let second = until(&mut words, |word| public_port(word, "web").is_some()).await;
    assert_ne!(public_port(&second, "web"), Some(first));

    engine.remove("web").await.unwrap();
    until(&mut words, |word| word.containers.is_empty()).await;
}

#[tokio::test]
async fn rename_health_and_pause_are_seen() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    engine
        .run(web("web").health(Health::Starting))
        .await
        .unwrap();
    let (mut words, ..) = watched(endpoint);
    let health = |word: &Engine| named(word, "web").map(|container| container.health);
    until(&mut words, |word| {
        health(word) == Some(tetherd::docker::Health::Starting)
    })
    .await;
    engine.set_health("web", Health::Healthy).unwrap();
    until(&mut words, |word| {
        health(word) == Some(tetherd::docker::Health::Healthy)
    })
    .await;
    engine.set_health("web", Health::Unhealthy).unwrap();
    until(&mut words, |word| {
        health(word) == Some(tetherd::docker::Health::Unhealthy)
    })
    .await;
    engine.rename("web", "shop").unwrap();
    until(&mut words, |word| {
        named(word, "shop").is_some() && named(word, "web").is_none()
    })
    .await;
    engine.pause("shop").unwrap();
    until(&mut words, |word| word.containers.is_empty()).await;
    engine.unpause("shop").unwrap();
    until(&mut words, |word| word.containers.len() == 1).await;
}

#[tokio::test]
async fn a_stop_signal_marks_what_still_runs() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    engine
        .run(web("nginx").stop_signal("SIGQUIT"))
        .await
        .unwrap();
    engine.run(web("app")).await.unwrap();
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.containers.len() == 2).await;
    let stopping = |word: &Engine, name: &str| named(word, name).is_some_and(|c| c.stopping);

    engine.signal("nginx", "SIGQUIT").unwrap();
    until(&mut words, |word| stopping(word, "nginx")).await;
    // Asked for, and found to mean something else there.
    engine.signal("app", "SIGQUIT").unwrap();
    let mut observed = engine.observe();
    until(&mut observed, |observed| observed.inspects >= 2).await;
    engine.rename("app", "later").unwrap();
    let word = until(&mut words, |word| named(word, "later").is_some()).await;
    assert!(!stopping(&word, "later"));
    engine.signal("later", "SIGTERM").unwrap();
    until(&mut words, |word| stopping(word, "later")).await;
    // A stop is over with the death, and forgotten with the next start.
    engine.restart("later").await.unwrap();
    until(&mut words, |word| {
        named(word, "later").is_some() && !stopping(word, "later")
    })
    .await;
}

#[tokio::test]
async fn a_cut_stream_is_taken_up_again_and_what_was_missed_is_seen() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    let (mut words, ..) = watched(endpoint);
    let mut observed = engine.observe();
    until(&mut observed, |observed| observed.streams == 1).await;
    until(&mut words, |word| word.listed).await;
    for round in 0..3 {
        engine.cut_streams();
        engine.run(web(&format!("missed-{round}"))).await.unwrap();
        until(&mut words, |word| word.containers.len() == 2 * round + 1).await;
        until(&mut observed, |observed| observed.streams == 1).await;
        engine.run(web(&format!("heard-{round}"))).await.unwrap();
        until(&mut words, |word| word.containers.len() == 2 * round + 2).await;
    }
}

#[tokio::test]
async fn a_failed_list_keeps_the_last_word_and_is_tried_again() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    engine.run(web("old")).await.unwrap();
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.containers.len() == 1).await;
    let mut observed = engine.observe();
    let before = observed.borrow().failed_lists;
    engine.fail_lists(u32::MAX);
    engine.run(web("new")).await.unwrap();
    until(&mut observed, |observed| {
        observed.failed_lists >= before + 2
    })
    .await;
    let word = words.borrow().clone();
    assert!(word.listed && named(&word, "old").is_some() && named(&word, "new").is_none());
    engine.fail_lists(0);
    until(&mut words, |word| word.containers.len() == 2).await;
}

#[tokio::test]
async fn a_death_that_is_told_counts_though_nothing_can_be_listed() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    engine.run(web("ends")).await.unwrap();
    engine.run(web("stays")).await.unwrap();
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.containers.len() == 2).await;
    // As of an engine that ends: it takes no more requests.
    engine.fail_lists(u32::MAX);
    engine.signal("ends", "SIGTERM").unwrap();
    until(&mut words, |word| {
        named(word, "ends").is_some_and(|container| container.stopping)
    })
    .await;
    engine.stop("ends").await.unwrap();
    let word = until(&mut words, |word| named(word, "ends").is_none()).await;
    assert!(word.listed && named(&word, "stays").is_some());
    // Only a list can tell its port after the next start.
    engine.start("ends").await.unwrap();
    engine.stop("stays").await.unwrap();
    until(&mut words, |word| word.containers.is_empty()).await;
    engine.fail_lists(0);
    until(&mut words, |word| named(word, "ends").is_some()).await;
}

#[tokio::test]
async fn an_engine_that_cannot_be_listed_is_not_an_empty_one() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    engine.fail_lists(u32::MAX);
    let (mut words, ..) = watched(endpoint);
    let mut observed = engine.observe();
    until(&mut observed, |observed| observed.failed_lists >= 2).await;
    assert!(!words.borrow().listed);
    engine.fail_lists(0);
    until(&mut words, |word| word.listed).await;
}

#[tokio::test]
async fn a_socket_that_comes_late_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let (mut words, ..) = watched(&format!("unix://{}", path.display()));
    let engine = docker_sim::Engine::new("late");
    let _served = engine.serve_unix(&path, CancellationToken::new()).unwrap();
    until(&mut words, |word| word.listed).await;
}

#[tokio::test]
async fn an_engine_over_tcp() {
    let engine = docker_sim::Engine::new("proxied");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = engine.clone();
    tokio::spawn(async move { served.serve(listener, CancellationToken::new()).await });
    engine.run(web("web")).await.unwrap();
    let (mut words, ..) = watched(&format!("tcp://{address}"));
    until(&mut words, |word| word.containers.len() == 1).await;
    engine.stop("web").await.unwrap();
    until(&mut words, |word| word.containers.is_empty()).await;
}

#[tokio::test]
async fn a_list_from_before_a_restart_never_brings_the_old_port_back() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    engine.run(web("web")).await.unwrap();
    engine.run(web("other-0")).await.unwrap();
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.containers.len() == 2).await;
    for round in 0..3 {
        let (now, next) = (format!("other-{round}"), format!("other-{}", round + 1));
        let before = engine.listed();
        engine.late_lists(Duration::from_millis(300));
        engine.rename(&now, &next).unwrap();
        // A list is made, and on its way for a while.
        while engine.listed() == before {
            tokio::task::yield_now().await;
        }
        engine.stop("web").await.unwrap();
        until(&mut words, |word| named(word, "web").is_none()).await;
        engine.start("web").await.unwrap();
        engine.late_lists(Duration::ZERO);
        let word = until(&mut words, |word| named(word, "web").is_some()).await;
        assert_eq!(
            public_port(&word, "web"),
            Some(engine.bindings("web")[0].host_port)
        );
    }
}

#[tokio::test]
async fn a_silent_stream_is_noticed_at_the_next_look() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    let clock = Clock::stop();
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.listed).await;
    engine.silence(true);
    engine.run(web("unheard")).await.unwrap();
    clock.run(Duration::from_secs(62)).await;
    until(&mut words, |word| word.containers.len() == 1).await;
    // The stream that missed it is replaced, and the new one hears again.
    engine.silence(false);
    drop(clock);
    engine.run(web("heard")).await.unwrap();
    until(&mut words, |word| word.containers.len() == 2).await;
}

#[tokio::test]
async fn a_burst_is_seen_whole_with_few_looks() {
    let Docker {
        engine, endpoint, ..
    } = &docker("h");
    let (mut words, ..) = watched(endpoint);
    until(&mut words, |word| word.listed).await;
    // A look takes a while, as on a busy host: most of the burst falls into the first one.
    engine.delay(Duration::from_millis(100));
    let before = engine.observe().borrow().lists;
    for number in 0..50 {
        engine.run(web(&format!("web-{number}"))).await.unwrap();
    }
    until(&mut words, |word| word.containers.len() == 50).await;
    let looks = engine.observe().borrow().lists - before;
    assert!(looks < 25, "{looks} looks for one burst of 50 starts");
}
