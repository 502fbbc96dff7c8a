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
fn what_is_wrong_is_said() {
    let error = |text: &str| text.parse::<Endpoint>().unwrap_err();
    assert!(error("/run/docker.sock").contains("unix:///"));
    assert!(error("unix://run/x").contains("unix:///run/x"));
    assert!(error("ssh://me@host").contains("docker.sock me@host)"));
    assert!(error("npipe:////./pipe/docker").contains("`npipe://`"));
    assert!(error("tcp://me:secret@host").starts_with("the address of an engine cannot contain"));
    assert!(error("tcp://").contains("tcp://host:2375"));
}
