use serde_json::json;

use super::*;
use crate::probe::watch::tests::{service, snapshot};

#[test]
fn urls_and_addresses_are_parsed() {
    let cases = [
        ("http://10.0.0.7:8080", Ok("http://10.0.0.7:8080")),
        ("http://10.0.0.7", Ok("http://10.0.0.7:80")),
        ("https://10.0.0.7/", Ok("https://10.0.0.7:443")),
        ("h2c://10.0.0.7:8080", Ok("http://10.0.0.7:8080")),
        (
            "HTTP://App.Example:8080/a?b#c",
            Ok("http://app.example:8080"),
        ),
        ("http://user:word@app:8080/@x", Ok("http://app:8080")),
        ("http://my_app", Ok("http://my_app:80")),
        ("http://[fd12::7]:8080/", Ok("http://[fd12::7]:8080")),
        ("http://[fd12::7]", Ok("http://[fd12::7]:80")),
        ("http://[fe80::1%25eth0]:80", Ok("http://[fe80::1]:80")),
        ("http://", Err(NotTried::Unreadable)),
        ("http://10.0.0.7:0", Err(NotTried::Unreadable)),
        ("http://10.0.0.7:99999", Err(NotTried::Unreadable)),
        ("http://10.0.0.7:web", Err(NotTried::Unreadable)),
        ("http://[fd12::7]8080", Err(NotTried::Unreadable)),
        ("http://fd12::7:80", Err(NotTried::Unreadable)),
        ("http://a b:80", Err(NotTried::Unreadable)),
        ("fcgi://10.0.0.7:9000", Err(NotTried::Unreadable)),
        ("10.0.0.7:8080", Err(NotTried::Unreadable)),
    ];
    for (url, expected) in cases {
        let found = Target::of_url(url, None).map(|target| target.to_string());
        assert_eq!(found, expected.map(str::to_owned), "{url}");
    }
    let cases = [
        ("10.0.0.7:5432", Ok("10.0.0.7:5432")),
        ("db:5432", Ok("db:5432")),
        ("[fd12::7]:5432", Ok("[fd12::7]:5432")),
        ("10.0.0.7", Err(NotTried::Unreadable)),
        ("[fd12::7]", Err(NotTried::Unreadable)),
        (":5432", Err(NotTried::Unreadable)),
    ];
    for (address, expected) in cases {
        let found = Target::of_address(address, false).map(|target| target.to_string());
        assert_eq!(found, expected.map(str::to_owned), "{address}");
    }
}

#[test]
fn what_a_target_shows_is_parsed_as_the_same_target() {
    for url in ["http://a", "https://[::1]:8", "h2c://10.0.0.7:99/x"] {
        let target = Target::of_url(url, None).unwrap();
        assert_eq!(Target::of_url(&target.to_string(), None), Ok(target));
    }
}

#[test]
fn labels_write_booleans_in_their_own_ways() {
    for yes in [json!(true), json!("true"), json!("True"), json!("1")] {
        assert!(is_true(&yes), "{yes}");
    }
    for no in [json!(false), json!("false"), json!("0"), json!(null)] {
        assert!(!is_true(&no), "{no}");
    }
}

#[test]
fn the_servers_of_a_snapshot_are_tried_once_each_but_not_udp() {
    let http = |name, urls: &[&str]| {
        let servers: Vec<_> = urls.iter().map(|url| json!({ "url": url })).collect();
        service(Section::Http, name, &servers)
    };
    let tcp = |name, servers| service(Section::Tcp, name, servers);
    let udp = service(Section::Udp, "dns", &[json!({ "address": "10.0.0.9:53" })]);
    let snapshot = snapshot(&[
        http("a", &["http://10.0.0.7:8080", "http://app:80"]),
        http(
            "b",
            &["http://10.0.0.7:8080/path", "http://169.254.169.254"],
        ),
        tcp("plain", &[json!({ "address": "10.0.0.8:5432" })]),
        tcp(
            "both",
            &[json!({ "address": "10.0.0.8:5432", "tls": true })],
        ),
        udp,
    ]);
    let found = targets(&snapshot).into_iter();
    let found: Vec<_> = found
        .map(|target| (target.protocol, target.to_string()))
        .collect();
    let expected = [
        // Checked when it is tried, like the addresses of names.
        (Protocol::Http, "http://10.0.0.7:8080"),
        (Protocol::Http, "http://169.254.169.254:80"),
        (Protocol::Http, "http://app:80"),
        (Protocol::Tcp, "10.0.0.8:5432"),
        (Protocol::Tls, "10.0.0.8:5432"),
    ];
    assert_eq!(
        found,
        expected.map(|(protocol, text)| (protocol, text.to_owned()))
    );
}

#[test]
fn tls_is_usual_at_ports_that_are_named_after_443() {
    let is_usual = |port: u16, container_port: Option<u16>| {
        let url = format!("http://10.0.0.7:{port}");
        Target::of_url(&url, container_port).unwrap().tls_is_usual
    };
    assert!(
        [443, 8443, 9443, 10443]
            .iter()
            .all(|port| is_usual(*port, None))
    );
    assert!(
        ![80, 8080, 4430, 44300, 44301]
            .iter()
            .any(|port| is_usual(*port, None))
    );
    assert!(is_usual(32768, Some(443)));
    assert!(!is_usual(8443, Some(80)));
}
