//! Makes the problems of servers that do not answer.

use std::collections::BTreeMap;

use traefik_config::{Code, Kind, Problem, Section};

use super::finding::Reachability;
use super::results::Results;
use super::targets;
use crate::compile::MergedElement;
use crate::publish::Snapshot;

/// The problems of each environment that has any, sorted by origin.
pub(super) fn problems(results: &Results, snapshot: &Snapshot) -> BTreeMap<String, Vec<Problem>> {
    let fails = |known: &Reachability| matches!(known, Reachability::Fails(_));
    if !results.known.values().any(fails) {
        return BTreeMap::new();
    }
    let mut problems = BTreeMap::new();
    for (env, environment) in &snapshot.environments {
        let mut of_env = Vec::new();
        for section in [Section::Http, Section::Tcp] {
            let services = environment.merged.elements.of(section, Kind::Services);
            for service in services {
                of_env.extend(of_service(results, service));
            }
        }
        let elements = &environment.merged.elements;
        for middleware in elements.of(Section::Http, Kind::Middlewares) {
            of_env.extend(of_middleware(results, middleware));
        }
        if !of_env.is_empty() {
            of_env.sort();
            of_env.dedup();
            problems.insert(env.clone(), of_env);
        }
    }
    problems
}

/// One problem for each server of the service that does not answer.
fn of_service(results: &Results, service: &MergedElement) -> Vec<Problem> {
    let rows = results.of_service(service);
    let rows = rows.iter().zip(&service.servers);
    let problems = rows.filter_map(|((known, address), server)| {
        let origin = server.owner.origin();
        Some(problem(*known, address, service)?.of_origin(origin))
    });
    problems.collect()
}

/// One problem for each container that asks for a middleware whose server does not answer.
fn of_middleware(results: &Results, middleware: &MergedElement) -> Vec<Problem> {
    let target = targets::of_middleware(middleware);
    let found = target.and_then(|target| {
        let known = results.of(&target);
        problem(known, &target.to_string(), middleware)
    });
    let Some(problem) = found else {
        return Vec::new();
    };
    let origins = middleware.origins();
    origins
        .map(|origin| problem.clone().of_origin(origin))
        .collect()
}

/// The problem of a server that does not answer. It has no origin yet.
fn problem(known: Reachability, address: &str, element: &MergedElement) -> Option<Problem> {
    let Reachability::Fails(failure) = known else {
        return None;
    };
    let key = &element.declared;
    let problem = Problem::warning(Code::ServerUnreachable, failure.message(&address));
    Some(problem.of_element(key.section, key.kind, &key.name))
}
