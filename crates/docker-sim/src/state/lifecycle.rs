//! Creates, starts, signals, ends and removes containers.

use std::collections::BTreeMap;
use std::time::SystemTime;

use anyhow::{Context, bail};
use tokio::sync::watch;

use super::{Key, State};
use crate::app::{App, Identity};
use crate::container::{Container, Status};
use crate::network::hex_id;
use crate::ports::Binding;
use crate::spec::{ContainerSpec, Health, Protocol, Publish, SIGKILL, SIGTERM, signal_number};

impl State {
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
        self.last_key += 1;
        let key = self.last_key;
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
            previous_bindings: Vec::new(),
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
            .launch(key)
            .with_context(|| format!("cannot start container {id}"))?;
        self.set_all_attached(key, true);
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

    /// Sends the stop signal and returns the process to end; none if it is not running or another
    /// call is ending it.
    pub(crate) fn begin_stop(&mut self, key: Key) -> anyhow::Result<Option<App>> {
        let container = self.get(key)?;
        if container.app.is_none() {
            return Ok(None);
        }
        let signal = container
            .spec
            .stop_signal
            .as_deref()
            .map_or(Ok(SIGTERM), signal_number)?;
        self.signal(key, signal)?;
        Ok(self.get_mut(key)?.app.take())
    }

    /// Like [`State::begin_stop`], without the signal.
    pub(crate) fn begin_exit(&mut self, key: Key) -> anyhow::Result<Option<App>> {
        Ok(self.get_mut(key)?.app.take())
    }

    /// Marks the container as exited, once its process has ended.
    pub(crate) fn finish(&mut self, key: Key, code: i64) {
        let Some(container) = self.containers.get_mut(&key) else {
            return;
        };
        container.status = Status::Exited;
        container.finished = Some(SystemTime::now());
        container.exit_code = code;
        container.previous_bindings = std::mem::take(&mut container.bindings);
        self.ports.release(container.previous_bindings.iter());
        self.emit(key, "die", &[("exitCode", code.to_string())]);
        self.set_all_attached(key, false);
    }

    pub(crate) fn signal(&mut self, key: Key, signal: u32) -> anyhow::Result<()> {
        self.expect_up(key)?;
        let container = self.get_mut(key)?;
        let stop_signal = container.spec.stop_signal.as_deref();
        let is_stop_signal =
            stop_signal.is_some_and(|name| signal_number(name).ok() == Some(signal));
        container.signalled |= is_stop_signal || [SIGTERM, SIGKILL].contains(&signal);
        self.emit(key, "kill", &[("signal", signal.to_string())]);
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: Key) {
        // The event contains the container's name and labels, so it is made first.
        self.emit(key, "destroy", &[]);
        if let Some(container) = self.containers.remove(&key) {
            // There are bindings left if another call is ending it.
            self.ports.release(container.bindings.iter());
        }
    }

    /// Publishes the container's ports and starts its process.
    fn launch(&mut self, key: Key) -> anyhow::Result<App> {
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
        let published = self.ports.publish(
            &wanted,
            &container.previous_bindings,
            listening,
            self.host_address,
        )?;
        let bindings: Vec<Binding> = published
            .iter()
            .map(|(binding, _)| binding.clone())
            .collect();
        let identity = Identity {
            engine: self.name.clone(),
            container: container.name.subscribe(),
            id: container.id.clone(),
        };
        let app = App::start(&identity, published);
        if app.is_err() {
            self.ports.release(bindings.iter());
        }
        let app = app?;
        self.get_mut(key)?.bindings = bindings;
        Ok(app)
    }
}

/// With host networking an exposed port is a port of the host.
fn as_published((port, protocol): (u16, Protocol)) -> Publish {
    match protocol {
        Protocol::Tcp => Publish::tcp(port).at(port),
        Protocol::Udp => Publish::udp(port).at(port),
    }
}
