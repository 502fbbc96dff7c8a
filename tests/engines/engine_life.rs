//! The life of a real engine and its containers: each container ends with the right route, and no
//! request is ever answered by another container.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::harness::{Agent, Engine, Hub, TestBed, Traefik, ip, needs, soon};

/// The number of containers that start at once.
const BURST: usize = 50;

/// The number of times that a container starts and ends.
const FLAPS: usize = 20;

#[tokio::test]
async fn a_restarted_container_is_never_reached_at_its_old_port() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    bed.engine.serve("moved")?;
    answered(&bed.traefik, "moved.test", "moved").await?;
    let mut ports = BTreeSet::from([port(&bed.engine, "moved")?]);
    for round in 0..3 {
        bed.engine.docker(&["stop", "moved"])?;
        // From here on the old port is free.
        bed.traefik.answers("moved.test", 404).await?;
        bed.engine.serve(&format!("thief{round}"))?;
        bed.engine.docker(&["start", "moved"])?;
        answered(&bed.traefik, "moved.test", "moved").await?;
        ports.insert(port(&bed.engine, "moved")?);
    }
    // `restart`, so that the agent sees the end and the start at the same time.
    for _ in 0..3 {
        bed.engine.docker(&["restart", "moved"])?;
        let now = port(&bed.engine, "moved")?;
        soon("the hub knows the new port", async || {
            let servers = servers(&bed.hub.config().await?, "moved");
            ensure!(servers.len() == 1, "{servers:?}");
            ensure!(servers[0].ends_with(&format!(":{now}")), "{servers:?}");
            Ok(())
        })
        .await?;
        answered(&bed.traefik, "moved.test", "moved").await?;
        ports.insert(now);
    }
    ensure!(ports.len() > 3, "the ports did not move: {ports:?}");
    Ok(())
}

#[tokio::test]
async fn a_renamed_container_has_the_default_route_of_its_new_name() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    let flags = ["-p", "80", "-e", "NAME=it", "-l", "traefik.enable=true"];
    bed.engine.run("old", &flags)?;
    answered(&bed.traefik, "old", "it").await?;
    bed.engine.docker(&["rename", "old", "new"])?;
    answered(&bed.traefik, "new", "it").await?;
    bed.traefik.answers("old", 404).await?;
    Ok(())
}

#[tokio::test]
async fn a_container_is_routed_again_when_its_network_is_back() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    bed.engine.docker(&["network", "create", "other"])?;
    bed.engine.serve("roams")?;
    answered(&bed.traefik, "roams.test", "roams").await?;
    let network = |what: &str, name: &str| bed.engine.docker(&["network", what, name, "roams"]);
    network("disconnect", "bridge")?;
    bed.traefik.answers("roams.test", 404).await?;
    network("connect", "other")?;
    answered(&bed.traefik, "roams.test", "roams").await?;
    // In two networks, and then in the first alone.
    network("connect", "bridge")?;
    network("disconnect", "other")?;
    soon("it is reached where Docker says", async || {
        let now = port(&bed.engine, "roams")?;
        let servers = servers(&bed.hub.config().await?, "roams");
        ensure!(
            servers
                .iter()
                .all(|server| server.ends_with(&format!(":{now}"))),
            "{servers:?}, not {now}"
        );
        bed.traefik.ask("roams.test").await?.expect(200)
    })
    .await?;
    answered(&bed.traefik, "roams.test", "roams").await
}

#[tokio::test]
async fn fifty_containers_that_start_at_once_are_routed() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    let names: Vec<String> = (0..BURST).map(|number| format!("app{number}")).collect();
    bed.engine.serve_all(&names).await?;
    for name in &names {
        answered(&bed.traefik, &format!("{name}.test"), name).await?;
    }
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    bed.engine.docker(&[&["rm", "-f"][..], &all].concat())?;
    soon("all are gone", async || {
        let config = bed.hub.config().await?;
        ensure!(config["http"].is_null(), "{config}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_flapping_container_ends_in_its_real_state() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    bed.engine.serve("steady")?;
    bed.engine.serve("flaps")?;
    for _ in 0..FLAPS {
        bed.engine.docker(&["kill", "flaps"])?;
        bed.engine.docker(&["start", "flaps"])?;
    }
    soon("it is reached where it is now", async || {
        let now = port(&bed.engine, "flaps")?;
        let servers = servers(&bed.hub.config().await?, "flaps");
        ensure!(
            servers.len() == 1 && servers[0].ends_with(&format!(":{now}")),
            "{servers:?}"
        );
        Ok(())
    })
    .await?;
    answered(&bed.traefik, "flaps.test", "flaps").await?;
    bed.engine.docker(&["kill", "flaps"])?;
    for _ in 0..FLAPS {
        bed.engine.docker(&["start", "flaps"])?;
        bed.engine.docker(&["kill", "flaps"])?;
    }
    bed.traefik.answers("flaps.test", 404).await?;
    answered(&bed.traefik, "steady.test", "steady").await
}

#[tokio::test]
async fn routes_are_back_after_a_restart_of_the_engine() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    bed.engine.serve("once")?;
    let rule = "traefik.http.routers.always.rule=Host(`always.test`)";
    let flags = ["--restart", "always", "-p", "80", "-e", "NAME=always"];
    let labels = ["-l", "traefik.enable=true", "-l", rule];
    bed.engine.run("always", &[&flags[..], &labels].concat())?;
    answered(&bed.traefik, "once.test", "once").await?;
    answered(&bed.traefik, "always.test", "always").await?;

    bed.engine.stop().await?;
    // Its containers end with it, and it sends their events first.
    bed.traefik.answers("always.test", 404).await?;
    bed.engine.start_again().await?;
    answered(&bed.traefik, "always.test", "always").await?;
    assert_eq!(bed.traefik.ask("once.test").await?.status, 404);
    bed.engine.serve("later")?;
    answered(&bed.traefik, "later.test", "later").await
}

#[tokio::test]
async fn containers_that_outlive_their_engine_stay_routed() -> Result<()> {
    needs!(Docker, Traefik);
    let hub = Hub::without_grace().await?;
    let engine = Engine::with("worker", None, &["--live-restore"]).await?;
    let traefik = Traefik::start(&hub).await?;
    let agent = engine.agent(&hub)?;
    engine.serve("lives")?;
    answered(&traefik, "lives.test", "lives").await?;
    let before = hub.config().await?;

    engine.stop().await?;
    agent.process.line(&["its last routes are kept"]).await?;
    answered(&traefik, "lives.test", "lives").await?;
    assert_eq!(hub.config().await?, before);
    // Whether it ended meanwhile is known when the engine is back, and not before.
    engine.start_again().await?;
    engine.serve("later")?;
    answered(&traefik, "later.test", "later").await?;
    answered(&traefik, "lives.test", "lives").await?;
    assert_eq!(
        servers(&hub.config().await?, "lives"),
        servers(&before, "lives")
    );
    engine.docker(&["kill", "lives"])?;
    traefik.answers("lives.test", 404).await?;
    Ok(())
}

#[tokio::test]
async fn an_interface_may_appear_late_and_change_its_address() -> Result<()> {
    needs!(Docker, Traefik);
    let hub = Hub::without_grace().await?;
    let engine = Engine::start("worker").await?;
    let traefik = Traefik::start(&hub).await?;
    let server = format!("http://{}:{}", engine.machine.gateway, hub.port);
    let settings = [
        ("TETHERD_SERVER", server.as_str()),
        ("TETHERD_INTERFACE", "late0"),
        ("DOCKER_HOST", &engine.endpoint()),
    ];
    let _agent = Agent::on(Some(&engine.machine), &settings)?;
    engine.serve("late")?;
    hub.problem("no_address").await?;
    let on_host = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        engine.machine.ip(&arguments)
    };
    let [_, _, number, _] = engine.machine.address.octets();
    let near = format!("198.19.{number}.1/24");
    let cable = format!("tether{number}");
    ip(&["addr", "add", &near, "dev", &cable])?;

    on_host("link add late0 type bridge")?;
    let mut before = None;
    for last in [2, 3] {
        let address = format!("198.19.{number}.{last}");
        if let Some(before) = before.replace(address.clone()) {
            on_host(&format!("addr del {before}/32 dev late0"))?;
        }
        on_host(&format!("addr add {address}/32 dev late0"))?;
        on_host("link set late0 up")?;
        soon("the new address is told", async || {
            let servers = servers(&hub.config().await?, "late");
            ensure!(
                servers.iter().any(|server| server.contains(&address)),
                "{servers:?}"
            );
            Ok(())
        })
        .await?;
    }
    answered(&traefik, "late.test", "late").await
}

/// Waits until `host` is answered by `name`; somebody else's answer is an error at once.
async fn answered(traefik: &Traefik, host: &str, name: &str) -> Result<()> {
    let who = soon(&format!("an answer for {host}"), async || {
        let answer = traefik.ask(host).await?.expect(200)?;
        Ok(answer.text()?.trim().to_owned())
    })
    .await?;
    if who != name {
        bail!("`{who}` answers for {host} instead of {name}");
    }
    Ok(())
}

/// The number on the host that leads to a container's port 80.
fn port(engine: &Engine, name: &str) -> Result<u16> {
    let bindings = engine.docker(&["port", name, "80/tcp"])?;
    let number = bindings
        .lines()
        .find_map(|line| line.strip_prefix("0.0.0.0:"));
    Ok(number.with_context(|| bindings.clone())?.parse()?)
}

/// The servers of an HTTP service.
fn servers(config: &Value, service: &str) -> Vec<String> {
    let servers = &config["http"]["services"][service]["loadBalancer"]["servers"];
    let urls = servers.as_array().into_iter().flatten();
    urls.filter_map(|server| Some(server["url"].as_str()?.to_owned()))
        .collect()
}
