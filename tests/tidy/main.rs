//! Holds the repository to its own rules: what imports what, how long files and functions are, and
//! which folders the map in ARCHITECTURE.md names.

mod cycles;
mod imports;
mod map;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use map::{Map, Order};
use source::Source;

/// The longest source file, in lines.
const FILE_MAX_LINES: usize = 400;

/// The longest function, in lines from `fn` to its closing brace.
const FUNCTION_MAX_LINES: usize = 80;

/// The crates whose files must not import each other in a circle.
const ACYCLIC: [&str; 7] = [
    "docker-sim",
    "go-compat",
    "tether",
    "tether-proto",
    "tether-runtime",
    "tetherd",
    "traefik-config",
];

/// The only places where the hub may use the agent's crate: its own agent and the demo.
const HUB_USES_AGENT: [&str; 4] = ["agents/in_process", "demo", "settings", "lib"];

/// Files that a program writes.
const GENERATED: [&str; 2] = ["web/src/lib/wire.ts", "package-lock.json"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every file that git tracks, as a path from the root.
fn tracked() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .expect("git runs");
    let names = String::from_utf8(output.stdout).expect("paths are UTF-8");
    let names = names.split_terminator('\0').map(str::to_owned);
    names.filter(|name| root().join(name).exists()).collect()
}

fn sources(name: &str) -> Vec<Source> {
    source::read(&root().join("crates").join(name).join("src"))
}

fn architecture() -> Map {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md"));
    Map::read(&text.expect("ARCHITECTURE.md can be read"))
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_circle_of_imports() {
    let mut faults = Vec::new();
    for name in ACYCLIC {
        for circle in cycles::find(&imports::graph(&sources(name))) {
            faults.push(format!("{name}: these files import each other: {circle}"));
        }
    }
    assert_none(&faults);
}

#[test]
fn nothing_imports_from_a_later_stage() {
    let map = architecture();
    for name in ["go-compat", "tether", "tetherd", "traefik-config"] {
        assert!(map.orders.contains_key(name), "{name} has no stages");
    }
    let mut faults = Vec::new();
    for (name, order) in &map.orders {
        faults.extend(against(order, &imports::graph(&sources(name)), name));
    }
    assert_none(&faults);
}

/// Imports against the order, and files that no stage names.
fn against(order: &Order, graph: &BTreeMap<String, BTreeSet<String>>, name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, targets) in graph {
        let Some(stage) = order.stage(from) else {
            faults.push(format!("{name}: no stage of ARCHITECTURE.md names {from}"));
            continue;
        };
        for to in targets {
            if order.stage(to).is_some_and(|later| later > stage) {
                faults.push(format!(
                    "{name}: {from} (stage {stage}) imports from {to}, which is a later stage"
                ));
            }
        }
    }
    faults
}

#[test]
fn an_import_that_is_turned_round_is_found() {
    let map = Map::read(
        "## Stages\n\n### `demo`\n\n| # | stage | what |\n|---|---|---|\n\
         | 1 | `first` | comes first |\n| 2 | `second`, `third` | follow |\n",
    );
    let order = &map.orders["demo"];
    let file = |path: &str, text: &str| Source::of(path, text);
    let good = [
        file("first.rs", "mod leaf;"),
        file("first/leaf.rs", "pub fn f() {}"),
        file("second.rs", "use crate::first::leaf::f;"),
        file("third.rs", "fn g() { crate::second::g() }"),
    ];
    assert_none(&against(order, &imports::graph(&good), "demo"));
    assert!(cycles::find(&imports::graph(&good)).is_empty());

    let turned = [
        file("first.rs", "use super::second::{self, g as h};"),
        file("second.rs", "use crate::first;"),
        file("fourth.rs", ""),
    ];
    let graph = imports::graph(&turned);
    let faults = against(order, &graph, "demo");
    assert_eq!(
        faults,
        [
            "demo: first (stage 1) imports from second, which is a later stage",
            "demo: no stage of ARCHITECTURE.md names fourth",
        ]
    );
    assert_eq!(cycles::find(&graph), ["first, second"]);
}

#[test]
fn the_hub_uses_the_agent_only_for_its_own_and_for_the_demo() {
    let mut faults = Vec::new();
    for source in sources("tether") {
        let allowed = HUB_USES_AGENT.iter().any(|place| source.is_in(place));
        if !allowed && imports::crates(&source).contains("tetherd") {
            faults.push(format!("crates/tether/src/{} uses tetherd", source.path));
        }
    }
    assert_none(&faults);
}

#[test]
fn files_and_functions_are_short() {
    let mut faults = Vec::new();
    for path in tracked() {
        let is_source = [".rs", ".ts", ".svelte", ".mjs", ".css"]
            .iter()
            .any(|end| path.ends_with(end));
        if !is_source || GENERATED.iter().any(|generated| path.ends_with(generated)) {
            continue;
        }
        let text = std::fs::read_to_string(root().join(&path)).expect("a source is UTF-8");
        let lines = text.lines().count();
        if lines > FILE_MAX_LINES {
            faults.push(format!("{path} has {lines} lines, over {FILE_MAX_LINES}"));
        }
        if path.ends_with(".rs") {
            for (name, lines) in Source::of(&path, &text).functions() {
                if lines > FUNCTION_MAX_LINES {
                    faults.push(format!(
                        "{path}: fn {name} has {lines} lines, over {FUNCTION_MAX_LINES}"
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn nothing_that_was_built_is_tracked() {
    let built = |path: &String| {
        let mut folders = path.split('/').rev().skip(1);
        folders.any(|folder| ["target", "node_modules", "dist", ".venv"].contains(&folder))
    };
    assert_none(&tracked().into_iter().filter(built).collect::<Vec<_>>());
}

#[test]
fn the_map_names_every_folder() {
    let map = architecture();
    let mut faults = BTreeSet::new();
    for path in tracked() {
        let parts: Vec<&str> = path.split('/').collect();
        // A folder for a file's unit tests only.
        if parts.last() == Some(&"tests.rs") {
            continue;
        }
        let folder = match &parts[..] {
            ["crates", name, "src", inner, _, ..] => {
                let order = map.orders.get(*name);
                if order.is_some_and(|order| order.names_in(inner)) {
                    continue;
                }
                format!("crates/{name}/src/{inner}")
            }
            [outer @ ("crates" | "tests"), inner, _, ..] => format!("{outer}/{inner}"),
            [outer, _, ..] => (*outer).to_owned(),
            _ => continue,
        };
        if !map.names(&folder) {
            faults.insert(format!("ARCHITECTURE.md does not name the folder {folder}"));
        }
    }
    assert_none(&faults.into_iter().collect::<Vec<_>>());
}
