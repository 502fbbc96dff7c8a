//! Starts the real hub.

use std::net::Ipv4Addr;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Binaries, Machine, Process, Response, command, free_port, get, get_with, soon};

/// The token of all tests.
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

    /// Starts a hub that does not wait for further agents once one is connected.
    pub(crate) async fn without_grace() -> Result<Self> {
        Self::with(&[("TETHER_STARTUP_GRACE", "0s")]).await
    }

    /// Starts a hub with more settings.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Result<Self> {
        Self::at(free_port()?, settings).await
    }

    /// Starts a hub on this port.
    pub(crate) async fn at(port: u16, settings: &[(&str, &str)]) -> Result<Self> {
        let mut program = command(&Binaries::get()?.tether);
        program
            .env("TETHER_TOKEN", TOKEN)
            .env("TETHER_PORT", port.to_string())
            .envs(settings.iter().copied());
        Self::run(program, Ipv4Addr::LOCALHOST, port).await
    }

    /// Starts a hub on that machine with its token only, so on port 3000.
    pub(crate) async fn on(machine: &Machine) -> Result<Self> {
        Self::on_with(machine, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn on_with(machine: &Machine, settings: &[(&str, &str)]) -> Result<Self> {
        let mut program = machine.command(&Binaries::get()?.tether);
        program
            .env("TETHER_TOKEN", TOKEN)
            .envs(settings.iter().copied());
        Self::run(program, machine.address, 3000).await
    }

    async fn run(mut program: Command, address: Ipv4Addr, port: u16) -> Result<Self> {
        let process = Process::start("hub", &mut program)?;
        let mut hub = Self {
            process,
            port,
            address,
            program,
        };
        hub.wait_until_ready().await?;
        Ok(hub)
    }

    /// Runs the hub's program with these settings and no others, and does not wait for it.
    pub(crate) fn spawn(settings: &[(&str, &str)], arguments: &[&str]) -> Result<Process> {
        let mut program = command(&Binaries::get()?.tether);
        program.envs(settings.iter().copied());
        Process::start("hub", program.args(arguments))
    }

    /// Starts it again after its end, with the same settings and the same port.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        self.process = Process::start("hub", &mut self.program)?;
        self.wait_until_ready().await
    }

    /// The URL of a path of the hub.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}:{}{path}", self.address, self.port)
    }

    /// `GET` with the token.
    pub(crate) async fn get(&self, path: &str) -> Result<Response> {
        let bearer = format!("Bearer {TOKEN}");
        get_with(&self.url(path), &[("authorization", &bearer)]).await
    }

    /// The dashboard's state.
    pub(crate) async fn state(&self) -> Result<Value> {
        self.get("/api/state").await?.expect(200)?.json()
    }

    /// The configuration that Traefik reads.
    pub(crate) async fn config(&self) -> Result<Value> {
        self.get("/config").await?.expect(200)?.json()
    }

    /// Waits for a row in this list of the dashboard's state for which `is` holds.
    pub(crate) async fn row(
        &self,
        list: &str,
        what: &str,
        is: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        soon(&format!("in {list}: {what}"), async || {
            let state = self.state().await?;
            let rows = state[list]
                .as_array()
                .with_context(|| format!("no list {list}"))?;
            let found = rows.iter().find(|row| is(row)).cloned();
            found.with_context(|| format!("the rows are {:#}", state[list]))
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

    async fn wait_until_ready(&mut self) -> Result<()> {
        let url = self.url("/healthz");
        soon("the hub listens", async || {
            self.process.ensure_running()?;
            get(&url).await?.expect(200)?;
            Ok(())
        })
        .await?;
        // Another program on the port would answer, too.
        self.process.ensure_running()
    }
}
