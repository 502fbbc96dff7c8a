//! Settings in, a running hub out: the real program on a free port.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Binaries, Machine, Process, Response, get_with, soon};

/// The secret of all tests.
pub(crate) const TOKEN: &str = "your-secret-password";

/// A hub.
#[derive(Debug)]
pub(crate) struct Hub {
    /// The program.
    pub(crate) process: Process,
    /// Its port on every address of this machine.
    pub(crate) port: u16,
    address: Ipv4Addr,
    program: Command,
}

impl Hub {
    /// Starts a hub and waits until it listens.
    pub(crate) async fn start() -> Result<Self> {
        Self::with(&[]).await
    }

    /// Starts a hub that waits for no more agents once the first one is there.
    pub(crate) async fn without_grace() -> Result<Self> {
        Self::with(&[("TETHER_STARTUP_GRACE", "0s")]).await
    }

    /// Starts a hub with more settings.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Result<Self> {
        Self::at(free_port()?, settings).await
    }

    /// Starts a hub on this port.
    pub(crate) async fn at(port: u16, settings: &[(&str, &str)]) -> Result<Self> {
        let mut program = Command::new(&Binaries::get()?.tether);
        set(
            &mut program,
            [("TETHER_TOKEN", TOKEN), ("TETHER_PORT", &port.to_string())],
        );
        program.envs(settings.iter().copied());
        Self::of(program, Ipv4Addr::LOCALHOST, port).await
    }

    /// Starts a hub on that machine with just its token, so on port 3000.
    pub(crate) async fn on(machine: &Machine) -> Result<Self> {
        Self::on_with(machine, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn on_with(machine: &Machine, settings: &[(&str, &str)]) -> Result<Self> {
        let mut program = machine.command(&Binaries::get()?.tether);
        set(&mut program, [("TETHER_TOKEN", TOKEN)]);
        program.envs(settings.iter().copied());
        Self::of(program, machine.address, 3000).await
    }

    async fn of(mut program: Command, address: Ipv4Addr, port: u16) -> Result<Self> {
        let process = Process::start("hub", &mut program)?;
        let mut hub = Self {
            process,
            port,
            address,
            program,
        };
        hub.listens().await?;
        Ok(hub)
    }

    /// A hub's program with just these settings, whatever comes of it.
    pub(crate) fn run(settings: &[(&str, &str)], arguments: &[&str]) -> Result<Process> {
        let mut program = Command::new(&Binaries::get()?.tether);
        set(&mut program, settings.iter().copied());
        Process::start("hub", program.args(arguments))
    }

    /// Starts it again after its end, with the same settings and the same port.
    pub(crate) async fn again(&mut self) -> Result<()> {
        self.process = Process::start("hub", &mut self.program)?;
        self.listens().await
    }

    /// A path of the hub, from this machine.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}:{}{path}", self.address, self.port)
    }

    /// A `GET` that shows the token.
    pub(crate) async fn get(&self, path: &str) -> Result<Response> {
        let bearer = format!("Bearer {TOKEN}");
        get_with(&self.url(path), &[("authorization", &bearer)]).await
    }

    /// The dashboard's state.
    pub(crate) async fn state(&self) -> Result<Value> {
        self.get("/api/state").await?.expect(200)?.json()
    }

    /// The configuration as Traefik gets it.
    pub(crate) async fn config(&self) -> Result<Value> {
        self.get("/config").await?.expect(200)?.json()
    }

    /// Waits until the dashboard's state has a row in `list` that `is` what it should be.
    pub(crate) async fn row(
        &self,
        list: &str,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        soon(&format!("in {list}: {what}"), async || {
            let state = self.state().await?;
            let rows = state[list].as_array().context("no such list")?;
            let found = rows.iter().find(|row| is(row)).cloned();
            found.with_context(|| format!("there are {:#}", state[list]))
        })
        .await
    }

    /// Waits for a route of this name.
    pub(crate) async fn route(&self, name: &str) -> Result<Value> {
        self.row("routes", name, |row| row["name"] == name).await
    }

    /// Waits for a problem of this code.
    pub(crate) async fn problem(&self, code: &str) -> Result<Value> {
        self.row("problems", code, |row| row["code"] == code).await
    }

    async fn listens(&mut self) -> Result<()> {
        let url = self.url("/healthz");
        soon("the hub listens", async || {
            super::get(&url).await?.expect(200)?;
            Ok(())
        })
        .await?;
        // Another program on the port would have answered as well.
        self.process.check()
    }
}

/// The environment of a program under test: nothing of the tests' own settings is left in it.
pub(crate) fn set<'a>(
    command: &mut Command,
    settings: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("TETHER") || text.starts_with("DOCKER_") || text == "RUST_LOG" {
            command.env_remove(&name);
        }
    }
    command.envs(settings);
}

/// A port that nobody listens on, below those that the kernel gives to outgoing connections, so
/// that it is still free when a program is started on it for the second time.
pub(crate) fn free_port() -> Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    const APART: u32 = 487;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test runs side by side have neighbouring ids and begin at ports far apart.
    let offset = (std::process::id().wrapping_mul(APART) % u32::from(COUNT)) as u16;
    (0..COUNT)
        .map(|_| FIRST + NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(offset) % COUNT)
        .find(|port| TcpListener::bind(("0.0.0.0", *port)).is_ok())
        .context("no free port")
}
