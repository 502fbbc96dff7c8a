//! Hosts as machines with cables to the gateway in; who notices when a cable goes silent, what
//! is served meanwhile, and how soon all is well again out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use docker_sim::{ContainerSpec, Publish};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness::{
    Agent, Binaries, Hub, Machine, Process, TOKEN, Traefik, eventually, get_with, needs, report,
    soon,
};

/// Both ends of a silent connection know by then.
const NOTICED: Duration = Duration::from_secs(16);

/// By then the servers that have a live sibling are gone, two seconds after the loss was noticed.
const WITHDRAWN: Duration = Duration::from_secs(3);

/// A cable is cut for so long that the agents have stopped to think of a restart: a quarter of a
/// minute until they notice, and a minute of quick tries.
const LONG: Duration = Duration::from_secs(78);

/// A mended cable makes all whole by then.
const WHOLE: Duration = Duration::from_secs(5);

/// The ports of the two servers on each host.
const OWN: &str = "8080";
const SHARED: &str = "8081";

/// A Docker host with an agent, and two servers: `NAME.test` is its own, `shared.test` is every
/// host's.
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

    /// How often its agent has said that it lost the hub.
    fn losses(&self) -> usize {
        let lines = self.agent.process.lines();
        lines
            .iter()
            .filter(|line| line.contains("trying again"))
            .count()
    }
}

/// A container whose published port is the host's server.
fn container(name: &str, port: &str) -> Result<ContainerSpec> {
    let rule = format!("traefik.http.routers.{name}.rule");
    Ok(ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .label(rule, format!("Host(`{name}.test`)"))
        .publish(Publish::tcp(80).at(port.parse()?)))
}

#[tokio::test]
async fn a_silent_cable_is_noticed_in_time_and_costs_only_what_nobody_else_serves() -> Result<()> {
    needs!(Machines, Traefik);
    let gateway = Machine::start("gateway", None, "", |_| Vec::new()).await?;
    let hub = Hub::on_with(&gateway, &[("TETHER_STARTUP_GRACE", "0s")]).await?;
    let provider = "http://127.0.0.1:3000/config?wait=3s";
    let settings = format!(
        "providers:\n  providersThrottleDuration: 100ms\n  http:\n    endpoint: '{provider}'\n    \
         pollInterval: 1s\n    headers:\n      Authorization: 'Bearer {TOKEN}'\n"
    );
    let traefik = Traefik::on(&gateway, &settings)?;
    let ask = async |name: &str| -> Result<String> {
        let host = format!("{name}.test");
        let url = format!("http://{}:80/", gateway.address);
        let answer = get_with(&url, &[("host", &host)]).await?.expect(200)?;
        Ok(answer.text()?.trim().to_owned())
    };

    // Two hosts, and then five; no address is set anywhere.
    let mut hosts = Vec::new();
    for names in [&["ann", "bob"][..], &["cyd", "dan", "eve"]] {
        for name in names {
            hosts.push(Host::start(name, &gateway).await?);
        }
        whole(&hub, &hosts.iter().collect::<Vec<_>>()).await?;
        for host in &hosts {
            let what = format!("{} answers for itself", host.name);
            soon(&what, async || {
                let answer = ask(host.name).await?;
                ensure!(answer == host.name, "{answer} answers");
                Ok(())
            })
            .await?;
        }
        let mut answered = BTreeSet::new();
        soon("each host answers for what is shared", async || {
            answered.insert(ask("shared").await?);
            ensure!(answered.len() == hosts.len(), "{answered:?}");
            Ok(())
        })
        .await?;
    }

    // Cut: both ways, towards the hub, towards the agent, and pulled out.
    let [ann, lost @ ..] = &hosts[..] else {
        anyhow::bail!("five hosts");
    };
    let before: Vec<usize> = lost.iter().map(Host::losses).collect();
    let [bob, cyd, dan, eve] = lost else {
        anyhow::bail!("five hosts");
    };
    let cut = Instant::now();
    gateway.block(bob.machine.address)?;
    bob.machine.block(bob.machine.gateway)?;
    gateway.block(cyd.machine.address)?;
    dan.machine.block(dan.machine.gateway)?;
    eve.machine.unplug()?;

    let mut noticed = BTreeMap::new();
    eventually(NOTICED + WHOLE, "all ends know", async || {
        let state = hub.state().await?;
        let agents = state["agents"].as_array().context("no agents")?;
        for (host, before) in lost.iter().zip(&before) {
            let is_held =
                |row: &serde_json::Value| row["name"] == host.name && row["state"] == "held";
            if agents.iter().any(is_held) {
                noticed
                    .entry((host.name, "the hub"))
                    .or_insert(cut.elapsed());
            }
            if host.losses() > *before {
                noticed
                    .entry((host.name, "its agent"))
                    .or_insert(cut.elapsed());
            }
        }
        ensure!(noticed.len() == 2 * lost.len(), "{noticed:?}");
        Ok(())
    })
    .await?;
    let last = noticed.values().max().context("nobody")?;
    report(&format!("links: all ends knew of the cut after {last:.1?}"))?;
    ensure!(*last <= NOTICED, "too late: {noticed:#?}");

    // The shared service is the remaining host's alone, and what nobody else serves is kept.
    eventually(WITHDRAWN, "one server is left", async || {
        let services = hub.config().await?["http"]["services"].clone();
        let servers = |name: &str| services[name]["loadBalancer"]["servers"].clone();
        let shared = servers("shared");
        ensure!(
            shared == serde_json::json!([{ "url": ann.url(SHARED) }]),
            "{shared}"
        );
        for host in lost {
            let own = servers(host.name);
            ensure!(
                own == serde_json::json!([{ "url": host.url(OWN) }]),
                "{own}"
            );
        }
        Ok(())
    })
    .await?;
    soon("Traefik asks the remaining host only", async || {
        for _ in 0..10 {
            ensure!(ask("shared").await? == "ann");
        }
        Ok(())
    })
    .await?;

    gateway.unblock(cyd.machine.address)?;
    eve.machine.plug_in()?;
    mended(&hub, &[ann, cyd, eve], cut).await?;

    eventually(LONG, "the cut is a long one", async || {
        let took = cut.elapsed();
        ensure!(took >= LONG, "{took:?}");
        Ok(())
    })
    .await?;
    gateway.unblock(bob.machine.address)?;
    bob.machine.unblock(bob.machine.gateway)?;
    dan.machine.unblock(dan.machine.gateway)?;
    mended(&hub, &[ann, bob, cyd, dan, eve], cut).await?;
    for host in &hosts {
        soon("each host answers again", async || {
            ensure!(ask(host.name).await? == host.name);
            Ok(())
        })
        .await?;
    }
    drop(traefik);
    Ok(())
}

/// Waits until just these hosts are whole, after a cut of which some are mended now.
async fn mended(hub: &Hub, hosts: &[&Host], cut: Instant) -> Result<()> {
    let (long, mended) = (cut.elapsed(), Instant::now());
    whole(hub, hosts).await?;
    let took = mended.elapsed();
    report(&format!(
        "links: whole {took:.1?} after cables that were cut for {long:.0?} were mended"
    ))?;
    ensure!(took <= WHOLE, "whole only after {took:?}");
    Ok(())
}

/// Waits until the agents of just these hosts are live and everything is served where it is.
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
