//! Tasks and the addresses of their nodes.

use super::*;

#[track_caller]
fn check(task: &Task, here: Result<&str, &str>, expected: Result<&str, &str>) {
    let here = here.map_err(str::to_owned).map(|host| Address {
        host: host.parse().unwrap(),
        source: AddressSource::Host,
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
        node_address: "10.0.0.2".parse().ok(),
        ..Task::default()
    };
    check(&task, Ok("10.0.0.1"), Ok("10.0.0.2"));
    task.on_asked_node = true;
    check(&task, Ok("10.0.0.1"), Ok("10.0.0.1"));
    check(&task, Err("none"), Ok("10.0.0.2"));
    task.label_address = Some("two.lan".to_owned());
    check(&task, Ok("10.0.0.1"), Ok("two.lan"));
    task.label_address = Some("http://x".to_owned());
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
    task.node_address = "127.0.0.1".parse().ok();
    check(
        &task,
        Ok("10.0.0.1"),
        Err("the node two has the address 127.0.0.1 in the swarm"),
    );
}
