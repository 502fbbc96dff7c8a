//! Injected faults and restarts of the engine.

use std::time::{Duration, Instant};

use docker_sim::ContainerSpec;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{serve, within};

#[tokio::test]
async fn answers_are_delayed_and_lists_fail() {
    let served = serve();
    let late = Duration::from_millis(50);
    served.engine.delay(late);
    let asked = Instant::now();
    served.ask("GET", "/_ping").await;
    assert!(asked.elapsed() >= late);
    served.engine.delay(Duration::ZERO);

    served.engine.fail_lists(2);
    for status in [500, 500, 200] {
        assert_eq!(served.get("/containers/json").await.0, status);
    }
    let seen = *served.engine.observe().borrow();
    assert_eq!((seen.failed_lists, seen.lists), (2, 1));
}

#[tokio::test]
async fn a_late_list_shows_the_containers_at_the_time_of_the_request() {
    let served = serve();
    let engine = &served.engine;
    engine.run(ContainerSpec::new("early")).await.unwrap();
    engine.late_lists(Duration::from_millis(100));
    let meanwhile = async {
        while engine.listed()[0].is_empty() {
            tokio::task::yield_now().await;
        }
        engine.run(ContainerSpec::new("late")).await.unwrap();
    };
    let (names, ()) = tokio::join!(served.names(""), within(meanwhile));
    assert_eq!(names, ["/early"]);
    let running = engine.running();
    assert_eq!(running.len(), 2);
    assert_eq!(
        engine.listed()[0],
        [running.iter().find(|c| c.name == "early").unwrap().clone()]
    );
}

#[tokio::test]
async fn an_engine_can_restart_while_its_containers_keep_running() {
    let served = serve();
    let web = ContainerSpec::new("web").publish(80).listening();
    served.engine.run(web).await.unwrap();
    let mut events = served.events("").await;
    served.shutdown.cancel();
    assert_eq!(events.next().await, Err("cut"));
    served.until(|seen| seen.streams == 0).await;
    assert!(served.ask_container("").await.contains("container: web\n"));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn({
        let (engine, shutdown) = (served.engine.clone(), shutdown.clone());
        async move { engine.serve(listener, shutdown).await }
    });
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(b"GET /containers/web/json HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut byte = [0];
    within(socket.read_exact(&mut byte)).await.unwrap();
    shutdown.cancel();
    within(server).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_path_that_is_served_is_rejected_and_a_stale_socket_is_replaced() {
    let served = serve();
    let other = docker_sim::Engine::new("host-b");
    let refused = other
        .serve_unix(served.socket(), CancellationToken::new())
        .unwrap_err();
    assert!(
        refused.to_string().contains("another engine does"),
        "{refused}"
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dead.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let shutdown = CancellationToken::new();
    let server = other.serve_unix(&path, shutdown.clone()).unwrap();
    shutdown.cancel();
    within(server).await.unwrap();
    assert!(!path.exists());
}
