//! The problems of references that lead nowhere, with what to write instead.

use traefik_config::references::Reference;
use traefik_config::{Code, Key, Kind, Problem, shown};

use super::equivalence::Classes;
use super::plan::{Instance, Link, NameDemand, Plan};
use super::ranked::{Placed, Ranked};
use crate::compile::{SHARED_PROVIDER, is_agent_name, key_digest, split};

/// The most hosts that a message names.
const HOSTS_SHOWN: usize = 3;

/// What is known of all names.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) ranked: &'a Ranked<'a>,
    pub(super) classes: &'a Classes,
    pub(super) plan: &'a Plan<'a>,
}

/// The problem of a reference, given by its number, that leads nowhere.
pub(super) fn problem(known: Known<'_>, instance: &Instance<'_>, reference: usize) -> Problem {
    let said = say(known, instance, reference);
    let message = format!("{said}; until then Traefik disables every router that needs it");
    Problem::error(Code::UnresolvedReference, message)
}

/// The problem of a service's member, given by its number, that is left out.
pub(super) fn left_out(known: Known<'_>, instance: &Instance<'_>, reference: usize) -> Problem {
    let said = say(known, instance, reference);
    let message = format!("{said}; until then the service works without it");
    Problem::warning(Code::UnresolvedReference, message)
}

/// What a reference leads to, and what to do.
fn say(known: Known<'_>, instance: &Instance<'_>, reference: usize) -> String {
    let is_there = matches!(instance.links[reference], Link::To(_));
    let placed = &known.ranked.nodes[instance.lead];
    let reference = &placed.node.references[reference];
    let (wanted, provider) = split(&reference.name);
    let target = reference.key(wanted);
    let demand = known.plan.demands.get(&key_digest(&target));
    let (name, why) = match (provider, demand) {
        _ if is_there => (&*reference.name, "which cannot be used".to_owned()),
        (Some(SHARED_PROVIDER), None) => {
            let why = "which no host defines: define it on one".to_owned();
            (wanted, why)
        }
        (Some(SHARED_PROVIDER), Some(demand)) => match ambiguous(known, demand, wanted) {
            Some(why) => (&*reference.name, why),
            None => (wanted, "which cannot be used".to_owned()),
        },
        (Some(agent), _) if is_agent_name(agent) => {
            (&*reference.name, not_of_agent(known, agent, &target))
        }
        _ => (wanted, not_here(known, placed, &target, demand)),
    };
    format!(
        "{} refers to {} `{}`, {why}",
        placed.node.key,
        reference.kind.singular(),
        shown(name),
    )
}

/// The problem of a service that uses one without the health check that Traefik needs there.
pub(super) fn unchecked(key: &Key, reference: &Reference) -> Problem {
    let message = format!(
        "{key} refers to service `{}`, which has no health check, and Traefik needs one there: set \
         `healthCheck` for it; until then Traefik disables every router that needs {key}",
        shown(&reference.name)
    );
    Problem::error(Code::NoHealthCheck, message)
}

/// The problem of a reference to a service inside Traefik.
pub(super) fn internal(key: &Key, reference: &Reference) -> Problem {
    let message = format!(
        "{key} refers to `{}`, a service inside Traefik, which would publish what the gateway \
         knows; Traefik disables every router that needs it; put the router into the hub's local \
         file, or start the hub with --allow-internal and this agent's name",
        shown(&reference.name)
    );
    Problem::error(Code::InternalService, message)
}

/// What to write for an element of this owner that is meant on purpose.
pub(super) fn reference_to(owner: &Placed<'_>, name: &str) -> String {
    let agent = &*owner.agent.name;
    if !owner.is_local() && is_agent_name(agent) {
        format!("{}@{}", shown(name), shown(agent))
    } else {
        format!("{}@{SHARED_PROVIDER}", shown(name))
    }
}

/// For a name that several hosts define differently: which ones, and what to write.
fn ambiguous(known: Known<'_>, demand: &NameDemand, name: &str) -> Option<String> {
    let instances = demand.instances.iter();
    let mut classes: Vec<usize> = instances
        .map(|&at| known.plan.instances[at].class)
        .collect();
    classes.sort_unstable();
    classes.dedup();
    if classes.len() < 2 {
        return None;
    }
    let mut owners: Vec<usize> = classes
        .iter()
        .filter_map(|&class| known.classes.members[class].first().copied())
        .collect();
    owners.sort_unstable();
    let owners: Vec<&Placed<'_>> = owners.iter().map(|&at| &known.ranked.nodes[at]).collect();
    let mut hosts: Vec<String> = owners
        .iter()
        .take(HOSTS_SHOWN)
        .map(|owner| owner.describe_owner())
        .collect();
    if owners.len() > HOSTS_SHOWN {
        hosts.push(format!("{} more", owners.len() - HOSTS_SHOWN));
    }
    let first = owners.first()?;
    Some(format!(
        "which several hosts define differently ({}): write `{}` to use the one of {}",
        hosts.join(", "),
        reference_to(first, name),
        first.describe_owner(),
    ))
}

fn not_of_agent(known: Known<'_>, agent: &str, target: &Key) -> String {
    if known.ranked.has_agent(agent) {
        let what = target.kind.singular();
        format!(
            "but agent `{}` has no such {what}: define it there",
            shown(agent)
        )
    } else {
        format!(
            "but there is no agent `{0}`, and Traefik has no provider of this name: start the \
             agent, or correct the name after the @",
            shown(agent)
        )
    }
}

/// For a name without a provider.
fn not_here(
    known: Known<'_>,
    placed: &Placed<'_>,
    target: &Key,
    demand: Option<&NameDemand>,
) -> String {
    let owner = demand.and_then(|demand| known.classes.members[demand.owner].first());
    let (here, is_local) = match placed.is_local() {
        true => ("this file", true),
        false => ("this host", false),
    };
    match owner {
        _ if placed.engine.elements.find(target).is_some() => "which cannot be used".to_owned(),
        None if !in_labels(target.kind) && !is_local => format!(
            "which neither this host nor the hub's local file defines: define it in that file, by \
             labels `tether.{}.{}.{}.…`, or in a file of Traefik's own and write `{2}@file`",
            target.section,
            target.kind.as_str().to_ascii_lowercase(),
            shown(&target.name)
        ),
        None if is_local => format!("which {here} does not define: define it there"),
        None => "which neither this host nor the hub's local file defines: define it in one of \
                 them"
            .to_owned(),
        Some(&owner) => {
            let owner = &known.ranked.nodes[owner];
            format!(
                "which {here} does not define: define it there, or write `{}` to use the one of {}",
                reference_to(owner, &target.name),
                owner.describe_owner()
            )
        }
    }
}

/// True for the kinds that Traefik reads from labels.
fn in_labels(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Routers | Kind::Services | Kind::Middlewares | Kind::Stores
    )
}
