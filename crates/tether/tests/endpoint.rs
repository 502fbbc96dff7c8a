//! `/config` over real sockets: what is held, what is answered at once, and in which form.

use std::time::Duration;

use tether::settings::{Settings, Wait};
use tether_proto::AgentMessage;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::{Agent, Line, TestHub, hello, router, routes};

/// Longer than any answer that is not held takes, and shorter than the longest wait.
const AT_ONCE: Duration = Duration::from_secs(3);

const LONG: &str = "/config?wait=4s";

/// A wait to be sat out.
const SHORT: &str = "/config?wait=300ms";
const SAT_OUT: Duration = Duration::from_millis(300);

/// A hub with one agent `a` that has told of the router `web`, and a connection to it.
async fn start() -> (TestHub, Agent, Line) {
    let hub = TestHub::start(Settings::default()).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    let line = Line::on(hub.dial().await);
    (hub, agent, line)
}

/// Enough routers that gzip gains something.
fn many() -> Vec<tether_proto::Container> {
    (0..40)
        .map(|number| router(&format!("app{number}")))
        .collect()
}

#[tokio::test]
async fn the_first_request_is_answered_at_once_and_the_next_one_when_there_is_news() {
    let (_hub, mut agent, mut line) = start().await;
    let first = line.get(LONG, &[]).await;
    assert!(first.status == 200 && first.routes("web") && first.took < AT_ONCE);
    line.ask("GET", LONG, &[]).await;
    agent.tell(2, routes(&[router("news")])).await;
    let second = line.answer().await;
    assert!(second.status == 200 && second.routes("news"));
    assert!(second.took < AT_ONCE, "{:?}", second.took);
}

#[tokio::test]
async fn without_news_the_same_is_said_again_at_the_end_of_the_wait() {
    let (hub, _agent, mut line) = start().await;
    let first = line.get(SHORT, &[]).await;
    // A change of another environment is none here.
    let mut lab = hello("b", None);
    lab.env = "lab".to_owned();
    let mut lab = Agent::connect(&hub, lab).await;
    let (second, _) = tokio::join!(
        line.get(SHORT, &[]),
        lab.tell(1, routes(&[router("bench")]))
    );
    assert_eq!((second.status, &second.body), (200, &first.body));
    assert!(second.took >= SAT_OUT, "{:?}", second.took);
}

#[tokio::test]
async fn what_was_missed_between_two_requests_is_answered_at_once() {
    let (_hub, mut agent, mut line) = start().await;
    line.get(LONG, &[]).await;
    agent.tell(2, routes(&[router("news")])).await;
    let second = line.get(LONG, &[]).await;
    assert!(second.routes("news") && second.took < AT_ONCE);
}

#[tokio::test]
async fn each_connection_has_a_memory_of_its_own() {
    let (hub, mut agent, mut one) = start().await;
    let mut two = Line::on(hub.dial().await);
    one.get(LONG, &[]).await;
    let first = two.get(LONG, &[]).await;
    assert!(first.took < AT_ONCE, "{:?}", first.took);
    one.ask("GET", LONG, &[]).await;
    two.ask("GET", LONG, &[]).await;
    agent.tell(2, routes(&[router("news")])).await;
    let (one, two) = tokio::join!(one.answer(), two.answer());
    assert!(one.routes("news") && two.routes("news"));
}

#[tokio::test]
async fn environments_and_formats_are_remembered_apart() {
    let (hub, _agent, mut line) = start().await;
    let mut lab = hello("b", None);
    lab.env = "lab".to_owned();
    let mut lab = Agent::connect(&hub, lab).await;
    lab.tell(1, routes(&[router("bench")])).await;
    for path in [
        LONG,
        "/config?wait=4s&format=yaml",
        "/config?wait=4s&env=lab",
    ] {
        let answer = line.get(path, &[]).await;
        assert!(answer.status == 200 && answer.took < AT_ONCE, "{path}");
    }
    line.ask("GET", "/config?wait=4s&env=lab", &[]).await;
    lab.tell(2, routes(&[router("news")])).await;
    assert!(line.answer().await.routes("news"));
}

#[tokio::test]
async fn a_plain_poll_is_never_held() {
    let (_hub, _agent, mut line) = start().await;
    for path in ["/config", "/config?wait=0s", "/config?wait=", "/config"] {
        let answer = line.get(path, &[]).await;
        assert!(answer.status == 200 && answer.took < AT_ONCE, "{path}");
    }
}

#[tokio::test]
async fn behind_a_proxy_a_connection_says_nothing_about_who_asks() {
    let (_hub, _agent, mut line) = start().await;
    for header in [
        "X-Forwarded-For: 10.0.0.1",
        "Forwarded: for=10.0.0.1",
        "Via: 1.1 cache",
        "X-Real-IP: 10.0.0.1",
    ] {
        for _ in 0..2 {
            let answer = line.get(LONG, &[header]).await;
            assert!(answer.status == 200 && answer.took < AT_ONCE, "{header}");
        }
    }
    // Nor was anything remembered.
    assert!(line.get(LONG, &[]).await.took < AT_ONCE);
}

#[tokio::test]
async fn who_says_what_he_has_is_held_from_the_first_request_on() {
    let (hub, mut agent, mut line) = start().await;
    let tag = line.get("/config", &[]).await;
    let has = format!("If-None-Match: {}", tag.header("etag").unwrap());

    let mut other = Line::on(hub.dial().await);
    let same = other.get(SHORT, &[&has]).await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert!(same.took >= SAT_OUT, "{:?}", same.took);
    assert_eq!(same.header("etag"), tag.header("etag"));

    other.ask("GET", LONG, &[&has]).await;
    agent.tell(2, routes(&[router("news")])).await;
    assert!(other.answer().await.routes("news"));
    // It has an old one, whatever the connection was served.
    let late = other.get(LONG, &[&has]).await;
    assert!(late.status == 200 && late.took < AT_ONCE);
}

#[tokio::test]
async fn a_head_is_neither_held_nor_remembered() {
    let (_hub, _agent, mut line) = start().await;
    let head = line.head(LONG, &[]).await;
    let get = line.get(LONG, &[]).await;
    assert!(get.took < AT_ONCE, "{:?}", get.took);
    let again = line.head(LONG, &[]).await;
    assert!(again.took < AT_ONCE, "{:?}", again.took);
    for name in ["content-length", "content-type", "etag", "vary"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
        assert_eq!(again.header(name), get.header(name), "{name}");
    }
}

#[tokio::test]
async fn readiness_releases_and_counts_as_news() {
    let hub = TestHub::start(Settings::default()).await;
    let mut line = Line::on(hub.dial().await);
    line.ask("GET", LONG, &[]).await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    let answer = line.answer().await;
    assert!(answer.routes("web") && answer.took < AT_ONCE);
}

#[tokio::test]
async fn shutdown_releases_with_what_there_is() {
    let (hub, _agent, mut line) = start().await;
    let first = line.get(LONG, &[]).await;
    line.ask("GET", LONG, &[]).await;
    // Both are one process: this one is answered after the one above was heard.
    hub.get("/healthz").await;
    hub.shutdown();
    let last = line.answer().await;
    assert_eq!((last.status, &last.body), (200, &first.body));
    assert!(last.took < AT_ONCE, "{:?}", last.took);
    line.closed().await;
    hub.stopped().await;
}

#[tokio::test]
async fn requests_in_one_breath_are_answered_in_order() {
    let (_hub, mut agent, mut line) = start().await;
    let one = format!("GET {LONG} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer secret\r\n\r\n");
    line.say(&one.repeat(2)).await;
    assert!(line.answer().await.routes("web"));
    agent.tell(2, routes(&[router("news")])).await;
    assert!(line.answer().await.routes("news"));
}

#[tokio::test]
async fn simple_clients_are_answered_at_once_and_hung_up_on() {
    let (hub, _agent, _line) = start().await;
    let head = format!("GET {LONG} HTTP");
    for text in [
        format!("{head}/1.0\r\nAuthorization: Bearer secret\r\n\r\n"),
        format!(
            "{head}/1.1\r\nHost: hub\r\nAuthorization: Bearer secret\r\nConnection: close\r\n\r\n"
        ),
    ] {
        for _ in 0..2 {
            let mut line = Line::on(hub.dial().await);
            line.say(&text).await;
            let answer = line.answer().await;
            assert!(answer.routes("web") && answer.took < AT_ONCE, "{text}");
            line.closed().await;
        }
    }
}

#[tokio::test]
async fn who_goes_while_held_leaves_nothing_behind() {
    const CLIENTS: usize = 300;
    let settings = Settings {
        startup_wait: Wait::For(Duration::ZERO),
        ..Settings::default()
    };
    let hub = tether::hub::Hub::new(&settings);
    let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let tokens = tether::auth::Tokens {
        open: true,
        ..Default::default()
    };
    let app = tether::app::app(&hub, &settings, tokens, tasks.clone(), &shutdown);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tether::serve::serve(listener, app, tasks.clone(), shutdown.clone());
    let (serving, working) = (tokio::spawn(serving), {
        let shutdown = shutdown.clone();
        tokio::spawn(async move { hub.run(&settings, shutdown).await })
    });
    let mut lines = Vec::new();
    for _ in 0..CLIENTS {
        let socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let mut line = Line::on(socket);
        line.get(LONG, &[]).await;
        line.ask("GET", LONG, &[]).await;
        lines.push(line);
    }
    assert_eq!(tasks.len(), CLIENTS);
    drop(lines);
    // Well before the wait would have ended them.
    let gone = async {
        while !tasks.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let gone = tokio::time::timeout(AT_ONCE, gone).await;
    assert!(gone.is_ok(), "{} connections are left", tasks.len());
    shutdown.cancel();
    serving.await.unwrap();
    working.await.unwrap();
}

#[tokio::test]
async fn gzip_is_the_same_in_fewer_bytes_under_another_tag() {
    let (_hub, mut agent, mut line) = start().await;
    agent.tell(2, routes(&many())).await;
    for path in ["/config", "/config?format=yaml"] {
        let plain = line.get(path, &[]).await;
        let gzip = line.get(path, &["Accept-Encoding: br, gzip;q=0.5"]).await;
        assert_eq!(plain.header("content-encoding"), None);
        assert_eq!(gzip.header("content-encoding"), Some("gzip"));
        assert!(gzip.body.len() * 4 < plain.body.len());
        assert_eq!(gzip.text(), plain.text());
        assert_ne!(gzip.header("etag"), plain.header("etag"));
        for answer in [&plain, &gzip] {
            assert_eq!(answer.header("vary"), Some("accept-encoding"));
        }
        // Each tag stands for its own bytes.
        let has = format!("If-None-Match: {}", gzip.header("etag").unwrap());
        let same = line.get(path, &[&has, "Accept-Encoding: gzip"]).await;
        assert_eq!(
            (same.status, same.header("etag")),
            (304, gzip.header("etag"))
        );
        assert_eq!(same.header("vary"), Some("accept-encoding"));
        assert_eq!(line.get(path, &[&has]).await.status, 200);
        let head = line.head(path, &["Accept-Encoding: gzip"]).await;
        assert_eq!(head.header("content-length"), gzip.header("content-length"));
        let none = line.get(path, &["Accept-Encoding: gzip;q=0, *"]).await;
        assert_eq!(none.body, plain.body);
    }
}

#[tokio::test]
async fn what_is_held_may_ask_for_gzip_too() {
    let (_hub, mut agent, mut line) = start().await;
    let gzip = "Accept-Encoding: gzip";
    line.get(LONG, &[gzip]).await;
    line.ask("GET", LONG, &[gzip]).await;
    agent.tell(2, routes(&many())).await;
    let answer = line.answer().await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.routes("app7"));
}

#[tokio::test]
async fn a_large_configuration_is_the_same_in_every_form() {
    let (_hub, mut agent, mut line) = start().await;
    let large: Vec<_> = (0..1000).map(|n| router(&format!("app{n}"))).collect();
    agent.tell(2, routes(&large)).await;
    let gzip = "Accept-Encoding: gzip";
    let plain = line.get("/config", &[]).await;
    assert!(plain.body.len() > 128 * 1024, "{}", plain.body.len());
    let zipped = line.get("/config", &[gzip]).await;
    assert_eq!(zipped.text(), plain.text());
    let yaml = line.get("/config?format=yaml", &[gzip]).await;
    let yaml: serde_json::Value = serde_yaml_ng::from_str(&yaml.text()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&plain.text()).unwrap();
    assert_eq!(yaml, json);
}

#[tokio::test]
async fn wrong_wishes_are_told_what_is_right() {
    let (_hub, _agent, mut line) = start().await;
    for path in ["/config?wait=soon", "/config?wait=3", "/config?wait=-1s"] {
        let answer = line.get(path, &[]).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("`3s`"), "{}", answer.text());
    }
    let answer = line.get("/config?format=toml", &[]).await;
    assert!(answer.status == 400 && answer.text().contains("yaml"));
    let answer = line.get("/config?colour=red&wait=0s&=&x", &[]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_environment_that_has_emptied_says_so_and_one_that_never_was_is_unknown() {
    let (hub, _agent, mut line) = start().await;
    let path = "/config?env=lab&wait=4s";
    assert_eq!(line.get(path, &[]).await.status, 404);
    let mut lab = hello("b", None);
    lab.env = "lab".to_owned();
    let mut lab = Agent::connect(&hub, lab).await;
    // Its routes are not known yet: an answer without them could remove them from Traefik.
    hub.state_of("b", "live").await;
    assert_eq!(line.get(path, &[]).await.status, 404);
    lab.tell(1, routes(&[router("bench")])).await;
    assert!(line.get(path, &[]).await.routes("bench"));

    line.ask("GET", path, &[]).await;
    lab.send(&AgentMessage::Bye { drain: true }).await;
    let empty = line.answer().await;
    assert_eq!((empty.status, empty.text().as_str()), (200, "{}"));
    let other = Line::on(hub.dial().await).get(path, &[]).await;
    assert_eq!((other.status, other.text().as_str()), (200, "{}"));
}
