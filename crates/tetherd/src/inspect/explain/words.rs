//! Describes elements for people.

use serde_json::Value;
use traefik_config::Element;

/// A router's name and rule, and the rest of it.
pub(super) fn router(element: &Element) -> (String, String) {
    let body = &element.body;
    let first = match body.get("rule").and_then(Value::as_str) {
        Some(rule) => format!("{}: {rule}", element.name),
        None => element.name.clone(),
    };
    let mut rest = Vec::new();
    rest.push(match list(body, "entryPoints") {
        names if names.is_empty() => "at the default entry points".to_owned(),
        names => format!("at {}", names.join(", ")),
    });
    if body.get("tls").is_some() {
        rest.push("with TLS".to_owned());
    }
    let through = list(body, "middlewares");
    if !through.is_empty() {
        rest.push(format!("through {}", through.join(", ")));
    }
    if let Some(service) = body.get("service").and_then(Value::as_str) {
        rest.push(format!("to the service {service}"));
    }
    (first, rest.join("; "))
}

/// A service's name and its servers.
pub(super) fn service(element: &Element) -> String {
    let name = &element.name;
    let Some((kind, body)) = element.body.as_object().and_then(|body| body.iter().next()) else {
        return name.clone();
    };
    if kind != "loadBalancer" {
        return format!("{name}: {kind}");
    }
    let servers = body.get("servers").and_then(Value::as_array);
    let servers = servers.into_iter().flatten().filter_map(|server| {
        let place = server.get("url").or_else(|| server.get("address"))?;
        place.as_str()
    });
    let servers: Vec<&str> = servers.collect();
    if servers.is_empty() {
        format!("{name}: no server")
    } else {
        format!("{name}: {}", servers.join(", "))
    }
}

/// The names of middlewares with their kinds. What is in them may be secret.
pub(super) fn middlewares<'a>(all: impl Iterator<Item = &'a Element>) -> String {
    let all = all.map(|element| {
        let kind = element.body.as_object().and_then(|body| body.keys().next());
        match kind {
            Some(kind) => format!("{} ({kind})", element.name),
            None => element.name.clone(),
        }
    });
    all.collect::<Vec<_>>().join(", ")
}

/// A length of time in its largest unit.
pub(super) fn length_of(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

fn list<'a>(body: &'a Value, field: &str) -> Vec<&'a str> {
    let items = body.get(field).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
