//! Decides whether the agent does its work, given what it knows of its engines and hubs. Pure.

use serde::{Deserialize, Serialize};

use crate::docker::Engine;
use crate::hub::status::{HubState, HubView};

/// Whether an agent does its work, and which agent it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The agent's name, once it is known.
    pub agent: Option<String>,
    /// Its engines, as its settings say them.
    pub engines: Vec<String>,
    /// True if it does its work.
    pub healthy: bool,
    /// Why, in one line.
    pub line: String,
}

/// Judges an agent by its engines and its hubs (with whether each has taken
/// the agent and does not refuse it now); the line why.
///
/// It is well if every engine can be listed and one hub has taken it since its start. A hub that
/// is lost again does not count against it: it goes on trying, and if something restarted it for
/// that, the hub's roster, which it keeps, would be lost.
pub(crate) fn judge(engines: &[Engine], hubs: &[(HubView, bool)]) -> (bool, String) {
    for engine in engines {
        let endpoint = &engine.endpoint;
        match &engine.fault {
            Some(fault) => return (false, format!("{endpoint} cannot be listed: {fault}")),
            None if !engine.listed => return (false, format!("{endpoint} is not listed yet")),
            None => {}
        }
    }
    let watched: Vec<&str> = engines
        .iter()
        .map(|engine| engine.endpoint.as_str())
        .collect();
    let watched = if watched.is_empty() {
        "no engine yet".to_owned()
    } else {
        watched.join(", ")
    };
    let connected = hubs.iter().filter(|(hub, _)| hub.state != HubState::Lost);
    let connected: Vec<&str> = connected.map(|(hub, _)| hub.url.as_str()).collect();
    if !connected.is_empty() {
        let hubs = connected.join(", ");
        return (true, format!("watches {watched}; connected to {hubs}"));
    }
    let why = |(hub, _): &(HubView, bool)| match &hub.fault {
        Some(fault) => fault.clone(),
        None => format!("no answer from {} yet", hub.url),
    };
    let faults: Vec<String> = hubs.iter().map(why).collect();
    let faults = faults.join("; ");
    if hubs.iter().any(|(_, taken)| *taken) {
        let line = format!("watches {watched}; no hub at this moment ({faults})");
        (true, line)
    } else {
        (false, format!("no hub takes this agent: {faults}"))
    }
}

#[cfg(test)]
mod tests;
