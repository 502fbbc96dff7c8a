//! Real swarms in: one node that becomes and ceases to be one, and three managers of which the
//! leader is lost; the routes of their services out.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::harness::{
    Agent, Binaries, Engine, Hub, IMAGE, Load, Machine, TestBed, Traefik, eventually, get_with,
    needs, soon,
};

/// By then managers have chosen one that leads, and know which nodes they hear.
const ELECTED: Duration = Duration::from_secs(90);

/// How every service is made: of an image that no registry has.
const CREATE: [&str; 5] = ["service", "create", "-d", "-q", "--no-resolve-image"];

/// How every service is changed.
const UPDATE: [&str; 5] = ["service", "update", "-d", "-q", "--no-resolve-image"];

/// How a task is published at its own port of its node.
const IN_HOST_MODE: [&str; 2] = ["-p", "mode=host,target=80"];

/// `docker service create` of a service that is served at `NAME.test`.
fn create(engine: &Engine, name: &str, flags: &[&str]) -> Result<()> {
    let rule = format!("traefik.http.routers.{name}.rule=Host(`{name}.test`)");
    let labels = ["--name", name, "-l", "traefik.enable=true", "-l", &rule];
    let arguments = [&CREATE[..], &labels, flags, &[IMAGE]].concat();
    engine.docker(&arguments).map(drop)
}

/// The page of the agent on this host.
fn explain(engine: &Engine) -> Result<String> {
    let mut program = engine.machine.command(&Binaries::get()?.tetherd);
    program.env("DOCKER_HOST", engine.endpoint());
    let output = program.args(["explain"]).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// The servers of a service, as Traefik is told.
fn servers(config: &Value, service: &str) -> BTreeSet<String> {
    let servers = config["http"]["services"][service]["loadBalancer"]["servers"].as_array();
    let urls = servers.into_iter().flatten();
    urls.map(|server| server["url"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn the_services_of_a_swarm_are_served_as_long_as_there_is_one() -> Result<()> {
    needs!(Docker, Traefik);
    let bed = TestBed::start().await?;
    let (engine, hub) = (&bed.engine, &bed.hub);
    let address = engine.machine.address.to_string();
    engine.docker(&["swarm", "init", "--advertise-addr", &address])?;

    // At ports of their own, which nobody has said.
    create(
        engine,
        "own",
        &[&IN_HOST_MODE[..], &["--replicas", "2"]].concat(),
    )?;
    let told = soon("both tasks are told", async || {
        let servers = servers(&hub.config().await?, "own");
        ensure!(servers.len() == 2, "{servers:?}");
        Ok(servers)
    })
    .await?;
    ensure!(
        told.iter()
            .all(|url| url.starts_with(&format!("http://{address}:"))),
        "{told:?}"
    );
    bed.traefik.answers("own.test", 200).await?;

    // At a port of the whole swarm, with what Traefik's provider for swarms understands.
    let flags = [
        ["-p", "8085:80"],
        ["-l", "traefik.swarm.lbswarm=true"],
        ["-l", "traefik.http.routers.mesh.middlewares=secure@swarm"],
        [
            "-l",
            "traefik.http.middlewares.secure.headers.framedeny=true",
        ],
    ];
    create(engine, "mesh", &flags.concat())?;
    let config = soon("the service is told", async || {
        let config = hub.config().await?;
        let servers = servers(&config, "mesh");
        ensure!(
            servers == [format!("http://{address}:8085")].into(),
            "{servers:?}"
        );
        Ok(config)
    })
    .await?;
    let secured = &config["http"]["routers"]["mesh"]["middlewares"][0];
    ensure!(secured == "secure", "{secured}");

    // Tasks go one after the other, and nobody notices.
    let load = Load::start(bed.traefik.web, "own.test");
    let order = ["--update-order", "start-first"];
    let flags = ["--force", "--stop-grace-period", "1s"];
    engine.docker(&[&UPDATE[..], &order, &flags, &["own"]].concat())?;
    soon("both tasks are others", async || {
        let now = servers(&hub.config().await?, "own");
        ensure!(now.len() == 2 && now.is_disjoint(&told), "{now:?}");
        Ok(())
    })
    .await?;
    load.finish().await?;

    // Services that cannot run have a reason.
    create(
        engine,
        "waits",
        &[&IN_HOST_MODE[..], &["--constraint", "node.labels.no==one"]].concat(),
    )?;
    soon("the task that waits is explained", async || {
        let told = explain(engine)?;
        ensure!(told.contains("does not run it: no suitable node"), "{told}");
        Ok(())
    })
    .await?;

    engine.docker(&["service", "rm", "mesh"])?;
    soon("one service is gone", async || {
        let config = hub.config().await?;
        ensure!(servers(&config, "mesh").is_empty() && servers(&config, "own").len() == 2);
        Ok(())
    })
    .await?;
    engine.docker(&["swarm", "leave", "--force"])?;
    bed.traefik.answers("own.test", 404).await?;
    Ok(())
}

#[tokio::test]
async fn of_three_managers_the_one_that_leads_is_heard() -> Result<()> {
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
    let mut hosts: Vec<(Engine, Agent)> = Vec::new();
    for name in ["ann", "bob", "cyd"] {
        let engine = Engine::connected_to(name, Some(&gateway)).await?;
        let own = engine.machine.address.to_string();
        let advertised = ["--advertise-addr", &own];
        match hosts.first() {
            None => engine.docker(&[&["swarm", "init"][..], &advertised].concat())?,
            Some((first, _)) => {
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
        hosts.push((engine, agent));
    }
    let addresses: BTreeSet<Ipv4Addr> = hosts.iter().map(|(one, _)| one.machine.address).collect();
    let at = |config: &Value| -> Result<BTreeSet<Ipv4Addr>> {
        let hosts = servers(config, "each").into_iter().map(|url| {
            let authority = url.strip_prefix("http://").context("an URL")?;
            let (host, _) = authority.split_once(':').context("a port")?;
            Ok(host.parse()?)
        });
        hosts.collect()
    };
    let flags = ["--mode", "global", "-e", "NAME={{.Node.Hostname}}"];
    create(&hosts[2].0, "each", &[&IN_HOST_MODE[..], &flags].concat())?;
    soon("each node has its task", async || {
        let config = hub.config().await?;
        ensure!(at(&config)? == addresses, "{config}");
        ensure!(
            servers(&config, "each").len() == addresses.len(),
            "{config}"
        );
        Ok(config)
    })
    .await?;
    let mut answered = BTreeSet::new();
    soon("each node answers", async || {
        let url = format!("http://{}:80/", gateway.address);
        let answer = get_with(&url, &[("host", "each.test")])
            .await?
            .expect(200)?;
        answered.insert(answer.text()?.trim().to_owned());
        ensure!(answered.len() == hosts.len(), "{answered:?}");
        Ok(())
    })
    .await?;

    // The leader's engine ends, with its task; its agent lives on and knows only what was.
    let (lost, others) = hosts.split_first().context("three hosts")?;
    lost.0.stop().await?;
    let rest: BTreeSet<Ipv4Addr> = others.iter().map(|(one, _)| one.machine.address).collect();
    eventually(ELECTED, "the task of the lost node is gone", async || {
        let config = hub.config().await?;
        ensure!(at(&config)? == rest, "{config}");
        Ok(())
    })
    .await?;
    let rule = "traefik.http.routers.each.rule=Host(`moved.test`)";
    eventually(ELECTED, "another manager leads", async || {
        let flags = ["--label-add", rule, "each"];
        others[0].0.docker(&[&UPDATE[..], &flags].concat())
    })
    .await?;
    soon("what it is told is served", async || {
        let config = hub.config().await?;
        let said = &config["http"]["routers"]["each"]["rule"];
        ensure!(said == "Host(`moved.test`)", "{config}");
        Ok(())
    })
    .await?;
    lost.0.start_again().await?;
    eventually(ELECTED, "all nodes are back", async || {
        let config = hub.config().await?;
        ensure!(at(&config)? == addresses, "{config}");
        Ok(())
    })
    .await
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
async fn traefiks_own_provider_for_swarms_means_the_same() -> Result<()> {
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
