//! Services made of others: members that come and go, and the port of a health check.

use std::fs;

use anyhow::{Context, Result, ensure};
use docker_sim::{ContainerSpec, Publish};

use crate::harness::{Hub, SimulatedHost, Traefik, get, needs, soon, web};

/// Each router's service is made of `main` and `backup`, which hosts define; `copies` needs `main`.
const FILE: &str = "
http:
  routers:
    first: { rule: Host(`first.test`), entryPoints: [web], service: first }
    shares: { rule: Host(`shares.test`), entryPoints: [web], service: shares }
    copies: { rule: Host(`copies.test`), entryPoints: [web], service: copies }
    nothing: { rule: Host(`nothing.test`), entryPoints: [web], service: nothing }
  services:
    first: { failover: { service: main@http, fallback: backup@http } }
    shares: { weighted: { services: [ { name: main@http }, { name: backup@http } ] } }
    copies: { mirroring: { service: backup@http, mirrors: [ { name: main@http, percent: 10 } ] } }
    nothing: { failover: { service: main@http, fallback: gone@http } }
tcp:
  routers: { both: { rule: HostSNI(`*`), entryPoints: [tcp], service: both } }
  services: { both: { weighted: { services: [ { name: main@http }, { name: backup@http } ] } } }
udp:
  routers: { both: { entryPoints: [udp], service: both } }
  services: { both: { weighted: { services: [ { name: main@http }, { name: backup@http } ] } } }
";

/// A container with a checked service of its name in HTTP, and one in TCP and UDP each.
fn member(name: &str) -> ContainerSpec {
    let label = |section: &str, field: &str| {
        format!("traefik.{section}.services.{name}.loadbalancer.{field}")
    };
    web(name)
        .publish(Publish::udp(53))
        .label(label("http", "healthcheck.path"), "/")
        .label(label("http", "healthcheck.interval"), "1s")
        .label(label("tcp", "server.port"), "80")
        .label(label("udp", "server.port"), "53")
}

#[tokio::test]
async fn services_outlive_their_members() -> Result<()> {
    needs!(Traefik);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("dynamic.yml");
    fs::write(&path, FILE)?;
    let config = path.to_str().context("a path that is no text")?;
    let hub = Hub::with(&[("TETHER_CONFIG", config), ("TETHER_STARTUP_GRACE", "0s")]).await?;
    let traefik = Traefik::start(&hub).await?;
    let (_one, _first) = SimulatedHost::start(&hub, "h1", [member("backup")]).await?;

    let by = async |host: &str, name: &str| {
        soon(&format!("{name} answers for {host}"), async || {
            let text = traefik.answers(host, 200).await?.text()?.to_owned();
            ensure!(text.contains(&format!("container: {name}\n")), "{text}");
            Ok(())
        })
        .await
    };
    let only_backup = async || {
        for host in ["first.test", "shares.test", "copies.test"] {
            by(host, "backup").await?;
        }
        traefik.answers("nothing.test", 404).await?;
        let tcp = format!("http://127.0.0.1:{}/", traefik.tcp);
        soon("backup answers in TCP and UDP", async || {
            for text in [get(&tcp).await?.text()?, &traefik.datagram().await?] {
                ensure!(text.contains("container: backup\n"), "{text}");
            }
            Ok(())
        })
        .await
    };
    only_backup().await?;
    let left_out = |row: &serde_json::Value| {
        let message = row["message"].as_str().unwrap_or_default();
        row["severity"] == "warning" && message.contains("works without it")
    };
    hub.row("problems", "a member is left out", left_out)
        .await?;

    // It comes back by itself, and goes again.
    let (two, _second) = SimulatedHost::start(&hub, "h2", [member("main")]).await?;
    by("first.test", "main").await?;
    by("nothing.test", "main").await?;
    by("shares.test", "main").await?;
    by("shares.test", "backup").await?;
    two.remove("main").await?;
    only_backup().await
}

#[tokio::test]
async fn a_health_check_asks_its_own_container() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let checked = |name: &str| {
        let label = |field| format!("traefik.http.services.{name}.loadbalancer.{field}");
        web(name)
            .label(label("server.port"), "80")
            .label(label("healthcheck.path"), "/")
            .label(label("healthcheck.interval"), "1s")
            .label(label("healthcheck.port"), "8081")
    };
    let published = checked("good").publish(8081);
    let (engine, _agent) = SimulatedHost::start(&hub, "h1", [published, checked("bad")]).await?;
    let server = engine.address("good", 80).context("no port")?;
    let check = engine.address("good", 8081).context("no port")?;
    soon("Traefik checks at the published port", async || {
        let service = &traefik.rawdata().await?["services"]["good@http"];
        let asked = &service["loadBalancer"]["healthCheck"]["port"];
        let status = &service["serverStatus"][&format!("http://{server}")];
        ensure!(*asked == check.port() && status == "UP", "{service}");
        Ok(())
    })
    .await?;
    traefik.answers("good.test", 200).await?;

    // Port 8081 of that host may be anybody's: it is not asked.
    traefik.answers("bad.test", 200).await?;
    let problem = hub.problem("health_check_port").await?;
    ensure!(problem["origin"]["container"] == "bad", "{problem}");
    let service = &hub.config().await?["http"]["services"]["bad"]["loadBalancer"];
    ensure!(
        service["healthCheck"].is_null() && service["servers"].is_array(),
        "{service}"
    );
    Ok(())
}
