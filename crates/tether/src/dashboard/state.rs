//! The types of the dashboard's rows.
//!
//! `web/src/lib/wire.ts` is generated from these types, and a test compares them.

use serde::Serialize;
use traefik_config::{Code, Origin, Section, Severity};

/// Everything that the dashboard shows, as one document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct State {
    /// The hub itself.
    pub hub: HubView,
    /// All agents, live or held, sorted by id.
    pub agents: Vec<AgentView>,
    /// All routers of the snapshot, sorted by id.
    pub routes: Vec<RouteView>,
    /// All problems, sorted by id.
    pub problems: Vec<ProblemView>,
}

/// The changes since an earlier state.
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
    /// The ids of removed rows.
    pub removed: Removed,
}

/// The ids of removed rows.
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
    /// The number of the served snapshot.
    pub snapshot: u64,
    /// True if `/config` is answered; until then Traefik keeps its configuration.
    pub ready: bool,
    /// The agents that the hub waits for before it is ready.
    pub awaited: Vec<String>,
    /// The gateways whose API the hub reads, in the order of `--traefik-api`.
    pub gateways: Vec<GatewayRow>,
}

/// One gateway.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GatewayRow {
    /// Its name.
    pub name: String,
    /// The environment that it reads.
    pub env: String,
    /// Its version of Traefik, once it has answered.
    pub version: Option<String>,
    /// What is known of it.
    pub state: GatewayState,
    /// The last snapshot that it was seen to have.
    pub snapshot: Option<u64>,
    /// What is wrong with it, and what to do.
    pub note: Option<String>,
}

/// What is known of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
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
    /// Whether it is connected.
    pub state: Liveness,
    /// The time of the last change between live and held, in Unix milliseconds by the hub's clock.
    pub since: u64,
    /// The agent's version.
    pub version: String,
    /// The address that it connects from.
    pub peer: String,
    /// Its engines.
    pub engines: Vec<EngineView>,
    /// The number of routes with a server or a definition from it.
    pub routes: usize,
    /// The number of problems that name it.
    pub problems: usize,
}

/// Whether an agent is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Liveness {
    /// Connected.
    Live,
    /// The connection is lost; its routes are kept for the lease.
    Held,
}

/// One engine of an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineView {
    /// The endpoint that the agent uses.
    pub endpoint: String,
    /// Its host name.
    pub name: Option<String>,
    /// False until the agent has listed it.
    pub listed: bool,
    /// The number of containers that ask for something.
    pub containers: usize,
}

/// One router and its servers.
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
    /// The reason why Traefik disables the route or its rule matches nothing.
    pub fault: Option<String>,
    /// The entry points; if empty, Traefik's default ones.
    pub entry_points: Vec<String>,
    /// The middlewares in order.
    pub middlewares: Vec<String>,
    /// The service as Traefik sees it.
    pub service: String,
    /// True if it serves TLS.
    pub tls: bool,
    /// URLs that a browser can open.
    pub links: Vec<String>,
    /// The servers of its service.
    pub servers: Vec<ServerView>,
    /// The containers whose labels ask for it.
    #[cfg_attr(test, ts(as = "Vec<super::wire::Origin>"))]
    pub origins: Vec<Origin>,
    /// What each gateway does with it; empty if the hub reads no gateway's API.
    pub gateways: Vec<RouteStatus>,
    /// `held` if every agent behind it is.
    pub state: Liveness,
}

/// What one gateway does with a router.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RouteStatus {
    /// The gateway's name.
    pub gateway: String,
    /// What it does with the router.
    pub status: RouterStatus,
    /// Traefik's errors, word for word.
    pub errors: Vec<String>,
}

/// What Traefik does with a router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum RouterStatus {
    /// It is in use.
    Enabled,
    /// It is in use, but not as it is defined.
    Warning,
    /// It is not in use.
    Disabled,
    /// The gateway does not have it yet as it is served.
    Waiting,
    /// The gateway cannot be asked.
    Unknown,
}

/// Whether a server answers the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Reachability {
    /// It has not been tried yet, or may still be starting.
    Waiting,
    /// It answers.
    Answers,
    /// It does not answer.
    Fails,
    /// The hub does not try it.
    Untried,
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
    /// The reason for this address and port.
    pub reason: String,
    /// The gateways whose health check of it fails.
    pub down_at: Vec<String>,
    /// Whether it answers the hub; none if the hub does not try servers.
    pub reachability: Option<Reachability>,
    /// What is wrong with it and what to do, or why the hub does not try it.
    pub note: Option<String>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemView {
    /// Unique and stable as long as nothing about it changes.
    pub id: String,
    /// The environment; none for problems of the hub itself.
    pub env: Option<String>,
    /// The origin of the problem.
    #[cfg_attr(test, ts(as = "super::wire::Origin"))]
    pub origin: Origin,
    /// The kind of problem: words joined by `_`, shown as they are.
    #[cfg_attr(test, ts(type = "string"))]
    pub code: Code,
    /// How bad it is.
    #[cfg_attr(test, ts(as = "super::wire::Severity"))]
    pub severity: Severity,
    /// The cause and the remedy.
    pub message: String,
}
