//! Starts the real Traefik.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::parts::traefik_program;
use super::{Hub, Machine, Process, Response, TOKEN, command, free_port, get, get_with, soon};

/// The longest time for the answer to a datagram.
const DATAGRAM_LIMIT: Duration = Duration::from_secs(1);

/// A Traefik with the entry points `web`, `tcp` and `udp`.
#[derive(Debug)]
pub(crate) struct Traefik {
    /// The port of the entry point `web`.
    pub(crate) web: u16,
    /// The port of the entry point `tcp`.
    pub(crate) tcp: u16,
    /// The port of the entry point `udp`.
    pub(crate) udp: u16,
    api: u16,
    /// The program.
    pub(crate) process: Process,
    _folder: TempDir,
}

impl Traefik {
    /// Starts one that polls the hub as the documents recommend.
    pub(crate) async fn start(hub: &Hub) -> Result<Self> {
        Self::polling(hub.port, "/config?wait=3s", "1s").await
    }

    /// Starts one that polls this path of a hub at this interval.
    pub(crate) async fn polling(port: u16, path: &str, interval: &str) -> Result<Self> {
        let endpoint = format!("http://127.0.0.1:{port}{path}");
        Self::with(json!({ "providers": Self::provider(&endpoint, interval) })).await
    }

    /// The section `providers` for this endpoint of a hub.
    pub(crate) fn provider(endpoint: &str, interval: &str) -> Value {
        let http = json!({
            "endpoint": endpoint,
            "pollInterval": interval,
            "headers": { "Authorization": format!("Bearer {TOKEN}") },
        });
        json!({ "providersThrottleDuration": "100ms", "http": http })
    }

    /// Starts one on that machine with this configuration and nothing more.
    pub(crate) fn on(machine: &Machine, text: &str) -> Result<Process> {
        let file = machine.folder.path().join("traefik.yml");
        std::fs::write(&file, text)?;
        let mut command = machine.command(traefik_program());
        command.arg(format!("--configFile={}", file.display()));
        Process::start("traefik", &mut command)
    }

    /// Starts one with these sections of a static configuration; its entry points are added to the
    /// usual ones.
    pub(crate) async fn with(sections: Value) -> Result<Self> {
        Self::with_api(free_port()?, sections).await
    }

    /// The same with its API at this port.
    pub(crate) async fn with_api(api: u16, sections: Value) -> Result<Self> {
        Self::of_program(&traefik_program(), api, sections).await
    }

    /// The same with this program.
    pub(crate) async fn of_program(program: &Path, api: u16, sections: Value) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (web, tcp, udp) = (free_port()?, free_port()?, free_port()?);
        // JSON is YAML, too.
        let mut settings = json!({
            "entryPoints": {
                "web": { "address": format!("127.0.0.1:{web}") },
                "tcp": { "address": format!("127.0.0.1:{tcp}") },
                "udp": { "address": format!("127.0.0.1:{udp}/udp") },
                "traefik": { "address": format!("127.0.0.1:{api}") },
            },
            "api": { "insecure": true },
            "log": { "level": "DEBUG", "noColor": true },
        });
        merge(&mut settings, sections);
        let file = folder.path().join("traefik.yml");
        std::fs::write(&file, settings.to_string())?;
        let mut command = command(program);
        command.arg(format!("--configFile={}", file.display()));
        let process = Process::start("traefik", &mut command)?;
        let mut traefik = Self {
            process,
            web,
            tcp,
            udp,
            api,
            _folder: folder,
        };
        soon("Traefik listens", async || {
            traefik.process.ensure_running()?;
            get(&traefik.api_url("/api/version")).await?.expect(200)
        })
        .await?;
        Ok(traefik)
    }

    /// The answer to a request for this host name.
    pub(crate) async fn ask(&self, host: &str) -> Result<Response> {
        get_with(
            &format!("http://127.0.0.1:{}/", self.web),
            &[("host", host)],
        )
        .await
    }

    /// Waits until a request for this host name gets this status.
    pub(crate) async fn answers(&self, host: &str, status: u16) -> Result<Response> {
        soon(
            &format!("Traefik answers {status} for {host}"),
            async || self.ask(host).await?.expect(status),
        )
        .await
    }

    /// The answer to a datagram to the entry point `udp`.
    pub(crate) async fn datagram(&self) -> Result<String> {
        Self::datagram_at(self.udp).await
    }

    /// The answer to a datagram to this port.
    pub(crate) async fn datagram_at(port: u16) -> Result<String> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let socket = tokio::net::UdpSocket::from_std(socket)?;
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        socket.send_to(b"who?", to).await?;
        let mut answer = [0; 1500];
        let got = tokio::time::timeout(DATAGRAM_LIMIT, socket.recv(&mut answer)).await;
        let length = got.context("no answer to a datagram")??;
        Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    /// All routers, services and middlewares that it runs.
    pub(crate) async fn rawdata(&self) -> Result<Value> {
        get(&self.api_url("/api/rawdata"))
            .await?
            .expect(200)?
            .json()
    }

    /// The newest configuration of this provider, from Traefik's log.
    pub(crate) fn received(&self, provider: &str) -> Result<Value> {
        let end = format!("providerName={provider}");
        let lines = self.process.lines();
        let configs = lines.iter().rev().filter(|line| line.ends_with(&end));
        let mut configs = configs.filter_map(|line| Some(line.split_once(" config=")?.1));
        let config = configs.next().context("no configuration was received")?;
        let mut values = serde_json::Deserializer::from_str(config).into_iter();
        Ok(values.next().context("an empty configuration")??)
    }

    fn api_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.api)
    }
}

/// Adds sections to settings, at any depth.
fn merge(settings: &mut Value, sections: Value) {
    match (settings, sections) {
        (Value::Object(settings), Value::Object(sections)) => {
            for (name, section) in sections {
                merge(settings.entry(name).or_insert(Value::Null), section);
            }
        }
        (settings, sections) => *settings = sections,
    }
}
