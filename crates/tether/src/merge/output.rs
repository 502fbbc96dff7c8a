//! Writes the merged configuration: definitions with final references and servers, their origins,
//! and the problems.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::json;
use traefik_config::engine::global_problem;
use traefik_config::references::Reference;
use traefik_config::{Code, Key, Kind, Problem, is_global, shown};

use super::conflicts::Resolution;
use super::equivalence::Classes;
use super::merged::Merged;
use super::names::Names;
use super::plan::{Instance, Link, Plan};
use super::ranked::{Placed, Ranked};
use super::reference::{final_reference, unresolved_name};
use super::servers::servers;
use crate::compile::{
    Hold, MergedElement, MergedServer, SHARED_PROVIDER, cycle_problem, key_digest, split,
};

/// The results of the steps before.
pub(super) struct Output<'a> {
    pub(super) ranked: &'a Ranked<'a>,
    pub(super) classes: &'a Classes,
    pub(super) plan: &'a Plan<'a>,
    pub(super) names: &'a Names<'a>,
    pub(super) resolution: &'a Resolution,
}

impl Output<'_> {
    /// Writes the configuration.
    pub(super) fn write(&self) -> Merged {
        let mut problems = self.ranked.problems.clone();
        let renamed = self.names.renamed.iter();
        let served = renamed.filter(|(at, _)| !self.resolution.dropped.contains(at));
        problems.extend(served.map(|(_, problem)| problem.clone()));
        problems.extend_from_slice(&self.resolution.problems);
        let mut elements = Vec::with_capacity(self.plan.instances.len());
        for (at, instance) in self.plan.instances.iter().enumerate() {
            if self.resolution.dropped.contains(&at) {
                continue;
            }
            if let Some(problem) = self.unusable(at, instance) {
                self.report(&mut problems, instance, &problem);
                continue;
            }
            self.report_unresolved(&mut problems, instance);
            elements.push(self.final_element(at, instance));
        }
        problems.sort();
        problems.dedup();
        Merged {
            elements: elements.into_iter().collect(),
            problems,
        }
    }

    /// The reason why an element is not written.
    fn unusable(&self, at: usize, instance: &Instance<'_>) -> Option<Problem> {
        let Some(members) = self.plan.cycles.get(&at) else {
            return self.overridden(instance);
        };
        let members = members.iter().map(|&at| &self.plan.instances[at]);
        let keys: Vec<&Key> = members.map(|member| self.key(member)).collect();
        Some(cycle_problem(self.key(instance), &keys))
    }

    /// The problem of an element that Traefik has only one of, if another one takes precedence.
    fn overridden(&self, instance: &Instance<'_>) -> Option<Problem> {
        let key = self.key(instance);
        if !is_global(key) {
            return None;
        }
        let digest = &self.ranked.nodes[instance.lead].node.key_digest;
        let owner = self.plan.demands.get(digest)?.owner;
        let first = self.classes.members[owner].first()?;
        let winner = self.ranked.nodes[*first].describe_owner();
        (owner != instance.class).then(|| global_problem(key, &winner))
    }

    fn report_unresolved(&self, problems: &mut Vec<Problem>, instance: &Instance<'_>) {
        let references = &self.ranked.nodes[instance.lead].node.references;
        for (reference, link) in references.iter().zip(&instance.links) {
            if *link == Link::Missing || self.is_dropped(link) {
                let problem = self.unresolved(instance, reference);
                self.report(problems, instance, &problem);
            }
            if *link == Link::Internal {
                let problem = internal(self.key(instance), reference);
                self.report(problems, instance, &problem);
            }
        }
    }

    fn unresolved(&self, instance: &Instance<'_>, reference: &Reference) -> Problem {
        let (wanted, provider) = split(&reference.name);
        let target = reference.key(wanted);
        let demand = self.plan.demands.get(&key_digest(&target));
        let owner = demand.and_then(|demand| self.classes.members[demand.owner].first());
        let placed = &self.ranked.nodes[instance.lead];
        let is_here = placed.engine.elements.find(&target).is_some();
        let here = if placed.is_local() {
            "this file"
        } else {
            "this host"
        };
        let wanted = shown(wanted);
        let why = match (provider == Some(SHARED_PROVIDER), owner) {
            (true, Some(_)) => "which cannot be used".to_owned(),
            (true, None) => "which no host defines: define it on one".to_owned(),
            (false, _) if is_here => "which cannot be used".to_owned(),
            (false, None) if !in_labels(reference.kind) && !placed.is_local() => format!(
                "which labels cannot define: define it in the hub's local file, or in a file of \
                 Traefik's own and write `{wanted}@file`"
            ),
            (false, None) if placed.is_local() => {
                format!("which {here} does not define: define it there")
            }
            (false, None) => "which neither this host nor the hub's local file defines: define it \
                              in one of them"
                .to_owned(),
            (false, Some(&owner)) => format!(
                "which {here} does not define: define it there, or write `{wanted}@http` to use \
                 the one of {}",
                self.ranked.nodes[owner].describe_owner()
            ),
        };
        let message = format!(
            "{} refers to {} `{wanted}`, {why}; until then Traefik disables every router that \
             needs it",
            self.key(instance),
            reference.kind.singular(),
        );
        Problem::error(Code::UnresolvedReference, message)
    }

    /// The element with its final name and entry points.
    fn final_element(&self, at: usize, instance: &Instance<'_>) -> Arc<MergedElement> {
        let mut element = self.render_cached(instance);
        if let Cow::Owned(name) = &self.names.names[at] {
            let key = self.key(instance);
            let renamed = Key::new(key.section, key.kind, name.clone());
            Arc::make_mut(&mut element).key = Arc::new(renamed);
        }
        if let Some(entry_points) = self.resolution.reduced.get(&at) {
            let mut body = element.value();
            body["entryPoints"] = json!(entry_points);
            Arc::make_mut(&mut element).body = body.to_string().into();
        }
        element
    }

    /// Renders an instance, or reuses what an earlier merge rendered where only one node defines it
    /// and all references are as written.
    fn render_cached(&self, instance: &Instance<'_>) -> Arc<MergedElement> {
        let render = || Arc::new(self.render(instance));
        let [only] = instance.nodes[..] else {
            return render();
        };
        let placed = &self.ranked.nodes[only];
        let mut links = placed.node.references.iter().zip(&instance.links);
        let as_written = links.all(|(reference, link)| match link {
            Link::To(at) => {
                let name = &self.names.names[*at];
                !self.is_dropped(link) && *name == reference.name && !name.contains('@')
            }
            Link::Foreign => true,
            Link::Internal | Link::Missing | Link::Shared(_) => false,
        });
        let is_live = placed.agent.hold == Hold::Live || placed.node.servers.is_empty();
        if as_written && is_live {
            Arc::clone(placed.node.rendered_cache.get_or_init(render))
        } else {
            render()
        }
    }

    fn render(&self, instance: &Instance<'_>) -> MergedElement {
        let nodes = instance.nodes.iter().map(|&at| &self.ranked.nodes[at]);
        let lead = self.ranked.nodes[instance.lead].node;
        let references = lead.references.iter().zip(&instance.links);
        let names: Vec<String> = references
            .map(|(reference, link)| {
                if self.is_dropped(link) {
                    unresolved_name(&reference.name)
                } else {
                    final_reference(&reference.name, link, self.names)
                }
            })
            .collect();
        let (bodies, servers): (Vec<&str>, Vec<MergedServer>) = match lead.key.kind {
            Kind::Services => servers(self.ranked, &instance.nodes).into_iter().unzip(),
            _ => Default::default(),
        };
        MergedElement {
            key: Arc::clone(&lead.key),
            declared: Arc::clone(&lead.key),
            body: lead.definition.write(&names, &bodies),
            implicit: nodes.clone().all(|placed| placed.node.implicit),
            owners: nodes.flat_map(Placed::owners).collect(),
            servers: servers.into(),
        }
    }

    fn key(&self, instance: &Instance<'_>) -> &Key {
        &self.ranked.nodes[instance.lead].node.key
    }

    fn is_dropped(&self, link: &Link<'_>) -> bool {
        matches!(link, Link::To(at) if self.resolution.dropped.contains(at))
    }

    fn report(&self, problems: &mut Vec<Problem>, instance: &Instance<'_>, problem: &Problem) {
        let nodes = instance.nodes.iter().map(|&at| &self.ranked.nodes[at]);
        problems.extend(nodes.flat_map(|placed| placed.report(problem)));
    }
}

/// The problem of a reference to a service inside Traefik.
fn internal(key: &Key, reference: &Reference) -> Problem {
    let message = format!(
        "{key} refers to `{}`, a service inside Traefik, which would publish what the gateway \
         knows; Traefik disables every router that needs it; put the router into the hub's local \
         file, or start the hub with --allow-internal and this agent's name",
        shown(&reference.name)
    );
    Problem::error(Code::InternalService, message)
}

/// True for the kinds that Traefik reads from labels.
fn in_labels(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Routers | Kind::Services | Kind::Middlewares | Kind::Stores
    )
}
