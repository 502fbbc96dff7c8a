//! An engine on another machine than its agent.

use anyhow::{Result, ensure};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness::{Agent, Engine, Hub, Traefik, needs};

/// The port of a daemon without TLS.
const PORT: u16 = 2375;

/// Forwards a port of this machine, as a tunnel does.
struct Tunnel {
    port: u16,
    _stop: DropGuard,
}

impl Tunnel {
    async fn to(address: String) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let forward = async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let address = address.clone();
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(address).await?;
                    copy_bidirectional(&mut near, &mut far).await
                });
            }
        };
        tokio::spawn(async move { stopped.run_until_cancelled(forward).await });
        Ok(Self {
            port,
            _stop: stop.drop_guard(),
        })
    }
}

/// An agent on this machine that has no address of its own to offer.
fn agent(hub: &Hub, engine: &str) -> Result<Agent> {
    Agent::start(&[
        ("TETHERD_SERVER", &hub.url("")),
        ("TETHERD_NAME", "near"),
        ("DOCKER_HOST", engine),
    ])
}

#[tokio::test]
async fn an_engine_on_another_machine_is_reached_there() -> Result<()> {
    needs!(Docker, Traefik);
    let flags = ["--host=tcp://0.0.0.0:2375", "--tls=false"];
    let engine = Engine::with("far", None, &flags).await?;
    engine.serve("app")?;
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let far = engine.machine.address;

    let near = agent(&hub, &format!("tcp://{far}:{PORT}"))?;
    let answer = traefik.answers("app.test", 200).await?;
    ensure!(answer.text()? == "app\n", "{answer:?}");
    drop(near);

    // Nobody knows where a tunnel leads.
    let hub = Hub::without_grace().await?;
    let traefik = Traefik::start(&hub).await?;
    let tunnel = Tunnel::to(format!("{far}:{PORT}")).await?;
    let address = format!("tcp://127.0.0.1:{}", tunnel.port);
    let near = agent(&hub, &address)?;
    let problem = hub.problem("no_address").await?;
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(message.contains(&format!("{address}#ADDRESS")), "{problem}");
    ensure!(problem["origin"]["container"] == "app", "{problem}");
    ensure!(traefik.ask("app.test").await?.status == 404);
    drop(near);

    let _near = agent(&hub, &format!("{address}#{far}"))?;
    traefik.answers("app.test", 200).await?;
    Ok(())
}
