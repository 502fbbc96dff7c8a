// Rendered from crates/tether/src/dashboard/state.rs by its tests. Do not edit:
// change the Rust types and run `UPDATE_EXPECT=1 cargo test -p tether wire`.

/** Everything that the dashboard shows, as one document. */
export type State = {
  /** The hub itself. */
  hub: HubView,
  /** All agents, live or held, sorted by id. */
  agents: Array<AgentView>,
  /** All routers of the snapshot, sorted by id. */
  routes: Array<RouteView>,
  /** All problems, sorted by id. */
  problems: Array<ProblemView>,
};

/** The changes since an earlier state. */
export type Change = {
  /** The hub itself. */
  hub: HubView,
  /** New and changed agents. */
  agents: Array<AgentView>,
  /** New and changed routes. */
  routes: Array<RouteView>,
  /** New and changed problems. */
  problems: Array<ProblemView>,
  /** The ids of removed rows. */
  removed: Removed,
};

/** The ids of removed rows. */
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
  /** The number of the served snapshot. */
  snapshot: number,
  /** True if `/config` is answered; until then Traefik keeps its configuration. */
  ready: boolean,
  /** The agents that the hub waits for before it is ready. */
  awaited: Array<string>,
  /** The gateways whose API the hub reads, in the order of `--traefik-api`. */
  gateways: Array<GatewayRow>,
};

/** One gateway. */
export type GatewayRow = {
  /** Its name. */
  name: string,
  /** The environment that it reads. */
  env: string,
  /** Its version of Traefik, once it has answered. */
  version: string | null,
  /** What is known of it. */
  state: GatewayState,
  /** The last snapshot that it was seen to have. */
  snapshot: number | null,
  /** What is wrong with it, and what to do. */
  note: string | null,
};

/** What is known of a gateway. */
export type GatewayState = "unknown" | "current" | "waiting" | "behind" | "unreachable";

/** One agent. */
export type AgentView = {
  /** Unique and stable: `env/name`. */
  id: string,
  /** Its name. */
  name: string,
  /** Its environment. */
  env: string,
  /** Whether it is connected. */
  state: Liveness,
  /** The time of the last change between live and held, in Unix milliseconds by the hub's clock. */
  since: number,
  /** The agent's version. */
  version: string,
  /** The address that it connects from. */
  peer: string,
  /** Its engines. */
  engines: Array<EngineView>,
  /** The number of routes with a server or a definition from it. */
  routes: number,
  /** The number of problems that name it. */
  problems: number,
};

/** One engine of an agent. */
export type EngineView = {
  /** The endpoint that the agent uses. */
  endpoint: string,
  /** Its host name. */
  name: string | null,
  /** False until the agent has listed it. */
  listed: boolean,
  /** The number of containers that ask for something. */
  containers: number,
};

/** One router and its servers. */
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
  /** The reason why Traefik disables the route or its rule matches nothing. */
  fault: string | null,
  /** The entry points; if empty, Traefik's default ones. */
  entry_points: Array<string>,
  /** The middlewares in order. */
  middlewares: Array<string>,
  /** The service as Traefik sees it. */
  service: string,
  /** True if it serves TLS. */
  tls: boolean,
  /** URLs that a browser can open. */
  links: Array<string>,
  /** The servers of its service. */
  servers: Array<ServerView>,
  /** The containers whose labels ask for it. */
  origins: Array<Origin>,
  /** What each gateway does with it; empty if the hub reads no gateway's API. */
  gateways: Array<RouteStatus>,
  /** `held` if every agent behind it is. */
  state: Liveness,
};

/** What one gateway does with a router. */
export type RouteStatus = {
  /** The gateway's name. */
  gateway: string,
  /** What it does with the router. */
  status: RouterStatus,
  /** Traefik's errors, word for word. */
  errors: Array<string>,
};

/** What Traefik does with a router. */
export type RouterStatus = "enabled" | "warning" | "disabled" | "waiting" | "unknown";

/** Whether a server answers the hub. */
export type Reachability = "waiting" | "answers" | "fails" | "untried";

/** One server of a route. */
export type ServerView = {
  /** The URL or address as Traefik sees it. */
  address: string,
  /** The container behind it. */
  origin: Origin,
  /** The reason for this address and port. */
  reason: string,
  /** The gateways whose health check of it fails. */
  down_at: Array<string>,
  /** Whether it answers the hub; none if the hub does not try servers. */
  reachability: Reachability | null,
  /** What is wrong with it and what to do, or why the hub does not try it. */
  note: string | null,
};

/** One problem. */
export type ProblemView = {
  /** Unique and stable as long as nothing about it changes. */
  id: string,
  /** The environment; none for problems of the hub itself. */
  env: string | null,
  /** The origin of the problem. */
  origin: Origin,
  /** The kind of problem: words joined by `_`, shown as they are. */
  code: string,
  /** How bad it is. */
  severity: Severity,
  /** The cause and the remedy. */
  message: string,
};

/** Whether an agent is connected. */
export type Liveness = "live" | "held";

/** A part of Traefik's configuration. */
export type Section = "http" | "tcp" | "udp" | "tls";

/** How bad a problem is for its owner. */
export type Severity = "info" | "warning" | "error";

/** The origin of something; unknown fields are left out. */
export type Origin = { agent?: string, engine?: string, container?: string, label?: string, file?: string, };
