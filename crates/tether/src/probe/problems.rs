//! Makes the problems of servers that do not answer.

use std::collections::BTreeMap;

use traefik_config::{Code, Kind, Problem, Section};

use super::finding::Reachability;
use super::results::Results;
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
    let failed = rows.iter().zip(&service.servers);
    let problem = |((known, address), server): (&(Reachability, String), _)| {
        let Reachability::Fails(failure) = known else {
            return None;
        };
        let server: &crate::compile::MergedServer = server;
        let declared = &service.declared;
        let message = failure.message(address);
        let problem = Problem::warning(Code::ServerUnreachable, message).of_element(
            declared.section,
            declared.kind,
            &declared.name,
        );
        Some(Problem {
            origin: server.owner.origin(),
            ..problem
        })
    };
    failed.filter_map(problem).collect()
}
