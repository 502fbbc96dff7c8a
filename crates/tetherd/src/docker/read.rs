//! An engine's list in, snapshots out; whatever is missing in an answer is left out.

use std::net::IpAddr;

use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::{self, List, Named, PortSummary, Summary};
use super::container::{Attachment, Container, Health, Idle, Network, Port, Protocol};

/// What engines list and what does not run. A state that is not known does: only running
/// containers are asked for.
const ENDED: [&str; 8] = [
    "created",
    "configured",
    "paused",
    "restarting",
    "removing",
    "exited",
    "stopped",
    "dead",
];

/// The running containers of a list, sorted by id. One that is half removed is no container.
pub(super) fn containers(list: &List) -> Vec<Container> {
    let mut containers: Vec<Container> = list.iter().filter_map(|one| container(one)).collect();
    containers.sort_by(|a, b| a.id.cmp(&b.id));
    containers.dedup_by(|a, b| a.id == b.id);
    containers
}

/// The containers of a list that do not run, sorted by name. One that is half removed is none.
pub(super) fn idle(list: &List) -> Vec<Idle> {
    // What cannot be read is told among those that run, if it does.
    let summaries = list
        .iter()
        .filter_map(|one| serde_json::from_str::<Summary>(one.get()).ok());
    let mut all: Vec<Idle> = summaries
        .filter_map(|summary| {
            let state = summary.state.clone().filter(|state| !runs(state))?;
            let status = summary.status.clone().unwrap_or_default();
            Some(Idle {
                container: any(summary)?,
                state,
                status,
            })
        })
        .filter(|idle| idle.state != "removing")
        .collect();
    all.sort_by(|a, b| {
        (&a.container.name, &a.container.id).cmp(&(&b.container.name, &b.container.id))
    });
    all
}

fn runs(state: &str) -> bool {
    !ENDED.contains(&state)
}

fn container(text: &RawValue) -> Option<Container> {
    match serde_json::from_str::<Summary>(text.get()) {
        Ok(summary) if runs(summary.state.as_deref().unwrap_or_default()) => any(summary),
        Ok(_) => None,
        Err(error) => unreadable(text, &error),
    }
}

fn any(summary: Summary) -> Option<Container> {
    let id = summary.id.filter(|id| !id.is_empty())?;
    let state = summary.state.unwrap_or_default();
    let name = name(summary.names.unwrap_or_default()).unwrap_or_else(|| short(&id).to_owned());
    let mode = summary
        .host_config
        .and_then(|config| config.network_mode)
        .unwrap_or_default();
    let mut ports: Vec<Port> = summary.ports.unwrap_or_default().iter().map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    let endpoints = summary
        .network_settings
        .and_then(|settings| settings.networks);
    let ips = |texts: [Option<String>; 2]| texts.iter().filter_map(ip).collect();
    let attachments = endpoints.unwrap_or_default().into_iter();
    let mut attachments: Vec<Attachment> = attachments
        .filter_map(|(network, endpoint)| Some((network, endpoint?)))
        .map(|(network, endpoint)| Attachment {
            network,
            addresses: ips([endpoint.ip_address, endpoint.global_ipv6_address]),
            gateways: ips([endpoint.gateway, endpoint.ipv6_gateway]),
        })
        .collect();
    // The engine lists networks in no order, and equal snapshots must compare equal.
    attachments.sort_unstable();
    let health = health(
        summary.health,
        summary.status.as_deref().unwrap_or_default(),
    );
    Some(Container {
        id,
        name,
        labels: summary.labels.unwrap_or_default(),
        ports,
        network: network(&mode),
        attachments,
        health,
        created: summary.created.unwrap_or_default(),
        stopping: state == "stopping",
        unreadable: None,
        task: None,
    })
}

/// Nothing of such a container is used, not even what could be read: half of its labels may be
/// a route without its protection.
fn unreadable(text: &RawValue, error: &serde_json::Error) -> Option<Container> {
    let named: Named = serde_json::from_str(text.get()).ok()?;
    let id = named.id.as_ref().and_then(Value::as_str)?;
    let names = named.names.as_ref().and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let name = name(names.map(str::to_owned).collect());
    // Where in the list it stands changes with its neighbours.
    let why = error.to_string();
    Some(Container {
        id: id.to_owned(),
        name: name.unwrap_or_else(|| short(id).to_owned()),
        unreadable: Some(why.split(" at line ").next().unwrap_or(&why).to_owned()),
        ..Container::default()
    })
}

/// Whose network a mode means.
pub(super) fn network(mode: &str) -> Network {
    match mode.strip_prefix("container:") {
        Some(other) => Network::Of(other.to_owned()),
        None if mode == "host" => Network::Host,
        None => Network::Own,
    }
}

/// A container linked to others bears their names too, as `/other/alias`.
fn name(names: Vec<String>) -> Option<String> {
    names
        .into_iter()
        .map(|name| name.trim_start_matches('/').to_owned())
        .filter(|name| !name.is_empty())
        .min_by_key(|name| name.contains('/'))
}

/// As `docker ps` shortens an id.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

fn port(summary: &PortSummary) -> Port {
    Port {
        private: summary.private_port,
        protocol: protocol(summary.protocol.as_deref().unwrap_or_default()),
        public: summary.public_port.filter(|port| *port != 0),
        ip: ip(&summary.ip),
    }
}

/// The transport of this name; engines leave out TCP's.
pub(super) fn protocol(name: &str) -> Protocol {
    match name {
        "" | "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => Protocol::Other,
    }
}

fn ip(text: &Option<String>) -> Option<IpAddr> {
    text.as_deref()?.parse().ok()
}

/// Engines before 29 tell a container's health only in the text of `docker ps`.
fn health(said: Option<answer::Health>, text: &str) -> Health {
    match said.and_then(|health| health.status).as_deref() {
        Some("unhealthy") => Health::Bad,
        Some("starting") => Health::Starting,
        Some("healthy") => Health::Good,
        _ if text.contains("(unhealthy)") => Health::Bad,
        _ if text.contains("(health: starting)") => Health::Starting,
        _ => Health::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Container> {
        containers(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn nameless_and_half_removed_containers_do_no_harm() {
        let list = read(
            r#"[{}, {"Id":""}, {"Id":"b","Names":null,"Ports":null,"Labels":null},
                {"Id":"a0123456789abcdef","Names":[]},
                {"Id":"c","Names":["/x/alias","/c"],"State":"removing"}]"#,
        );
        let names: Vec<&str> = list.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["a0123456789a", "b"]);
    }

    #[test]
    fn an_engine_20_10_list() {
        let list = read(
            r#"[{"Id":"c1","Names":["/other/web","/web"],"Created":1700000000,"State":"running",
                "Status":"Up 2 minutes (health: starting)",
                "Ports":[{"IP":"::","PrivatePort":80,"PublicPort":32800,"Type":"tcp"},
                         {"IP":"0.0.0.0","PrivatePort":80,"PublicPort":32805,"Type":"tcp"},
                         {"PrivatePort":53,"Type":"udp"}],
                "Labels":{"b":"2","a":"1"},"HostConfig":{"NetworkMode":"default"},
                "NetworkSettings":{"Networks":{"bridge":{"Gateway":"172.17.0.1",
                  "IPAddress":"172.17.0.2","GlobalIPv6Address":""}}}}]"#,
        );
        let [web] = list.as_slice() else {
            panic!("one container")
        };
        assert_eq!(web.name, "web");
        assert_eq!(web.health, Health::Starting);
        assert_eq!(web.network, Network::Own);
        let [bridge] = web.attachments.as_slice() else {
            panic!("one network")
        };
        assert_eq!(bridge.network, "bridge");
        assert_eq!(bridge.addresses, ["172.17.0.2".parse::<IpAddr>().unwrap()]);
        assert_eq!(bridge.gateways, ["172.17.0.1".parse::<IpAddr>().unwrap()]);
        let ports: Vec<_> = web.ports.iter().map(|p| (p.private, p.public)).collect();
        assert_eq!(ports, [(53, None), (80, Some(32800)), (80, Some(32805))]);
    }

    #[test]
    fn what_does_not_run_is_told_apart() {
        let list = r#"[{"Id":"a","Names":["/z"],"State":"exited","Status":"Exited (0) 1 hour ago"},
            {"Id":"b","Names":["/p"],"State":"paused","Labels":{"traefik.enable":"true"}},
            {"Id":"c","Names":["/up"],"State":"running"},
            {"Id":"d","Names":["/gone"],"State":"removing"}]"#;
        let list = idle(&serde_json::from_str(list).unwrap());
        let said: Vec<_> = list
            .iter()
            .map(|i| {
                (
                    i.container.name.as_str(),
                    i.state.as_str(),
                    i.status.as_str(),
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                ("p", "paused", ""),
                ("z", "exited", "Exited (0) 1 hour ago")
            ]
        );
        assert_eq!(list[0].container.label("traefik.enable"), Some("true"));
    }

    #[test]
    fn other_forms() {
        let list = read(
            r#"[{"Id":"a","HostConfig":{"NetworkMode":"host"},"Health":{"Status":"unhealthy"}},
                {"Id":"b","HostConfig":{"NetworkMode":"container:vpn"},"Status":"Up (unhealthy)"},
                {"Id":"c","State":"paused"}]"#,
        );
        assert_eq!(list.len(), 2);
        assert_eq!(
            (&list[0].network, list[0].health),
            (&Network::Host, Health::Bad)
        );
        assert_eq!(
            (&list[1].network, list[1].health),
            (&Network::Of("vpn".into()), Health::Bad)
        );
    }

    #[test]
    fn what_no_engine_says_yet_costs_nothing() {
        let list = read(
            r#"[{"Id":"a","State":"hibernating","Status":"Up","Health":{"Status":"fading"},
                "Mounts":[{"Type":"telepathy"}],"Ports":[{"PrivatePort":80,"Type":"quic"}],
                "HostConfig":{"NetworkMode":"ether"},"NetworkSettings":{"Networks":{"n":null}}}]"#,
        );
        assert_eq!(
            (list[0].health, &list[0].network),
            (Health::Good, &Network::Own)
        );
        assert_eq!(list[0].ports[0].protocol, Protocol::Other);
    }

    #[test]
    fn a_container_that_cannot_be_read_costs_itself_only() {
        let list = read(
            r#"[7, {"Id":"a","Names":["/a"]}, {"Id":"b","Names":["/b"],"Labels":{"x":[]}},
                {"Id":"c","Names":7,"Ports":[{"PrivatePort":70000}]}, {"Id":[],"Labels":7}]"#,
        );
        let faults = list
            .iter()
            .map(|c| (c.name.as_str(), c.unreadable.is_some()));
        let faults: Vec<_> = faults.collect();
        assert_eq!(faults, [("a", false), ("b", true), ("c", true)]);
        assert!(list[1].labels.is_empty());
    }
}
