//! Requests of Traefik and of orchestrators, and the hub's answers.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{
    CountingProxy, Hub, SimulatedHost, TOKEN, Traefik, get, get_with, needs, soon, web,
};

#[tokio::test]
async fn json_and_yaml_have_the_same_content() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [web("a1"), web("b1")]).await?;
    hub.route("b1").await?;
    let json = hub.get("/config").await?.expect(200)?;
    let yaml = hub.get("/config?format=yaml").await?.expect(200)?;
    let read: Value = serde_yaml_ng::from_str(yaml.text()?)?;
    assert_eq!(json.json()?, read);
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert_eq!(yaml.header("content-type"), Some("application/yaml"));
    ensure!(
        json.header("etag") != yaml.header("etag"),
        "two bodies have one ETag"
    );
    let rule = &read["http"]["routers"]["a1"]["rule"];
    assert_eq!(rule, "Host(`a1.test`)");
    Ok(())
}

#[tokio::test]
async fn an_etag_spares_the_body_until_something_changes() -> Result<()> {
    let hub = Hub::without_grace().await?;
    let (engine, _host) = SimulatedHost::start(&hub, "one", [web("a1")]).await?;
    hub.route("a1").await?;
    let first = hub.get("/config").await?.expect(200)?;
    let tag = first.header("etag").context("no ETag")?.to_owned();
    let bearer = format!("Bearer {TOKEN}");
    let again = async || {
        let headers = [
            ("authorization", bearer.as_str()),
            ("if-none-match", tag.as_str()),
        ];
        get_with(&hub.url("/config"), &headers).await
    };
    let same = again().await?.expect(304)?;
    ensure!(same.body.is_empty(), "304 with a body: {:?}", same.body);

    engine.run(web("b1")).await?;
    let other = soon("a new version", async || again().await?.expect(200)).await?;
    ensure!(
        other.header("etag") != Some(&tag),
        "another body, the same ETag"
    );
    Ok(())
}

#[tokio::test]
async fn the_bytes_do_not_depend_on_restarts_or_the_order_of_agents() -> Result<()> {
    let mut hub = Hub::start().await?;
    let (_one, mut first) = SimulatedHost::start(&hub, "one", [web("a1"), web("both")]).await?;
    let (_two, mut second) = SimulatedHost::start(&hub, "two", [web("b1"), web("both")]).await?;
    let whole = async |hub: &Hub| {
        soon("both hosts' routes", async || {
            let config = hub.get("/config").await?.expect(200)?;
            let routers = config.json()?["http"]["routers"].clone();
            ensure!(
                routers["a1"].is_object() && routers["b1"].is_object(),
                "{routers}"
            );
            let servers =
                config.json()?["http"]["services"]["both"]["loadBalancer"]["servers"].clone();
            ensure!(
                servers.as_array().is_some_and(|list| list.len() == 2),
                "servers {servers}"
            );
            Ok(config)
        })
        .await
    };
    let before = whole(&hub).await?;

    // The agents again, the later one first.
    for host in [&mut second, &mut first] {
        host.agent.process.kill()?;
        host.agent.start_again()?;
    }
    hub.row("agents", "one live", |row| {
        row["name"] == "one" && row["state"] == "live"
    })
    .await?;
    let after = whole(&hub).await?;
    assert_eq!(before.body, after.body);
    assert_eq!(before.header("etag"), after.header("etag"));

    // And a hub that starts anew.
    hub.process.kill()?;
    hub.start_again().await?;
    let anew = soon("the hub is whole", async || {
        hub.get("/config").await?.expect(200)
    })
    .await?;
    assert_eq!(before.body, anew.body);
    assert_eq!(before.header("etag"), anew.header("etag"));
    Ok(())
}

#[tokio::test]
async fn every_path_requires_the_token() -> Result<()> {
    let hub = Hub::start().await?;
    for path in ["/config", "/api/state", "/api/events", "/api/ws"] {
        let url = hub.url(path);
        assert_eq!(get(&url).await?.status, 401, "{path} without a token");
        let wrong = [("authorization", "Bearer your-secret-passwore")];
        let answer = get_with(&url, &wrong).await?.expect(401)?;
        ensure!(!answer.text()?.contains("passwor"), "{path} says the token");
        let query = format!("{url}?token={TOKEN}");
        assert_eq!(
            get(&query).await?.status,
            401,
            "{path} with the token in its address"
        );
    }
    Ok(())
}

#[tokio::test]
async fn each_token_opens_only_its_own_paths() -> Result<()> {
    let hub = Hub::with(&[
        ("TETHER_TOKEN", ""),
        ("TETHER_AGENT_TOKEN", "agent-secret"),
        ("TETHER_READ_TOKEN", "read-secret"),
        ("TETHER_WEB_TOKEN", "web-secret"),
    ])
    .await?;
    let powers = [
        ("/config", "read-secret"),
        ("/api/state", "web-secret"),
        ("/api/ws", "agent-secret"),
    ];
    for (path, own) in powers {
        for (_, secret) in powers {
            let bearer = format!("Bearer {secret}");
            let answer = get_with(&hub.url(path), &[("authorization", &bearer)]).await?;
            let open = answer.status != 401;
            ensure!(
                open == (secret == own),
                "{path} with {secret}: {}",
                answer.status
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn readyz_answers_200_once_all_routes_are_there() -> Result<()> {
    let hub = Hub::without_grace().await?;
    assert_eq!(get(&hub.url("/healthz")).await?.status, 200);
    assert_eq!(get(&hub.url("/readyz")).await?.status, 503);
    let (_engine, _host) = SimulatedHost::start(&hub, "one", [web("a1")]).await?;
    soon("the hub is ready", async || {
        get(&hub.url("/readyz")).await?.expect(200)
    })
    .await?;
    // From the moment it is ready, nothing is missing.
    let config = hub.config().await?;
    ensure!(
        config["http"]["routers"]["a1"].is_object(),
        "ready without the route: {config}"
    );
    Ok(())
}

#[tokio::test]
async fn traefik_polls_on_one_connection_and_gets_changes_at_once() -> Result<()> {
    needs!(Traefik);
    let hub = Hub::without_grace().await?;
    let proxy = CountingProxy::start(hub.port).await?;
    let (engine, _host) = SimulatedHost::start(&hub, "one", [web("a1")]).await?;
    hub.route("a1").await?;
    let traefik = Traefik::polling(proxy.port, "/config?wait=3s", "1s").await?;
    traefik.answers("a1.test", 200).await?;
    for name in ["b1", "c1"] {
        let before = proxy.held_request().await?;
        engine.run(web(name)).await?;
        traefik.answers(&format!("{name}.test"), 200).await?;
        let after = proxy.seen();
        ensure!(
            after.answers > before.answers,
            "the news came with no answer: {after:?}"
        );
    }
    let seen = proxy.seen();
    assert_eq!(seen.connections, 1, "the hub tells pollers apart by it");
    Ok(())
}

#[tokio::test]
async fn clients_that_disconnect_while_held_leave_no_connection_open() -> Result<()> {
    const CLIENTS: usize = 200;
    /// More than a hub needs for itself.
    const FEW: usize = 30;
    let hub = Hub::with(&[("TETHER_STARTUP_WAIT", "0s")]).await?;
    hub.get("/config").await?.expect(200)?;
    let open = || -> Result<usize> {
        let folder = format!("/proc/{}/fd", hub.process.id());
        Ok(std::fs::read_dir(folder)?.count())
    };
    let ask = format!(
        "GET /config?wait=4s HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    let mut held = Vec::new();
    for _ in 0..CLIENTS {
        let mut socket = TcpStream::connect(("127.0.0.1", hub.port)).await?;
        // The second one is held.
        socket.write_all(ask.repeat(2).as_bytes()).await?;
        let mut first = [0; 12];
        socket.read_exact(&mut first).await?;
        assert_eq!(&first, b"HTTP/1.1 200");
        held.push(socket);
    }
    ensure!(open()? >= CLIENTS, "{} descriptors", open()?);
    drop(held);
    soon("all descriptors are free", async || {
        let now = open()?;
        ensure!(now < FEW, "{now} descriptors");
        Ok(())
    })
    .await
}
