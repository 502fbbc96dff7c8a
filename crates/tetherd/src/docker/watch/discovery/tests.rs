//! Patterns and the sockets that they match.

use std::os::unix::net::UnixListener;

use super::*;

#[test]
fn only_sockets_count_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["1", "2", "3"] {
        fs::create_dir(at(name)).unwrap();
    }
    let _one = UnixListener::bind(at("1/docker-a.sock")).unwrap();
    let _two = UnixListener::bind(at("2/docker-b.sock")).unwrap();
    let _hidden = UnixListener::bind(at("2/.docker-c.sock")).unwrap();
    let _other = UnixListener::bind(at("2/podman.sock")).unwrap();
    fs::write(at("3/docker-d.sock"), "").unwrap();
    std::os::unix::fs::symlink(at("1/docker-a.sock"), at("3/docker-e.sock")).unwrap();
    let found = |places: &[&str]| {
        let place = |text: &&str| {
            let text = text.replace('~', folder.path().to_str().unwrap());
            text.parse().unwrap()
        };
        let places: Vec<EngineLocation> = places.iter().map(place).collect();
        let root = format!("unix://{}/", folder.path().display());
        let found = present(&places);
        let names = found.iter().map(|one| one.to_string().replace(&root, ""));
        names.collect::<Vec<_>>()
    };
    let pattern = "unix://~/*/docker-*.sock";
    assert_eq!(found(&[pattern]), ["1/docker-a.sock", "2/docker-b.sock"]);
    let fixed = "unix://~/2/docker-b.sock";
    assert_eq!(
        found(&[pattern, fixed]),
        ["1/docker-a.sock", "2/docker-b.sock"]
    );
    assert_eq!(
        found(&[fixed, fixed, "unix://~/x"]),
        ["2/docker-b.sock", "x"]
    );
    assert_eq!(found(&["unix://~/*.sock"]), [""; 0]);
}

#[test]
fn a_pattern_is_a_path_of_sockets() {
    let matching = |text: &str| matches!(text.parse(), Ok(EngineLocation::Pattern(_)));
    assert!(matching("unix:///run/*/docker-?.sock"));
    assert!(!matching("unix:///run/docker.sock"));
    assert!(!matching("tcp://*:2375"));
    let error = "unix:///run/[/x".parse::<EngineLocation>().unwrap_err();
    assert!(error.contains("is no pattern"), "{error}");
}
