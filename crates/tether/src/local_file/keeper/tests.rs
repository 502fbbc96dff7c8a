use std::path::PathBuf;

use super::*;
use crate::merge::{Policy, merge};

fn keeper(named: bool) -> Keeper {
    let path = PathBuf::from("/data/dynamic.yml");
    Keeper::new(
        LocalFilePath { path, named },
        Templates::default(),
        TraefikVersion::NEWEST,
    )
}

fn reading(files: &[(&str, &str)]) -> Reading {
    let files = files.iter();
    let files = files.map(|(name, text)| ((*name).to_owned(), Ok(text.as_bytes().to_vec())));
    Ok(files.collect())
}

/// The names of routers and the paths of certificates that Traefik gets.
fn served(local: &LocalFile) -> Vec<String> {
    let Some(routes) = local.routes.clone() else {
        return Vec::new();
    };
    let merged = merge(&[routes], &Policy::default());
    let elements = merged.elements.iter();
    let names = elements.map(|(key, element)| match key.kind {
        Kind::Certificates => element.value()["certFile"].as_str().unwrap().to_owned(),
        _ => key.name.clone(),
    });
    names.collect()
}

fn told(local: &LocalFile) -> String {
    let lines = local.problems.iter().map(|problem| {
        let file = problem.origin.file.as_deref().unwrap_or_default();
        format!("{file} {}\n", problem.message)
    });
    lines.collect()
}

const ONE: &str = "http: { routers: { one: { rule: Host(`a`), service: a@internal } } }";
const TWO: &str = "http: { routers: { two: { rule: Host(`b`), service: b@internal } } }";

#[test]
fn each_file_keeps_its_last_good_content() {
    let mut keeper = keeper(true);
    let local = keeper.take(reading(&[("a.yml", ONE), ("b.yml", "[")]));
    assert_eq!(served(&local), ["one"]);
    assert!(told(&local).contains("nothing of this file is served"));
    let local = keeper.take(reading(&[("a.yml", "["), ("b.yml", TWO)]));
    assert_eq!(served(&local), ["one", "two"]);
    assert!(told(&local).contains("the file's last good content is served"));
    let local = keeper.take(reading(&[("b.yml", TWO)]));
    assert_eq!(served(&local), ["two"]);
    assert_eq!(told(&local), "");
}

#[test]
fn a_file_that_cannot_be_read_keeps_its_last_good_content() {
    let mut keeper = keeper(true);
    keeper.take(reading(&[("a.yml", ONE), ("b.yml", TWO)]));
    let mut denied = reading(&[("a.yml", ONE)]).unwrap();
    denied.insert("b.yml".to_owned(), Err("permission denied".to_owned()));
    let local = keeper.take(Ok(denied));
    assert_eq!(served(&local), ["one", "two"]);
    assert!(told(&local).contains("b.yml the file cannot be read: permission denied"));
}

#[test]
fn what_is_gone_is_kept_and_what_is_empty_is_not() {
    let mut keeper = keeper(false);
    assert_eq!(told(&keeper.take(Err(Unreadable::Missing))), "");
    keeper.take(reading(&[("a.yml", ONE)]));
    let gone = keeper.take(Err(Unreadable::Missing));
    assert_eq!(served(&gone), ["one"]);
    assert!(told(&gone).contains("is gone"));
    let bad = keeper.take(Err(Unreadable::Bad("input/output error".to_owned())));
    assert_eq!(served(&bad), ["one"]);
    assert!(told(&bad).contains("input/output error; its last good content is still served"));
    assert_eq!(served(&keeper.take(reading(&[("a.yml", "")]))), [""; 0]);
}

#[test]
fn the_first_file_keeps_a_name_and_directories_come_in_their_place() {
    let other = ONE.replace("Host(`a`)", "Host(`other`)");
    let mut keeper = keeper(true);
    let local = keeper.take(reading(&[
        ("a.yml", ONE),
        ("a/x.yml", &other),
        ("b.yml", ONE),
    ]));
    let told = told(&local);
    for line in [
        "a.yml http router `one` is defined differently in `a/x.yml`",
        "b.yml http router `one` is defined differently in `a/x.yml`",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn certificates_stay_in_order_and_equal_ones_are_one() {
    let list = |names: &[&str]| {
        let items = names.iter();
        let items = items.map(|name| format!("{{ certFile: {name}, keyFile: k }}"));
        format!(
            "tls: {{ certificates: [{}] }}",
            items.collect::<Vec<_>>().join(", ")
        )
    };
    let (a, b) = (list(&["z", "a", "z"]), list(&["m", "a"]));
    let local = keeper(true).take(reading(&[("a.yml", &a), ("b.yml", &b)]));
    assert_eq!(served(&local), ["z", "a", "m"]);
    assert!(told(&local).contains("b.yml a certificate is in `a.yml` too"));
}

#[test]
fn what_did_not_change_is_known() {
    let mut keeper = keeper(true);
    let one = reading(&[("a.yml", ONE)]);
    assert!(!keeper.knows(&one));
    keeper.take(one.clone());
    assert!(keeper.knows(&one));
    assert!(!keeper.knows(&reading(&[("a.yml", TWO)])));
}
