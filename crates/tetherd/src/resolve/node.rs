//! A task of a swarm and this host's address in; the address of its node out, or why there is none.

use std::borrow::Cow;

use crate::address::{Address, By, Host};
use crate::docker::Task;

/// Where the gateway reaches the task's node: where the node's label says, else, on this host,
/// where the rest of its containers is, else where the swarm has it.
///
/// # Errors
/// If none of these can be reached by a gateway, with what to do.
pub(super) fn address<'a>(
    task: &Task,
    here: &'a Result<Address, String>,
) -> Result<Cow<'a, Address>, String> {
    let found = |host: Host, by: By, reason: String| Ok(Cow::Owned(Address { host, by, reason }));
    let node = &task.node;
    if let Some(said) = &task.said {
        let host = said
            .parse()
            .map_err(|why| format!("label tether.address of the node {node}: {why}"))?;
        let reason = format!("the label tether.address of the node {node} says so");
        return found(host, By::Setting, reason);
    }
    match here {
        Ok(address) if task.here => return Ok(Cow::Borrowed(address)),
        _ => {}
    }
    let fault = match task.address {
        None => "has no address in the swarm".to_owned(),
        Some(ip) if ip.is_loopback() || ip.is_unspecified() => {
            format!("has the address {ip} in the swarm, which is no way to it")
        }
        Some(ip) => {
            let reason = format!("it is the address of the node {node} in the swarm");
            return found(Host::Ip(ip), By::Host, reason);
        }
    };
    let why = match (task.here, here) {
        (true, Err(why)) => format!("; {why}"),
        _ => String::new(),
    };
    Err(format!(
        "the node {node} {fault}: give it the label tether.address \
         (docker node update --label-add tether.address=ADDRESS {node}){why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(task: &Task, here: Result<&str, &str>, expected: Result<&str, &str>) {
        let here = here.map_err(str::to_owned).map(|host| Address {
            host: host.parse().unwrap(),
            by: By::Host,
            reason: String::new(),
        });
        let found = address(task, &here).map(|address| address.host.to_string());
        match expected {
            Ok(host) => assert_eq!(found.as_deref(), Ok(host)),
            Err(start) => assert!(
                found.clone().is_err_and(|why| why.starts_with(start)),
                "{found:?}"
            ),
        }
    }

    #[test]
    fn a_label_before_this_host_before_the_swarm() {
        let mut task = Task {
            node: "two".to_owned(),
            address: "10.0.0.2".parse().ok(),
            ..Task::default()
        };
        check(&task, Ok("10.0.0.1"), Ok("10.0.0.2"));
        task.here = true;
        check(&task, Ok("10.0.0.1"), Ok("10.0.0.1"));
        check(&task, Err("none"), Ok("10.0.0.2"));
        task.said = Some("two.lan".to_owned());
        check(&task, Ok("10.0.0.1"), Ok("two.lan"));
        task.said = Some("http://x".to_owned());
        check(
            &task,
            Ok("10.0.0.1"),
            Err("label tether.address of the node two: "),
        );
    }

    #[test]
    fn what_is_no_way_is_a_problem() {
        let mut task = Task {
            node: "two".to_owned(),
            ..Task::default()
        };
        check(
            &task,
            Ok("10.0.0.1"),
            Err("the node two has no address in the swarm: give"),
        );
        task.address = "127.0.0.1".parse().ok();
        check(
            &task,
            Ok("10.0.0.1"),
            Err("the node two has the address 127.0.0.1 in the swarm"),
        );
    }
}
