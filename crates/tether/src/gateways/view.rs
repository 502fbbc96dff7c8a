//! The state of one gateway, as the hub knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use traefik_config::Key;

use super::gateway::Gateway;
use crate::compile::MergedElement;

/// One gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayView {
    /// Its name.
    pub name: String,
    /// The environment that it reads.
    pub env: String,
    /// What is known of it.
    pub state: GatewayState,
    /// Its version of Traefik, from its first answer on.
    pub version: Option<String>,
    /// The last snapshot that it was seen to have.
    pub snapshot: Option<u64>,
    /// True if it had no routes of a hub when it was seen before this hub served any.
    pub was_empty: bool,
    /// What is wrong with it, and what to do.
    pub note: Option<Note>,
    /// Its entry points, from its first answer on.
    pub entry_points: Arc<[EntryPoint]>,
    /// The elements of its own file provider.
    pub files: Arc<BTreeSet<Key>>,
    /// What it does with each element.
    pub verdicts: Arc<Verdicts>,
}

impl GatewayView {
    /// A gateway that has not answered yet.
    pub(super) fn new(gateway: &Gateway) -> Self {
        Self {
            name: gateway.name.clone(),
            env: gateway.env.clone(),
            state: GatewayState::Unknown,
            version: None,
            snapshot: None,
            was_empty: false,
            note: None,
            entry_points: Arc::default(),
            files: Arc::default(),
            verdicts: Arc::default(),
        }
    }
}

impl GatewayView {
    /// A gateway that nobody asks, with the entry points of the settings.
    pub(super) fn assumed(entry_points: &BTreeMap<String, u16>) -> Self {
        let point = |(name, port): (&String, &u16)| EntryPoint {
            name: name.clone(),
            port: Some(*port),
            udp: false,
            tls: false,
            router_tls: None,
            default: true,
        };
        Self {
            name: String::new(),
            env: String::new(),
            state: GatewayState::Unknown,
            version: None,
            snapshot: None,
            was_empty: false,
            note: None,
            entry_points: entry_points.iter().map(point).collect(),
            files: Arc::default(),
            verdicts: Arc::default(),
        }
    }
}

/// What is known of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayState {
    /// It has not answered yet, or the hub serves nothing yet.
    Unknown,
    /// It has the served configuration.
    Current,
    /// It has not applied the served configuration yet.
    Waiting,
    /// It has not applied it in the usual time.
    Behind,
    /// Its API does not answer as it should.
    Unreachable,
}

/// A note about a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The cause and the remedy.
    pub message: String,
    /// True if it is a problem by now, false if it may pass.
    pub lasting: bool,
}

/// An entry point of Traefik.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its name.
    pub name: String,
    /// Its port, if its address has one.
    pub port: Option<u16>,
    /// True for UDP.
    pub udp: bool,
    /// True if its routers have TLS unless they say otherwise.
    pub tls: bool,
    /// That TLS as JSON, without Traefik's own defaults; none if it names TLS options.
    pub router_tls: Option<String>,
    /// True if it is one of the entry points of routers that name none.
    pub default: bool,
}

/// What Traefik does with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is in use.
    Enabled,
    /// It is in use, but not as it is defined.
    Warning,
    /// It is not in use.
    Disabled,
    /// The gateway does not have it yet as it is served.
    Waiting,
}

/// What one gateway does with one element.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The element that the verdict is about.
    pub element: Arc<MergedElement>,
    /// What Traefik does with it.
    pub status: Status,
    /// Traefik's errors, word for word.
    pub errors: Vec<String>,
    /// The servers whose health check fails.
    pub down: Vec<String>,
}

impl PartialEq for Verdict {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.element, &other.element)
            && self.status == other.status
            && self.errors == other.errors
            && self.down == other.down
    }
}

/// What one gateway does with each element, as far as its API shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdicts(BTreeMap<Arc<Key>, Verdict>);

impl Verdicts {
    /// What the gateway does with this element. None if the verdict is about another definition of
    /// it, or if there is none.
    pub fn of(&self, element: &Arc<MergedElement>) -> Option<&Verdict> {
        self.0.get(&element.key).filter(|verdict| {
            Arc::ptr_eq(&verdict.element, element) || verdict.element.body == element.body
        })
    }

    /// The verdicts of services with servers whose health check fails.
    pub fn with_failing_servers(&self) -> impl Iterator<Item = &Verdict> {
        self.0.values().filter(|verdict| !verdict.down.is_empty())
    }

    /// The verdicts of elements that Traefik does not use as they are defined.
    pub fn refused(&self) -> impl Iterator<Item = &Verdict> {
        let all = self.0.values();
        all.filter(|verdict| matches!(verdict.status, Status::Warning | Status::Disabled))
    }
}

impl FromIterator<Verdict> for Verdicts {
    fn from_iter<T: IntoIterator<Item = Verdict>>(verdicts: T) -> Self {
        let verdicts = verdicts.into_iter();
        Self(
            verdicts
                .map(|verdict| (Arc::clone(&verdict.element.key), verdict))
                .collect(),
        )
    }
}
