//! A task of a swarm and this host's address in; the address of its node out, or why there is none.

use std::borrow::Cow;

use crate::docker::Task;
use crate::host::{Address, AddressSource, Host};

/// Where the gateway reaches the task's node: where the node's label says, else, on this host,
/// where the rest of its containers is, else where the swarm has it.
///
/// # Errors
/// If none of these can be reached by a gateway, with what to do.
pub(super) fn address<'a>(
    task: &Task,
    here: &'a Result<Address, String>,
) -> Result<Cow<'a, Address>, String> {
    let found = |host: Host, source: AddressSource, reason: String| {
        Ok(Cow::Owned(Address {
            host,
            source,
            reason,
        }))
    };
    let node = &task.node;
    if let Some(said) = &task.label_address {
        let host = said
            .parse()
            .map_err(|why| format!("label tether.address of the node {node}: {why}"))?;
        let reason = format!("the label tether.address of the node {node} says so");
        return found(host, AddressSource::Setting, reason);
    }
    match here {
        Ok(address) if task.on_asked_node => return Ok(Cow::Borrowed(address)),
        _ => {}
    }
    let fault = match task.node_address {
        None => "has no address in the swarm".to_owned(),
        Some(ip) if ip.is_loopback() || ip.is_unspecified() => {
            format!("has the address {ip} in the swarm, which is no way to it")
        }
        Some(ip) => {
            let reason = format!("it is the address of the node {node} in the swarm");
            return found(Host::Ip(ip), AddressSource::Host, reason);
        }
    };
    let why = match (task.on_asked_node, here) {
        (true, Err(why)) => format!("; {why}"),
        _ => String::new(),
    };
    Err(format!(
        "the node {node} {fault}: give it the label tether.address \
         (docker node update --label-add tether.address=ADDRESS {node}){why}"
    ))
}

#[cfg(test)]
mod tests;
