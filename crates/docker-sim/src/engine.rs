//! Gives each action of the `docker` command on containers, and each fault, a method.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::container::Running;
use crate::ports::Binding;
use crate::server;
use crate::shared::{Observed, Shared};
use crate::spec::{ContainerSpec, Health, Protocol, SIGKILL, signal_number};
use crate::state::{Key, State};

/// The exit code of a process that was killed.
const SIGKILL_EXIT_CODE: i64 = 128 + SIGKILL as i64;

/// One simulated Docker Engine; a clone is another handle on the same one.
///
/// Methods that take a container take its name or its id. Methods that open or close a
/// container's sockets are `async` and need a tokio runtime; when they return, lists show the
/// change, its events are sent, and its sockets are open or closed.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    /// An engine on a host of this name, without containers and not yet served.
    pub fn new(name: impl Into<String>) -> Self {
        let shared = Arc::new(Shared::new(name.into()));
        Self { shared }
    }

    /// The `ID` in `/info`; derived from the name if unset.
    pub fn with_id(self, id: impl Into<String>) -> Self {
        self.state().id = id.into();
        self
    }

    /// The address on which ports that are published on `0.0.0.0` really listen; lists still show
    /// `0.0.0.0`. So several engines can share one machine as if they were hosts (`127.0.0.2`,
    /// `127.0.0.3`, …) without opening ports to the network. With a loopback address, `[::]`
    /// becomes `[::1]`. If unset, containers really listen on `0.0.0.0`.
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

    /// Serves the API on a Unix socket at this path until `shutdown`, then closes all connections
    /// and removes the socket. A socket file that no process listens on is replaced. Containers
    /// keep running meanwhile; serving the engine again simulates its restart.
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
            // A leftover socket file is harmless.
            let _ = std::fs::remove_file(&path);
        }))
    }

    /// Serves the API on a listener (TCP or Unix) until `shutdown`, then closes all connections.
    pub async fn serve<L: axum::serve::Listener>(&self, listener: L, shutdown: CancellationToken) {
        server::serve(self.shared.clone(), listener, shutdown).await;
    }

    /// `docker create`; returns the new container's id.
    pub fn create(&self, spec: ContainerSpec) -> anyhow::Result<String> {
        let mut state = self.state();
        let key = state.create(spec)?;
        Ok(state.get(key)?.id.clone())
    }

    /// `docker run -d`; returns the new container's id. As in Docker, a container that cannot
    /// start remains in the state `created`.
    pub async fn run(&self, spec: ContainerSpec) -> anyhow::Result<String> {
        let id = self.create(spec)?;
        self.start(&id).await?;
        Ok(id)
    }

    /// `docker start`; does nothing if the container runs.
    pub async fn start(&self, container: &str) -> anyhow::Result<()> {
        self.with(container, State::start)
    }

    /// `docker stop`: sends the stop signal and ends the process.
    pub async fn stop(&self, container: &str) -> anyhow::Result<()> {
        let key = self.find(container)?;
        let app = self.state().begin_stop(key)?;
        if self.end(key, app, 0).await {
            self.state().emit(key, "stop", &[]);
        }
        Ok(())
    }

    /// `docker restart`: a stop and a start; ephemeral ports change.
    pub async fn restart(&self, container: &str) -> anyhow::Result<()> {
        self.stop(container).await?;
        self.with(container, |state, key| {
            state.start(key)?;
            state.emit(key, "restart", &[]);
            Ok(())
        })
    }

    /// `docker kill`: sends SIGKILL and ends the process.
    pub async fn kill(&self, container: &str) -> anyhow::Result<()> {
        self.signal(container, "SIGKILL")?;
        self.exit(container, SIGKILL_EXIT_CODE).await
    }

    /// `docker kill --signal`; the container ignores the signal and keeps running. Together with
    /// a later [`exit`](Self::exit) this simulates a slow `docker stop`.
    pub fn signal(&self, container: &str, signal: &str) -> anyhow::Result<()> {
        let number = signal_number(signal)?;
        self.with(container, |state, key| state.signal(key, number))
    }

    /// Ends the container's process with this exit code, as if it had ended by itself.
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
            self.state().signal(key, SIGKILL)?;
            let app = self.state().begin_exit(key)?;
            self.end(key, app, SIGKILL_EXIT_CODE).await;
        }
        self.state().remove(key);
        Ok(())
    }

    /// `docker rename`.
    pub fn rename(&self, container: &str, name: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.rename(key, name))
    }

    /// `docker pause`. A listening container still answers.
    pub fn pause(&self, container: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.set_paused(key, true))
    }

    /// `docker unpause`.
    pub fn unpause(&self, container: &str) -> anyhow::Result<()> {
        self.with(container, |state, key| state.set_paused(key, false))
    }

    /// Sets the result of the health check; the container must have one.
    pub fn set_health(&self, container: &str, health: Health) -> anyhow::Result<()> {
        self.with(container, |state, key| state.set_health(key, health))
    }

    /// `docker network connect`; creates the network if it does not exist.
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

    /// The running containers without paused ones, sorted by id.
    pub fn running(&self) -> Vec<Running> {
        self.state().running()
    }

    /// The running containers when the newest list was made, and when the one before was.
    pub fn listed(&self) -> [Vec<Running>; 2] {
        self.state().listed.clone()
    }

    /// The published ports of a running container; none if it is not running or does not exist.
    pub fn bindings(&self, container: &str) -> Vec<Binding> {
        let state = self.state();
        let found = state.find(container).and_then(|key| state.get(key));
        found.map_or(Vec::new(), |container| container.bindings.clone())
    }

    /// The addresses of a running container by network; none if it is not running or does not
    /// exist.
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

    /// The address at which a [`listening`](ContainerSpec::listening) container really answers for
    /// this private TCP port; IPv4 first.
    pub fn address(&self, container: &str, private: u16) -> Option<SocketAddr> {
        self.bindings(container)
            .into_iter()
            .filter(|b| b.private == private && b.protocol == Protocol::Tcp)
            .find_map(|b| b.listens_at)
    }

    /// Cuts all event streams without their last chunk.
    pub fn cut_streams(&self) {
        self.shared.faults().cut_streams();
    }

    /// Answers the next `count` lists with 500; `u32::MAX` means all lists, 0 ends the fault.
    pub fn fail_lists(&self, count: u32) {
        self.shared.faults().failing_lists = count;
    }

    /// Delays every answer of the API; zero ends the fault.
    pub fn delay(&self, delay: Duration) {
        self.shared.faults().answer_delay = delay;
    }

    /// Delays lists after they were made, so that they are outdated when they arrive, as a busy
    /// engine does; zero ends the fault.
    pub fn late_lists(&self, delay: Duration) {
        self.shared.faults().list_delay = delay;
    }

    /// Sends some events twice, and some after later ones; `false` ends the fault.
    pub fn reorder_events(&self, reorder: bool) {
        self.shared.faults().reorder_events = reorder;
    }

    /// Drops all new events: streams stay open but are silent, and nothing is remembered for
    /// later ones; `false` ends the fault.
    pub fn silence(&self, silent: bool) {
        self.state().events.silent = silent;
    }

    /// Counts of requests and streams, to wait for:
    /// `engine.observe().wait_for(|seen| seen.streams == 1).await`.
    pub fn observe(&self) -> watch::Receiver<Observed> {
        self.shared.observe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    fn find(&self, container: &str) -> anyhow::Result<Key> {
        self.state().find(container)
    }

    fn with(
        &self,
        container: &str,
        action: impl FnOnce(&mut State, Key) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut state = self.state();
        let key = state.find(container)?;
        action(&mut state, key)
    }

    /// Closes the sockets of a container and marks it as exited; false if it was not running or
    /// another call is ending it.
    async fn end(&self, key: Key, app: Option<App>, code: i64) -> bool {
        let Some(app) = app else { return false };
        app.stop().await;
        self.state().finish(key, code);
        true
    }
}
