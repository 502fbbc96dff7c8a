//! Links between hosts and the gateway go silent: both ends notice in time, shared services keep
//! working, and everything recovers soon after the link is back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use docker_sim::{ContainerSpec, Publish};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness::{
    Agent, Binaries, Hub, Machine, Process, TOKEN, Traefik, eventually, get_with, needs, report,
    soon,
};

/// The longest time until both ends notice that a connection is silent.
const NOTICED: Duration = Duration::from_secs(16);

/// The longest time from there until servers with a live sibling are withdrawn, which takes the hub
/// two seconds.
const WITHDRAWN: Duration = Duration::from_secs(3);

/// The length of a cut after which the agents no longer expect a restart of the hub: they notice
/// after a quarter of a minute, and then retry quickly for a minute.
const LONG: Duration = Duration::from_secs(78);

/// The longest time from the end of a cut until everything is served again.
const WHOLE: Duration = Duration::from_secs(5);

/// The ports of the two servers on each host.
const OWN: &str = "8080";
const SHARED: &str = "8081";

/// A Docker host with an agent and two servers: its own for `NAME.test`, and one for `shared.test`,
/// which every host has.
struct Host {
    name: &'static str,
    agent: Agent,
    _servers: [Process; 2],
    _engine: DropGuard,
    machine: Machine,
}

impl Host {
    async fn start(name: &'static str, gateway: &Machine) -> Result<Self> {
        let machine = Machine::start(name, Some(gateway), "", |_| Vec::new()).await?;
        let socket = machine.folder.path().join("docker.sock");
        let (engine, stop) = (docker_sim::Engine::new(name), CancellationToken::new());
        engine.serve_unix(&socket, stop.clone())?;
        engine.run(container(name, OWN)?).await?;
        engine.run(container("shared", SHARED)?).await?;
        let serve = |port| {
            let mut program = machine.command(Binaries::whoami()?);
            program.env("NAME", name).env("PORT", port);
            Process::start(name, &mut program)
        };
        let servers = [serve(OWN)?, serve(SHARED)?];
        let server = format!("http://{}:3000", machine.gateway);
        let endpoint = format!("unix://{}", socket.display());
        let settings = [("TETHERD_SERVER", &server), ("DOCKER_HOST", &endpoint)];
        let agent = Agent::on(
            Some(&machine),
            &settings.map(|(name, text)| (name, text.as_str())),
        )?;
        Ok(Self {
            name,
            agent,
            _servers: servers,
            _engine: stop.drop_guard(),
            machine,
        })
    }

    /// The URL of one of its servers.
    fn url(&self, port: &str) -> String {
        format!("http://{}:{port}", self.machine.address)
    }

    /// The number of times that its agent has logged the loss of the hub.
    fn losses(&self) -> usize {
        let lines = self.agent.process.lines();
        lines
            .iter()
            .filter(|line| line.contains("trying again"))
            .count()
    }
}

/// A container whose published port is that of the host's server.
fn container(name: &str, port: &str) -> Result<ContainerSpec> {
    let rule = format!("traefik.http.routers.{name}.rule");
    Ok(ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(rule, format!("Host(`{name}.test`)"))
        .publish(Publish::tcp(80).at(port.parse()?)))
}

/// The machine with the public address: Traefik, which reads the hub beside it.
struct Gateway {
    _traefik: Process,
    hub: Hub,
    machine: Machine,
}

impl Gateway {
    async fn start() -> Result<Self> {
        let machine = Machine::start("gateway", None, "", |_| Vec::new()).await?;
        let hub = Hub::on_with(&machine, &[("TETHER_STARTUP_GRACE", "0s")]).await?;
        let provider = "http://127.0.0.1:3000/config?wait=3s";
        let settings = format!(
            "providers:\n  providersThrottleDuration: 100ms\n  http:\n    \
             endpoint: '{provider}'\n    pollInterval: 1s\n    headers:\n      \
             Authorization: 'Bearer {TOKEN}'\n"
        );
        let traefik = Traefik::on(&machine, &settings)?;
        Ok(Self {
            _traefik: traefik,
            hub,
            machine,
        })
    }

    /// The name of the host that answers for `NAME.test` through Traefik.
    async fn ask(&self, name: &str) -> Result<String> {
        let host = format!("{name}.test");
        let url = format!("http://{}:80/", self.machine.address);
        let answer = get_with(&url, &[("host", &host)]).await?.expect(200)?;
        Ok(answer.text()?.trim().to_owned())
    }
}

#[tokio::test]
async fn a_silent_link_is_noticed_in_time_and_leaves_shared_services_working() -> Result<()> {
    needs!(Machines, Traefik);
    let gateway = Gateway::start().await?;
    // Two hosts, and then five; no address is set anywhere.
    let mut hosts = Vec::new();
    for names in [&["ann", "bob"][..], &["cyd", "dan", "eve"]] {
        for name in names {
            hosts.push(Host::start(name, &gateway.machine).await?);
        }
        every_host_answers(&gateway, &hosts).await?;
    }
    let [ann, bob, cyd, dan, eve] = &hosts[..] else {
        anyhow::bail!("five hosts");
    };
    let (hub, lost) = (&gateway.hub, [bob, cyd, dan, eve]);
    let losses = lost.map(Host::losses);

    // Both ways, towards the hub, towards the agent, and pulled out.
    let cut = Instant::now();
    gateway.machine.block(bob.machine.address)?;
    bob.machine.block(bob.machine.gateway)?;
    gateway.machine.block(cyd.machine.address)?;
    dan.machine.block(dan.machine.gateway)?;
    eve.machine.unplug()?;
    both_ends_notice(hub, &lost, losses, cut).await?;
    only_the_shared_servers_are_withdrawn(&gateway, ann, &lost).await?;

    gateway.machine.unblock(cyd.machine.address)?;
    eve.machine.plug_in()?;
    mended(hub, &[ann, cyd, eve], cut).await?;

    eventually(LONG, "the cut is a long one", async || {
        let took = cut.elapsed();
        ensure!(took >= LONG, "{took:?}");
        Ok(())
    })
    .await?;
    gateway.machine.unblock(bob.machine.address)?;
    bob.machine.unblock(bob.machine.gateway)?;
    dan.machine.unblock(dan.machine.gateway)?;
    mended(hub, &[ann, bob, cyd, dan, eve], cut).await?;
    each_answers_for_itself(&gateway, &hosts).await
}

/// Waits until all hosts are served, each for itself and all for the shared service.
async fn every_host_answers(gateway: &Gateway, hosts: &[Host]) -> Result<()> {
    whole(&gateway.hub, &hosts.iter().collect::<Vec<_>>()).await?;
    each_answers_for_itself(gateway, hosts).await?;
    let mut answered = BTreeSet::new();
    soon("each host answers for the shared service", async || {
        answered.insert(gateway.ask("shared").await?);
        ensure!(answered.len() == hosts.len(), "{answered:?}");
        Ok(())
    })
    .await
}

async fn each_answers_for_itself(gateway: &Gateway, hosts: &[Host]) -> Result<()> {
    for host in hosts {
        let what = format!("{} answers for itself", host.name);
        soon(&what, async || {
            let answer = gateway.ask(host.name).await?;
            ensure!(answer == host.name, "{answer} answers");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Waits until the hub holds the lost agents, and each of these has reported more losses than
/// before the cut.
async fn both_ends_notice(
    hub: &Hub,
    lost: &[&Host; 4],
    losses: [usize; 4],
    cut: Instant,
) -> Result<()> {
    let mut noticed = BTreeMap::new();
    eventually(NOTICED + WHOLE, "both ends notice", async || {
        let state = hub.state().await?;
        let agents = state["agents"].as_array().context("no agents")?;
        for (host, losses) in lost.iter().zip(losses) {
            let is_held = |row: &Value| row["name"] == host.name && row["state"] == "held";
            let ends = [
                ("the hub", agents.iter().any(is_held)),
                ("its agent", host.losses() > losses),
            ];
            for (end, _) in ends.into_iter().filter(|(_, has_noticed)| *has_noticed) {
                noticed
                    .entry((host.name, end))
                    .or_insert_with(|| cut.elapsed());
            }
        }
        ensure!(noticed.len() == 2 * lost.len(), "{noticed:?}");
        Ok(())
    })
    .await?;
    let last = noticed.values().max().context("no host")?;
    report(&format!(
        "links: both ends noticed the cuts after {last:.1?}"
    ))?;
    ensure!(*last <= NOTICED, "too late: {noticed:#?}");
    Ok(())
}

/// Waits until the shared service has the remaining host's server only. The services that no other
/// host has keep theirs.
async fn only_the_shared_servers_are_withdrawn(
    gateway: &Gateway,
    remaining: &Host,
    lost: &[&Host],
) -> Result<()> {
    eventually(WITHDRAWN, "one server is left", async || {
        let services = gateway.hub.config().await?["http"]["services"].clone();
        let servers = |name: &str| services[name]["loadBalancer"]["servers"].clone();
        let shared = servers("shared");
        ensure!(
            shared == json!([{ "url": remaining.url(SHARED) }]),
            "{shared}"
        );
        for host in lost {
            let own = servers(host.name);
            ensure!(own == json!([{ "url": host.url(OWN) }]), "{own}");
        }
        Ok(())
    })
    .await?;
    soon("Traefik uses the remaining host only", async || {
        for _ in 0..10 {
            ensure!(gateway.ask("shared").await? == remaining.name);
        }
        Ok(())
    })
    .await
}

/// Waits until just these hosts are served, now that some cuts are over.
async fn mended(hub: &Hub, hosts: &[&Host], cut: Instant) -> Result<()> {
    let (long, mended) = (cut.elapsed(), Instant::now());
    whole(hub, hosts).await?;
    let took = mended.elapsed();
    report(&format!(
        "links: served again {took:.1?} after cuts of {long:.0?}"
    ))?;
    ensure!(took <= WHOLE, "served only after {took:?}");
    Ok(())
}

/// Waits until the agents of just these hosts are live and all their servers are served.
async fn whole(hub: &Hub, hosts: &[&Host]) -> Result<()> {
    soon("all hosts are served", async || {
        let state = hub.state().await?;
        let agents = state["agents"].as_array().context("no agents")?;
        let live = agents.iter().filter(|row| row["state"] == "live").count();
        ensure!(live == hosts.len(), "{agents:#?}");
        let services = hub.config().await?["http"]["services"].clone();
        let servers = |name: &str| -> BTreeSet<String> {
            let servers = services[name]["loadBalancer"]["servers"].as_array();
            let urls = servers
                .into_iter()
                .flatten()
                .filter_map(|server| server["url"].as_str());
            urls.map(str::to_owned).collect()
        };
        let shared: BTreeSet<String> = hosts.iter().map(|host| host.url(SHARED)).collect();
        ensure!(servers("shared") == shared, "{services:#}");
        for host in hosts {
            ensure!(servers(host.name) == [host.url(OWN)].into(), "{services:#}");
        }
        Ok(())
    })
    .await
}
