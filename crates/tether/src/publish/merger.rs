//! Merges each environment when something about it has changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use tether_proto::DEFAULT_ENV;

use super::snapshot::{Environment, Snapshot};
use crate::compile::{AgentRoutes, CompiledRoutes, Hold};
use crate::fleet::{AgentId, FleetView, MemberView};
use crate::local_file::LocalFile;
use crate::merge::{Policy, merge};

/// The most environments without agents that are remembered.
const ABANDONED_ENVS_LIMIT: usize = 256;

/// Makes snapshots. Environments that have not changed are reused.
#[derive(Debug)]
pub struct Merger {
    policy: Policy,
    /// The environments that the local file belongs to.
    local_envs: Vec<String>,
    /// The input of the last merge of each environment.
    inputs: BTreeMap<String, Input>,
}

/// The input of the merge of one environment.
#[derive(Debug)]
struct Input {
    local: Option<Arc<LocalFile>>,
    agents: Vec<(AgentId, Arc<CompiledRoutes>, Hold)>,
}

/// Stands for all environments.
const EVERY_ENV: &str = "*";

impl Merger {
    /// A merger without cached results.
    pub fn new(policy: Policy, local_envs: Vec<String>) -> Self {
        Self {
            policy,
            local_envs,
            inputs: BTreeMap::new(),
        }
    }

    /// A merger with the same settings, without cached results.
    pub fn fresh(&self) -> Self {
        self.with_policy(self.policy.clone())
    }

    /// A merger with another policy, without cached results.
    #[must_use]
    pub fn with_policy(&self, policy: Policy) -> Self {
        Self::new(policy, self.local_envs.clone())
    }

    /// Merges the fleet and the local file; `last` is the served snapshot.
    pub fn merge(
        &mut self,
        fleet: &FleetView,
        local_file: &Arc<LocalFile>,
        last: &Snapshot,
    ) -> Snapshot {
        let by_env = self.by_environment(fleet, local_file.routes.is_some(), last);
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
        let early = environments.iter().filter(|(env, environment)| {
            let is_early = !fleet.ready && fleet.nothing_to_lose;
            is_early && self.has_local_file(env) && !environment.merged.elements.is_empty()
        });
        Snapshot {
            early: early.map(|(env, _)| env.clone()).collect(),
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

    /// The environments to serve, with their agents.
    fn by_environment<'f>(
        &self,
        fleet: &'f FleetView,
        has_local_file: bool,
        last: &Snapshot,
    ) -> BTreeMap<String, Vec<&'f MemberView>> {
        let mut by_env: BTreeMap<String, Vec<&MemberView>> = BTreeMap::new();
        by_env.insert(DEFAULT_ENV.to_owned(), Vec::new());
        let local_envs: Vec<&String> = self
            .local_envs
            .iter()
            .filter(|env| has_local_file && *env != EVERY_ENV)
            .collect();
        by_env.extend(local_envs.iter().map(|env| ((*env).clone(), Vec::new())));
        for member in &fleet.members {
            let members = by_env.entry(member.id.env.clone()).or_default();
            members.push(member);
        }
        by_env.retain(|env, members| {
            // Until its first agent has synced, an environment may lack routes that Traefik has,
            // and `/config` must not answer without them.
            env == DEFAULT_ENV
                || last.environments.contains_key(env)
                || members.iter().any(|member| member.synced)
                || members.is_empty() && local_envs.contains(&env)
        });
        // An environment without agents stays, so that Traefik removes its routes.
        let abandoned: Vec<&String> = last
            .environments
            .keys()
            .filter(|env| !by_env.contains_key(*env))
            .take(ABANDONED_ENVS_LIMIT)
            .collect();
        by_env.extend(abandoned.into_iter().map(|env| (env.clone(), Vec::new())));
        by_env
    }

    /// True if the local file, if there is one, belongs to this environment.
    fn has_local_file(&self, env: &str) -> bool {
        let mut envs = self.local_envs.iter();
        envs.any(|one| one == env || one == EVERY_ENV)
    }

    fn environment(
        &mut self,
        env: &str,
        members: &[&MemberView],
        local: &Arc<LocalFile>,
        last: &Snapshot,
    ) -> Arc<Environment> {
        let local = self.has_local_file(env).then_some(local);
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
        let routes = |member: &&MemberView| {
            AgentRoutes::from_compiled(&member.id.name, Arc::clone(&member.routes))
                .with_hold(member.hold)
        };
        let mut agents: Vec<AgentRoutes> = members.iter().map(routes).collect();
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
