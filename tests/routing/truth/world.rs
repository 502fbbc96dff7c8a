//! One hub, one simulated host with all containers, one real Traefik.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use docker_sim::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::cases::{Case, Server};
use crate::harness::{Hub, SimulatedHost, Traefik, free_port, get_with, soon, traefik_of};
use crate::surface::explain::ask;

/// What the server that speaks TLS answers.
const TLS_ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntls";

/// All programs of the test.
pub(super) struct World {
    hub: Hub,
    host: SimulatedHost,
    traefik: Traefik,
    _engine: Engine,
    _folder: TempDir,
}

/// What a request got.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    body: String,
}

impl Answer {
    /// True if the request reached its container, or its owner's password check.
    pub(super) fn is_as_meant(&self, case: &Case) -> bool {
        self.status == 200 && (self.body.contains(&case.name) || self.body == "tls")
    }
}

impl World {
    /// Starts everything with these containers and this version of Traefik. With `asks` the hub asks
    /// Traefik; otherwise a setting names the version.
    pub(super) async fn start(cases: &[Case], version: &str, asks: bool) -> Result<Self> {
        let api = free_port()?;
        let gateway = format!("http://127.0.0.1:{api}");
        let mut settings = vec![("TETHER_STARTUP_GRACE", "0s")];
        let (minor, _patch) = version.rsplit_once('.').context("no patch")?;
        settings.push(match asks {
            true => ("TETHER_TRAEFIK_API", &gateway),
            false => ("TETHER_TRAEFIK_VERSION", minor),
        });
        let hub = Hub::with(&settings).await?;
        let mut containers = Vec::new();
        for case in cases {
            containers.push(match case.server {
                Server::Tls => case.container(tls_server().await?.port()),
                _ => case.container(0),
            });
        }
        let settings = [(
            "TETHERD_DEFAULT_RULE",
            "Host(`{{ normalize .Name }}.default.t`)",
        )];
        let (engine, host) = SimulatedHost::with(&settings, &hub, "one", containers).await?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("file.yml");
        let transport = json!({ "http": { "serversTransports": { "insecure": { "insecureSkipVerify": true } } } });
        std::fs::write(&file, transport.to_string())?;
        let mut providers = Traefik::provider(&hub.url("/config?wait=3s"), "1s");
        providers["file"] = json!({ "filename": file });
        let sections = json!({
            "providers": providers,
            "entryPoints": { "web": { "asDefault": true } },
        });
        let traefik = Traefik::of_program(&traefik_of(version)?, api, sections).await?;
        Ok(Self {
            hub,
            host,
            traefik,
            _engine: engine,
            _folder: folder,
        })
    }

    /// Waits until Traefik runs all routers of the hub.
    pub(super) async fn settle(&self, cases: &[Case]) -> Result<()> {
        soon("the hub has the routes", async || {
            let config = self.hub.config().await?;
            let routers = config["http"]["routers"]
                .as_object()
                .map_or(0, serde_json::Map::len);
            ensure!(routers * 10 >= cases.len() * 8, "{routers} routers");
            Ok(())
        })
        .await?;
        soon("Traefik has the hub's routers", async || {
            let ours = self.hub.config().await?;
            let theirs = self.traefik.rawdata().await?;
            let ours = ours["http"]["routers"].as_object().context("no routers")?;
            let missing: Vec<_> = ours
                .keys()
                .filter(|name| theirs["routers"].get(format!("{name}@http")).is_none())
                .collect();
            ensure!(missing.is_empty(), "missing: {missing:?}");
            Ok(())
        })
        .await
    }

    /// The answer to the request of this container: waits for the expected status.
    ///
    /// Traefik checks a server's health after it has begun to send requests.
    pub(super) async fn answer(&self, case: &Case) -> Result<Answer> {
        let expected = case.answer();
        soon(&format!("{} gets {expected}", case.name), async || {
            let answer = self.ask(case).await?;
            ensure!(answer.status == expected, "it gets {}", answer.status);
            Ok(answer)
        })
        .await
    }

    async fn ask(&self, case: &Case) -> Result<Answer> {
        let url = format!("http://127.0.0.1:{}{}", self.traefik.web, case.path());
        let host = case.host();
        let mut headers = vec![("host", host.as_str())];
        let basic = case
            .user
            .as_ref()
            .map(|user| format!("Basic {}", base64(user)));
        headers.extend(basic.as_deref().map(|basic| ("authorization", basic)));
        let response = get_with(&url, &headers).await?;
        let body = String::from_utf8_lossy(&response.body).into_owned();
        Ok(Answer {
            status: response.status,
            body,
        })
    }

    /// What `tetherd explain` says of each container: its outcome, warnings and errors.
    pub(super) async fn verdicts(&self) -> Result<BTreeMap<String, (String, Vec<String>)>> {
        let (_, page) = ask(&self.host.endpoint, &["explain", "--json"]).await?;
        let page: Value = serde_json::from_str(&page)?;
        let containers = page["engines"][0]["containers"].as_array();
        let containers = containers.context("no containers")?.iter().map(|one| {
            let said = ["problems", "verdicts"]
                .iter()
                .flat_map(|list| one[list].as_array());
            let worse = said
                .flatten()
                .filter(|problem| problem["severity"] != "info");
            let worse = worse.map(|problem| text(&problem["message"]));
            (text(&one["name"]), (text(&one["outcome"]), worse.collect()))
        });
        Ok(containers.collect())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A web server that speaks TLS with a certificate of its own.
async fn tls_server() -> Result<SocketAddr> {
    let own = rcgen::generate_simple_self_signed(["127.0.0.2".to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key.into())?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that speaks plain HTTP gets an alert and the end of the connection.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut request = [0; 4096];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(TLS_ANSWER).await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    Ok(address)
}

/// Base64 as in the header of basic authentication.
fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (at, byte)| {
            bits | u32::from(*byte) << (16 - 8 * at)
        });
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    out
}
