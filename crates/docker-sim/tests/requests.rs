//! Plain HTTP requests: versions, refusals, lists and their filters.

use std::time::{Duration, SystemTime};

use docker_sim::{ContainerSpec, Health};

use crate::support::serve;

#[tokio::test]
async fn get_and_head_of_a_ping_return_the_version() {
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
async fn invalid_requests_get_dockers_messages() {
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
