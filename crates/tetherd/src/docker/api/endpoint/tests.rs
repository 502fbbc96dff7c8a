//! Addresses as `DOCKER_HOST` writes them.

use super::*;

#[test]
fn ways_to_an_engine() {
    let way = |text: &str| text.parse::<Endpoint>().unwrap().way;
    assert_eq!(
        way("unix:///run/docker.sock"),
        Way::Unix("/run/docker.sock".into())
    );
    assert_eq!(way("tcp://proxy"), Way::Tcp("proxy:2375".into()));
    assert_eq!(way("tcp://proxy:99/"), Way::Tcp("proxy:99".into()));
    assert_eq!(way("http://[::1]"), Way::Tcp("[::1]:2375".into()));
    let certificates = Certificates::new(Some("/c".into()));
    let secure = |text: &str| {
        text.parse::<Endpoint>()
            .unwrap()
            .with_tls(&certificates)
            .way
    };
    let tls = |place: &str| Way::Tls(place.into(), certificates.clone());
    assert_eq!(secure("tcp://far"), tls("far:2376"));
    assert_eq!(secure("https://far:1"), tls("far:1"));
    assert_eq!(secure("http://near"), Way::Tcp("near:2375".into()));
    assert_eq!(secure("unix:///x"), Way::Unix("/x".into()));
}

#[test]
fn the_address_of_the_machine_stands_after_a_hash() {
    let endpoint = |text: &str| text.parse::<Endpoint>().unwrap();
    let tunnel = endpoint("tcp://127.0.0.1:2375#192.0.2.20");
    assert_eq!(tunnel.to_string(), "tcp://127.0.0.1:2375");
    assert_eq!(tunnel.stated, Some("192.0.2.20".parse().unwrap()));
    let socket = endpoint("unix:///run/far.sock#nas.lan");
    assert_eq!(socket.way, Way::Unix("/run/far.sock".into()));
    assert_eq!(
        socket.in_force(),
        "unix:///run/far.sock, its machine at nas.lan"
    );
    assert!(socket.is_like(&endpoint("unix:///run/far.sock")));
    let certificates = Certificates::new(None);
    let secure = endpoint("tcp://far#10.0.0.9").with_tls(&certificates);
    assert_eq!(secure.stated, Some("10.0.0.9".parse().unwrap()));
}

#[test]
fn what_is_wrong_is_said() {
    let error = |text: &str| text.parse::<Endpoint>().unwrap_err();
    assert!(error("/run/docker.sock").contains("unix:///"));
    assert!(error("unix://run/x").contains("unix:///run/x"));
    assert!(error("ssh://me@host").contains("docker.sock me@host)"));
    assert!(error("npipe:////./pipe/docker").contains("`npipe://`"));
    assert!(error("tcp://me:secret@host").starts_with("the address of an engine cannot contain"));
    assert!(error("tcp://far#").contains("neither an IP address nor a host name"));
    assert!(error("tcp://far#0.0.0.0").contains("not an address to connect to"));
    assert!(error("tcp://").contains("tcp://host:2375"));
}
