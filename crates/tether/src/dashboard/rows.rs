//! Snapshot and fleet in, the dashboard's rows out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use sha2::{Digest, Sha256};
use traefik_config::references::references;
use traefik_config::{Code, Kind, Problem, Section, Severity, rule};

use super::state::{
    AgentView, EngineView, HubView, Liveness, ProblemView, RouteView, ServerView, State,
};
use crate::compile::{CompiledEngine, Hold, MergedElement, Owner};
use crate::fleet::{AgentId, MemberView};
use crate::merge::Merged;
use crate::publish::{Published, Snapshot};

/// The dashboard's rows at this moment.
pub fn rows(published: &Published, entry_points: &BTreeMap<String, u16>) -> State {
    let snapshot = &published.snapshot;
    let agents = &published.fleet.members;
    let held: BTreeSet<(&str, &str)> = agents
        .iter()
        .filter(|agent| agent.hold != Hold::Live)
        .map(|agent| (agent.id.env.as_str(), agent.id.name.as_str()))
        .collect();
    let mut routes = Vec::new();
    let mut problems = fleet_problems(snapshot, agents);
    let of_file = published.local_file.problems.iter();
    problems.extend(of_file.map(|problem| problem_row(None, problem)));
    for (env, environment) in &snapshot.environments {
        let merged = &environment.merged;
        for (key, element) in merged.elements.iter() {
            if key.kind == Kind::Routers {
                routes.push(route(
                    env,
                    key.section,
                    &key.name,
                    element,
                    merged,
                    &held,
                    entry_points,
                ));
            }
        }
        problems.extend(
            merged
                .problems
                .iter()
                .map(|problem| problem_row(Some(env), problem)),
        );
    }
    routes.sort_by(|a, b| a.id.cmp(&b.id));
    problems.sort_by(|a, b| a.id.cmp(&b.id));
    problems.dedup_by(|a, b| a.id == b.id);
    let (routed, faulty) = (routed(&routes), faulty(&problems));
    let agents = agents
        .iter()
        .map(|agent| agent_row(agent, &routed, &faulty))
        .collect();
    let hub = HubView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        snapshot: snapshot.version,
        ready: snapshot.ready,
        awaited: if snapshot.ready {
            Vec::new()
        } else {
            snapshot.awaited.clone()
        },
    };
    State {
        hub,
        agents,
        routes,
        problems,
    }
}

fn route(
    env: &str,
    section: Section,
    name: &str,
    router: &MergedElement,
    merged: &Merged,
    held: &BTreeSet<(&str, &str)>,
    entry_points: &BTreeMap<String, u16>,
) -> RouteView {
    let body = router.value();
    let rule = text(&body, "rule");
    let hosts = rule::of_router(section, &body)
        .map(|rule| rule.hosts().names)
        .unwrap_or_default();
    let service = text(&body, "service");
    let target = references(section, Kind::Routers, &body)
        .into_iter()
        .find(|reference| reference.kind == Kind::Services)
        .and_then(|reference| merged.target(&reference));
    let servers = target.map(|service| &*service.servers).unwrap_or_default();
    let tls = body.get("tls").is_some();
    let used = list(&body, "entryPoints");
    let is_held = |owner: &Owner| {
        let agent = owner.agent();
        agent.is_some_and(|agent| held.contains(&(env, agent)))
    };
    let all_held = !router.owners.is_empty() && router.owners.iter().all(is_held);
    RouteView {
        id: format!("{env}/{section}/{name}"),
        env: env.to_owned(),
        section,
        name: name.to_owned(),
        links: links(section, &hosts, tls, &used, entry_points),
        rule,
        fault: rule::check_router(section, name, &body).map(|problem| problem.message),
        entry_points: used,
        middlewares: list(&body, "middlewares"),
        service,
        tls,
        servers: servers
            .iter()
            .map(|server| ServerView {
                address: server.address.to_string(),
                origin: server.owner.origin(),
                reason: server.reason.to_string(),
            })
            .collect(),
        origins: router.origins().collect(),
        state: if all_held {
            Liveness::Held
        } else {
            Liveness::Live
        },
    }
}

/// The addresses of an HTTP router's hosts that a browser can open.
fn links(
    section: Section,
    hosts: &[String],
    tls: bool,
    used: &[String],
    entry_points: &BTreeMap<String, u16>,
) -> Vec<String> {
    if section != Section::Http {
        return Vec::new();
    }
    let (scheme, usual, fallback) = if tls {
        ("https", 443, "websecure")
    } else {
        ("http", 80, "web")
    };
    let named = used.iter().find_map(|name| entry_points.get(name));
    let port = *named
        .or_else(|| entry_points.get(fallback))
        .unwrap_or(&usual);
    let at = if port == usual {
        String::new()
    } else {
        format!(":{port}")
    };
    hosts
        .iter()
        .map(|host| format!("{scheme}://{host}{at}/"))
        .collect()
}

/// By environment and agent, how many there are of something.
type Counts<'a> = HashMap<(&'a str, &'a str), usize>;

/// How many routes have something of each agent.
fn routed(routes: &[RouteView]) -> Counts<'_> {
    let mut counts = Counts::new();
    for route in routes {
        let agents = route
            .origins
            .iter()
            .filter_map(|origin| origin.agent.as_deref());
        for agent in agents.collect::<BTreeSet<_>>() {
            *counts.entry((&route.env, agent)).or_default() += 1;
        }
    }
    counts
}

/// How many problems worth a look each agent has.
fn faulty(problems: &[ProblemView]) -> Counts<'_> {
    let mut counts = Counts::new();
    for problem in problems.iter().filter(|one| one.severity != Severity::Info) {
        if let (Some(env), Some(agent)) = (&problem.env, &problem.origin.agent) {
            *counts.entry((env, agent)).or_default() += 1;
        }
    }
    counts
}

fn agent_row(agent: &MemberView, routed: &Counts<'_>, faulty: &Counts<'_>) -> AgentView {
    let AgentId { env, name } = &agent.id;
    let count = |counts: &Counts<'_>| counts.get(&(env.as_str(), name.as_str())).copied();
    // An agent of the legacy wire does not tell of its engine.
    let engines = agent.routes.engines.iter();
    let engines = engines.filter(|engine| !engine.endpoint().is_empty());
    AgentView {
        id: format!("{env}/{name}"),
        name: name.clone(),
        env: env.clone(),
        state: if agent.hold == Hold::Live {
            Liveness::Live
        } else {
            Liveness::Held
        },
        since: agent.since,
        version: agent.version.clone(),
        peer: agent.peer.to_canonical().to_string(),
        engines: engines.map(engine_row).collect(),
        routes: count(routed).unwrap_or_default(),
        problems: count(faulty).unwrap_or_default(),
    }
}

fn engine_row(engine: &CompiledEngine) -> EngineView {
    EngineView {
        endpoint: engine.endpoint().to_owned(),
        name: engine.name.clone(),
        listed: engine.listed,
        containers: engine.containers,
    }
}

/// What is wrong with agents rather than with what they say.
fn fleet_problems(snapshot: &Snapshot, agents: &[MemberView]) -> Vec<ProblemView> {
    let mut problems = Vec::new();
    if snapshot.ready {
        for name in &snapshot.awaited {
            let mut problem = Problem::warning(
                Code::AgentMissing,
                format!(
                    "agent `{name}` was known before the hub was restarted and has not come \
                     back: its routes are gone; start it, or ignore this if it left for good"
                ),
            );
            problem.origin.agent = Some(name.clone());
            problems.push(problem_row(None, &problem));
        }
    }
    for agent in agents {
        let of_agent = |mut problem: Problem, engine: Option<&CompiledEngine>| {
            problem.origin.agent = Some(agent.id.name.clone());
            problem.origin.engine = engine.map(|engine| engine.endpoint().to_owned());
            problem_row(Some(&agent.id.env), &problem)
        };
        for problem in &agent.duplicates {
            problems.push(of_agent(problem.clone(), None));
        }
        if agent.hold != Hold::Live {
            let message = "the connection to this agent is lost; its routes are held: is the \
                           host up, and does tetherd run?";
            problems.push(of_agent(Problem::warning(Code::AgentHeld, message), None));
        }
        for engine in agent.routes.engines.iter().filter(|engine| !engine.listed) {
            let message = "this engine cannot be listed; what is known of it is kept: see \
                           tetherd's log on that host";
            let problem = Problem::warning(Code::EngineUnreachable, message);
            problems.push(of_agent(problem, Some(engine)));
        }
    }
    problems
}

fn problem_row(env: Option<&str>, problem: &Problem) -> ProblemView {
    let mut digest = Sha256::new();
    digest.update(serde_json::to_vec(&(env, problem)).unwrap_or_default());
    let id = digest
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    ProblemView {
        id,
        env: env.map(ToOwned::to_owned),
        origin: problem.origin.clone(),
        code: problem.code,
        severity: problem.severity,
        message: problem.message.clone(),
    }
}

fn text(body: &Value, field: &str) -> String {
    body.get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn list(body: &Value, field: &str) -> Vec<String> {
    let items = body
        .get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(ToOwned::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
