//! Finds the address of the node that runs a swarm's task.

use std::borrow::Cow;

use crate::docker::Task;
use crate::host::{Address, AddressSource, Host};

/// The address at which the gateway reaches the task's node: that of the node's label, else, on
/// this host, that of this host, else the node's address in the swarm.
///
/// # Errors
/// If a gateway can reach none of these, with the remedy.
pub(super) fn address<'a>(
    task: &Task,
    host_address: &'a Result<Address, String>,
) -> Result<Cow<'a, Address>, String> {
    let node = &task.node;
    if let Some(label) = &task.label_address {
        let host = label
            .parse()
            .map_err(|why| format!("label tether.address of the node {node}: {why}"))?;
        return Ok(Cow::Owned(Address {
            host,
            source: AddressSource::Setting,
            reason: format!("the label tether.address of the node {node} is set"),
        }));
    }
    if task.on_asked_node
        && let Ok(address) = host_address
    {
        return Ok(Cow::Borrowed(address));
    }
    let why = match task.node_address {
        None => "has no address in the swarm".to_owned(),
        Some(ip) if ip.is_loopback() || ip.is_unspecified() => {
            format!("has the address {ip} in the swarm, which no other host can reach")
        }
        Some(ip) => {
            return Ok(Cow::Owned(Address {
                host: Host::Ip(ip),
                source: AddressSource::Host,
                reason: format!("it is the address of the node {node} in the swarm"),
            }));
        }
    };
    let host_error = match host_address {
        Err(why) if task.on_asked_node => format!("; {why}"),
        Ok(_) | Err(_) => String::new(),
    };
    Err(format!(
        "the node {node} {why}: give it the label tether.address \
         (docker node update --label-add tether.address=ADDRESS {node}){host_error}"
    ))
}

#[cfg(test)]
mod tests;
