//! What the agent makes of the answers of real engines in `tests/answers/`.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use tetherd::docker::{Container, Health, NetworkMode};

use crate::support::canned::{self, canned};
use crate::support::{until, watched};

/// The containers in this list.
async fn read(list: String) -> Vec<Container> {
    let canned = canned(Arc::new(move |path| {
        let path = path.split('?').next().unwrap();
        match path {
            "/version" => Some((
                200,
                r#"{"ApiVersion":"1.52","MinAPIVersion":"1.24"}"#.into(),
            )),
            "/info" => Some((200, r#"{"ID":"x","Name":"h"}"#.into())),
            "/containers/json" => Some((200, list.clone())),
            "/events" => None,
            _ => Some((404, String::new())),
        }
    }));
    let (mut words, ..) = watched(&canned.endpoint);
    let word = until(&mut words, |word| word.listed).await;
    word.containers.to_vec()
}

fn text(container: &Container) -> String {
    let mut text = format!(
        "{} {:?} {:?}",
        container.name, container.network, container.health
    );
    if let Some(why) = &container.unreadable {
        write!(text, "\n  unreadable: {why}").unwrap();
    }
    for port in &container.ports {
        write!(text, "\n  {:?} {}", port.protocol, port.private).unwrap();
        if let Some(public) = port.public {
            write!(text, " at {:?} {public}", port.ip).unwrap();
        }
    }
    for there in &container.attachments {
        let (addresses, gateways) = (&there.addresses, &there.gateways);
        write!(text, "\n  {} {addresses:?} by {gateways:?}", there.network).unwrap();
    }
    for (key, value) in &container.labels {
        write!(text, "\n  label {key}={value}").unwrap();
    }
    text + "\n"
}

#[tokio::test]
async fn what_engines_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers");
    for name in ["docker-20.10", "docker-29", "podman-4.3"] {
        let list = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let made: String = read(list).await.iter().map(text).collect();
        let expected = folder.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected, made).unwrap();
        } else {
            assert_eq!(made, std::fs::read_to_string(&expected).unwrap(), "{name}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_said_and_costs_no_route() {
    let (send, list) = tokio::sync::watch::channel("[{\"Id\":\"a\"}]".to_owned());
    let canned = canned(Arc::new(move |path| {
        let path = path.split('?').next().unwrap();
        match path {
            "/containers/json" => Some((200, list.borrow().clone())),
            // A stream that ends is taken up again, with a new look.
            "/events" => Some((200, String::new())),
            _ => Some((200, "{}".into())),
        }
    }));
    let (mut words, ..) = watched(&canned.endpoint);
    until(&mut words, |word| word.containers.len() == 1).await;
    let mut asked = canned.asked.clone();
    for strange in ["<html>", "[{\"Id\":\"a\"}"] {
        send.send_replace(strange.to_owned());
        let before = asked.borrow().len();
        let lists = |all: &Vec<String>| {
            let new = all.iter().skip(before);
            new.filter(|path| path.starts_with("/containers")).count()
        };
        until(&mut asked, |all| lists(all) >= 2).await;
        assert_eq!(words.borrow().containers.len(), 1, "{strange}");
    }
    send.send_replace("[]".to_owned());
    until(&mut words, |word| word.containers.is_empty()).await;
}

/// A Podman with these containers; `inspected` answers the inspections.
fn podman(inspected: (u16, &'static str)) -> canned::Canned {
    canned(Arc::new(move |path| {
        let all = r#"[{"Id":"a","Names":["/hosty"]},{"Id":"b","Names":["/web"],
            "Ports":[{"PrivatePort":80,"PublicPort":8080,"Type":"tcp"}]}]"#;
        let answer = match path {
            "/version" => r#"{"ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]}"#,
            "/info" => r#"{"ID":"made up anew each time","Name":"h"}"#,
            "/containers/a/json" => return Some((inspected.0, inspected.1.to_owned())),
            "/containers/b/json" => {
                r#"{"HostConfig":{"NetworkMode":"bridge"},"Config":{"Healthcheck":{}},
                    "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],
                    "81/tcp":[{"HostIp":"","HostPort":"8081"}],"82/tcp":null}}}"#
            }
            path if path.starts_with("/events") => return None,
            path if path.contains("unhealthy") => r#"[{"Id":"b"}]"#,
            path if path.contains("starting") => "[]",
            _ => all,
        };
        Some((200, answer.to_owned()))
    }))
}

#[tokio::test]
async fn what_podman_leaves_out_is_asked_for_once() {
    let canned = podman((200, r#"{"HostConfig":{"NetworkMode":"host"}}"#));
    let (mut words, ..) = watched(&canned.endpoint);
    let word = until(&mut words, |word| word.listed).await;
    assert!(word.id.is_some_and(|id| id.starts_with("podman-")));
    assert_eq!(word.name.as_deref(), Some("h"));
    let [hosty, web] = word.containers.as_slice() else {
        panic!("{:?}", word.containers)
    };
    assert_eq!(hosty.network, NetworkMode::Host);
    assert_eq!(
        (&web.network, web.health),
        (&NetworkMode::Own, Health::Unhealthy)
    );
    let ports: Vec<_> = web.ports.iter().map(|p| (p.private, p.public)).collect();
    assert_eq!(ports, [(80, Some(8080)), (81, Some(8081))]);
    // One more look comes by itself.
    let count = |asked: &Vec<String>, wanted: &str| {
        let found = asked.iter().filter(|path| path.contains(wanted));
        found.count()
    };
    let mut asked = canned.asked.clone();
    let asked = until(&mut asked, |asked| count(asked, "%22unhealthy") >= 2).await;
    assert_eq!(count(&asked, "/a/json"), 1, "{asked:?}");
}

#[tokio::test]
async fn a_proxy_that_forbids_inspections_is_asked_once_and_costs_no_route() {
    let canned = podman((403, ""));
    let (mut words, ..) = watched(&canned.endpoint);
    let word = until(&mut words, |word| word.listed).await;
    let [hosty, web] = word.containers.as_slice() else {
        panic!("{:?}", word.containers)
    };
    assert_eq!(hosty.network, NetworkMode::Own);
    assert_eq!(web.ports[0].public, Some(8080));
    assert_eq!(web.health, Health::Unhealthy);
    let mut asked = canned.asked.clone();
    let looks = |asked: &Vec<String>| {
        asked
            .iter()
            .filter(|path| path.contains("%22unhealthy"))
            .count()
    };
    let asked = until(&mut asked, |asked| looks(asked) >= 2).await;
    let forbidden = asked.iter().filter(|path| path.ends_with("/a/json"));
    assert_eq!(forbidden.count(), 1, "{asked:?}");
}

#[tokio::test]
async fn an_engine_whose_events_are_forbidden_is_asked_now_and_then() {
    let (send, list) = tokio::sync::watch::channel(r#"[{"Id":"a"}]"#.to_owned());
    let canned = canned(Arc::new(move |path| {
        let path = path.split('?').next().unwrap();
        match path {
            "/containers/json" => Some((200, list.borrow().clone())),
            "/events" => Some((405, "Method Not Allowed".into())),
            _ => Some((200, "{}".into())),
        }
    }));
    let (mut words, ..) = watched(&canned.endpoint);
    until(&mut words, |word| word.containers.len() == 1).await;
    send.send_replace(r#"[{"Id":"a"},{"Id":"b"}]"#.to_owned());
    until(&mut words, |word| word.containers.len() == 2).await;
    // No faster than after any other fault.
    let mut asked = canned.asked.clone();
    let streams = |asked: &Vec<String>| {
        let streams = asked.iter().filter(|path| path.starts_with("/events"));
        streams.count()
    };
    let start = std::time::Instant::now();
    until(&mut asked, |asked| streams(asked) >= 5).await;
    assert!(start.elapsed() > std::time::Duration::from_millis(500));
}
