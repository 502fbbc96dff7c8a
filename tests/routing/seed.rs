//! The set-up of the first announcement, word for word, up to an answer through Traefik.

use std::net::Ipv4Addr;

use anyhow::{Result, ensure};

use crate::harness::{Agent, Engine, Hub, Machine, TOKEN, Traefik, needs, soon};

/// The gateway's Traefik configuration, all of it.
const TRAEFIK: &str = "\
providers:
  http:
    endpoint: 'http://tether:3000/config'
    pollInterval: '5s'
    headers:
      Authorization: 'Bearer your-secret-password'
";

/// The app's label that names its host.
const LABEL: &str = "traefik.http.routers.my-app.rule=Host(`myapp.example.com`)";

#[tokio::test]
async fn the_first_set_up_works_word_for_word() -> Result<()> {
    needs!(Docker, Traefik);
    // Two machines with a cable between them. The gateway resolves the hub's name as in its compose
    // file, and its ports 80 and 3000 are free.
    let gateway = Machine::start("gateway", None, "127.0.0.1 tether\n", |_| Vec::new()).await?;
    assert_eq!(TOKEN, "your-secret-password");
    let hub = Hub::on(&gateway).await?;
    let traefik = Traefik::on(&gateway, TRAEFIK)?;

    let worker = Engine::connected_to("worker", Some(&gateway)).await?;
    let server = format!("http://{}:3000", worker.machine.gateway);
    // The default path of Docker's socket.
    let socket = "/var/run/docker.sock";
    worker.machine.link(&worker.socket(), socket)?;
    let agent = Agent::on(Some(&worker.machine), &[("TETHERD_SERVER", &server)])?;

    worker.docker(&["tag", "whoami", "nginx"])?;
    let labels = ["-l", "traefik.enable=true", "-l", LABEL];
    let run = [
        "run",
        "-d",
        "--stop-signal",
        "KILL",
        "--pull",
        "never",
        "--name",
        "my-app",
    ];
    worker.docker(
        &[
            &run[..],
            &["-p", "8080:80"],
            &labels,
            &["-e", "NAME=my-app", "nginx"],
        ]
        .concat(),
    )?;

    let answer = soon("Traefik answers for myapp.example.com", async || {
        let url = format!("http://{}:80/", gateway.address);
        crate::harness::get_with(&url, &[("host", "myapp.example.com")])
            .await?
            .expect(200)
    })
    .await?;
    assert_eq!(answer.text()?, "my-app\n");

    // The container's own address was replaced by the worker's.
    let route = hub.route("my-app").await?;
    let address = route["servers"][0]["address"].as_str().unwrap_or_default();
    let worker_address: Ipv4Addr = worker.machine.address;
    ensure!(
        address == format!("http://{worker_address}:8080"),
        "the server is {address}"
    );
    let row = hub
        .row("agents", "the worker", |row| row["name"] == "worker")
        .await?;
    ensure!(row["state"] == "live", "{row}");
    drop((agent, traefik));
    Ok(())
}
