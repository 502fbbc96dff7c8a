//! `tether config` and `tether check`, the real program against files and hubs.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tether::settings::{Settings, Wait};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::support::{Agent, TestHub, hello, router, routes, within};

/// The result of a run of the program.
struct Run {
    code: i32,
    out: String,
    err: String,
}

async fn run(arguments: &[&str], token: Option<&str>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tether"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    if let Some(token) = token {
        command.env("TETHER_TOKEN", token);
    }
    let output = within("the program's end", command.output()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let run = Run {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    let all = [&*run.out, &*run.err].concat();
    assert!(!all.contains("hunter2"), "{arguments:?}: {all}");
    run
}

async fn check(path: &Path) -> Run {
    run(&["check", path.to_str().unwrap()], None).await
}

async fn hub_with_a_route() -> (TestHub, Agent) {
    let hub = TestHub::start(Settings {
        startup_wait: Wait::For(Duration::ZERO),
        ..Settings::default()
    })
    .await;
    let mut agent = Agent::connect(&hub, hello("a", Some(&["a"]))).await;
    agent.tell(1, routes(&[router("web")])).await;
    (hub, agent)
}

#[tokio::test]
async fn config_prints_what_traefik_gets() {
    let (hub, _agent) = hub_with_a_route().await;
    let (url, served) = (hub.url(""), hub.config().await);
    let yaml = run(&["config", "--url", &url], Some("secret")).await;
    assert_eq!((yaml.code, &*yaml.err), (0, ""));
    assert_eq!(
        serde_yaml_ng::from_str::<Value>(&yaml.out).unwrap(),
        served,
        "{}",
        yaml.out
    );
    // As it stands in Traefik's own configuration, and by port.
    let url = hub.url("/config");
    let json = run(
        &["config", "--url", &url, "--format", "json"],
        Some("secret"),
    )
    .await;
    assert_eq!(serde_json::from_str::<Value>(&json.out).unwrap(), served);
    assert!(json.out.contains("\n  \"http\": {\n"), "{}", json.out);
    let port = hub.port().to_string();
    let here = run(&["config", "--port", &port], Some("secret")).await;
    assert_eq!(here.out, yaml.out);
    let fine = run(&["check", &url], Some("secret")).await;
    assert_eq!(fine.code, 0, "{}", fine.out);
    assert!(
        fine.out
            .ends_with(": 2 good elements, 0 errors, 0 warnings\n"),
        "{}",
        fine.out
    );
}

#[tokio::test]
async fn who_cannot_be_asked_is_told_why() {
    let (hub, _agent) = hub_with_a_route().await;
    let url = hub.url("");
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let waiting = TestHub::start(Settings::default()).await;
    for (arguments, token, words) in [
        (
            vec!["config", "--url", &url],
            None,
            "requires a token: set TETHER_TOKEN",
        ),
        (
            vec!["config", "--url", &url],
            Some("hunter2"),
            "rejects the token",
        ),
        (vec!["config", "--url", &nobody], None, "nothing listens at"),
        (vec!["check", &nobody], None, "nothing listens at"),
        (
            vec!["config", "--url", &waiting.url("")],
            Some("secret"),
            "not ready: no agent has sent",
        ),
        (
            vec!["config", "--url", &url, "--env", "a b&c"],
            Some("secret"),
            "`a b&c`",
        ),
        (vec!["config", "--url", "ftp://hub"], None, "use http"),
        (
            vec!["config", "--url", &url.replace("http", "https")],
            None,
            "does not speak TLS: write http:// in its URL",
        ),
    ] {
        let run = run(&arguments, token).await;
        assert_eq!((run.code, &*run.out), (2, ""), "{words}: {}", run.err);
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
}

#[tokio::test]
async fn check_says_what_is_wrong_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynamic.yml");
    let write = |text: &str| std::fs::write(&path, text).unwrap();

    write("http: { middlewares: { zip: { compress: {} } } }");
    let fine = check(&path).await;
    assert_eq!(fine.code, 0, "{}", fine.out);
    assert!(
        fine.out.ends_with("1 good element, 0 errors, 0 warnings\n"),
        "{}",
        fine.out
    );

    write(
        "http:\n  routers:\n    a: { rul: x }\n    b: { rule: Host(`b`), service: gone, \
         middlewares: [ shared@http, api@internal ] }\n  services: { s: { loadBalancer: { \
         passHostHeader: hunter } } }\nentryPoints: {}\n",
    );
    let bad = check(&path).await;
    assert_eq!(bad.code, 1, "{}", bad.out);
    for words in [
        "error: dynamic.yml: http router `a`, field `rul`: Traefik has no such field",
        "error: dynamic.yml: http service `s`",
        "error: dynamic.yml: http router `b` refers to service `gone`, which is not defined",
        "warning: dynamic.yml: `entryPoints` is ignored",
        "1 good element, 3 errors, 1 warning\n",
    ] {
        assert!(bad.out.contains(words), "{words}:\n{}", bad.out);
    }
    assert_eq!(bad.out.lines().count(), 5, "{}", bad.out);

    write("a: [ hunter2");
    let broken = check(folder.path()).await;
    assert_eq!(broken.code, 1);
    assert!(
        broken
            .out
            .starts_with("error: dynamic.yml: line 2, column "),
        "{}",
        broken.out
    );

    let missing = check(&folder.path().join("missing.yml")).await;
    assert_eq!((missing.code, &*missing.out), (2, ""));
    assert!(
        missing.err.ends_with("missing.yml does not exist\n"),
        "{}",
        missing.err
    );
}

#[tokio::test]
async fn check_finds_what_a_hub_could_not_resolve() {
    let (hub, mut agent) = hub_with_a_route().await;
    let mut web = router("web");
    web.elements[0].body["middlewares"] = json!(["gone"]);
    agent.tell(2, routes(&[web])).await;
    let bad = run(&["check", &hub.url("")], Some("secret")).await;
    assert_eq!(bad.code, 1, "{}", bad.out);
    assert!(
        bad.out
            .contains("refers to middleware `gone`, which the hub could not resolve"),
        "{}",
        bad.out
    );
}
