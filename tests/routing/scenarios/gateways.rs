//! Starts a Traefik on each side of the cable between a hub and a Docker host.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use serde_json::json;

use super::reader::Scene;
use crate::harness::{Engine, Hub, Process, Traefik, free_port};

/// The port of the Traefik on the Docker host.
const HERE: u16 = 18_000;

/// Both Traefiks.
pub(super) struct Gateways {
    far: Gateway,
    here: Gateway,
    _far: Traefik,
    _here: Process,
}

/// The address of one Traefik.
pub(super) struct Gateway {
    pub(super) web: String,
    ports: BTreeMap<&'static str, u16>,
}

impl Gateways {
    pub(super) async fn start(hub: &Hub, engine: &Engine) -> Result<Self> {
        let (tcp6, udp6) = (free_port()?, free_port()?);
        let path = format!("{}/config?wait=3s", hub.port);
        let far = Traefik::with(json!({
            "providers": Traefik::provider(&format!("http://127.0.0.1:{path}"), "100ms"),
            "entryPoints": {
                "tcp6": { "address": format!("127.0.0.1:{tcp6}") },
                "udp6": { "address": format!("127.0.0.1:{udp6}/udp") },
            },
        }))
        .await?;
        let machine = &engine.machine;
        let provider = Traefik::provider(&format!("http://{}:{path}", machine.gateway), "100ms");
        let settings = json!({
            "providers": provider,
            "entryPoints": { "web": { "address": format!("{}:{HERE}", machine.address) } },
        });
        let here = Traefik::on(machine, &settings.to_string())?;
        let ports = [
            ("tcp", far.tcp),
            ("udp", far.udp),
            ("tcp6", tcp6),
            ("udp6", udp6),
        ];
        Ok(Self {
            far: Gateway::new(Ipv4Addr::LOCALHOST, far.web, ports.into()),
            here: Gateway::new(machine.address, HERE, BTreeMap::new()),
            _far: far,
            _here: here,
        })
    }

    pub(super) fn of(&self, scene: &Scene) -> &Gateway {
        if scene.here { &self.here } else { &self.far }
    }
}

impl Gateway {
    fn new(address: Ipv4Addr, web: u16, ports: BTreeMap<&'static str, u16>) -> Self {
        let web = format!("http://{address}:{web}/");
        Self { web, ports }
    }

    pub(super) fn port(&self, entry_point: &str) -> Result<u16> {
        let port = self.ports.get(entry_point).copied();
        port.with_context(|| format!("there is no entry point {entry_point}"))
    }
}
