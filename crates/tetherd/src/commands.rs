//! `tetherd run --once` and `tetherd explain`: settings in, lines for people and an exit code out.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::explain::{Explanation, HubState, HubView, Known, Style, make, text};
use crate::local;
use crate::once::{look, route_set};
use crate::settings::{AgentConfig, ExplainSettings};

/// Something is not routed as it asks.
const PROBLEMS: u8 = 1;

/// It cannot be told.
const UNKNOWN: u8 = 2;

/// Lines have this length where nobody says how wide they may be.
const WIDTH: usize = 100;

/// Prints the route set that an agent with these settings would tell a hub now.
pub async fn once(config: &AgentConfig) -> ExitCode {
    match route_set(config).await {
        Ok(routes) => print_json(&routes),
        Err(faults) => {
            for fault in faults {
                fail(&fault);
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints what becomes of this host's containers.
pub async fn explain(config: &AgentConfig, settings: &ExplainSettings) -> ExitCode {
    let mut explanation = dry_run(config).await;
    let known = explanation.engines.iter().all(|engine| engine.listed);
    if let Err(unknown) = explanation.only(&settings.containers) {
        // On an engine that cannot be listed it may well be.
        if known {
            fail(&unknown);
            return ExitCode::from(UNKNOWN);
        }
    }
    if settings.json {
        print_json(&explanation);
    } else {
        print(&text(&explanation, style()));
    }
    if !known {
        ExitCode::from(UNKNOWN)
    } else if explanation.is_well() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PROBLEMS)
    }
}

/// What an agent with these settings would do.
pub async fn dry_run(config: &AgentConfig) -> Explanation {
    let look = look(config).await;
    let idle: Vec<_> = look
        .surveys
        .iter()
        .map(|survey| {
            survey
                .as_ref()
                .map_or(Vec::new(), |survey| survey.idle.clone())
        })
        .collect();
    let hubs = config
        .servers
        .iter()
        .zip(&look.links)
        .map(|(server, link)| HubView {
            url: server.to_string(),
            state: if link.is_ok() {
                HubState::Reached
            } else {
                HubState::Lost
            },
            version: None,
            fault: link.clone().err(),
            seconds: None,
        });
    let engines = look.engines();
    let first = engines.first().and_then(|engine| engine.name.clone());
    make(Known {
        config,
        running: false,
        name: config.name.clone().or(first),
        engines: &engines,
        idle: &idle,
        links: &look.links(),
        local: &local::read(config),
        hubs: hubs.collect(),
        verdicts: Vec::new(),
    })
}

/// As wide as the terminal, coloured if it is one and nobody says otherwise.
fn style() -> Style {
    let terminal = io::stdout().is_terminal();
    let said = std::env::var("COLUMNS")
        .ok()
        .and_then(|text| text.parse().ok());
    let width = said.or_else(|| {
        let (width, _) = terminal_size::terminal_size()?;
        Some(usize::from(width.0))
    });
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    Style {
        width: width.filter(|width| *width > 0).unwrap_or(WIDTH),
        colour: terminal && !dumb && !set("NO_COLOR"),
    }
}

fn print_json(value: &impl serde::Serialize) -> ExitCode {
    match serde_json::to_string_pretty(value) {
        Ok(text) => {
            print(&(text + "\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            fail(&format!("this has no JSON form: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether anybody reads it to its end is not ours to judge.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

fn fail(message: &str) {
    let _ = writeln!(io::stderr(), "error: {message}");
}
