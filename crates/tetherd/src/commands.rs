//! `tetherd run --once`, `tetherd explain` and `tetherd healthcheck`: print lines for people, and
//! return an exit code.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use tether_runtime::settings_report::{self, Report};
use tether_runtime::text::printable;

use crate::host::interfaces;
use crate::inspect::control_socket::{self, Found, Wanted, find};
use crate::inspect::dry_run::{probe, route_set};
use crate::inspect::explain::{Explanation, HubState, HubView, Known, Style, make, text};
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
    let explained = if settings.dry_run {
        Ok(dry_run(config).await)
    } else {
        explanation(config).await
    };
    let mut explanation = match explained {
        Ok(explanation) => explanation,
        Err(error) => {
            fail(&format!("{error:#}"));
            return ExitCode::from(UNKNOWN);
        }
    };
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

/// Prints every setting, as JSON or as a table.
pub fn settings(report: &Report, json: bool) {
    if json {
        print_json(report);
    } else {
        print(&settings_report::text(report));
    }
}

/// Says whether the running agent does its work.
pub async fn healthcheck(config: &AgentConfig) -> ExitCode {
    let (healthy, line) = match agent(config).await {
        Found::One(_, health) => (health.healthy, health.line),
        found => (false, nobody(&found)),
    };
    print(&format!("{}\n", printable(&line)));
    if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Asks the running agent about this host's containers; without one, makes a dry run.
///
/// # Errors
/// If several agents run here and it is not said which one is meant, or if the one that is does
/// not answer.
pub async fn explanation(config: &AgentConfig) -> anyhow::Result<Explanation> {
    match agent(config).await {
        Found::One(socket, _) => control_socket::explain(&socket).await.context(
            "--dry-run says what an agent with these settings would do, without asking it",
        ),
        found @ Found::Several(_) => bail!(nobody(&found)),
        found @ Found::None { .. } => {
            let mut explanation = dry_run(config).await;
            let note = format!("{}; below is what one would do", nobody(&found));
            explanation.notes.push(note);
            Ok(explanation)
        }
    }
}

async fn agent(config: &AgentConfig) -> Found {
    let engines: Vec<String> = config.engines.iter().map(ToString::to_string).collect();
    let wanted = Wanted {
        name: config.name.as_deref(),
        engines: &engines,
        engines_said: config.engines_said,
    };
    find(wanted).await
}

/// Why no agent can be asked, and what to do.
fn nobody(found: &Found) -> String {
    match found {
        Found::One(..) => String::new(),
        Found::Several(names) => format!(
            "several agents run here ({}): say which one is meant with --name or --docker-host",
            names.join(", ")
        ),
        Found::None { others, elsewhere } => {
            let mut said = match others.as_slice() {
                [] => "no agent runs here".to_owned(),
                others => format!(
                    "the agent that runs here is not the one that is meant, but {}",
                    others.join(", ")
                ),
            };
            if *elsewhere {
                said += "; one in a container or of another user does not answer you: ask \
                         inside (docker exec CONTAINER /tetherd explain), or as that user";
            }
            said
        }
    }
}

/// The result of a dry run with these settings.
pub async fn dry_run(config: &AgentConfig) -> Explanation {
    let probe = probe(config).await;
    let surveys = probe.surveys.iter();
    let idle: Vec<_> = surveys.map(|survey| survey.idle.clone()).collect();
    let hubs = config
        .servers
        .iter()
        .zip(&probe.links)
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
    let engines = probe.engines();
    let first = engines.first().and_then(|engine| engine.name.clone());
    make(Known {
        config,
        running: false,
        name: config.name.clone().or(first),
        engines: &engines,
        idle: &idle,
        links: &probe.links(),
        local: &interfaces::read(config.needs_interfaces()),
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
