// Rendered from crates/tether/src/dashboard/state.rs by its tests. Do not edit:
// change the Rust types and run `UPDATE_EXPECT=1 cargo test -p tether wire`.

/** Everything the dashboard shows, as one document. */
export type State = {
  /** The hub itself. */
  hub: HubView,
  /** Every agent, live or held, sorted by id. */
  agents: Array<AgentView>,
  /** Every router in the snapshot, sorted by id. */
  routes: Array<RouteView>,
  /** Everything that is not as its owner asked for, sorted by id. */
  problems: Array<ProblemView>,
};

/** What has changed since an earlier state. */
export type Change = {
  /** The hub itself. */
  hub: HubView,
  /** New and changed agents. */
  agents: Array<AgentView>,
  /** New and changed routes. */
  routes: Array<RouteView>,
  /** New and changed problems. */
  problems: Array<ProblemView>,
  /** The ids of what is gone. */
  removed: Removed,
};

/** The ids of rows that are gone. */
export type Removed = {
  /** Agents. */
  agents: Array<string>,
  /** Routes. */
  routes: Array<string>,
  /** Problems. */
  problems: Array<string>,
};

/** The hub itself. */
export type HubView = {
  /** The program's version: a tab that was opened before an upgrade reloads itself. */
  version: string,
  /** The number of the snapshot that is served now. */
  snapshot: number,
  /** True if `/config` is answered; until then Traefik keeps what it has. */
  ready: boolean,
  /** The agents that the hub waits for before it is ready. */
  awaited: Array<string>,
};

/** One agent. */
export type AgentView = {
  /** Unique and stable: `env/name`. */
  id: string,
  /** Its name. */
  name: string,
  /** Its environment. */
  env: string,
  /** Whether it is heard. */
  state: Liveness,
  /** Since when it is in this state, in unix milliseconds by the hub's clock. */
  since: number,
  /** The agent's own version. */
  version: string,
  /** The address it came from. */
  peer: string,
  /** Its engines. */
  engines: Array<EngineView>,
  /** How many of the snapshot's routes have a server or a definition from it. */
  routes: number,
  /** How many problems name it. */
  problems: number,
};

/** One engine of an agent. */
export type EngineView = {
  /** How the agent reaches it. */
  endpoint: string,
  /** Its host name. */
  name: string | null,
  /** False while the agent could not list it yet. */
  listed: boolean,
  /** How many of its containers ask for something. */
  containers: number,
};

/** One router and what it reaches. */
export type RouteView = {
  /** Unique and stable: `env/section/name`. */
  id: string,
  /** The environment whose configuration it is in. */
  env: string,
  /** `http`, `tcp` or `udp`. */
  section: Section,
  /** The router's name as Traefik sees it. */
  name: string,
  /** The rule; empty for UDP. */
  rule: string,
  /** What is wrong with the rule, so that Traefik disables the route or it matches nothing. */
  fault: string | null,
  /** The entry points; empty means Traefik's default ones. */
  entry_points: Array<string>,
  /** The middlewares in their order. */
  middlewares: Array<string>,
  /** The service as Traefik sees it. */
  service: string,
  /** True if it serves TLS. */
  tls: boolean,
  /** Addresses that a browser can open. */
  links: Array<string>,
  /** Where the requests go. */
  servers: Array<ServerView>,
  /** The containers whose labels ask for it. */
  origins: Array<Origin>,
  /** `held` if every agent behind it is. */
  state: Liveness,
};

/** One server of a route. */
export type ServerView = {
  /** The URL or address as Traefik sees it. */
  address: string,
  /** The container behind it. */
  origin: Origin,
  /** Why this address and port. */
  reason: string,
};

/** One problem. */
export type ProblemView = {
  /** Unique and stable as long as nothing about it changes. */
  id: string,
  /** The environment it belongs to; none for the hub's own. */
  env: string | null,
  /** Who asked for it. */
  origin: Origin,
  /** What kind of problem it is: words joined by `_`, shown as they are. */
  code: string,
  /** How much it costs. */
  severity: Severity,
  /** What happened and what to do. */
  message: string,
};

/** Whether an agent is heard. */
export type Liveness = "live" | "held";

/** A part of Traefik's configuration. */
export type Section = "http" | "tcp" | "udp" | "tls";

/** How much a problem costs its owner. */
export type Severity = "info" | "warning" | "error";

/** Where something comes from; what is not known is left out. */
export type Origin = { agent?: string, engine?: string, container?: string, label?: string, file?: string, };
