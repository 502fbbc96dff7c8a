//! The legacy wire by examples: each file of `legacy_frames/` has frames of some agents, and below the
//! first rule what Traefik gets, and below the second what people are told.
//!
//! `UPDATE_EXPECT=1` writes both anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;
use tether::agents::legacy_frame;
use tether::compile::AgentRoutes;
use tether::merge::{Merged, Policy, merge};
use tether::publish::{to_json, to_yaml};
use tether_proto::LegacyFrame;
use traefik_config::{Element, Problem, validate};

const RULE: &str = "----------\n";

#[test]
fn every_frame_comes_out_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy_frames");
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "the cases are not all there");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("# "),
            "{file:?} does not say what it shows"
        );
        let (input, expected) = text.split_once(RULE).unwrap_or((&text, ""));
        let out = outcome(input);
        if out == expected {
            continue;
        }
        match update {
            true => fs::write(&file, format!("{input}{RULE}{out}")).unwrap(),
            false => wrong.push(format!("{}:\n{out}\nand not\n{expected}", file.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn outcome(input: &str) -> String {
    let json: String = input
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| [line, "\n"])
        .collect();
    // The last frame of each agent is its word.
    let mut agents = BTreeMap::new();
    for frame in serde_json::Deserializer::from_str(&json).into_iter::<LegacyFrame>() {
        if let Some((hello, routes)) = legacy_frame::read(frame.unwrap()) {
            assert_eq!(hello.roster, None, "these agents were never told one");
            let routes = AgentRoutes::new(&hello.agent, &routes);
            agents.insert((hello.env, hello.agent), routes);
        }
    }
    let agents: Vec<_> = agents.into_values().collect();
    let merged = merge(&agents, &Policy::default());
    assert_valid(&merged);
    let configuration = String::from_utf8(to_yaml(&to_json(&merged))).unwrap();
    let told: String = merged.problems.iter().map(line).collect();
    format!("{configuration}{RULE}{told}")
}

fn line(problem: &Problem) -> String {
    assert_eq!(
        (&problem.origin.engine, &problem.origin.container),
        (&None, &None)
    );
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let (severity, code) = (word(json!(problem.severity)), word(json!(problem.code)));
    let agent = problem.origin.agent.as_deref().unwrap();
    format!("{severity} {code} {agent}: {}\n", problem.message)
}

fn assert_valid(merged: &Merged) {
    for (key, merged) in merged.elements.iter() {
        let element = Element {
            section: key.section,
            kind: key.kind,
            name: key.name.clone(),
            body: merged.value(),
            implicit: merged.implicit,
        };
        assert_eq!(
            validate::validate(&element),
            Ok(()),
            "Traefik would refuse it"
        );
    }
}
