//! Finds the address of an engine's machine, which need not be this host: an engine at `tcp://…` may
//! be anywhere.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::docker::Engine;
use crate::host::{Address, AddressSource, Facts, Host};

/// What is known of the addresses of an engine's machine, and the one for the gateway.
pub(crate) type Place<'a> = (Cow<'a, Facts>, Cow<'a, Result<Address, String>>);

/// The address of an engine's machine, and what is known of addresses there. `here` is the address
/// of this host; `is_sole` is true if the agent has no other engine.
///
/// # Errors
/// Inside: why there is no address, and what to do.
pub(super) fn of_engine<'a>(
    engine: &Engine,
    facts: &'a Facts,
    here: &'a Result<Address, String>,
    is_sole: bool,
) -> Place<'a> {
    let reach = &engine.reach;
    if let Some(host) = &reach.stated {
        let reason = "DOCKER_HOST gives it for this engine";
        let address = there(host.clone(), AddressSource::Setting, reason);
        return elsewhere(facts, Ok(address));
    }
    let Some(peer) = reach.peer else {
        return (Cow::Borrowed(facts), Cow::Borrowed(here));
    };
    // With one engine the settings are about it, wherever it is.
    let is_set = is_sole && facts.host_ip.is_some();
    if is_set || is_container_or_bridge(engine, peer) {
        return (Cow::Borrowed(facts), Cow::Borrowed(here));
    }
    if !reach.is_own {
        let reason = "it is the address of this engine's machine (DOCKER_HOST)";
        let address = there(Host::Ip(peer), AddressSource::Host, reason);
        return elsewhere(facts, Ok(address));
    }
    if is_this_machine(engine, &facts.local.machine) {
        return (Cow::Borrowed(facts), Cow::Borrowed(here));
    }
    let why = format!(
        "this engine is reached at {peer}, by a proxy or through a tunnel, so the address of its \
         machine cannot be known: write it after a # in DOCKER_HOST ({}#ADDRESS)",
        engine.asked_endpoint()
    );
    elsewhere(facts, Err(why))
}

fn there(host: Host, source: AddressSource, reason: &str) -> Address {
    Address {
        host,
        source,
        reason: reason.to_owned(),
    }
}

/// An address on a machine that need not be this host.
fn elsewhere<'a>(facts: &Facts, address: Result<Address, String>) -> Place<'a> {
    let facts = Facts {
        container_networks: facts.container_networks.clone(),
        ..Facts::default()
    };
    (Cow::Owned(facts), Cow::Owned(address))
}

/// True for the address of one of the engine's containers, such as a proxy before it, or of its
/// machine within their networks: only on that machine it leads there.
fn is_container_or_bridge(engine: &Engine, peer: IpAddr) -> bool {
    let containers = engine.containers.iter();
    let mut attachments = containers.flat_map(|container| &container.attachments);
    attachments.any(|attachment| {
        attachment.addresses.contains(&peer) || attachment.gateways.contains(&peer)
    })
}

/// As in `docker ps`, and as a container's host name, this much of an id is shown.
const SHORT_ID_LEN: usize = 12;

/// True if the engine runs on the machine of this name, or has the container of this name, in which
/// this agent runs.
fn is_this_machine(engine: &Engine, machine: &str) -> bool {
    let mut containers = engine.containers.iter();
    !machine.is_empty()
        && (engine.name.as_deref() == Some(machine)
            || machine.len() >= SHORT_ID_LEN
                && containers.any(|container| container.id.starts_with(machine)))
}

#[cfg(test)]
mod tests;
