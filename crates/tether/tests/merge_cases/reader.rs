//! Reads the YAML of a case: agents and policy. `merge_cases.rs` describes the format.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tether::compile::{AgentRoutes, Hold};
use tether::merge::Policy;
use tether_proto::{Choice, Container, Engine, RouteSet, Swarm};
use traefik_config::{Element, Key, Kind, Problem, Section};

/// The engine of an agent that has one only.
pub(crate) const DEFAULT_ENDPOINT: &str = "docker";

/// The name of the hub's local file in place of an agent; its containers are files.
const LOCAL_FILE: &str = "local file";

/// The hosts and the policy that a case describes.
pub(crate) fn read(input: &str) -> Result<(Vec<AgentRoutes>, Policy), String> {
    let mut hosts: serde_yaml_ng::Mapping =
        serde_yaml_ng::from_str(input).map_err(|error| error.to_string())?;
    let mut policy = Policy::default();
    if let Some(names) = hosts.remove("precedence") {
        policy.precedence = serde_yaml_ng::from_value(names).map_err(|error| error.to_string())?;
    }
    if let Some(names) = hosts.remove("gateway_files") {
        let names: Vec<String> =
            serde_yaml_ng::from_value(names).map_err(|error| error.to_string())?;
        let key = |name| Key::new(Section::Http, Kind::Middlewares, name);
        policy.gateway_files = Arc::new(names.into_iter().map(key).collect());
    }
    if let Some(tls) = hosts.remove("entry_point_tls") {
        policy.entry_point_tls =
            Arc::new(serde_yaml_ng::from_value(tls).map_err(|error| error.to_string())?);
    }
    if let Some(names) = hosts.remove("allow_internal") {
        policy.allow_internal =
            serde_yaml_ng::from_value(names).map_err(|error| error.to_string())?;
    }
    if let Some(names) = hosts.remove("default_entry_points") {
        policy.default_entry_points =
            serde_yaml_ng::from_value(names).map_err(|error| error.to_string())?;
    }
    if let Some(version) = hosts.remove("traefik") {
        let version = version.as_str().ok_or("a version is a text")?;
        policy.traefik = version.parse()?;
    }
    let files = hosts.remove(LOCAL_FILE);
    let mut agents: BTreeMap<String, (Hold, RouteSet)> = BTreeMap::new();
    for (header, containers) in hosts {
        let header = header
            .as_str()
            .ok_or("an agent's name is a text")?
            .to_owned();
        let mut words = header.split(' ');
        let name = words.next().unwrap_or_default();
        let (hold, routes) = agents.entry(name.to_owned()).or_default();
        let mut endpoint = DEFAULT_ENDPOINT;
        let (mut id, mut swarm) = (None, None);
        while let Some(word) = words.next() {
            match word {
                "held" => *hold = Hold::Held,
                "settled" => *hold = Hold::Settled,
                "on" => endpoint = words.next().ok_or("on which engine?")?,
                verb @ ("leads" | "follows") => {
                    let cluster = words.next().ok_or("of which swarm?")?;
                    id = Some(cluster.to_owned());
                    let leads = verb == "leads";
                    swarm = Some(Swarm { leads });
                }
                other => return Err(format!("`{other}` says nothing about an agent")),
            }
        }
        routes.engines.push(Engine {
            endpoint: endpoint.to_owned(),
            id,
            swarm,
            listed: true,
            containers: read_containers(containers)
                .map_err(|error| format!("{header}: {error}"))?,
            ..Engine::default()
        });
    }
    let agents = agents.into_iter().map(|(name, (hold, routes))| {
        AgentRoutes::for_traefik(name, &routes, policy.traefik).with_hold(hold)
    });
    let mut agents: Vec<AgentRoutes> = agents.collect();
    if let Some(files) = files {
        let files = Engine {
            containers: read_containers(files)?,
            ..Engine::default()
        };
        agents.push(AgentRoutes::of_local_file(&files, policy.traefik));
    }
    Ok((agents, policy))
}

fn read_containers(containers: serde_yaml_ng::Value) -> Result<Vec<Container>, String> {
    let containers: Option<BTreeMap<String, CaseContainer>> =
        serde_yaml_ng::from_value(containers).map_err(|error| error.to_string())?;
    let containers = containers.unwrap_or_default().into_iter();
    containers
        .map(|(name, case)| case.container(name))
        .collect()
}

#[derive(Deserialize)]
struct CaseContainer {
    project: Option<String>,
    service: Option<String>,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    stopping: bool,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    problems: Vec<Problem>,
    #[serde(flatten)]
    elements: BTreeMap<String, Value>,
}

impl CaseContainer {
    fn container(self, name: String) -> Result<Container, String> {
        let elements = self
            .elements
            .into_iter()
            .map(|(path, body)| element(&path, body));
        Ok(Container {
            id: format!("id of {name}"),
            elements: elements.collect::<Result<_, _>>()?,
            name,
            project: self.project,
            service: self.service,
            created: self.created,
            stopping: self.stopping,
            choices: self.choices,
            problems: self.problems,
        })
    }
}

fn element(path: &str, body: Value) -> Result<Element, String> {
    let wrong = || format!("`{path}` is no element");
    let mut parts = path.splitn(3, '.');
    let mut part = || parts.next().ok_or_else(wrong);
    let (section, kind, name) = (part()?, part()?, part()?);
    let section: Section = serde_json::from_value(json!(section)).map_err(|_| wrong())?;
    let kind: Kind = serde_json::from_value(json!(kind)).map_err(|_| wrong())?;
    let (name, implicit) = match name.strip_suffix('?') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let field = if section == Section::Http {
        "url"
    } else {
        "address"
    };
    let body = match body {
        Value::Array(servers) => {
            let servers: Vec<Value> = servers
                .into_iter()
                .map(|one| json!({ field: one }))
                .collect();
            json!({ "loadBalancer": { "servers": servers } })
        }
        body => body,
    };
    Ok(Element {
        section,
        kind,
        name: name.to_owned(),
        body,
        implicit,
    })
}
