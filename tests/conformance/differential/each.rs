//! Makes containers that set one field alone: correctly, in capitals, wrongly, and to nothing.

use anyhow::Result;
use docker_sim::{ContainerSpec, Publish};

use super::corpus::Planned;
use super::fields::{Field, Form, fields};

/// The containers of all fields.
pub(crate) fn containers() -> Result<Vec<Planned>> {
    let mut all = Vec::new();
    for (number, field) in fields()?.iter().enumerate() {
        for (way, (key, value)) in ways(field).into_iter().enumerate() {
            let name = format!("each-{number}-{way}");
            let spec = container(&name, field.of)
                .label(format!("traefik.{}.{name}.{key}", field.of), value);
            all.push(Planned::running(&name, spec));
        }
    }
    Ok(all)
}

/// A container with an element of this kind that a router uses.
pub(crate) fn container(name: &str, of: &str) -> ContainerSpec {
    let spec = ContainerSpec::new(name)
        .label("traefik.enable", "true")
        .publish(80);
    let router = |section: &str, field: &str| format!("traefik.{section}.routers.{name}.{field}");
    let (section, kind) = of.split_once('.').unwrap_or((of, ""));
    let spec = match section {
        "tcp" => spec
            .label(router("tcp", "rule"), format!("HostSNI(`{name}.test`)"))
            .label(router("tcp", "tls"), "true"),
        "udp" => spec
            .publish(Publish::udp(80))
            .label(router("udp", "entrypoints"), "udp"),
        _ => spec.label(router("http", "rule"), format!("Host(`{name}.test`)")),
    };
    match kind {
        "middlewares" => spec.label(router(section, "middlewares"), name),
        _ => spec,
    }
}

/// The end of a key, and a value.
fn ways(field: &Field) -> Vec<(String, &'static str)> {
    let path = field.path.to_lowercase();
    let (good, bad) = match field.form {
        Form::Text | Form::List => (good_text(&path), None),
        Form::Bool => ("true", Some("yes")),
        Form::Number | Form::Numbers => ("7", Some("seven")),
        Form::Duration => ("5s", Some("5 s")),
        Form::Texts => ("text", None),
        // The empty middleware that `false` makes of these is in the corpus.
        Form::Object if field.of == "http.middlewares" && !path.contains('.') => ("true", None),
        Form::Object => ("true", Some("false")),
    };
    let name = match field.form {
        Form::Texts => ".X-Some.Name",
        Form::Numbers => ".404",
        _ => "",
    };
    let mut ways = vec![
        (format!("{path}{name}"), good),
        (format!("{}{name}", path.to_uppercase()), good),
        (format!("{path}{name}"), ""),
        (format!("{path}{name}.more"), good),
        (format!("{path}{name}[0]"), good),
    ];
    if let Some(bad) = bad {
        ways.push((format!("{path}{name}"), bad));
    }
    if field.form == Form::List {
        ways.push((format!("{path}{name}"), " a ,, b,"));
    }
    ways
}

/// A text that suits the field, where there is a simple one.
pub(crate) fn good_text(path: &str) -> &'static str {
    let last = path.rsplit('.').next().unwrap_or(path);
    match last {
        "rule" => "PathPrefix(`/each`)",
        "port" => "80",
        "url" => "http://192.0.2.3:8080",
        "scheme" => "https",
        "address" => "http://192.0.2.4/auth",
        "sourcerange" | "excludedips" => "10.0.0.0/8, 192.168.0.1",
        "entrypoints" => "web",
        "middlewares" => "shared-headers@file",
        "service" => "elsewhere@file",
        "status" => "404,500-599",
        "strategy" => "p2c",
        "expression" => "NetworkErrorRatio() > 0.5",
        "options" => "modern@file",
        _ => "text",
    }
}
