//! From the fleet and the local file to what is served and shown: caches what has not changed in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use tether_proto::DEFAULT_ENV;

use super::snapshot::{Environment, Snapshot};
use crate::compile::{AgentRoutes, CompiledRoutes, Hold};
use crate::fleet::{AgentId, FleetView, MemberView};
use crate::local_file::LocalFile;
use crate::merge::{Policy, merge};

/// How many environments are remembered of which no agent is left.
const LEFT_LIMIT: usize = 256;

/// Makes snapshots; an environment of which nothing changed stays as it is.
#[derive(Debug)]
pub struct Merger {
    policy: Policy,
    /// The environments that the local file belongs to.
    local_envs: Vec<String>,
    /// The agents that each environment was last merged from.
    inputs: BTreeMap<String, Input>,
}

/// What one environment is merged from.
#[derive(Debug)]
struct Input {
    local: Option<Arc<LocalFile>>,
    agents: Vec<(AgentId, Arc<CompiledRoutes>, Hold)>,
}

/// In place of an environment's name: every one.
const EVERY_ENV: &str = "*";

impl Merger {
    /// A merger that has seen nothing.
    pub fn new(policy: Policy, local_envs: Vec<String>) -> Self {
        Self {
            policy,
            local_envs,
            inputs: BTreeMap::new(),
        }
    }

    /// A merger of the same policy that has seen nothing.
    pub fn fresh(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            local_envs: self.local_envs.clone(),
            inputs: BTreeMap::new(),
        }
    }

    /// Merges the fleet and the local file; `last` is what is served until then.
    pub fn merge(
        &mut self,
        fleet: &FleetView,
        local_file: &Arc<LocalFile>,
        last: &Snapshot,
    ) -> Snapshot {
        let mut by_env: BTreeMap<String, Vec<&MemberView>> = BTreeMap::new();
        by_env.insert(DEFAULT_ENV.to_owned(), Vec::new());
        let has_file = local_file.routes.is_some();
        let of_file = self.local_envs.iter().filter(|env| *env != EVERY_ENV);
        let of_file: Vec<&String> = of_file.filter(|_| has_file).collect();
        by_env.extend(of_file.iter().map(|env| ((*env).clone(), Vec::new())));
        for member in &fleet.members {
            by_env
                .entry(member.id.env.clone())
                .or_default()
                .push(member);
        }
        by_env.retain(|env, members| {
            // Until its first agent has told all, an environment lacks routes that Traefik may
            // have, and `/config` must not answer without them.
            env == DEFAULT_ENV
                || last.environments.contains_key(env)
                || members.iter().any(|member| member.synced)
                || members.is_empty() && of_file.contains(&env)
        });
        // Whose last agent is gone has nothing left to route, and Traefik has to hear of it.
        let left: Vec<&String> = last
            .environments
            .keys()
            .filter(|env| !by_env.contains_key(*env))
            .take(LEFT_LIMIT)
            .collect();
        by_env.extend(left.into_iter().map(|env| (env.clone(), Vec::new())));
        self.inputs.retain(|env, _| by_env.contains_key(env));

        let mut environments = BTreeMap::new();
        for (env, members) in by_env {
            let merged = self.environment(&env, &members, local_file, last);
            environments.insert(env, merged);
        }
        let same = environments.len() == last.environments.len()
            && environments.iter().all(|(env, new)| {
                last.environments
                    .get(env)
                    .is_some_and(|old| old.config.etag == new.config.etag)
            });
        Snapshot {
            version: if same { last.version } else { last.version + 1 },
            ready: fleet.ready,
            awaited: fleet.missing.clone(),
            environments,
            applied: fleet
                .members
                .iter()
                .map(|m| (m.id.clone(), m.applied))
                .collect(),
        }
    }

    fn environment(
        &mut self,
        env: &str,
        members: &[&MemberView],
        local: &Arc<LocalFile>,
        last: &Snapshot,
    ) -> Arc<Environment> {
        let is_its = |one: &String| one == env || one == EVERY_ENV;
        let local = self.local_envs.iter().any(is_its).then_some(local);
        let agents = members
            .iter()
            .map(|m| (m.id.clone(), Arc::clone(&m.routes), m.hold));
        let input = Input {
            local: local.cloned(),
            agents: agents.collect(),
        };
        let before = self.inputs.get(env);
        let unchanged = before.is_some_and(|before| before.is_same(&input));
        if let Some(environment) = last.environments.get(env).filter(|_| unchanged) {
            return Arc::clone(environment);
        }
        let of_member = |member: &&MemberView| {
            AgentRoutes::from_compiled(&member.id.name, Arc::clone(&member.routes))
                .with_hold(member.hold)
        };
        let mut agents: Vec<AgentRoutes> = members.iter().map(of_member).collect();
        agents.extend(local.and_then(|local| local.routes.clone()));
        self.inputs.insert(env.to_owned(), input);
        Arc::new(Environment::new(merge(&agents, &self.policy)))
    }
}

impl Input {
    fn is_same(&self, other: &Self) -> bool {
        let same_file = match (&self.local, &other.local) {
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        };
        let mut pairs = self.agents.iter().zip(&other.agents);
        same_file
            && self.agents.len() == other.agents.len()
            && pairs.all(|(ours, theirs)| {
                ours.0 == theirs.0 && Arc::ptr_eq(&ours.1, &theirs.1) && ours.2 == theirs.2
            })
    }
}
