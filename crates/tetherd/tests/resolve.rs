//! Text cases for ports and addresses: each block of `resolve/*.txt` is a `docker run` on a
//! host, and what becomes of it. `UPDATE_EXPECT=1` writes the answers anew; read the diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use tetherd::docker::{Attachment, Container, Health, NetworkMode, Port, Protocol, Rootless};
use tetherd::host::{Facts, Link, choose};
use tetherd::resolve::{ResolveContext, resolve};
use traefik_config::{Constraints, DefaultRule, Kind};

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resolve");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 3, "the cases are gone");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let answered: Vec<String> = text.trim_end().split("\n\n").map(answer).collect();
        let answered = answered.join("\n\n") + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&file, answered).unwrap();
        } else {
            assert_eq!(answered, text, "{}", file.display());
        }
    }
}

/// The block with its answer after its questions.
fn answer(block: &str) -> String {
    let mut facts = Facts {
        link: Some(link("10.0.0.7 10.0.0.1:3000")),
        ..Facts::default()
    };
    let mut rootless = None;
    let mut exposed_by_default = false;
    let mut default_rule = DefaultRule::default();
    let mut allow_empty_services = false;
    let mut constraints = Constraints::default();
    let mut routable_networks = Vec::new();
    let mut containers = Vec::new();
    let mut text = String::new();
    for line in block.lines().filter(|line| !line.starts_with('>')) {
        writeln!(text, "{line}").unwrap();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "#" => {}
            "said" => facts.host_ip = Some(rest.parse().unwrap()),
            "link" => facts.link = Some(link(rest)),
            "route" => facts.local.default_route = Some(rest.parse().unwrap()),
            "inside" => {
                facts.container_networks = rest.split(' ').map(|ip| ip.parse().unwrap()).collect();
            }
            "exposed-by-default" => exposed_by_default = true,
            "default-rule" => default_rule = rest.parse().unwrap(),
            "allow-empty-services" => allow_empty_services = true,
            "constraints" => constraints = rest.parse().unwrap(),
            "allow-loopback" => facts.allow_loopback = true,
            "interface" => facts.interface = Some(rest.to_owned()),
            "cidr" => facts.networks = rest.split(' ').map(|net| net.parse().unwrap()).collect(),
            "enclosed" => facts.in_rootless_netns = true,
            "rootless" => rootless = Some(Rootless::Docker),
            "has" => facts.local.interfaces = rest.split(' ').map(own).collect(),
            "routable" => routable_networks = rest.split(' ').map(str::to_owned).collect(),
            "run" => containers.push(container(rest)),
            other => panic!("`{other}` in {block}"),
        }
    }
    let address = choose(&facts);
    let context = ResolveContext {
        containers: &containers,
        rootless,
        facts: &facts,
        address: &address,
        exposed_by_default,
        default_rule: &default_rule,
        allow_empty_services,
        constraints: &constraints,
        routable_networks: &routable_networks,
    };
    // The container in question is the last one; the others only stand around it.
    let Some(resolved) = resolve(containers.last().unwrap(), &context) else {
        return text + "> nothing";
    };
    for element in resolved
        .elements
        .iter()
        .filter(|element| element.kind == Kind::Services)
    {
        let servers = &element.body["loadBalancer"]["servers"];
        writeln!(text, "> {}.{} {servers}", element.section, element.name).unwrap();
    }
    for choice in &resolved.choices {
        writeln!(text, ">   {}: {}", choice.service, choice.reason).unwrap();
    }
    for problem in &resolved.problems {
        assert_eq!(problem.origin.container.as_ref(), Some(&resolved.name));
        let code = serde_json::to_value(problem.code).unwrap();
        writeln!(text, "> {}: {}", code.as_str().unwrap(), problem.message).unwrap();
    }
    text.trim_end().to_owned()
}

fn link(text: &str) -> Link {
    let mut parts = text.split(' ');
    Link {
        local: parts.next().unwrap().parse().unwrap(),
        hub: parts.next().unwrap().parse().unwrap(),
        observed: parts.next().map(|ip| ip.parse().unwrap()),
        same_netns: None,
    }
}

/// An interface with its address.
fn own(text: &str) -> (String, IpAddr) {
    let (name, ip) = text.split_once('=').unwrap();
    (name.to_owned(), ip.parse().unwrap())
}

/// A container as the flags of `docker run` make it.
fn container(flags: &str) -> Container {
    let mut container = Container {
        id: "0123456789abcdef".to_owned(),
        name: "web".to_owned(),
        labels: BTreeMap::new(),
        ports: Vec::new(),
        network: NetworkMode::Own,
        attachments: Vec::new(),
        health: Health::Healthy,
        created: 0,
        ..Container::default()
    };
    let mut words = flags.split(' ');
    while let Some(flag) = words.next() {
        let value = words.next().unwrap();
        match flag {
            "--name" => (container.name, container.id) = (value.to_owned(), value.to_owned()),
            "-l" => {
                let (key, value) = value.split_once('=').unwrap();
                // A rule holds no space in these cases, but a wrong value may.
                container
                    .labels
                    .insert(key.to_owned(), value.replace('_', " "));
            }
            "-p" => container.ports.extend(published(value)),
            "--expose" => {
                let (private, protocol) = port(value);
                container.ports.push(Port {
                    private,
                    protocol,
                    public: None,
                    ip: None,
                });
            }
            "--network" => match value.split_once([':', '=']) {
                Some(("container", other)) => {
                    container.network = NetworkMode::Container(other.to_owned());
                }
                Some((network, addresses)) => container.attachments.push(Attachment {
                    network: network.to_owned(),
                    addresses: addresses.split(',').map(|ip| ip.parse().unwrap()).collect(),
                    gateways: Vec::new(),
                }),
                None if value == "host" => container.network = NetworkMode::Host,
                None => panic!("the address in the network {value}"),
            },
            "--unreadable" => container.unreadable = Some(value.replace('_', " ")),
            "--health" if value == "starting" => container.health = Health::Starting,
            "--health" => container.health = Health::Unhealthy,
            other => panic!("`{other}`"),
        }
    }
    container
}

/// `[IP:]HOST:PORT[/udp]`; without an address it is bound for both families.
fn published(text: &str) -> Vec<Port> {
    let (rest, private) = text.rsplit_once(':').unwrap();
    let (private, protocol) = port(private);
    let (ips, public) = match rest.rsplit_once(':') {
        Some((ip, public)) => (vec![ip.trim_matches(['[', ']'])], public),
        None => (vec!["0.0.0.0", "::"], rest),
    };
    let ips = ips.into_iter().map(|ip| ip.parse::<IpAddr>().unwrap());
    let public = Some(public.parse().unwrap());
    ips.map(|ip| Port {
        private,
        protocol,
        public,
        ip: Some(ip),
    })
    .collect()
}

fn port(text: &str) -> (u16, Protocol) {
    match text.split_once('/') {
        Some((port, "udp")) => (port.parse().unwrap(), Protocol::Udp),
        Some(_) => panic!("{text}"),
        None => (text.parse().unwrap(), Protocol::Tcp),
    }
}
