//! Turns a manager's services, tasks and nodes into containers. Pure.
//!
//! A service's labels are its tasks' labels, as in Traefik's Swarm provider. What differs is the
//! way in: Traefik there is a part of the swarm's networks, and a gateway outside it reaches a
//! task at its node's address and a published port. In host mode that is the task's own. In
//! ingress mode each node leads to any task; the nodes that run one are named, so that a node
//! that is lost takes no request that another could have answered.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::answer::{self, PublishedPort, Service};
use crate::docker::api::read::protocol;
use crate::docker::model::container::{Attachment, Container, Idle, NetworkMode, Port, Task};

/// The answers of a manager.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) services: Vec<Service>,
    /// Those that are to run.
    pub(super) tasks: Vec<answer::Task>,
    /// Those that were to run a moment ago, and are not any more.
    pub(super) leaving: Vec<answer::Task>,
    pub(super) nodes: Vec<answer::Node>,
}

/// The containers of a swarm.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The running tasks, sorted by id.
    pub(super) running: Vec<Container>,
    /// Those that are to run and do not, sorted by name.
    pub(super) idle: Vec<Idle>,
    /// True if the node that was asked leads the managers.
    pub(super) leads: bool,
    /// True if something is on its way, so that another look is due soon.
    pub(super) unsettled: bool,
}

/// The state of a task that runs, and whose health check passes if it has one.
const RUNNING: &str = "running";

/// The label of a node that says its address.
const ADDRESS: &str = "tether.address";

/// How Traefik finds a task in the swarm's own networks. It says nothing about published ports.
const WAYS_WITHIN: [&str; 3] = [
    "traefik.swarm.",
    "traefik.docker.network",
    "traefik.docker.lbswarm",
];

/// Turns the answers of this node's manager into containers; `known` are those of the last time.
pub(super) fn read(answers: &Answers, own_node: &str, known: &[Container]) -> Found {
    let known = known.iter();
    let known: HashMap<&str, &Container> = known.map(|one| (one.id.as_str(), one)).collect();
    let nodes = answers.nodes.iter();
    let nodes: HashMap<&str, &answer::Node> = nodes
        .filter_map(|node| Some((node.id.as_deref()?, node)))
        .collect();
    let services = answers.services.iter();
    let services: HashMap<&str, &Service> = services
        .filter_map(|service| Some((service.id.as_deref()?, service)))
        .collect();
    let own = nodes.get(own_node);
    let mut found = Found {
        leads: own
            .and_then(|node| node.manager_status.as_ref()?.leader)
            .unwrap_or_default(),
        unsettled: answers.services.iter().any(is_updating) || !answers.leaving.is_empty(),
        ..Found::default()
    };
    let state = |task: &answer::Task| {
        let state = task.status.as_ref()?.state.clone();
        state.filter(|state| !state.is_empty())
    };
    for task in &answers.tasks {
        let service = task.service_id.as_deref().and_then(|id| services.get(id));
        let (Some(service), Some(id)) = (service, &task.id) else {
            continue;
        };
        let node = node_of(task, &nodes);
        let mut container = container(id, task, service, node, own_node);
        let last = known.get(id.as_str());
        container.ports = ports(task, service, last.map_or(&[], |last| &last.ports));
        let state = state(task).unwrap_or_default();
        if state == RUNNING {
            container.stopping = !node.is_some_and(is_ready);
            found.running.push(container);
            continue;
        }
        let status = task.status.as_ref();
        let text = |text: fn(&answer::TaskStatus) -> &Option<String>| {
            let text = status.and_then(|status| text(status).clone());
            text.filter(|text| !text.is_empty())
        };
        let error = text(|status| &status.err);
        // A task that waits for a node or a port waits until somebody acts.
        found.unsettled |= error.is_none();
        found.idle.push(Idle {
            container,
            state,
            status: error.or(text(|status| &status.message)).unwrap_or_default(),
        });
    }
    for task in &answers.leaving {
        let known = task.id.as_deref().and_then(|id| known.get(id));
        // The last report of a lost node may be outdated.
        let runs = state(task).as_deref() == Some(RUNNING);
        if let Some(&known) = known
            && runs
            && node_of(task, &nodes).is_some_and(is_ready)
        {
            found.running.push(Container {
                stopping: true,
                ..known.clone()
            });
        }
    }
    found.running.sort_by(|a, b| a.id.cmp(&b.id));
    found.idle.sort_by(|a, b| {
        (&a.container.name, &a.container.id).cmp(&(&b.container.name, &b.container.id))
    });
    found
}

fn node_of<'a>(
    task: &answer::Task,
    nodes: &HashMap<&str, &'a answer::Node>,
) -> Option<&'a answer::Node> {
    nodes.get(task.node_id.as_deref()?).copied()
}

/// False while the managers do not hear the node: its tasks may be gone, or not.
fn is_ready(node: &answer::Node) -> bool {
    let status = node.status.as_ref();
    status.and_then(|status| status.state.as_deref()) == Some("ready")
}

fn is_updating(service: &Service) -> bool {
    let status = service.update_status.as_ref();
    let state = status.and_then(|status| status.state.as_deref());
    matches!(state, Some("updating" | "rollback_started"))
}

fn container(
    id: &str,
    task: &answer::Task,
    service: &Service,
    node: Option<&answer::Node>,
    own_node: &str,
) -> Container {
    let spec = service.spec.as_ref();
    let name = spec.and_then(|spec| spec.name.clone()).unwrap_or_default();
    let host = node
        .and_then(|node| node.description.as_ref()?.hostname.clone())
        .or_else(|| task.node_id.clone())
        .unwrap_or_default();
    let number = match task.slot.filter(|slot| *slot != 0) {
        Some(slot) => slot.to_string(),
        // A service with one task on each node does not number them.
        None => host.clone(),
    };
    let labels = spec.and_then(|spec| spec.labels.clone());
    let (attachments, network) = networks(task);
    Container {
        id: id.to_owned(),
        name: format!("{name}.{number}"),
        labels: labels.map(without_ways_within).unwrap_or_default(),
        network,
        attachments,
        task: Some(Task {
            service: name,
            node: host,
            on_asked_node: task.node_id.as_deref() == Some(own_node),
            label_address: node
                .and_then(|node| node.spec.as_ref()?.labels.as_ref()?.get(ADDRESS).cloned()),
            node_address: node.and_then(address),
        }),
        ..Container::default()
    }
}

fn without_ways_within(mut labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    labels.retain(|key, _| {
        let begins = |with: &&str| {
            let start = key.get(..with.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(with))
        };
        !WAYS_WITHIN.iter().any(begins)
    });
    labels
}

/// The published ports: in ingress mode those of the service, in host mode the task's own.
///
/// After a change of leaders a manager does not know the latter for a while, and a task that is to
/// end has none any more. But a task is never started again, so what was said once stays true.
fn ports(task: &answer::Task, service: &Service, known: &[Port]) -> Vec<Port> {
    let status = task.status.as_ref();
    let own = status.and_then(|status| status.port_status.as_ref()?.ports.as_ref());
    let own: Vec<Port> = own.into_iter().flatten().map(port).collect();
    let wanted = service.endpoint.as_ref();
    let wanted = wanted.and_then(|endpoint| endpoint.ports.as_ref());
    let mut ports = Vec::new();
    for wanted in wanted.into_iter().flatten() {
        let said = port(wanted);
        let is_same = |one: &&Port| (one.private, one.protocol) == (said.private, said.protocol);
        let mut found: Vec<Port> = Vec::new();
        if wanted.publish_mode.as_deref() == Some("host") {
            found.extend(own.iter().filter(is_same));
            if found.is_empty() && said.public.is_none() {
                found.extend(known.iter().filter(is_same));
            }
        }
        match found.is_empty() {
            true => ports.push(said),
            false => ports.append(&mut found),
        }
    }
    // The engine names a port of the task once for each family.
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn port(port: &PublishedPort) -> Port {
    Port {
        private: port.target_port,
        protocol: protocol(port.protocol.as_deref().unwrap_or_default()),
        public: port.published_port.filter(|port| *port != 0),
        ip: None,
    }
}

/// The networks with the task's addresses in them, and whose network it uses.
fn networks(task: &answer::Task) -> (Vec<Attachment>, NetworkMode) {
    let mut network = NetworkMode::Own;
    let mut attachments = Vec::new();
    for one in task.networks_attachments.iter().flatten() {
        let Some(spec) = one
            .network
            .as_ref()
            .and_then(|network| network.spec.as_ref())
        else {
            continue;
        };
        let driver = spec.driver_configuration.as_ref();
        if driver.and_then(|driver| driver.name.as_deref()) == Some("host") {
            network = NetworkMode::Host;
        }
        // It belongs to the published ports, and no program is to be reached in it.
        if spec.ingress == Some(true) {
            continue;
        }
        let addresses = one.addresses.iter().flatten();
        attachments.push(Attachment {
            network: spec.name.clone().unwrap_or_default(),
            addresses: addresses.filter_map(|text| ip(text)).collect(),
            gateways: Vec::new(),
        });
    }
    attachments.sort_unstable();
    (attachments, network)
}

/// A manager that was made without an address calls itself 0.0.0.0, and the other managers know
/// it better.
fn address(node: &answer::Node) -> Option<IpAddr> {
    let of_node = || ip(node.status.as_ref()?.addr.as_deref()?);
    let of_manager = || ip(node.manager_status.as_ref()?.addr.as_deref()?);
    let usable = |ip: &IpAddr| !ip.is_unspecified();
    of_node().filter(usable).or_else(of_manager)
}

/// An address, whatever port or prefix is behind it.
fn ip(text: &str) -> Option<IpAddr> {
    let text = text.split('/').next().unwrap_or(text);
    let port = || Some(text.parse::<std::net::SocketAddr>().ok()?.ip());
    text.parse().ok().or_else(port)
}

#[cfg(test)]
mod tests;
