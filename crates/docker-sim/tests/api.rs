//! The API as text over the socket: what a client library would hide.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of `common`"
)]

mod common;

use std::time::{Duration, Instant, SystemTime};

use common::{Served, serve, within};
use docker_sim::{ContainerSpec, Health, Publish};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_ping_tells_the_version_to_get_and_head() {
    let served = serve();
    for (method, path, body) in [
        ("GET", "/_ping", "OK"),
        ("HEAD", "/_ping", ""),
        ("GET", "/v1.24/_ping", "OK"),
    ] {
        let (head, answered) = served.ask(method, path).await;
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        assert_eq!(answered, body, "{method} {path}");
        for header in [
            "api-version: 1.47",
            "docker-experimental: false",
            "ostype: linux",
            "server: docker/",
        ] {
            assert!(
                head.contains(header),
                "{method} {path} lacks {header}: {head}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_dockers_words() {
    let served = serve();
    for (path, status, message) in [
        ("/nothing", 404, "page not found"),
        ("/v1.x/info", 404, "page not found"),
        (
            "/v1.47/containers/nobody/json",
            404,
            "No such container: nobody",
        ),
        (
            "/v1.99/info",
            400,
            "client version 1.99 is too new. Maximum supported API version is 1.47",
        ),
        (
            "/containers/json?filters=%7B%22foo%22%3A%5B%22x%22%5D%7D",
            400,
            "invalid filter 'foo'",
        ),
        (
            "/containers/json?filters=%7B%22status%22%3A%5B%22x%22%5D%7D",
            400,
            "invalid filter 'status=x'",
        ),
        ("/containers/json?limit=x", 400, "invalid limit: x"),
        ("/events?since=abc", 400, "invalid value for since: abc"),
    ] {
        let (answered, body) = served.get(path).await;
        assert_eq!(
            (answered, body["message"].as_str()),
            (status, Some(message)),
            "{path}"
        );
    }
    let (status, body) = served.get("/v1.11/info").await;
    assert_eq!(status, 400);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .starts_with("client version 1.11 is too old."),
        "{body}"
    );
    for (method, path) in [
        ("POST", "/containers/json"),
        ("HEAD", "/version"),
        ("DELETE", "/info"),
    ] {
        assert!(
            served
                .ask(method, path)
                .await
                .0
                .starts_with("http/1.1 404 "),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_list_is_filtered_in_both_forms_and_newest_first() {
    let served = serve();
    let engine = &served.engine;
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
    engine
        .run(ContainerSpec::new("one").label("a", "1").network("net1"))
        .await
        .unwrap();
    let id = engine
        .run(ContainerSpec::new("two").health(Health::Healthy))
        .await
        .unwrap();
    engine
        .run(ContainerSpec::new("ancient").created(old))
        .await
        .unwrap();
    engine
        .create(ContainerSpec::new("made").label("a", "2"))
        .unwrap();
    assert_eq!(served.names("").await, ["/two", "/one", "/ancient"]);
    assert_eq!(
        served.names("all=true").await,
        ["/made", "/two", "/one", "/ancient"]
    );
    assert_eq!(
        served.names("all=false").await,
        ["/two", "/one", "/ancient"]
    );
    assert_eq!(served.names("limit=2").await, ["/made", "/two"]);
    let two = format!(r#"{{"id":["{}"]}}"#, &id[..12]);
    for (filters, names) in [
        (r#"{"status":["created"]}"#, &["/made"][..]),
        (r#"{"status":{"created":true}}"#, &["/made"]),
        (r#"{"label":["a"]}"#, &["/one"]),
        (
            r#"{"label":{"a=2":true},"status":{"created":true,"running":true}}"#,
            &["/made"],
        ),
        (r#"{"name":["^/t"]}"#, &["/two"]),
        (r#"{"network":["net1"]}"#, &["/one"]),
        (r#"{"health":["healthy"]}"#, &["/two"]),
        (&two, &["/two"]),
    ] {
        let encoded: String = filters.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(
            served.names(&format!("filters={encoded}")).await,
            names,
            "{filters}"
        );
    }
}

#[tokio::test]
async fn only_the_last_256_events_are_replayed_and_until_ends_the_stream() {
    let served = serve();
    served.engine.run(ContainerSpec::new("web")).await.unwrap();
    for _ in 0..200 {
        served.engine.pause("web").unwrap();
        served.engine.unpause("web").unwrap();
    }
    // An `until` that has passed ends the stream in good order, after what came before it.
    let last = served.events("since=0").await.next().await.unwrap()["time"]
        .as_u64()
        .unwrap();
    let mut events = served.events(&format!("since=0&until={}", last - 1)).await;
    assert_eq!(events.next().await, Err("ended"));

    let (_, body) = served
        .ask("GET", &format!("/events?since=0&until={}", last + 1))
        .await;
    let count = body.matches("\"Action\"").count();
    assert_eq!(count, 256);
    assert!(
        !body.contains("\"Action\":\"create\""),
        "the oldest must be forgotten"
    );
}

#[tokio::test]
async fn events_are_filtered() {
    let served = serve();
    let engine = &served.engine;
    let id = engine
        .run(
            ContainerSpec::new("web")
                .label("a", "b")
                .health(Health::Healthy),
        )
        .await
        .unwrap();
    engine.run(ContainerSpec::new("other")).await.unwrap();
    for (filters, first) in [
        (r#"{"type":["network"]}"#, "connect"),
        (r#"{"event":["start"]}"#, "start"),
        (r#"{"event":["health_status"]}"#, "health_status: healthy"),
        (
            r#"{"event":{"health_status: healthy":true}}"#,
            "health_status: healthy",
        ),
        (r#"{"container":["other"],"event":["start"]}"#, "start"),
        (r#"{"label":["a=b"],"event":["start"]}"#, "start"),
    ] {
        let encoded: String = filters.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let event = served
            .events(&format!("since=0&filters={encoded}"))
            .await
            .next()
            .await
            .unwrap();
        assert_eq!(event["Action"], first, "{filters}");
        let other = filters.contains("other") || filters.contains("network");
        assert!(other || event["id"] == id.as_str(), "{filters}: {event}");
    }
}

#[tokio::test]
async fn cut_streams_end_in_mid_air_and_silent_ones_lose_events() {
    let served = serve();
    let engine = &served.engine;
    let mut events = served.events("").await;
    engine.silence(true);
    engine.run(ContainerSpec::new("lost")).await.unwrap();
    engine.silence(false);
    engine.run(ContainerSpec::new("told")).await.unwrap();
    assert_eq!(
        events.next().await.unwrap()["Actor"]["Attributes"]["name"],
        "told"
    );
    let mut replayed = served.events("since=0").await;
    assert_eq!(
        replayed.next().await.unwrap()["Actor"]["Attributes"]["name"],
        "told"
    );

    engine.cut_streams();
    while let Ok(event) = events.next().await {
        assert_eq!(
            event["Actor"]["Attributes"]["image"].is_string(),
            event["Type"] == "container"
        );
    }
    assert_eq!(events.next().await, Err("cut"));
    served.until(|seen| seen.streams == 0).await;
    // Streams opened later live.
    let mut events = served.events("").await;
    engine.stop("told").await.unwrap();
    assert_eq!(events.next().await.unwrap()["Action"], "kill");
}

#[tokio::test]
async fn answers_are_late_and_lists_fail_as_ordered() {
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
async fn a_late_list_shows_what_was_there_when_it_was_asked_for() {
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
async fn muddled_events_all_come_some_twice_and_not_in_their_order() {
    let served = serve();
    served
        .engine
        .run(ContainerSpec::new("name0"))
        .await
        .unwrap();
    let mut events = served.events("event=rename").await;
    served.engine.muddle_events(true);
    for number in 0..100 {
        let (old, new) = (format!("name{number}"), format!("name{}", number + 1));
        served.engine.rename(&old, &new).unwrap();
    }
    let (mut row, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    while seen.len() < 100 {
        let at = events.next().await.unwrap()["timeNano"].as_u64().unwrap();
        seen.insert(at);
        row.push(at);
    }
    assert!(row.len() > 100, "none came twice");
    assert!(!row.is_sorted(), "all came in their order");
}

#[tokio::test]
async fn an_engine_can_restart_while_its_containers_live_on() {
    let served = serve();
    let web = ContainerSpec::new("web").publish(80).listening();
    served.engine.run(web).await.unwrap();
    let mut events = served.events("").await;
    served.shutdown.cancel();
    assert_eq!(events.next().await, Err("cut"));
    served.until(|seen| seen.streams == 0).await;
    assert!(
        ask_container(&served, "")
            .await
            .contains("container: web\n")
    );

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
async fn a_path_that_is_served_already_is_refused_and_a_dead_socket_taken_over() {
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

#[tokio::test]
async fn ports_are_given_away_once_and_come_back() {
    let served = serve();
    let engine = &served.engine;
    let at = |name: &str| ContainerSpec::new(name).publish(Publish::tcp(80).at(8080));
    engine.run(at("first")).await.unwrap();
    let refused = format!("{:#}", engine.run(at("second")).await.unwrap_err());
    assert!(
        refused.contains("Bind for 0.0.0.0:8080 failed: port is already allocated"),
        "{refused}"
    );
    assert_eq!(served.names("all=1").await, ["/second", "/first"]);
    engine.stop("first").await.unwrap();
    engine.start("second").await.unwrap();
    engine.remove("second").await.unwrap();
    engine.start("first").await.unwrap();
    assert_eq!(engine.bindings("first")[0].host_port, 8080);

    let used = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = used.local_addr().unwrap().port();
    let spec = ContainerSpec::new("third")
        .publish(Publish::tcp(80).at(port))
        .listening();
    let refused = format!("{:#}", engine.run(spec).await.unwrap_err());
    assert!(
        refused.contains(&format!("cannot listen on 127.0.0.1:{port}/tcp")),
        "{refused}"
    );
}

#[tokio::test]
async fn networks_of_host_and_container_have_no_ports_of_their_own() {
    let served = serve();
    let engine = &served.engine;
    let vpn = engine
        .run(ContainerSpec::new("vpn").publish(80))
        .await
        .unwrap();
    engine
        .run(
            ContainerSpec::new("app")
                .expose(80)
                .network_mode("container:vpn"),
        )
        .await
        .unwrap();
    engine
        .run(ContainerSpec::new("bare").expose(80).network_mode("host"))
        .await
        .unwrap();
    let (_, list) = served.get("/containers/json").await;
    assert_eq!(list[0]["HostConfig"]["NetworkMode"], "host");
    assert_eq!(list[0]["Ports"], serde_json::json!([]));
    assert_eq!(
        list[1]["HostConfig"]["NetworkMode"],
        format!("container:{vpn}")
    );
    assert_eq!(list[1]["Ports"], serde_json::json!([]));
    assert_eq!(
        list[1]["NetworkSettings"]["Networks"],
        serde_json::json!({})
    );
    engine.stop("app").await.unwrap();
    engine.stop("vpn").await.unwrap();
    let refused = format!("{:#}", engine.start("app").await.unwrap_err());
    assert!(
        refused.contains("cannot join network of a non running container"),
        "{refused}"
    );
}

#[tokio::test]
async fn both_families_of_a_dual_stack_port_are_really_listened_to() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("left out: this machine has no IPv6");
        return;
    }
    let served = serve();
    let spec = ContainerSpec::new("web")
        .publish(Publish::tcp(80).dual_stack())
        .listening();
    served.engine.run(spec).await.unwrap();
    let bindings = served.engine.bindings("web");
    assert_eq!(bindings.len(), 2);
    for binding in &bindings {
        let address = binding.listens_at.unwrap();
        assert_eq!(address.port(), binding.host_port);
        assert_eq!(address.is_ipv6(), binding.host_ip.is_ipv6());
        TcpStream::connect(address).await.unwrap();
    }
    let wrong =
        std::net::SocketAddr::new(bindings[0].listens_at.unwrap().ip(), bindings[1].host_port);
    assert!(
        TcpStream::connect(wrong).await.is_err(),
        "the IPv6 port answers on IPv4"
    );
}

#[tokio::test]
async fn a_browser_gets_a_page_in_which_nothing_is_markup_but_ours() {
    let served = serve();
    served
        .engine
        .run(ContainerSpec::new("web").publish(80).listening())
        .await
        .unwrap();
    served.engine.rename("web", "app").unwrap();
    let page = ask_container(
        &served,
        "accept: text/html,*/*;q=0.8\r\nx-bad: <script>\"&\r\n",
    )
    .await;
    assert!(page.contains("content-type: text/html"), "{page}");
    assert!(page.contains("<h1>app</h1>"), "{page}");
    assert!(page.contains("x-bad: &lt;script&gt;&quot;&amp;"), "{page}");
    let text = ask_container(&served, "accept: */*\r\nx-bad: <script>\r\n").await;
    assert!(
        text.contains("content-type: text/plain") && text.contains("x-bad: <script>"),
        "{text}"
    );
}

/// Asks the container of port 80, whatever it is called, with further headers.
async fn ask_container(served: &Served, headers: &str) -> String {
    let name = served.engine.names().remove(0);
    let mut socket = TcpStream::connect(served.engine.address(&name, 80).unwrap())
        .await
        .unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n{headers}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within(socket.read_to_string(&mut answer)).await.unwrap();
    answer
}
