//! What an explanation holds. The running agent hands it over in this form, and `--json` prints it.

use serde::{Deserialize, Serialize};
use tether_proto::Choice;
use traefik_config::{Code, Element, Problem, Severity};

use crate::hub::status::{HubState, HubView};

/// The explanation of one host's containers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// True if a running agent tells it; false for what one would do.
    pub running: bool,
    /// The agent's name; none where only the engine would tell it.
    pub agent: Option<String>,
    /// The version of the program that tells it.
    pub version: String,
    /// Notes that the reader must see before all else.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The hubs, in the order of the settings.
    pub hubs: Vec<HubView>,
    /// At which address the gateway reaches this host; none is a problem.
    pub address: Option<String>,
    /// Why at this one, completing "ADDRESS because …", or why there is none and what to do.
    pub address_reason: String,
    /// The engines, in the order of the settings.
    pub engines: Vec<EngineView>,
}

/// One engine and its containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineView {
    /// How it is reached.
    pub endpoint: String,
    /// Its host's name.
    pub name: Option<String>,
    /// False as long as it was not listed: its containers are not known.
    pub listed: bool,
    /// Why it cannot be listed at this moment, and what to do.
    pub fault: Option<String>,
    /// All of its containers, those that do not run included, sorted by name.
    pub containers: Vec<ContainerView>,
}

/// The explanation of one container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerView {
    /// The engine's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The compose project.
    pub project: Option<String>,
    /// The compose service.
    pub service: Option<String>,
    /// As the engine calls it: `running`, `exited`; `stopping` from the stop signal on.
    pub state: String,
    /// Its outcome.
    pub outcome: RoutingState,
    /// Why it is passed over, and what to do if that is not meant.
    pub why: Option<String>,
    /// True if that it does not run is why it is passed over.
    #[serde(default)]
    pub idle: bool,
    /// True if it bears labels for Traefik or for us.
    pub labelled: bool,
    /// The elements that it asks for; the services that are routed have their servers.
    pub asks: Vec<Element>,
    /// The address and port of each service that is routed, with the reason.
    pub choices: Vec<Choice>,
    /// Its problems, each with the remedy.
    pub problems: Vec<Problem>,
    /// The hubs' verdicts on it.
    pub verdicts: Vec<VerdictView>,
}

/// The outcome for a container, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutingState {
    /// It asks, and nothing of it is routed.
    NotRouted,
    /// Traefik does not use its routers, or will not.
    Refused,
    /// Traefik uses its routers, but no request of a browser matches them.
    MatchesNothing,
    /// Its routers work, but its servers, or those that they ask first, do not answer.
    NoAnswer,
    /// No hub has confirmed its newest routes, or Traefik has not applied them.
    Waiting,
    /// It is routed, but not quite as it asks.
    Partly,
    /// It is routed as it asks.
    Routed,
    /// It does not ask, or is not to be served now.
    PassedOver,
}

/// A hub's verdict on a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictView {
    /// The hub.
    pub hub: String,
    /// The element that it concerns, as `http.routers.NAME`, if it is one.
    pub element: Option<String>,
    /// The kind of problem.
    pub code: Code,
    /// How much it costs.
    pub severity: Severity,
    /// The cause and the remedy.
    pub message: String,
}

impl Explanation {
    /// Keeps only the containers that one of `wanted` names.
    ///
    /// # Errors
    /// The first of `wanted` that names none, with what could have been meant.
    pub fn only(&mut self, wanted: &[String]) -> Result<(), String> {
        if wanted.is_empty() {
            return Ok(());
        }
        let all = || self.engines.iter().flat_map(|engine| &engine.containers);
        for name in wanted {
            if !all().any(|container| container.is(name)) {
                return Err(unknown(name, all()));
            }
        }
        for engine in &mut self.engines {
            let named = |container: &ContainerView| wanted.iter().any(|name| container.is(name));
            engine.containers.retain(named);
        }
        Ok(())
    }

    /// True if all that asks is routed as it asks, as far as is known.
    pub fn is_well(&self) -> bool {
        let lost = |hub: &HubView| self.running && hub.state == HubState::Lost;
        let good = |outcome| matches!(outcome, RoutingState::Routed | RoutingState::PassedOver);
        !self.hubs.iter().any(lost)
            && self
                .engines
                .iter()
                .all(|engine| engine.listed && engine.fault.is_none())
            && self
                .containers()
                .all(|(_, container)| good(container.outcome))
    }

    /// The containers, each with its engine.
    pub fn containers(&self) -> impl Iterator<Item = (&EngineView, &ContainerView)> {
        let engines = self.engines.iter();
        engines.flat_map(|engine| engine.containers.iter().map(move |one| (engine, one)))
    }
}

impl ContainerView {
    /// True if `text` names it: its name, its compose service, its id or the start of that.
    fn is(&self, text: &str) -> bool {
        let text = text.strip_prefix('/').unwrap_or(text);
        self.name == text
            || self.service.as_deref() == Some(text)
            || (text.len() >= ID_START && self.id.starts_with(text))
    }
}

/// So much of an id names a container, as for `docker inspect` in practice.
const ID_START: usize = 6;

/// The number of names that are suggested for an unknown one.
const TOLD: usize = 12;

fn unknown<'a>(name: &str, all: impl Iterator<Item = &'a ContainerView>) -> String {
    let mut names: Vec<&str> = all.map(|container| container.name.as_str()).collect();
    // Names that contain each other come first.
    names.sort_by_key(|known| (!(known.contains(name) || name.contains(known)), *known));
    let more = names.len().saturating_sub(TOLD);
    names.truncate(TOLD);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let there = if names.is_empty() {
        "there is none at all".to_owned()
    } else {
        format!("there are {}{more}", names.join(", "))
    };
    format!("no container `{name}` on this host: {there}")
}
