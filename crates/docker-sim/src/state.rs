//! The engine's containers and networks: a verb in, the changed state and its events out.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::SystemTime;

use anyhow::{Context, anyhow, bail};
use tokio::sync::watch;

use crate::app::{App, Identity};
use crate::container::{Container, Running, Status};
use crate::events::Events;
use crate::network::{Network, hex_id};
use crate::ports::{Binding, Ports};
use crate::spec::{ContainerSpec, Health, KILL, Protocol, Publish, TERM, signal_number};

/// Containers are numbered as they are created; the number is no part of the API.
pub(crate) type Key = u64;

pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) host_address: Option<IpAddr>,
    pub(crate) containers: BTreeMap<Key, Container>,
    pub(crate) networks: Vec<Network>,
    pub(crate) events: Events,
    /// What ran when the newest list was made, and when the one before.
    pub(crate) listed: [Vec<Running>; 2],
    ports: Ports,
    created: Key,
}

impl State {
    pub(crate) fn new(name: String) -> Self {
        let hex = hex_id(&name, "engine", 0);
        let id = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..32],
        ]
        .join("-");
        let mut state = Self {
            name,
            id,
            host_address: None,
            containers: BTreeMap::new(),
            networks: Vec::new(),
            events: Events::new(),
            listed: Default::default(),
            ports: Ports::default(),
            created: 0,
        };
        for (network, driver) in [("bridge", "bridge"), ("host", "host"), ("none", "null")] {
            state.add_network(network, driver);
        }
        state
    }

    /// The container of this name, id or unambiguous beginning of an id.
    pub(crate) fn find(&self, container: &str) -> anyhow::Result<Key> {
        let wanted = container.trim_start_matches('/');
        let exact = |c: &Container| c.id == wanted || *c.name() == *wanted;
        let begins = |c: &Container| !wanted.is_empty() && c.id.starts_with(wanted);
        let mut found = self
            .containers
            .iter()
            .filter(|(_, c)| begins(c))
            .map(|(key, _)| *key);
        let by_id = found.next().filter(|_| found.next().is_none());
        let by_name = self
            .containers
            .iter()
            .find(|(_, c)| exact(c))
            .map(|(key, _)| *key);
        by_name
            .or(by_id)
            .ok_or_else(|| anyhow!("No such container: {container}"))
    }

    pub(crate) fn create(&mut self, spec: ContainerSpec) -> anyhow::Result<Key> {
        self.check_name(&spec.name)?;
        let mode = match spec.mode.as_deref() {
            Some(mode) => match mode.strip_prefix("container:") {
                Some(other) => format!("container:{}", self.containers[&self.find(other)?].id),
                None => mode.to_owned(),
            },
            None => spec
                .networks
                .first()
                .cloned()
                .unwrap_or_else(|| "bridge".to_owned()),
        };
        let mut endpoints = BTreeMap::new();
        if !mode.starts_with("container:") {
            for network in std::iter::once(&mode).chain(&spec.networks) {
                self.add_network(network, "bridge");
                endpoints.insert(network.clone(), None);
            }
        }
        self.created += 1;
        let key = self.created;
        let container = Container {
            id: hex_id(&self.name, "container", key),
            name: watch::Sender::new(spec.name.clone()),
            mode,
            status: Status::Created,
            created: spec.created.unwrap_or_else(SystemTime::now),
            started: None,
            finished: None,
            exit_code: 0,
            health: spec.health.map(|_| Health::Starting),
            signalled: false,
            bindings: Vec::new(),
            former: Vec::new(),
            endpoints,
            app: None,
            spec,
        };
        self.containers.insert(key, container);
        self.emit(key, "create", &[]);
        Ok(key)
    }

    pub(crate) fn start(&mut self, key: Key) -> anyhow::Result<()> {
        let container = self.get(key)?;
        if container.is_up() {
            return Ok(());
        }
        if let Some(other) = container.mode.strip_prefix("container:") {
            let joined = self.containers.values().find(|c| c.id == other);
            if !joined.is_some_and(Container::is_up) {
                bail!("cannot join network of a non running container: {other}");
            }
        }
        let id = container.id.clone();
        let app = self
            .open(key)
            .with_context(|| format!("cannot start container {id}"))?;
        self.join_all(key, true);
        let container = self.get_mut(key)?;
        container.app = Some(app);
        container.status = Status::Running;
        container.started = Some(SystemTime::now());
        container.exit_code = 0;
        container.signalled = false;
        container.health = container.spec.health.map(|_| Health::Starting);
        let health = container.spec.health;
        self.emit(key, "start", &[]);
        match health {
            Some(health) if health != Health::Starting => self.set_health(key, health),
            _ => Ok(()),
        }
    }

    /// Sends the stop signal; what is to be ended, unless it does not run or is being ended.
    pub(crate) fn begin_stop(&mut self, key: Key) -> anyhow::Result<Option<App>> {
        let container = self.get(key)?;
        if container.app.is_none() {
            return Ok(None);
        }
        let signal = container
            .spec
            .stop_signal
            .as_deref()
            .map_or(Ok(TERM), signal_number)?;
        self.signal(key, signal)?;
        Ok(self.get_mut(key)?.app.take())
    }

    /// As [`State::begin_stop`] without the signal.
    pub(crate) fn begin_exit(&mut self, key: Key) -> anyhow::Result<Option<App>> {
        Ok(self.get_mut(key)?.app.take())
    }

    /// The process has ended.
    pub(crate) fn finish(&mut self, key: Key, code: i64) {
        let Some(container) = self.containers.get_mut(&key) else {
            return;
        };
        container.status = Status::Exited;
        container.finished = Some(SystemTime::now());
        container.exit_code = code;
        container.former = std::mem::take(&mut container.bindings);
        self.ports.release(container.former.iter());
        self.emit(key, "die", &[("exitCode", code.to_string())]);
        self.join_all(key, false);
    }

    pub(crate) fn signal(&mut self, key: Key, signal: u32) -> anyhow::Result<()> {
        self.expect_up(key)?;
        let container = self.get_mut(key)?;
        let own = container.spec.stop_signal.as_deref();
        let own = own.and_then(|own| signal_number(own).ok());
        container.signalled |= [TERM, KILL].contains(&signal) || own == Some(signal);
        self.emit(key, "kill", &[("signal", signal.to_string())]);
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: Key) {
        // The event bears the container's name and labels, so it comes first.
        self.emit(key, "destroy", &[]);
        if let Some(container) = self.containers.remove(&key) {
            // It has some yet if somebody else is about to end it.
            self.ports.release(container.bindings.iter());
        }
    }

    pub(crate) fn rename(&mut self, key: Key, name: &str) -> anyhow::Result<()> {
        self.check_name(name)?;
        let old = self.get(key)?.name.send_replace(name.to_owned());
        self.emit(key, "rename", &[("oldName", format!("/{old}"))]);
        Ok(())
    }

    pub(crate) fn pause(&mut self, key: Key, pause: bool) -> anyhow::Result<()> {
        self.expect_up(key)?;
        let (from, to, action) = if pause {
            (Status::Running, Status::Paused, "pause")
        } else {
            (Status::Paused, Status::Running, "unpause")
        };
        let container = self.get_mut(key)?;
        if container.status != from {
            bail!(
                "cannot {action} container {}: it is {}",
                container.id,
                container.status.name()
            );
        }
        container.status = to;
        self.emit(key, action, &[]);
        Ok(())
    }

    pub(crate) fn set_health(&mut self, key: Key, health: Health) -> anyhow::Result<()> {
        self.expect_up(key)?;
        let container = self.get_mut(key)?;
        let name = container.name().clone();
        let Some(now) = container.health.replace(health) else {
            container.health = None;
            bail!("container {name} has no health check: say `.health(…)` in its spec");
        };
        // Only a change of the word is an event.
        if now != health {
            self.emit(key, &format!("health_status: {}", health.name()), &[]);
        }
        Ok(())
    }

    pub(crate) fn connect(&mut self, key: Key, network: &str) -> anyhow::Result<()> {
        self.add_network(network, "bridge");
        let container = self.get_mut(key)?;
        if container.endpoints.contains_key(network) {
            bail!(
                "container {} is in network {network} already",
                *container.name()
            );
        }
        container.endpoints.insert(network.to_owned(), None);
        if self.get(key)?.is_up() {
            self.join(key, network, true);
        }
        Ok(())
    }

    pub(crate) fn disconnect(&mut self, key: Key, network: &str) -> anyhow::Result<()> {
        let container = self.get(key)?;
        if !container.endpoints.contains_key(network) {
            bail!(
                "container {} is not in network {network}",
                *container.name()
            );
        }
        if container.is_up() {
            self.join(key, network, false);
        }
        self.get_mut(key)?.endpoints.remove(network);
        Ok(())
    }

    /// All that runs, sorted by id.
    pub(crate) fn running(&self) -> Vec<Running> {
        let containers = self.containers.values();
        let mut running: Vec<_> = containers.filter_map(Container::running).collect();
        running.sort_by(|a, b| a.id.cmp(&b.id));
        running
    }

    /// A list is made.
    pub(crate) fn list(&mut self) {
        let [newest, _] = std::mem::take(&mut self.listed);
        self.listed = [self.running(), newest];
    }

    /// An event of a container.
    pub(crate) fn emit(&mut self, key: Key, action: &str, extra: &[(&str, String)]) {
        let Some(container) = self.containers.get(&key) else {
            return;
        };
        let mut attributes = container.spec.labels.clone();
        attributes.insert("image".into(), container.spec.image.clone());
        attributes.insert("name".into(), container.name().clone());
        attributes.extend(
            extra
                .iter()
                .map(|(key, value)| ((*key).into(), value.clone())),
        );
        self.events
            .emit("container", action.to_owned(), &container.id, attributes);
    }

    pub(crate) fn get(&self, key: Key) -> anyhow::Result<&Container> {
        self.containers
            .get(&key)
            .context("the container was removed meanwhile")
    }

    fn get_mut(&mut self, key: Key) -> anyhow::Result<&mut Container> {
        self.containers
            .get_mut(&key)
            .context("the container was removed meanwhile")
    }

    fn expect_up(&self, key: Key) -> anyhow::Result<()> {
        let container = self.get(key)?;
        if !container.is_up() {
            bail!("container {} is not running", container.id);
        }
        Ok(())
    }

    fn check_name(&self, name: &str) -> anyhow::Result<()> {
        let letter = |c: char| c.is_ascii_alphanumeric();
        let valid = name.starts_with(letter)
            && name.len() > 1
            && name.chars().all(|c| letter(c) || "_.-".contains(c));
        if !valid {
            bail!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, \
                 and at least two of them"
            );
        }
        if let Some(other) = self.containers.values().find(|c| *c.name() == *name) {
            bail!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\"",
                other.id
            );
        }
        Ok(())
    }

    /// Publishes its ports and starts its process.
    fn open(&mut self, key: Key) -> anyhow::Result<App> {
        let container = self
            .containers
            .get(&key)
            .context("the container was removed meanwhile")?;
        let listening = container.spec.listening;
        let wanted = match container.mode.as_str() {
            "host" if listening => container.exposed().map(as_published).collect(),
            "host" | "none" => Vec::new(),
            mode if mode.starts_with("container:") => Vec::new(),
            _ => container.spec.published.clone(),
        };
        let given = self
            .ports
            .publish(&wanted, &container.former, listening, self.host_address)?;
        let bindings: Vec<Binding> = given.iter().map(|(binding, _)| binding.clone()).collect();
        let identity = Identity {
            engine: self.name.clone(),
            container: container.name.subscribe(),
            id: container.id.clone(),
        };
        let app = App::start(&identity, given);
        if app.is_err() {
            self.ports.release(bindings.iter());
        }
        let app = app?;
        self.get_mut(key)?.bindings = bindings;
        Ok(app)
    }

    fn join_all(&mut self, key: Key, join: bool) {
        let Some(container) = self.containers.get(&key) else {
            return;
        };
        let networks: Vec<String> = container.endpoints.keys().cloned().collect();
        for network in networks {
            self.join(key, &network, join);
        }
    }

    /// Gives the container its endpoint in a network, or takes it away.
    fn join(&mut self, key: Key, network: &str, join: bool) {
        let Some(network) = self.networks.iter_mut().find(|n| n.name == network) else {
            return;
        };
        let Some(container) = self.containers.get_mut(&key) else {
            return;
        };
        let endpoint = join.then(|| network.endpoint(&container.id));
        container.endpoints.insert(network.name.clone(), endpoint);
        let attributes = [
            ("container", container.id.as_str()),
            ("name", &network.name),
            ("type", network.driver),
        ];
        let attributes = attributes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let action = if join { "connect" } else { "disconnect" };
        self.events
            .emit("network", action.into(), &network.id, attributes.into());
    }

    fn add_network(&mut self, name: &str, driver: &'static str) {
        if self.networks.iter().any(|network| network.name == name) {
            return;
        }
        let network = Network::new(&self.name, name, driver, self.networks.len());
        self.networks.push(network);
    }
}

/// With host networking an exposed port is the host's own.
fn as_published((port, protocol): (u16, Protocol)) -> Publish {
    match protocol {
        Protocol::Tcp => Publish::tcp(port).at(port),
        Protocol::Udp => Publish::udp(port).at(port),
    }
}
