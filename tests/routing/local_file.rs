//! The hub's own file beside the labels of a real host, answered through the real Traefik.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::harness::{Hub, Load, TestBed, Traefik, needs, web};

/// Routes of the file: each host name goes to this server.
fn file(hosts: &[&str], server: &str) -> String {
    let routers = hosts.iter().map(|host| {
        format!("    {host}: {{ rule: Host(`{host}.test`), service: app, middlewares: [greet] }}\n")
    });
    let routers: String = routers.collect();
    format!(
        "http:\n  routers:\n{routers}  services:\n    app: {{ loadBalancer: {{ servers: [ {{ url: \
         'http://{server}' }} ] }} }}\n  middlewares:\n    greet: {{ headers: {{ \
         customResponseHeaders: {{ X-From: file }} }} }}\ntls:\n  options: {{ modern: {{ \
         minVersion: VersionTLS13 }} }}\n  certificates: [ {{ certFile: /none.pem, keyFile: \
         /none.key }} ]\n"
    )
}

/// As editors do: written beside it, then renamed.
fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, text)?;
    Ok(fs::rename(beside, path)?)
}

#[tokio::test]
async fn a_local_file_is_served_beside_labels_and_loses_no_request_while_broken() -> Result<()> {
    needs!(Docker, Traefik);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("dynamic.yml");
    let config = path.to_str().context("a path that is no text")?;
    let hub = Hub::with(&[("TETHER_CONFIG", config), ("TETHER_STARTUP_GRACE", "0s")]).await?;
    let bed = TestBed::of(hub).await?;
    // A container that calls itself by its label, and by a middleware of the file.
    let labels = [
        "traefik.enable=true",
        "traefik.http.routers.app.rule=Host(`app.test`)",
        "traefik.http.routers.app.middlewares=greet",
    ];
    let mut arguments = vec!["-p", "80", "-e", "NAME=app"];
    arguments.extend(labels.iter().flat_map(|label| ["-l", label]));
    bed.engine.run("app", &arguments)?;
    let problem = bed.hub.problem("unresolved_reference").await?;
    ensure!(problem["origin"]["container"] == "app", "{problem}");

    let ports = bed.engine.docker(&["port", "app", "80/tcp"])?;
    let port = ports
        .lines()
        .next()
        .and_then(|line| line.rsplit(':').next());
    let server = format!(
        "{}:{}",
        bed.engine.machine.address,
        port.context("no port")?
    );
    replace(&path, &file(&["file"], &server))?;
    for host in ["file.test", "app.test"] {
        let answer = bed.traefik.answers(host, 200).await?;
        ensure!(answer.text()? == "app\n", "{host}: {:?}", answer.body);
        ensure!(answer.header("x-from") == Some("file"), "{host} lacks it");
    }

    let mut load = Load::start(bed.traefik.web, "file.test");
    load.wait_for(50).await?;
    for broken in ["http: [\n", "http: { routers: { file: { rul: x } } }", "\0"] {
        replace(&path, broken)?;
        let problem = bed
            .hub
            .row("problems", "the file is broken", |row| {
                row["origin"]["file"] == "dynamic.yml" && row["severity"] == "error"
            })
            .await?;
        ensure!(
            problem["message"]
                .as_str()
                .is_some_and(|message| message.contains("the file's last good content is served")),
            "{problem}"
        );
        load.wait_for(50).await?;
        replace(&path, &file(&["file", "more"], &server))?;
        bed.traefik.answers("more.test", 200).await?;
        replace(&path, &file(&["file"], &server))?;
        bed.traefik.answers("more.test", 404).await?;
    }
    load.finish().await?;
    Ok(())
}

/// Files as people share them: one for each application, one for each chain.
const SHARED: [(&str, &str); 4] = [
    (
        "app-files.yml",
        r#"
http:
  routers:
    files-rtr:
      rule: "Host(`files.{{env "DOMAINNAME_1"}}`)"
      entryPoints:
        - web
      middlewares:
        - chain-no-auth
      service: files-svc
  services:
    files-svc:
      loadBalancer:
        servers:
          - url: "http://{{env "TETHER_VAR_SERVER"}}"
"#,
    ),
    (
        "chain-no-auth.yml",
        r#"
http:
  middlewares:
    chain-no-auth:
      chain:
        middlewares:
          - middlewares-rate-limit
          - middlewares-secure-headers@file
"#,
    ),
    (
        "middlewares.yml",
        r#"
http:
  middlewares:
    middlewares-rate-limit:
      rateLimit:
        average: {{ default "100" (env "DOMAINNAME_UNSET") }}
        burst: 50
    middlewares-secure-headers:
      headers:
        customResponseHeaders:
          X-Names: "{{ range $at, $name := split "a b" " " }}{{ if $at }},{{ end }}{{ $name }}{{ end }}"
"#,
    ),
    (
        "app-secret.yml",
        r#"
http: { middlewares: { secret: { headers: { customRequestHeaders: { A: '{{env "TETHER_TOKEN"}}' } } } } }
"#,
    ),
];

#[tokio::test]
async fn files_with_templates_load_and_read_no_secrets() -> Result<()> {
    needs!(Traefik);
    let (engine, folder) = (docker_sim::Engine::new("nas"), tempfile::tempdir()?);
    let engine = engine.with_host_address([127, 0, 0, 2]);
    engine.run(web("files")).await?;
    let server = engine.address("files", 80).context("no port")?.to_string();
    for (name, text) in SHARED {
        fs::write(folder.path().join(name), text)?;
    }
    let config = folder.path().to_str().context("a path that is no text")?;
    let settings = [
        ("TETHER_CONFIG", config),
        ("TETHER_STARTUP_WAIT", "0"),
        ("TETHER_TEMPLATE_ENV", "TETHER_VAR_*,DOMAINNAME_*"),
        ("TETHER_VAR_SERVER", &server),
        ("DOMAINNAME_1", "test"),
    ];
    let hub = Hub::with(&settings).await?;
    let traefik = Traefik::start(&hub).await?;
    let answer = traefik.answers("files.test", 200).await?;
    ensure!(answer.header("x-names") == Some("a,b"), "{answer:?}");
    let problem = hub.problem("local_file").await?;
    let message = problem["message"].as_str().unwrap_or_default();
    ensure!(
        message.contains("`TETHER_TOKEN` may not be read"),
        "{problem}"
    );
    ensure!(problem["origin"]["file"] == "app-secret.yml", "{problem}");
    let problems = hub.state().await?["problems"]
        .as_array()
        .map_or(0, Vec::len);
    ensure!(problems == 1, "{problems}");
    Ok(())
}
