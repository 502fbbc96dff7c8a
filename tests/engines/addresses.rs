//! Every kind of engine address, for the agent and for the hub with `--docker`.

use std::net::Ipv4Addr;

use anyhow::{Context, Result, ensure};
use docker_sim::Engine;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness::{Agent, Authority, Hub, TlsListener, soon, web};

/// Addresses with the settings that they need. `{…}` is filled in by [`Served::fill`].
const ADDRESSES: [(&str, &[(&str, &str)]); 13] = [
    ("unix://{folder}/docker-1.sock", &[]),
    ("unix://{folder}/docker-*.sock", &[]),
    // Without TLS.
    ("tcp://127.0.0.1:{plain}", &[]),
    (
        "tcp://127.0.0.1:{plain}",
        &[("DOCKER_TLS_VERIFY", ""), ("DOCKER_CERT_PATH", "")],
    ),
    ("http://127.0.0.1:{plain}", &[]),
    // TLS, where any value of DOCKER_TLS_VERIFY means yes, as for Docker's own client.
    (
        "tcp://127.0.0.1:{tls}",
        &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "{certs}")],
    ),
    (
        "tcp://127.0.0.1:{tls}",
        &[("DOCKER_TLS_VERIFY", "0"), ("DOCKER_CERT_PATH", "{certs}")],
    ),
    ("tcp://localhost:{tls}", &[("DOCKER_CERT_PATH", "{certs}")]),
    (
        "tcp://localhost:{tls}",
        &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CONFIG", "{certs}")],
    ),
    (
        "https://127.0.0.1:{tls}",
        &[("DOCKER_CERT_PATH", "{certs}")],
    ),
    ("https://127.0.0.1:{tls}", &[("DOCKER_CONFIG", "{certs}")]),
    // Settings for TLS do not change addresses without it.
    (
        "http://127.0.0.1:{plain}",
        &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "{certs}")],
    ),
    (
        "unix://{folder}/docker-1.sock",
        &[("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "{certs}")],
    ),
];

#[tokio::test]
async fn an_agent_reaches_an_engine_at_every_kind_of_address() -> Result<()> {
    let served = Served::start().await?;
    for (address, settings) in ADDRESSES {
        let hub = Hub::without_grace().await?;
        let url = hub.url("");
        let usual = [
            ("TETHERD_SERVER", url.as_str()),
            ("TETHERD_HOST_IP", "127.0.0.2"),
            ("DOCKER_HOST", address),
        ];
        let settings = served.fill([&usual, settings].concat());
        let _agent = Agent::start(&pairs(&settings))?;
        is_routed(&hub)
            .await
            .with_context(|| format!("{address} with {settings:?}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_hub_reaches_its_own_engine_at_every_kind_of_address() -> Result<()> {
    let served = Served::start().await?;
    let usual = [
        ("TETHERD_HOST_IP", "127.0.0.2"),
        ("TETHER_STARTUP_GRACE", "0s"),
    ];
    for (address, settings) in ADDRESSES {
        let by_name: &[_] = &[("TETHER_DOCKER", address)];
        let by_docker_host = &[("TETHER_DOCKER", "true"), ("DOCKER_HOST", address)];
        for engine in [by_name, by_docker_host] {
            let settings = served.fill([&usual, engine, settings].concat());
            let hub = Hub::with(&pairs(&settings)).await?;
            is_routed(&hub)
                .await
                .with_context(|| format!("{address} with {settings:?}"))?;
        }
    }
    Ok(())
}

async fn is_routed(hub: &Hub) -> Result<()> {
    soon("the container is routed", async || {
        let config = hub.config().await?;
        ensure!(config["http"]["routers"]["web"].is_object(), "{config}");
        Ok(())
    })
    .await
}

/// One engine with one container, served at a socket, at a plain port and at a TLS port.
struct Served {
    folder: TempDir,
    plain: u16,
    tls: u16,
    _stop: DropGuard,
}

impl Served {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let engine = Engine::new("host").with_host_address(Ipv4Addr::new(127, 0, 0, 2));
        engine.run(web("web")).await?;
        let stop = CancellationToken::new();
        engine.serve_unix(folder.path().join("docker-1.sock"), stop.clone())?;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let plain = listener.local_addr()?.port();
        let (served, stopped) = (engine.clone(), stop.clone());
        tokio::spawn(async move { served.serve(listener, stopped).await });

        let authority = Authority::new("engine")?;
        let certificates = folder.path().join("certs");
        authority.issue(&certificates, &["localhost", "127.0.0.1"])?;
        let listener = TlsListener::bind(&certificates).await?;
        let tls = listener.port();
        let stopped = stop.clone();
        tokio::spawn(async move { engine.serve(listener, stopped).await });
        Ok(Self {
            folder,
            plain,
            tls,
            _stop: stop.drop_guard(),
        })
    }

    fn fill(&self, settings: Vec<(&str, &str)>) -> Vec<(String, String)> {
        let folder = self.folder.path().display().to_string();
        let fill = |value: &str| {
            value
                .replace("{folder}", &folder)
                .replace("{certs}", &format!("{folder}/certs"))
                .replace("{plain}", &self.plain.to_string())
                .replace("{tls}", &self.tls.to_string())
        };
        let settings = settings.into_iter();
        settings
            .map(|(name, value)| (name.to_owned(), fill(value)))
            .collect()
    }
}

fn pairs(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    let settings = settings.iter();
    settings
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
