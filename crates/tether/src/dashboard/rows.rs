//! `Published` → the rows of the dashboard.

mod gateway;
mod probe;
mod problem;
mod route;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use traefik_config::{Kind, Severity};

use super::state::{AgentView, EngineView, HubView, Liveness, ProblemView, RouteView, State};
use crate::compile::{CompiledEngine, Hold};
use crate::fleet::{AgentId, MemberView};
use crate::hub::Published;
use crate::settings::usual_entry_points;
use route::RouteRows;

/// The rows for one moment.
pub fn rows(published: &Published, entry_points: Option<&BTreeMap<String, u16>>) -> State {
    let agents = &published.fleet.members;
    let routes = routes(published, entry_points);
    let problems = problems(published);
    let (route_counts, problem_counts) = (route_counts(&routes), problem_counts(&problems));
    State {
        hub: hub(published),
        agents: agents
            .iter()
            .map(|agent| agent_row(agent, &route_counts, &problem_counts))
            .collect(),
        routes,
        problems,
    }
}

fn hub(published: &Published) -> HubView {
    let snapshot = &published.snapshot;
    HubView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        snapshot: snapshot.version,
        ready: snapshot.ready,
        awaited: if snapshot.ready {
            Vec::new()
        } else {
            snapshot.awaited.clone()
        },
        gateways: published
            .observed
            .gateways
            .iter()
            .map(|view| gateway::row(view))
            .collect(),
    }
}

fn routes(published: &Published, entry_points: Option<&BTreeMap<String, u16>>) -> Vec<RouteView> {
    let agents = published.fleet.members.iter();
    let held: BTreeSet<(&str, &str)> = agents
        .filter(|agent| agent.hold != Hold::Live)
        .map(|agent| (agent.id.env.as_str(), agent.id.name.as_str()))
        .collect();
    let mut routes = Vec::new();
    for (env, environment) in &published.snapshot.environments {
        let known = published.observed.entry_point_ports(env);
        let entry_points = entry_points.cloned().or(known);
        let rows = RouteRows {
            env,
            merged: &environment.merged,
            held: &held,
            entry_points: &entry_points.unwrap_or_else(usual_entry_points),
            gateways: &published.observed.of(env).collect::<Vec<_>>(),
            probed: published.probed.as_deref(),
        };
        let elements = environment.merged.elements.iter();
        let routers = elements.filter(|(key, _)| key.kind == Kind::Routers);
        routes.extend(routers.map(|(_, router)| rows.row(router)));
    }
    routes.sort_by(|a, b| a.id.cmp(&b.id));
    routes
}

fn problems(published: &Published) -> Vec<ProblemView> {
    let mut problems = problem::of_fleet(&published.snapshot, &published.fleet.members);
    let local_file = published.local_file.problems.iter();
    problems.extend(local_file.map(|problem| problem::row(None, problem)));
    for (env, environment) in &published.snapshot.environments {
        let merged = environment.merged.problems.iter();
        problems.extend(merged.map(|problem| problem::row(Some(env), problem)));
    }
    let probed = published
        .probed
        .iter()
        .flat_map(|results| &results.problems);
    for (env, of_env) in published.observed.problems.iter().chain(probed) {
        problems.extend(
            of_env
                .iter()
                .map(|problem| problem::row(Some(env), problem)),
        );
    }
    problems.sort_by(|a, b| a.id.cmp(&b.id));
    problems.dedup_by(|a, b| a.id == b.id);
    problems
}

/// Numbers by environment and agent.
type Counts<'a> = HashMap<(&'a str, &'a str), usize>;

/// The number of routes that each agent has a part in.
fn route_counts(routes: &[RouteView]) -> Counts<'_> {
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

/// The number of errors and warnings of each agent.
fn problem_counts(problems: &[ProblemView]) -> Counts<'_> {
    let mut counts = Counts::new();
    for problem in problems.iter().filter(|one| one.severity != Severity::Info) {
        if let (Some(env), Some(agent)) = (&problem.env, &problem.origin.agent) {
            *counts.entry((env, agent)).or_default() += 1;
        }
    }
    counts
}

fn agent_row(
    agent: &MemberView,
    route_counts: &Counts<'_>,
    problem_counts: &Counts<'_>,
) -> AgentView {
    let AgentId { env, name } = &agent.id;
    let count = |counts: &Counts<'_>| counts.get(&(env.as_str(), name.as_str())).copied();
    // Legacy agents do not report their engine.
    let reported = agent.routes.engines.iter();
    let engines = reported.filter(|engine| !engine.endpoint().is_empty());
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
        routes: count(route_counts).unwrap_or_default(),
        problems: count(problem_counts).unwrap_or_default(),
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
