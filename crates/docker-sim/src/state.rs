//! Holds an engine's containers and networks, and changes them.

mod lifecycle;
mod networks;

use std::collections::BTreeMap;
use std::net::IpAddr;

use anyhow::{Context, anyhow, bail};

use crate::container::{Container, Running, Status};
use crate::events::Events;
use crate::network::{Network, hex_id};
use crate::ports::Ports;
use crate::spec::Health;

/// A container's number, in the order of creation; the API does not show it.
pub(crate) type Key = u64;

pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) host_address: Option<IpAddr>,
    pub(crate) containers: BTreeMap<Key, Container>,
    pub(crate) networks: Vec<Network>,
    pub(crate) events: Events,
    /// The running containers when the newest list was made, and when the one before was.
    pub(crate) listed: [Vec<Running>; 2],
    ports: Ports,
    last_key: Key,
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
            last_key: 0,
        };
        for (network, driver) in [("bridge", "bridge"), ("host", "host"), ("none", "null")] {
            state.add_network(network, driver);
        }
        state
    }

    /// Finds a container by its name, its id or an unambiguous beginning of its id.
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

    pub(crate) fn rename(&mut self, key: Key, name: &str) -> anyhow::Result<()> {
        self.check_name(name)?;
        let old = self.get(key)?.name.send_replace(name.to_owned());
        self.emit(key, "rename", &[("oldName", format!("/{old}"))]);
        Ok(())
    }

    pub(crate) fn set_paused(&mut self, key: Key, paused: bool) -> anyhow::Result<()> {
        self.expect_up(key)?;
        let (from, to, action) = if paused {
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
        let Some(previous) = container.health.replace(health) else {
            container.health = None;
            bail!("container {name} has no health check: add `.health(…)` to its spec");
        };
        // Only a change is an event.
        if previous != health {
            self.emit(key, &format!("health_status: {}", health.name()), &[]);
        }
        Ok(())
    }

    /// The running containers, sorted by id.
    pub(crate) fn running(&self) -> Vec<Running> {
        let containers = self.containers.values();
        let mut running: Vec<_> = containers.filter_map(Container::running).collect();
        running.sort_by(|a, b| a.id.cmp(&b.id));
        running
    }

    /// Remembers the running containers for [`State::listed`].
    pub(crate) fn record_list(&mut self) {
        let [newest, _] = std::mem::take(&mut self.listed);
        self.listed = [self.running(), newest];
    }

    /// Sends an event of a container.
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
}
