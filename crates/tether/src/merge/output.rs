//! Writes the merged configuration: definitions with final references and servers, their origins,
//! and the problems.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Value, json};
use traefik_config::engine::global_problem;
use traefik_config::references::{Role, usages};
use traefik_config::{Key, Kind, Problem, is_global};

use super::conflicts::Resolution;
use super::equivalence::Classes;
use super::health_check::{self, CheckPort};
use super::members::{Members, remove_unresolved};
use super::merged::Merged;
use super::names::Names;
use super::plan::{Instance, Link, Plan};
use super::ranked::{Placed, Ranked};
use super::reference::{final_reference, unresolved_name};
use super::servers::servers;
use super::unresolved::{self, Known};
use crate::compile::{Hold, MergedElement, MergedServer, cycle_problem};

/// The results of the steps before.
pub(super) struct Output<'a> {
    pub(super) ranked: &'a Ranked<'a>,
    pub(super) classes: &'a Classes,
    pub(super) plan: &'a Plan<'a>,
    pub(super) members: &'a Members<'a>,
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
            let element = self.final_element(at, instance);
            self.report_unresolved(&mut problems, at, instance);
            self.report_health_checks(&mut problems, at, instance, &element);
            elements.push(element);
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

    fn report_unresolved(&self, problems: &mut Vec<Problem>, at: usize, instance: &Instance<'_>) {
        let references = &self.ranked.nodes[instance.lead].node.references;
        let known = Known {
            ranked: self.ranked,
            classes: self.classes,
            plan: self.plan,
        };
        for (number, (reference, link)) in references.iter().zip(&instance.links).enumerate() {
            let problem = match link {
                _ if self.members.is_left_out(at, instance, number) => {
                    unresolved::left_out(known, instance, number)
                }
                Link::Internal => unresolved::internal(self.key(instance), reference),
                Link::Ambiguous | Link::Missing => unresolved::problem(known, instance, number),
                Link::To(_) if self.is_dropped(link) => {
                    unresolved::problem(known, instance, number)
                }
                Link::To(_) | Link::Shared(_) | Link::Foreign => continue,
            };
            self.report(problems, instance, &problem);
        }
    }

    /// Reports health checks that are missing where Traefik needs them, and those that are not
    /// written.
    fn report_health_checks(
        &self,
        problems: &mut Vec<Problem>,
        at: usize,
        instance: &Instance<'_>,
        element: &MergedElement,
    ) {
        let node = self.ranked.nodes[instance.lead].node;
        if node.checked
            && let Some(problem) = health_check::problem(&node.key, &element.servers)
        {
            self.report(problems, instance, &problem);
        }
        if !node.usages.iter().any(|usage| usage.role != Role::Needed) {
            return;
        }
        let all = instance.links.iter().zip(&node.references).enumerate();
        let left = all.filter(|(number, _)| !self.members.is_left_out(at, instance, *number));
        // What is left out changes how the others are used.
        let usages = usages(node.key.section, node.key.kind, &element.value());
        for ((_, (link, reference)), usage) in left.zip(usages) {
            if usage.checked && matches!(link, Link::To(to) if !self.is_checked(*to)) {
                let problem = unresolved::unchecked(&node.key, reference);
                self.report(problems, instance, &problem);
            }
        }
    }

    /// True if the instance is written with a health check.
    fn is_checked(&self, at: usize) -> bool {
        let instance = &self.plan.instances[at];
        let nodes = || instance.nodes.iter().map(|&at| self.ranked.nodes[at].node);
        let mut all = nodes().flat_map(|node| &node.servers);
        self.ranked.nodes[instance.lead].node.checked
            && (all.all(|server| server.health_port.is_none()) || {
                let servers = servers(self.ranked, &instance.nodes);
                CheckPort::of(servers.iter().map(|(_, server)| server)) != CheckPort::Unusable
            })
    }

    /// The element with its final name and entry points.
    fn final_element(&self, at: usize, instance: &Instance<'_>) -> Arc<MergedElement> {
        let mut element = self.render_cached(at, instance);
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
    fn render_cached(&self, at: usize, instance: &Instance<'_>) -> Arc<MergedElement> {
        let render = || Arc::new(self.render(at, instance));
        let [only] = instance.nodes[..] else {
            return render();
        };
        let placed = &self.ranked.nodes[only];
        let mut links = placed
            .node
            .references
            .iter()
            .zip(&instance.links)
            .enumerate();
        let as_written = links.all(|(number, (reference, link))| match link {
            _ if self.members.is_left_out(at, instance, number) => false,
            Link::To(to) => {
                let name = &self.names.names[*to];
                !self.is_dropped(link) && *name == reference.name && !name.contains('@')
            }
            Link::Foreign => true,
            Link::Internal | Link::Ambiguous | Link::Missing | Link::Shared(_) => false,
        });
        let is_live = placed.agent.hold == Hold::Live || placed.node.servers.is_empty();
        if as_written && is_live {
            Arc::clone(placed.node.rendered_cache.get_or_init(render))
        } else {
            render()
        }
    }

    fn render(&self, at: usize, instance: &Instance<'_>) -> MergedElement {
        let nodes = instance.nodes.iter().map(|&at| &self.ranked.nodes[at]);
        let lead = self.ranked.nodes[instance.lead].node;
        let is_left_out = |number| self.members.is_left_out(at, instance, number);
        let references = lead.references.iter().zip(&instance.links).enumerate();
        let names: Vec<String> = references
            .map(|(number, (reference, link))| {
                if self.is_dropped(link) || is_left_out(number) {
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
        let mut body = lead.definition.write(&names, &bodies);
        let check_port = CheckPort::of(&servers);
        let leaves_out = (0..names.len()).any(is_left_out);
        if leaves_out || check_port != CheckPort::AsWritten {
            let mut value: Value = serde_json::from_str(&body).expect("it was written as JSON");
            check_port.apply(&mut value);
            if leaves_out {
                remove_unresolved(&mut value);
            }
            body = value.to_string().into();
        }
        MergedElement {
            key: Arc::clone(&lead.key),
            declared: Arc::clone(&lead.key),
            body,
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
