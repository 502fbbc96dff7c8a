//! Routes of the services of real swarms: of one node that joins and leaves, and of three managers
//! whose leader is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::harness::{
    Agent, Binaries, Engine, Hub, IMAGE, Load, Machine, TestBed, Traefik, eventually, get_with,
    needs, soon,
};

/// The longest time until managers have elected a leader and know which nodes are up.
const ELECTED: Duration = Duration::from_secs(90);

/// Creates a service. No registry has its image.
const CREATE: [&str; 5] = ["service", "create", "-d", "-q", "--no-resolve-image"];

/// Changes a service.
const UPDATE: [&str; 5] = ["service", "update", "-d", "-q", "--no-resolve-image"];

/// Publishes each task at a port of its own node.
const IN_HOST_MODE: [&str; 2] = ["-p", "mode=host,target=80"];

/// `docker service create` of a service for the host name `NAME.test`.
fn create(engine: &Engine, name: &str, flags: &[&str]) -> Result<()> {
    let rule = format!("traefik.http.routers.{name}.rule=Host(`{name}.test`)");
    let labels = ["--name", name, "-l", "traefik.enable=true", "-l", &rule];
    let arguments = [&CREATE[..], &labels, flags, &[IMAGE]].concat();
    engine.docker(&arguments).map(drop)
}

/// The output of `tetherd explain` for this host.
fn explain(engine: &Engine) -> Result<String> {
    let mut program = engine.machine.command(&Binaries::get()?.tetherd);
    program.env("DOCKER_HOST", engine.endpoint());
    let output = program.args(["explain"]).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// The URLs of a service's servers in the configuration for Traefik.
fn servers(config: &Value, service: &str) -> BTreeSet<String> {
    let servers = config["http"]["services"][service]["loadBalancer"]["servers"].as_array();
    let urls = servers.into_iter().flatten();
    urls.map(|server| server["url"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn swarm_services_are_routed_until_the_node_leaves_the_swarm() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    let (engine, hub) = (&bed.engine, &bed.hub);
    let address = engine.machine.address.to_string();
    engine.docker(&["swarm", "init", "--advertise-addr", &address])?;

    let first = tasks_in_host_mode_are_routed(&bed).await?;
    a_port_of_the_whole_swarm_is_routed(&bed).await?;
    an_update_loses_no_request(&bed, &first).await?;
    a_task_that_cannot_run_is_explained(engine).await?;

    engine.docker(&["service", "rm", "mesh"])?;
    soon("the removed service is gone", async || {
        let config = hub.config().await?;
        ensure!(servers(&config, "mesh").is_empty() && servers(&config, "own").len() == 2);
        Ok(())
    })
    .await?;
    engine.docker(&["swarm", "leave", "--force"])?;
    bed.traefik.answers("own.test", 404).await?;
    Ok(())
}

/// Creates the service `own`, whose tasks have ports that no label names; returns its servers.
async fn tasks_in_host_mode_are_routed(bed: &TestBed) -> Result<BTreeSet<String>> {
    let flags = [&IN_HOST_MODE[..], &["--replicas", "2"]].concat();
    create(&bed.engine, "own", &flags)?;
    let first = soon("both tasks are servers", async || {
        let servers = servers(&bed.hub.config().await?, "own");
        ensure!(servers.len() == 2, "{servers:?}");
        Ok(servers)
    })
    .await?;
    let node = format!("http://{}:", bed.engine.machine.address);
    ensure!(first.iter().all(|url| url.starts_with(&node)), "{first:?}");
    bed.traefik.answers("own.test", 200).await?;
    Ok(first)
}

/// Creates the service `mesh` with labels of Traefik's own provider for swarms.
async fn a_port_of_the_whole_swarm_is_routed(bed: &TestBed) -> Result<()> {
    let flags = [
        ["-p", "8085:80"],
        ["-l", "traefik.swarm.lbswarm=true"],
        ["-l", "traefik.http.routers.mesh.middlewares=secure@swarm"],
        [
            "-l",
            "traefik.http.middlewares.secure.headers.framedeny=true",
        ],
    ];
    create(&bed.engine, "mesh", &flags.concat())?;
    let expected = format!("http://{}:8085", bed.engine.machine.address);
    let config = soon("the port of the swarm is the server", async || {
        let config = bed.hub.config().await?;
        let servers = servers(&config, "mesh");
        ensure!(servers == [expected.clone()].into(), "{servers:?}");
        Ok(config)
    })
    .await?;
    let middleware = &config["http"]["routers"]["mesh"]["middlewares"][0];
    ensure!(middleware == "secure", "{middleware}");
    Ok(())
}

/// Replaces the tasks of `own` one after the other, under load.
async fn an_update_loses_no_request(bed: &TestBed, first: &BTreeSet<String>) -> Result<()> {
    let load = Load::start(bed.traefik.web, "own.test");
    let order = ["--update-order", "start-first"];
    let flags = ["--force", "--stop-grace-period", "1s"];
    let update = [&UPDATE[..], &order, &flags, &["own"]].concat();
    bed.engine.docker(&update)?;
    soon("both tasks are replaced", async || {
        let now = servers(&bed.hub.config().await?, "own");
        ensure!(now.len() == 2 && now.is_disjoint(first), "{now:?}");
        Ok(())
    })
    .await?;
    load.finish().await.map(drop)
}

/// Creates a service for which no node is suitable.
async fn a_task_that_cannot_run_is_explained(engine: &Engine) -> Result<()> {
    let constraint = ["--constraint", "node.labels.no==one"];
    create(engine, "waits", &[&IN_HOST_MODE[..], &constraint].concat())?;
    soon("the waiting task is explained", async || {
        let page = explain(engine)?;
        ensure!(page.contains("does not run it: no suitable node"), "{page}");
        Ok(())
    })
    .await
}

/// A manager of a swarm with its agent, which ends before its engine.
struct Manager {
    _agent: Agent,
    engine: Engine,
}

impl Manager {
    /// Starts a node that founds a swarm, or joins that of `first`.
    async fn start(name: &str, gateway: &Machine, first: Option<&Self>) -> Result<Self> {
        let engine = Engine::connected_to(name, Some(gateway)).await?;
        let own = engine.machine.address.to_string();
        let advertised = ["--advertise-addr", &own];
        match first {
            None => engine.docker(&[&["swarm", "init"][..], &advertised].concat())?,
            Some(Self { engine: first, .. }) => {
                let token = first.docker(&["swarm", "join-token", "-q", "manager"])?;
                let there = format!("{}:2377", first.machine.address);
                let join = ["swarm", "join", "--token", &token, &there];
                engine.docker(&[&join[..], &advertised].concat())?
            }
        };
        let server = format!("http://{}:3000", engine.machine.gateway);
        let agent = engine.agent_with(&[
            ("TETHERD_SERVER", &server),
            ("DOCKER_HOST", &engine.endpoint()),
        ])?;
        Ok(Self {
            _agent: agent,
            engine,
        })
    }
}

#[tokio::test]
async fn the_leader_of_three_managers_is_used() -> Result<()> {
    needs!(Docker, Machines, Traefik);
    let gateway = Machine::start("gateway", None, "", |_| Vec::new()).await?;
    // The managers talk to each other through it.
    let forward = ["-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"];
    let done = gateway.command("sh").args(forward).status()?;
    ensure!(done.success(), "the gateway does not forward");
    let hub = Hub::on(&gateway).await?;
    let provider = Traefik::provider("http://127.0.0.1:3000/config?wait=3s", "1s");
    let settings = serde_json::json!({ "providers": provider }).to_string();
    let _traefik = Traefik::on(&gateway, &settings)?;
    let mut managers: Vec<Manager> = Vec::new();
    for name in ["ann", "bob", "cyd"] {
        managers.push(Manager::start(name, &gateway, managers.first()).await?);
    }

    each_node_serves_its_task(&hub, &gateway, &managers).await?;
    another_manager_takes_over(&hub, &managers).await
}

/// Creates the service `each`, with one task on each node.
async fn each_node_serves_its_task(
    hub: &Hub,
    gateway: &Machine,
    managers: &[Manager],
) -> Result<()> {
    let flags = ["--mode", "global", "-e", "NAME={{.Node.Hostname}}"];
    let flags = [&IN_HOST_MODE[..], &flags].concat();
    create(&managers[2].engine, "each", &flags)?;
    let nodes = addresses(managers);
    soon("each node has its task", async || {
        let config = hub.config().await?;
        ensure!(task_addresses(&config)? == nodes, "{config}");
        ensure!(servers(&config, "each").len() == nodes.len(), "{config}");
        Ok(())
    })
    .await?;
    let mut answered = BTreeSet::new();
    soon("each node answers", async || {
        let url = format!("http://{}:80/", gateway.address);
        let answer = get_with(&url, &[("host", "each.test")])
            .await?
            .expect(200)?;
        answered.insert(answer.text()?.trim().to_owned());
        ensure!(answered.len() == managers.len(), "{answered:?}");
        Ok(())
    })
    .await
}

/// Stops the leader's engine and with it its task. Its agent keeps running, with old knowledge.
async fn another_manager_takes_over(hub: &Hub, managers: &[Manager]) -> Result<()> {
    let (lost, others) = managers.split_first().context("three managers")?;
    lost.engine.stop().await?;
    tasks_are_on(hub, others).await?;
    let rule = "traefik.http.routers.each.rule=Host(`moved.test`)";
    eventually(ELECTED, "another manager leads", async || {
        let flags = ["--label-add", rule, "each"];
        let update = [&UPDATE[..], &flags].concat();
        others[0].engine.docker(&update)
    })
    .await?;
    soon("the new leader's change is served", async || {
        let config = hub.config().await?;
        let rule = &config["http"]["routers"]["each"]["rule"];
        ensure!(rule == "Host(`moved.test`)", "{config}");
        Ok(())
    })
    .await?;
    lost.engine.start_again().await?;
    tasks_are_on(hub, managers).await
}

/// Waits until just these nodes have a task of `each`.
async fn tasks_are_on(hub: &Hub, managers: &[Manager]) -> Result<()> {
    let nodes = addresses(managers);
    eventually(ELECTED, &format!("tasks on {nodes:?}"), async || {
        let config = hub.config().await?;
        ensure!(task_addresses(&config)? == nodes, "{config}");
        Ok(())
    })
    .await
}

fn addresses(managers: &[Manager]) -> BTreeSet<Ipv4Addr> {
    let machines = managers.iter().map(|manager| &manager.engine.machine);
    machines.map(|machine| machine.address).collect()
}

/// The addresses of the servers of `each`.
fn task_addresses(config: &Value) -> Result<BTreeSet<Ipv4Addr>> {
    let hosts = servers(config, "each").into_iter().map(|url| {
        let authority = url.strip_prefix("http://").context("an URL")?;
        let (host, _) = authority.split_once(':').context("a port")?;
        Ok(host.parse()?)
    });
    hosts.collect()
}

/// Services in the forms that people write, each by its flags.
const FORMS: [&[&str]; 5] = [
    &["--name", "plain", "--replicas", "2"],
    &[
        "--name",
        "every",
        "--mode",
        "global",
        "-l",
        "traefik.http.routers.r1.middlewares=m@swarm",
        "-l",
        "traefik.http.middlewares.m.headers.framedeny=true",
        "-l",
        "traefik.http.routers.r1.rule=Host(`a`)",
    ],
    &[
        "--name",
        "composed",
        "-l",
        "com.docker.compose.project=pro",
        "-l",
        "com.docker.compose.service=ser",
    ],
    &[
        "--name",
        "stk_web",
        "-l",
        "com.docker.stack.namespace=stk",
        "-l",
        "traefik.swarm.network=net",
    ],
    &[
        "--name",
        "stream",
        "-l",
        "traefik.tcp.routers.t.rule=HostSNI(`*`)",
        "-l",
        "traefik.tcp.services.t.loadbalancer.server.port=80",
    ],
];

#[tokio::test]
async fn traefiks_own_swarm_provider_makes_the_same_elements() -> Result<()> {
    needs!(Docker, Traefik);
    let hub = Hub::without_grace().await?;
    let engine = Engine::start("manager").await?;
    let address = engine.machine.address.to_string();
    engine.docker(&["swarm", "init", "--advertise-addr", &address])?;
    // Traefik's own provider passes over what is in no network of the swarm.
    engine.docker(&["network", "create", "-d", "overlay", "net"])?;
    let port = "traefik.http.services.own.loadbalancer.server.port=80";
    for (number, form) in FORMS.iter().enumerate() {
        let port = port.replace("own", &format!("own{number}"));
        let stream = form.contains(&"stream");
        let port: &[&str] = if stream { &[] } else { &["-l", &port] };
        let common = ["--network", "net", "-l", "traefik.enable=true"];
        let flags = [&CREATE[..], &common, &IN_HOST_MODE, form, port, &[IMAGE]].concat();
        engine.docker(&flags)?;
    }
    let _agent = engine.agent(&hub)?;
    let provider = serde_json::json!({
        "endpoint": engine.endpoint(),
        "exposedByDefault": false,
        "refreshSeconds": 1,
    });
    let theirs = Traefik::with(serde_json::json!({ "providers": { "swarm": provider } })).await?;
    soon("both say the same", async || {
        let raw = theirs.rawdata().await?;
        let config = hub.config().await?;
        for (section, kind, own) in [
            ("routers", "http", "routers"),
            ("services", "http", "services"),
            ("middlewares", "http", "middlewares"),
            ("tcpRouters", "tcp", "routers"),
            ("tcpServices", "tcp", "services"),
        ] {
            let theirs = meanings(&raw[section], "@swarm");
            let ours = meanings(&config[kind][own], "");
            ensure!(
                !theirs.is_empty() && theirs == ours,
                "{section}: {theirs:?}, not {ours:?}"
            );
        }
        Ok(())
    })
    .await
}

/// Each element's name with what was asked for, and how many servers it has.
fn meanings(elements: &Value, provider: &str) -> BTreeMap<String, String> {
    let all = elements.as_object().into_iter().flatten();
    let all = all.filter(|(name, _)| name.ends_with(provider));
    let said = |element: &Value| {
        let servers = element["loadBalancer"]["servers"].as_array().map(Vec::len);
        let text = format!(
            "{} {} {} {servers:?}",
            element["rule"], element["service"], element["middlewares"]
        );
        text.replace("@swarm", "")
    };
    all.map(|(name, element)| (name.trim_end_matches(provider).to_owned(), said(element)))
        .collect()
}
