//! The handle: every verb of `docker` that moves a container, and the orders to misbehave.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::container::Running;
use crate::faults::{Faults, Observed};
use crate::ports::Binding;
use crate::server;
use crate::spec::{ContainerSpec, Health, KILL, Protocol, signal_number};
use crate::state::{Key, State};

/// The exit code of a process that was killed.
const KILLED: i64 = 128 + KILL as i64;

/// One simulated Docker Engine; a clone is another handle on the same one.
///
/// Wherever a method takes a container, its name or its id does. Methods that start or end a
/// container's sockets are `async` and need a tokio runtime; when they return, the change is
/// listed, its events are out, and its sockets are open or closed.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    // A plain mutex: the sections are short and nothing awaits under it.
    state: Mutex<State>,
    faults: Faults,
}

impl Engine {
    /// An engine on a host of this name, without containers; nothing serves it yet.
    pub fn new(name: impl Into<String>) -> Self {
        let state = Mutex::new(State::new(name.into()));
        Self {
            shared: Arc::new(Shared {
                state,
                faults: Faults::new(),
            }),
        }
    }

    /// The `ID` in `/info`; derived from the name if unset.
    pub fn with_id(self, id: impl Into<String>) -> Self {
        self.state().id = id.into();
        self
    }

    /// The address that stands for the whole host: a port that is published on `0.0.0.0` is
    /// listed so, but really listened to here only. Thus several engines share one machine as if
    /// they were hosts (`127.0.0.2`, `127.0.0.3`, …), and nothing is open to the network.
    /// Of the loopback addresses, `[::]` is `[::1]`. Unset, `0.0.0.0` is really that.
    pub fn with_host_address(self, address: impl Into<IpAddr>) -> Self {
        self.state().host_address = Some(address.into());
        self
    }

    /// The host's name, as in `/info`.
    pub fn name(&self) -> String {
        self.state().name.clone()
    }

    /// The engine's id, as in `/info`.
    pub fn id(&self) -> String {
        self.state().id.clone()
    }

    /// Serves the API on a Unix socket at this path, taking over a dead one left there, until
    /// `shutdown`; then all connections are closed and the file is gone. Containers go on
    /// without it, and it may be served again: that is a restart of the engine.
    pub fn serve_unix(
        &self,
        path: impl AsRef<Path>,
        shutdown: CancellationToken,
    ) -> anyhow::Result<JoinHandle<()>> {
        let path = path.as_ref().to_owned();
        let listener = server::bind_unix(&path)?;
        let engine = self.clone();
        Ok(tokio::spawn(async move {
            engine.serve(listener, shutdown).await;
            // Only a name is left of the socket: a failure to remove it harms nobody.
            let _ = std::fs::remove_file(&path);
        }))
    }

    /// Serves the API on a listener (TCP or Unix) until `shutdown`; then all connections are
    /// closed at once.
    pub async fn serve<L: axum::serve::Listener>(&self, listener: L, shutdown: CancellationToken) {
        server::serve(self.clone(), listener, shutdown).await;
    }

    /// `docker create`; the new container's id.
    pub fn create(&self, spec: ContainerSpec) -> anyhow::Result<String> {
        let mut state = self.state();
        let key = state.create(spec)?;
        Ok(state.get(key)?.id.clone())
    }

    /// `docker run -d`; the new container's id. As in Docker, a container that cannot start
    /// stays behind as created.
    pub async fn run(&self, spec: ContainerSpec) -> anyhow::Result<String> {
        let id = self.create(spec)?;
        self.start(&id).await?;
        Ok(id)
    }

    /// `docker start`; nothing happens if it runs.
    pub async fn start(&self, container: &str) -> anyhow::Result<()> {
        self.with(container, State::start)
    }

    /// `docker stop`: its stop signal, then its end.
    pub async fn stop(&self, container: &str) -> anyhow::Result<()> {
        let key = self.find(container)?;
        let app = self.state().begin_stop(key)?;
        if self.end(key, app, 0).await {
            self.state().emit(key, "stop", &[]);
        }
        Ok(())
    }

    /// `docker restart`: a stop and a start, with new ephemeral ports.
    pub async fn restart(&self, container: &str) -> anyhow::Result<()> {
        self.stop(container).await?;
        self.with(container, |state, key| {
            state.start(key)?;
            state.emit(key, "restart", &[]);
            Ok(())
        })
    }

    /// `docker kill`: SIGKILL, and the container's end.
    pub async fn kill(&self, container: &str) -> anyhow::Result<()> {
        self.signal(container, "SIGKILL")?;
        self.exit(container, KILLED).await
    }

    /// `docker kill --signal`, of which the container takes no notice: it runs on. The moment
    /// between the signal and the end of a slow `docker stop` is this, and then
    /// [`exit`](Self::exit).
    pub fn signal(&self, container: &str, signal: &str) -> anyhow::Result<()> {
        let number = signal_number(signal)?;
        self.with(container, |state, key| state.signal(key, number))
    }

    /// The container's process ends by itself with this code.
    pub async fn exit(&self, container: &str, code: i64) -> anyhow::Result<()> {
        let key = self.find(container)?;
        let app = self.state().begin_exit(key)?;
        self.end(key, app, code).await;
        Ok(())
    }

    /// `docker rm -f`.
    pub async fn remove(&self, container: &str) -> anyhow::Result<()> {
        let key = self.find(container)?;
        if self.state().get(key)?.is_up() {
            self.state().signal(key, KILL)?;
            let app = self.state().begin_exit(key)?;
            self.end(key, app, KILLED).await;
        }
        self.state().remove(key);
        Ok(())
    }

    /// `docker rename`.
    pub fn rename(&self, container: &str, name: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.rename(key, name))
    }

    /// `docker pause`. A listening container goes on answering.
    pub fn pause(&self, container: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.pause(key, true))
    }

    /// `docker unpause`.
    pub fn unpause(&self, container: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.pause(key, false))
    }

    /// The word of the health check changes; the container must have one.
    pub fn set_health(&self, container: &str, health: Health) -> anyhow::Result<()> {
        self.with(container, |state, key| state.set_health(key, health))
    }

    /// `docker network connect`; the network is made when first named.
    pub fn connect(&self, container: &str, network: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.connect(key, network))
    }

    /// `docker network disconnect`.
    pub fn disconnect(&self, container: &str, network: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.disconnect(key, network))
    }

    /// The names of all containers, oldest first.
    pub fn names(&self) -> Vec<String> {
        self.state()
            .containers
            .values()
            .map(|c| c.name().clone())
            .collect()
    }

    /// The containers that run, paused ones not among them, sorted by id.
    pub fn running(&self) -> Vec<Running> {
        self.state().running()
    }

    /// What ran when the newest list was made, and when the one before.
    pub fn listed(&self) -> [Vec<Running>; 2] {
        self.state().listed.clone()
    }

    /// The ports a running container has published; none if it is not running or not there.
    pub fn bindings(&self, container: &str) -> Vec<Binding> {
        let state = self.state();
        let found = state.find(container).and_then(|key| state.get(key));
        found.map_or(Vec::new(), |container| container.bindings.clone())
    }

    /// The addresses of a running container by network, as others in the network reach it; none
    /// if it is not running or not there.
    pub fn addresses(&self, container: &str) -> BTreeMap<String, Ipv4Addr> {
        let state = self.state();
        let found = state.find(container).and_then(|key| state.get(key));
        let endpoints = found.map(|container| &container.endpoints);
        endpoints
            .into_iter()
            .flatten()
            .filter_map(|(network, endpoint)| Some((network.clone(), endpoint.as_ref()?.ip?)))
            .collect()
    }

    /// Where a [`listening`](ContainerSpec::listening) container really answers for this private
    /// TCP port, its IPv4 address first.
    pub fn address(&self, container: &str, private: u16) -> Option<SocketAddr> {
        self.bindings(container)
            .into_iter()
            .filter(|b| b.private == private && b.protocol == Protocol::Tcp)
            .find_map(|b| b.listens_at)
    }

    /// Ends all event streams in mid-air, without the last chunk.
    pub fn cut_streams(&self) {
        self.shared.faults.cut_streams();
    }

    /// Answers the next `count` lists with 500; `u32::MAX` is for good, 0 makes it well again.
    pub fn fail_lists(&self, count: u32) {
        self.shared.faults.orders().fail_lists = count;
    }

    /// Holds every answer of the API back for so long; zero makes it well again.
    pub fn delay(&self, delay: Duration) {
        self.shared.faults.orders().delay = delay;
    }

    /// Answers lists so late with what was true when they were asked for, as a busy engine does;
    /// zero makes it well again.
    pub fn late_lists(&self, late: Duration) {
        self.shared.faults.orders().late = late;
    }

    /// Streams say some events twice, and some after later ones. `false` makes it well again.
    pub fn muddle_events(&self, muddle: bool) {
        self.shared.faults.orders().muddle = muddle;
    }

    /// Loses all events from now on: streams stay open, but nothing comes and nothing is
    /// remembered. `false` makes it well again.
    pub fn silence(&self, silent: bool) {
        self.state().events.silent = silent;
    }

    /// What clients were seen doing, to wait for:
    /// `engine.observe().wait_for(|o| o.streams == 1).await`.
    pub fn observe(&self) -> watch::Receiver<Observed> {
        self.shared.faults.watch()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    fn find(&self, container: &str) -> anyhow::Result<Key> {
        self.state().find(container)
    }

    fn with(
        &self,
        container: &str,
        verb: impl FnOnce(&mut State, Key) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut state = self.state();
        let key = state.find(container)?;
        verb(&mut state, key)
    }

    /// Closes the sockets of a container and marks it as exited; false if nothing was running,
    /// or somebody else is ending it.
    async fn end(&self, key: Key, app: Option<App>, code: i64) -> bool {
        let Some(app) = app else { return false };
        app.stop().await;
        self.state().finish(key, code);
        true
    }
}
