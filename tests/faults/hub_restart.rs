//! The hub or an agent is killed, and no request is lost.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Hub, Load, TOKEN, TestBed, get, needs, soon};

/// The longest time from SIGTERM to the end of a program.
const END: Duration = Duration::from_secs(5);

/// The number of times that a program is killed.
const ROUNDS: usize = 5;

/// The number of answers in three seconds at the load's pace: longer than the servers of a lost
/// agent are kept if they have a sibling, and than Traefik's poll.
const A_WHILE: usize = 300;

/// Starts everything, and a steady load on one container.
async fn steady() -> Result<(TestBed, Load)> {
    let bed = TestBed::of(Hub::start().await?).await?;
    bed.engine.serve("steady")?;
    bed.traefik.answers("steady.test", 200).await?;
    let load = Load::start(bed.traefik.web, "steady.test");
    Ok((bed, load))
}

#[tokio::test]
async fn a_killed_hub_loses_no_request() -> Result<()> {
    needs!(Docker, Traefik);
    let (mut bed, mut load) = steady().await?;
    load.wait_for(50).await?;

    for round in 0..ROUNDS {
        bed.hub.process.kill()?;
        load.wait_for(if round == 0 { A_WHILE } else { 50 }).await?;
        bed.hub.start_again().await?;

        // The first configuration that a started hub serves already has the route.
        let first = soon("the hub is whole", async || {
            let answer = bed.hub.get("/config").await?.expect(200)?.json()?;
            Ok(answer)
        })
        .await?;
        let router = &first["http"]["routers"]["steady"];
        ensure!(
            router.is_object(),
            "the first configuration lacks the route: {first}"
        );

        // An answer for this one shows that Traefik has read the new hub.
        let news = format!("news{round}");
        bed.engine.serve(&news)?;
        bed.traefik.answers(&format!("{news}.test"), 200).await?;
    }
    load.wait_for(50).await?;
    let answered = load.finish().await?;
    ensure!(answered >= A_WHILE, "only {answered} requests");
    Ok(())
}

#[tokio::test]
async fn a_terminated_hub_ends_in_time_and_loses_no_request() -> Result<()> {
    needs!(Docker, Traefik);
    let (mut bed, mut load) = steady().await?;
    // A stream that would never end by itself, beside the agent's and Traefik's connections.
    let mut stream = TcpStream::connect(("127.0.0.1", bed.hub.port)).await?;
    let ask =
        format!("GET /api/events HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await?;
    let mut first = [0; 12];
    stream.read_exact(&mut first).await?;
    assert_eq!(&first, b"HTTP/1.1 200");

    bed.hub.process.terminate()?;
    let status = bed.hub.process.exited(END).await?;
    ensure!(status.success(), "the hub ended with {status}");
    bed.hub.start_again().await?;
    bed.engine.serve("news")?;
    bed.traefik.answers("news.test", 200).await?;
    load.wait_for(50).await?;
    load.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_killed_agent_loses_no_request() -> Result<()> {
    needs!(Docker, Traefik);
    let (mut bed, mut load) = steady().await?;
    load.wait_for(50).await?;

    for round in 0..ROUNDS {
        bed.agent.process.kill()?;
        bed.hub
            .row("agents", "the agent held", |row| row["state"] == "held")
            .await?;
        load.wait_for(if round == 0 { A_WHILE } else { 50 }).await?;
        let route = bed.hub.route("steady").await?;
        ensure!(route["state"] == "held", "{route}");

        bed.agent.start_again()?;
        bed.hub
            .row("agents", "the agent live", |row| row["state"] == "live")
            .await?;
        let news = format!("news{round}");
        bed.engine.serve(&news)?;
        bed.traefik.answers(&format!("{news}.test"), 200).await?;
    }
    load.wait_for(50).await?;
    load.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_terminated_agent_leaves_its_routes_in_place() -> Result<()> {
    needs!(Docker, Traefik);
    let (mut bed, mut load) = steady().await?;

    bed.agent.process.terminate()?;
    let status = bed.agent.process.exited(END).await?;
    ensure!(status.success(), "the agent ended with {status}");
    bed.hub
        .row("agents", "the agent held", |row| row["state"] == "held")
        .await?;
    load.wait_for(A_WHILE).await?;
    load.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_hub_without_agents_answers_503() -> Result<()> {
    let hub = Hub::start().await?;
    assert_eq!(hub.get("/config").await?.status, 503);
    assert_eq!(get(&hub.url("/readyz")).await?.status, 503);
    assert_eq!(get(&hub.url("/healthz")).await?.status, 200);
    let state = hub.state().await?;
    assert_eq!(state["hub"]["ready"], false);
    let agents = state["agents"]
        .as_array()
        .context("no agents in the state")?;
    assert!(agents.is_empty(), "{agents:?}");
    Ok(())
}

#[tokio::test]
async fn a_load_without_answers_fails() -> Result<()> {
    let load = Load::start(crate::harness::free_port()?, "nobody.test");
    let error = load
        .finish()
        .await
        .err()
        .context("nobody was there to answer")?;
    ensure!(error.to_string().contains("failed"), "{error:#}");
    Ok(())
}
