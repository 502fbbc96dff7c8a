//! bollard's answers in, snapshots out; whatever is missing in an answer is left out.

use std::net::IpAddr;

use bollard::models::{
    ContainerSummary, ContainerSummaryHealthStatusEnum, ContainerSummaryStateEnum, PortSummary,
    PortSummaryTypeEnum,
};

use super::container::{Attachment, Container, Health, Idle, Network, Port, Protocol};

/// The running containers of a list, sorted by id. One that is half removed is no container.
pub(super) fn containers(list: Vec<ContainerSummary>) -> Vec<Container> {
    let mut containers: Vec<Container> = list.into_iter().filter_map(container).collect();
    containers.sort_by(|a, b| a.id.cmp(&b.id));
    containers.dedup_by(|a, b| a.id == b.id);
    containers
}

/// The containers of a list that do not run, sorted by name. One that is half removed is none.
pub(super) fn idle(list: Vec<ContainerSummary>) -> Vec<Idle> {
    let mut all: Vec<Idle> = list
        .into_iter()
        .filter(|summary| {
            !runs(summary.state) && summary.state != Some(ContainerSummaryStateEnum::REMOVING)
        })
        .filter_map(|summary| {
            let state = summary.state.map(|state| state.to_string());
            let status = summary.status.clone().unwrap_or_default();
            Some(Idle {
                container: any(summary)?,
                state: state.unwrap_or_default(),
                status,
            })
        })
        .collect();
    all.sort_by(|a, b| {
        (&a.container.name, &a.container.id).cmp(&(&b.container.name, &b.container.id))
    });
    all
}

fn runs(state: Option<ContainerSummaryStateEnum>) -> bool {
    matches!(
        state,
        None | Some(
            ContainerSummaryStateEnum::RUNNING
                | ContainerSummaryStateEnum::EMPTY
                | ContainerSummaryStateEnum::STOPPING
        )
    )
}

fn container(summary: ContainerSummary) -> Option<Container> {
    runs(summary.state).then(|| any(summary)).flatten()
}

fn any(summary: ContainerSummary) -> Option<Container> {
    let id = summary.id.filter(|id| !id.is_empty())?;
    let name = name(summary.names.unwrap_or_default()).unwrap_or_else(|| short(&id).to_owned());
    let mode = summary
        .host_config
        .and_then(|config| config.network_mode)
        .unwrap_or_default();
    let network = match mode.strip_prefix("container:") {
        Some(other) => Network::Of(other.to_owned()),
        None if mode == "host" => Network::Host,
        None => Network::Own,
    };
    let mut ports: Vec<Port> = summary.ports.unwrap_or_default().iter().map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    let endpoints = summary
        .network_settings
        .and_then(|settings| settings.networks);
    let ips = |texts: [Option<String>; 2]| texts.iter().filter_map(ip).collect();
    let attachments = endpoints.unwrap_or_default().into_iter();
    let mut attachments: Vec<Attachment> = attachments
        .map(|(network, endpoint)| Attachment {
            network,
            addresses: ips([endpoint.ip_address, endpoint.global_ipv6_address]),
            gateways: ips([endpoint.gateway, endpoint.ipv6_gateway]),
        })
        .collect();
    // The engine lists networks in no order, and equal snapshots must compare equal.
    attachments.sort_unstable();
    let status = summary.health.and_then(|health| health.status);
    Some(Container {
        id,
        name,
        labels: summary.labels.unwrap_or_default().into_iter().collect(),
        ports,
        network,
        attachments,
        health: health(status, summary.status.as_deref().unwrap_or_default()),
        created: summary.created.unwrap_or_default(),
        stopping: summary.state == Some(ContainerSummaryStateEnum::STOPPING),
    })
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
        protocol: match summary.typ {
            None | Some(PortSummaryTypeEnum::TCP | PortSummaryTypeEnum::EMPTY) => Protocol::Tcp,
            Some(PortSummaryTypeEnum::UDP) => Protocol::Udp,
            Some(PortSummaryTypeEnum::SCTP) => Protocol::Other,
        },
        public: summary.public_port.filter(|port| *port != 0),
        ip: ip(&summary.ip),
    }
}

fn ip(text: &Option<String>) -> Option<IpAddr> {
    text.as_deref()?.parse().ok()
}

/// Engines before 29 tell a container's health only in the text of `docker ps`.
fn health(status: Option<ContainerSummaryHealthStatusEnum>, text: &str) -> Health {
    match status {
        Some(ContainerSummaryHealthStatusEnum::UNHEALTHY) => Health::Bad,
        Some(ContainerSummaryHealthStatusEnum::STARTING) => Health::Starting,
        Some(ContainerSummaryHealthStatusEnum::HEALTHY) => Health::Good,
        Some(ContainerSummaryHealthStatusEnum::NONE | ContainerSummaryHealthStatusEnum::EMPTY)
        | None => {
            if text.contains("(unhealthy)") {
                Health::Bad
            } else if text.contains("(health: starting)") {
                Health::Starting
            } else {
                Health::Good
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Container> {
        containers(serde_json::from_str(text).unwrap())
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
        let list = idle(serde_json::from_str(list).unwrap());
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
}
