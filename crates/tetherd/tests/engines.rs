//! Several engines and patterns of sockets, against simulated engines whose sockets come and go.

use std::fs;
use std::path::Path;

use docker_sim::{ContainerSpec, Engine as Simulated};
use tetherd::docker::{Engine, watch_all};
use tokio::sync::watch;
use tokio::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::{Clock, until};

/// The words of all engines at these places.
fn watched(places: &[String]) -> (watch::Receiver<Vec<Engine>>, DropGuard) {
    let places: Vec<_> = places.iter().map(|text| text.parse().unwrap()).collect();
    let (sender, receiver) = watch::channel(Vec::new());
    let shutdown = CancellationToken::new();
    let guard = shutdown.clone().drop_guard();
    tokio::spawn(async move { watch_all(&places, true, &sender, &shutdown).await });
    (receiver, guard)
}

/// An engine with one container, at a socket of this name, until the guard is dropped.
async fn serve(folder: &Path, name: &str) -> (Simulated, DropGuard) {
    let engine = Simulated::new(name);
    engine
        .run(ContainerSpec::new(format!("web-{name}")).publish(80))
        .await
        .unwrap();
    let guard = again(&engine, folder, name);
    (engine, guard)
}

fn again(engine: &Simulated, folder: &Path, name: &str) -> DropGuard {
    let shutdown = CancellationToken::new();
    let path = folder.join(format!("docker-{name}.sock"));
    drop(engine.serve_unix(path, shutdown.clone()).unwrap());
    shutdown.drop_guard()
}

/// Ends an engine as a daemon does: its socket goes with it.
fn end(guard: DropGuard, folder: &Path, name: &str) {
    drop(guard);
    // It may have done so itself.
    let _ = fs::remove_file(folder.join(format!("docker-{name}.sock")));
}

/// The host's name, or `?`, and the number of containers of each engine.
fn known(engines: &[Engine]) -> Vec<(String, usize)> {
    let names = engines.iter().map(|engine| {
        let name = engine.name.clone().filter(|_| engine.listed);
        (name.unwrap_or("?".into()), engine.containers.len())
    });
    names.collect()
}

#[tokio::test]
async fn sockets_are_watched_as_they_come_and_dropped_when_they_are_truly_gone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let pattern = format!("unix://{}/docker-*.sock", folder.display());
    let clock = Clock::stop();
    let (mut words, _stop) = watched(&[pattern]);
    clock.run(Duration::from_secs(3)).await;
    assert!(words.borrow().is_empty());

    let (_b, b_serves) = serve(folder, "b").await;
    clock.run(Duration::from_secs(2)).await;
    until(&mut words, |all| known(all) == [("b".into(), 1)]).await;
    // The order is that of the paths, whoever came first.
    let (a, a_serves) = serve(folder, "a").await;
    clock.run(Duration::from_secs(2)).await;
    let both = [("a".to_owned(), 1), ("b".to_owned(), 1)];
    until(&mut words, |all| known(all) == both).await;

    // Restarted: the socket is away for a while, and so is nothing else.
    end(a_serves, folder, "a");
    clock.run(Duration::from_secs(240)).await;
    assert_eq!(known(&words.borrow()), both);
    let a_serves = again(&a, folder, "a");
    a.run(ContainerSpec::new("new").publish(81)).await.unwrap();
    clock.run(Duration::from_secs(6)).await;
    until(&mut words, |all| {
        known(all) == [("a".into(), 2), ("b".into(), 1)]
    })
    .await;

    // Its return restarts the timer.
    end(a_serves, folder, "a");
    clock.run(Duration::from_secs(240)).await;
    assert_eq!(known(&words.borrow()).len(), 2);
    clock.run(Duration::from_secs(70)).await;
    until(&mut words, |all| known(all) == [("b".into(), 1)]).await;
    end(b_serves, folder, "b");
    clock.run(Duration::from_secs(310)).await;
    until(&mut words, Vec::is_empty).await;

    // And a new life begins.
    let _again = again(&a, folder, "a");
    clock.run(Duration::from_secs(2)).await;
    until(&mut words, |all| known(all) == [("a".into(), 2)]).await;
}

#[tokio::test]
async fn one_engine_that_does_not_answer_delays_no_other_and_keeps_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (late, late_serves) = serve(folder, "late").await;
    end(late_serves, folder, "late");
    let (_there, _serves) = serve(folder, "there").await;
    // A socket that takes connections and never answers.
    let _silent = std::os::unix::net::UnixListener::bind(folder.join("silent.sock")).unwrap();
    let at = |name: &str| format!("unix://{}/{name}.sock", folder.display());
    let places = [at("docker-late"), at("silent"), at("docker-*")];
    let (mut words, _stop) = watched(&places);
    let first = [
        ("?".to_owned(), 0),
        ("?".to_owned(), 0),
        ("there".to_owned(), 1),
    ];
    until(&mut words, |all| known(all) == first).await;
    let _serves_too = again(&late, folder, "late");
    let then = [
        ("late".to_owned(), 1),
        ("?".to_owned(), 0),
        ("there".to_owned(), 1),
    ];
    until(&mut words, |all| known(all) == then).await;
}
