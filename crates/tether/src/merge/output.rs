//! What is written and its names in, the merged configuration out: bodies with their final
//! references and servers, origins, and what is wrong with them.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::json;
use traefik_config::engine::global_problem;
use traefik_config::references::Reference;
use traefik_config::{Code, Key, Kind, Problem, is_global, shown};

use super::conflicts::Conflicts;
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

pub(super) fn output(
    ranked: &Ranked<'_>,
    classes: &Classes,
    plan: &Plan<'_>,
    names: &Names<'_>,
    conflicts: &Conflicts,
) -> Merged {
    let mut elements = Vec::with_capacity(plan.instances.len());
    let mut merged = Merged {
        problems: ranked.problems.clone(),
        ..Merged::default()
    };
    let renamed = names.renamed.iter();
    let renamed = renamed.filter(|(at, _)| !conflicts.lost.contains(at));
    let renamed = renamed.map(|(_, problem)| problem);
    let told = renamed.chain(&conflicts.problems).cloned();
    merged.problems.extend(told);
    for (at, instance) in plan.instances.iter().enumerate() {
        if conflicts.lost.contains(&at) {
            continue;
        }
        if let Some(members) = plan.cycles.get(&at) {
            let keys = members
                .iter()
                .map(|&at| &*ranked.nodes[plan.instances[at].lead].node.key);
            let lead = &ranked.nodes[instance.lead].node.key;
            blame(
                &mut merged,
                ranked,
                instance,
                &cycle_problem(lead, &keys.collect::<Vec<_>>()),
            );
            continue;
        }
        if let Some(problem) = beaten(ranked, classes, plan, instance) {
            blame(&mut merged, ranked, instance, &problem);
            continue;
        }
        let references = &ranked.nodes[instance.lead].node.references;
        for (reference, link) in references.iter().zip(&instance.links) {
            let lost = matches!(link, Link::To(at) if conflicts.lost.contains(at));
            if lost || *link == Link::Missing {
                let problem = unresolved(ranked, classes, plan, instance, reference);
                blame(&mut merged, ranked, instance, &problem);
            }
        }
        let lead = &ranked.nodes[instance.lead].node.key;
        let mut element = shared(ranked, instance, names, conflicts);
        if let Cow::Owned(name) = &names.names[at] {
            let key = Arc::new(Key::new(lead.section, lead.kind, name.clone()));
            Arc::make_mut(&mut element).key = key;
        }
        if let Some(entry_points) = conflicts.reduced.get(&at) {
            let mut body = element.value();
            body["entryPoints"] = json!(entry_points);
            Arc::make_mut(&mut element).body = body.to_string().into();
        }
        elements.push(element);
    }
    merged.elements = elements.into_iter().collect();
    merged.problems.sort();
    merged.problems.dedup();
    merged
}

/// The element of an instance; that of the merges before where nothing makes a difference.
fn shared(
    ranked: &Ranked<'_>,
    instance: &Instance<'_>,
    names: &Names<'_>,
    conflicts: &Conflicts,
) -> Arc<MergedElement> {
    let make = || Arc::new(element(ranked, instance, names, conflicts));
    let [only] = instance.nodes[..] else {
        return make();
    };
    let placed = &ranked.nodes[only];
    let links = placed.node.references.iter().zip(&instance.links);
    let mut links = links.map(|(reference, link)| match link {
        Link::To(at) => {
            let name = &names.names[*at];
            !conflicts.lost.contains(at) && *name == reference.name && !name.contains('@')
        }
        Link::Foreign => true,
        Link::Missing | Link::Shared(_) => false,
    });
    let heard = placed.agent.hold == Hold::Live || placed.node.servers.is_empty();
    match heard && links.all(|as_written| as_written) {
        true => Arc::clone(placed.node.rendered_cache.get_or_init(make)),
        false => make(),
    }
}

fn element(
    ranked: &Ranked<'_>,
    instance: &Instance<'_>,
    names: &Names<'_>,
    conflicts: &Conflicts,
) -> MergedElement {
    let nodes = instance.nodes.iter().map(|&at| &ranked.nodes[at]);
    let lead = ranked.nodes[instance.lead].node;
    let references = lead.references.iter().zip(&instance.links);
    let finals = references.map(|(reference, link)| match link {
        Link::To(at) if conflicts.lost.contains(at) => unresolved_name(&reference.name),
        link => final_reference(&reference.name, link, names),
    });
    let finals: Vec<String> = finals.collect();
    let (bodies, servers): (Vec<&str>, Vec<MergedServer>) = match lead.key.kind {
        Kind::Services => servers(ranked, &instance.nodes).into_iter().unzip(),
        _ => Default::default(),
    };
    MergedElement {
        key: Arc::clone(&lead.key),
        body: lead.definition.write(&finals, &bodies),
        implicit: nodes.clone().all(|placed| placed.node.implicit),
        owners: nodes.flat_map(Placed::owners).collect(),
        servers: servers.into(),
    }
}

/// Why an element is not written: Traefik has it once for all, and another one comes first.
fn beaten(
    ranked: &Ranked<'_>,
    classes: &Classes,
    plan: &Plan<'_>,
    instance: &Instance<'_>,
) -> Option<Problem> {
    let lead = ranked.nodes[instance.lead].node;
    let key = &*lead.key;
    let owner = plan
        .wishes
        .get(&lead.key_digest)
        .filter(|_| is_global(key))?
        .owner;
    let first = classes.members[owner].first()?;
    let winner = ranked.nodes[*first].called();
    (owner != instance.class).then(|| global_problem(key, &winner))
}

fn unresolved(
    ranked: &Ranked<'_>,
    classes: &Classes,
    plan: &Plan<'_>,
    instance: &Instance<'_>,
    reference: &Reference,
) -> Problem {
    let own = &ranked.nodes[instance.lead].node.key;
    let (wanted, provider) = split(&reference.name);
    let key = reference.key(wanted);
    let wish = plan.wishes.get(&key_digest(&key));
    let owner = wish.and_then(|wish| classes.members[wish.owner].first());
    let placed = &ranked.nodes[instance.lead];
    let is_here = placed.engine.elements.find(&key).is_some();
    let here = match placed.is_local() {
        true => "this file",
        false => "this host",
    };
    let wanted = shown(wanted);
    let why = match (provider == Some(SHARED_PROVIDER), owner) {
        (true, Some(_)) => "which cannot be used itself".to_owned(),
        (true, None) => "which no host defines: define it on one".to_owned(),
        (false, _) if is_here => "which cannot be used itself".to_owned(),
        (false, None) if !in_labels(reference.kind) && !placed.is_local() => format!(
            "which labels cannot define: define it in the hub's local file, or in a file of \
             Traefik's own and write `{wanted}@file`"
        ),
        (false, None) if placed.is_local() => {
            format!("which {here} does not define: define it there")
        }
        (false, None) => "which neither this host nor the hub's local file defines: define it in \
                          one of them"
            .to_owned(),
        (false, Some(&owner)) => format!(
            "which {here} does not define: define it there, or write `{wanted}@http` to use \
             that of {}",
            ranked.nodes[owner].called()
        ),
    };
    Problem::error(
        Code::UnresolvedReference,
        format!(
            "{own} refers to {to} `{wanted}`, {why}; until then Traefik \
             refuses all that needs it",
            to = reference.kind.singular(),
        ),
    )
}

/// True for what Traefik reads from labels.
fn in_labels(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Routers | Kind::Services | Kind::Middlewares | Kind::Stores
    )
}

fn blame(merged: &mut Merged, ranked: &Ranked<'_>, instance: &Instance<'_>, problem: &Problem) {
    let nodes = instance.nodes.iter().map(|&at| &ranked.nodes[at]);
    merged
        .problems
        .extend(nodes.flat_map(|placed| placed.blame(problem)));
}
