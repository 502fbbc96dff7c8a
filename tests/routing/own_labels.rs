//! Labels of our own for what Traefik reads from files only.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use docker_sim::{ContainerSpec, Engine};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::harness::{
    Authority, Hub, SimulatedHost, TlsListener, Traefik, free_port, get_with, needs, soon, web,
};

#[tokio::test]
async fn a_server_with_a_certificate_of_its_own_needs_no_file_at_the_gateway() -> Result<()> {
    needs!(Traefik);
    // It asks for a client's certificate as well. An engine's API answers as well as any server.
    let authority = Authority::new("home")?;
    let folder = tempfile::tempdir()?;
    authority.issue(folder.path(), &["nas.lan"])?;
    let listener = TlsListener::bind(folder.path()).await?;
    let url = format!("https://127.0.0.1:{}", listener.port());
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let _stop = stop.drop_guard();
    tokio::spawn(async move { Engine::new("nas").serve(listener, stopped).await });

    let file = |name: &str| folder.path().join(name).display().to_string();
    let nas = |name: &str| -> ContainerSpec {
        let service = format!("traefik.http.services.{name}.loadbalancer");
        web(name)
            .label(format!("{service}.server.url"), &url)
            .label(format!("{service}.serverstransport"), "home")
    };
    let transport = |field: &str| format!("tether.http.serverstransports.home.{field}");
    let known = nas("known")
        .label(transport("servername"), "nas.lan")
        .label(transport("rootcas"), file("ca.pem"))
        .label(transport("certificates[0].certfile"), file("cert.pem"))
        .label(transport("certificates[0].keyfile"), file("key.pem"));
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let (_one, _first) = SimulatedHost::start(&hub, "h1", [known]).await?;
    // Names are a host's own, as those of all elements.
    let lax = nas("lax").label(transport("insecureskipverify"), "true");
    let (_two, _second) = SimulatedHost::start(&hub, "h2", [lax]).await?;

    let ask = async |name: &str, status: u16| {
        soon(&format!("{name} is answered with {status}"), async || {
            let url = format!("http://127.0.0.1:{}/_ping", traefik.web);
            let host = format!("{name}.test");
            get_with(&url, &[("host", &host)]).await?.expect(status)
        })
        .await
    };
    ensure!(ask("known", 200).await?.text()? == "OK");
    // Without a certificate of its own the connection is refused.
    ask("lax", 502).await?;
    let config = hub.config().await?;
    let transports = &config["http"]["serversTransports"];
    ensure!(
        transports.as_object().is_some_and(|all| all.len() == 2),
        "{config}"
    );
    Ok(())
}

#[tokio::test]
async fn tls_options_are_a_hosts_own() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let secure = free_port()?;
    let traefik = Traefik::with(json!({
        "entryPoints": { "secure": { "address": format!("127.0.0.1:{secure}") } },
        "providers": Traefik::provider(&hub.url("/config?wait=3s"), "1s"),
    }))
    .await?;
    let router = |name: &str, options: &str| {
        let label = |field: &str| format!("traefik.http.routers.{name}.{field}");
        web(name)
            .label(label("entrypoints"), "secure")
            .label(label("tls.options"), options)
    };
    let containers = [
        router("modern", "modern").label("tether.tls.options.modern.minversion", "VersionTLS13"),
        router("lost", "nowhere"),
        router("all", "default").label("tether.tls.options.default.minversion", "VersionTLS10"),
    ];
    let (_engine, _agent) = SimulatedHost::start(&hub, "h1", containers).await?;
    let status = soon("Traefik has the routers", async || {
        let routers = &traefik.rawdata().await?["routers"];
        let status = |name: &str| routers[format!("{name}@http")]["status"].clone();
        let all: HashMap<&str, _> = ["modern", "lost", "all"]
            .map(|one| (one, status(one)))
            .into();
        ensure!(
            !all["modern"].is_null() && !all["lost"].is_null(),
            "{routers}"
        );
        Ok(all)
    })
    .await?;
    ensure!(status["modern"] == "enabled", "{status:?}");
    ensure!(status["all"].is_null(), "{status:?}");
    let options = &hub.config().await?["tls"]["options"];
    ensure!(
        *options == json!({ "modern": { "minVersion": "VersionTLS13" } }),
        "{options}"
    );
    let problem = hub.problem("unresolved_reference").await?;
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(
        message.contains("`tether.tls.options.nowhere.…`"),
        "{problem}"
    );
    let problem = hub.problem("bad_value").await?;
    ensure!(problem["origin"]["container"] == "all", "{problem}");
    Ok(())
}
