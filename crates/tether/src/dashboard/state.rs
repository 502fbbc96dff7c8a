//! What the dashboard shows: snapshot and fleet in, rows for people out.
//!
//! `web/src/lib/wire.ts` is rendered from these types and held against them by a test.

use serde::Serialize;
use traefik_config::{Code, Origin, Section, Severity};

/// Everything the dashboard shows, as one document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct State {
    /// The hub itself.
    pub hub: HubView,
    /// Every agent, live or held, sorted by id.
    pub agents: Vec<AgentView>,
    /// Every router in the snapshot, sorted by id.
    pub routes: Vec<RouteView>,
    /// Everything that is not as its owner asked for, sorted by id.
    pub problems: Vec<ProblemView>,
}

/// What has changed since an earlier state.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Change {
    /// The hub itself.
    pub hub: HubView,
    /// New and changed agents.
    pub agents: Vec<AgentView>,
    /// New and changed routes.
    pub routes: Vec<RouteView>,
    /// New and changed problems.
    pub problems: Vec<ProblemView>,
    /// The ids of what is gone.
    pub removed: Removed,
}

/// The ids of rows that are gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Removed {
    /// Agents.
    pub agents: Vec<String>,
    /// Routes.
    pub routes: Vec<String>,
    /// Problems.
    pub problems: Vec<String>,
}

/// The hub itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HubView {
    /// The program's version: a tab that was opened before an upgrade reloads itself.
    pub version: String,
    /// The number of the snapshot that is served now.
    pub snapshot: u64,
    /// True if `/config` is answered; until then Traefik keeps what it has.
    pub ready: bool,
    /// The agents that the hub waits for before it is ready.
    pub awaited: Vec<String>,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AgentView {
    /// Unique and stable: `env/name`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub env: String,
    /// Whether it is heard.
    pub state: Liveness,
    /// Since when it is in this state, in unix milliseconds by the hub's clock.
    pub since: u64,
    /// The agent's own version.
    pub version: String,
    /// The address it came from.
    pub peer: String,
    /// Its engines.
    pub engines: Vec<EngineView>,
    /// How many of the snapshot's routes have a server or a definition from it.
    pub routes: usize,
    /// How many problems name it.
    pub problems: usize,
}

/// Whether an agent is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Liveness {
    /// Connected and heard.
    Live,
    /// Its connection is lost; its routes are kept for the lease.
    Held,
}

/// One engine of an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineView {
    /// How the agent reaches it.
    pub endpoint: String,
    /// Its host name.
    pub name: Option<String>,
    /// False while the agent could not list it yet.
    pub listed: bool,
    /// How many of its containers ask for something.
    pub containers: usize,
}

/// One router and what it reaches.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RouteView {
    /// Unique and stable: `env/section/name`.
    pub id: String,
    /// The environment whose configuration it is in.
    pub env: String,
    /// `http`, `tcp` or `udp`.
    #[cfg_attr(test, ts(as = "super::wire::Section"))]
    pub section: Section,
    /// The router's name as Traefik sees it.
    pub name: String,
    /// The rule; empty for UDP.
    pub rule: String,
    /// What is wrong with the rule, so that Traefik disables the route or it matches nothing.
    pub fault: Option<String>,
    /// The entry points; empty means Traefik's default ones.
    pub entry_points: Vec<String>,
    /// The middlewares in their order.
    pub middlewares: Vec<String>,
    /// The service as Traefik sees it.
    pub service: String,
    /// True if it serves TLS.
    pub tls: bool,
    /// Addresses that a browser can open.
    pub links: Vec<String>,
    /// Where the requests go.
    pub servers: Vec<ServerView>,
    /// The containers whose labels ask for it.
    #[cfg_attr(test, ts(as = "Vec<super::wire::Origin>"))]
    pub origins: Vec<Origin>,
    /// `held` if every agent behind it is.
    pub state: Liveness,
}

/// One server of a route.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServerView {
    /// The URL or address as Traefik sees it.
    pub address: String,
    /// The container behind it.
    #[cfg_attr(test, ts(as = "super::wire::Origin"))]
    pub origin: Origin,
    /// Why this address and port.
    pub reason: String,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemView {
    /// Unique and stable as long as nothing about it changes.
    pub id: String,
    /// The environment it belongs to; none for the hub's own.
    pub env: Option<String>,
    /// Who asked for it.
    #[cfg_attr(test, ts(as = "super::wire::Origin"))]
    pub origin: Origin,
    /// What kind of problem it is: words joined by `_`, shown as they are.
    #[cfg_attr(test, ts(type = "string"))]
    pub code: Code,
    /// How much it costs.
    #[cfg_attr(test, ts(as = "super::wire::Severity"))]
    pub severity: Severity,
    /// What happened and what to do.
    pub message: String,
}
