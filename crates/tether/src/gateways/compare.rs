//! Compares an element as it is served with the same element as Traefik's API shows it.
//!
//! The API shows the definition that Traefik runs: its own defaults filled in, names of middlewares
//! qualified, durations in another form. A router at several entry points with settings of their
//! own (TLS, middlewares) is shown once for each.

use std::collections::BTreeSet;

use serde_json::Value;
use traefik_config::Kind;

use crate::compile::SHARED_PROVIDER;

/// How far the two agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// Everything that is served is shown.
    Same,
    /// What identifies the element is the same. A detail differs, perhaps only in its form.
    Loose,
    /// They are not the same.
    Different,
}

/// The fields of a router that identify it, and those that Traefik rewrites.
const ROUTER_FIELDS: [&str; 6] = [
    "rule",
    "service",
    "entryPoints",
    "middlewares",
    "parentRefs",
    "priority",
];

/// Compares an element with all that the API shows of it, which is not empty.
pub(super) fn compare(kind: Kind, served: &Value, shown: &[Value]) -> Match {
    match kind {
        Kind::Routers => router(served, shown),
        _ => shown
            .iter()
            .map(|shown| other(served, shown))
            .max()
            .unwrap_or(Match::Different),
    }
}

fn router(served: &Value, shown: &[Value]) -> Match {
    let wanted: BTreeSet<String> = names(served, "entryPoints").into_iter().collect();
    let found: BTreeSet<String> = shown
        .iter()
        .flat_map(|copy| names(copy, "entryPoints"))
        .collect();
    if !wanted.is_empty() && wanted != found {
        return Match::Different;
    }
    let same = |copy: &Value| {
        let middlewares = qualified(names(copy, "middlewares"));
        // Those of the entry point come first.
        text(served, "rule") == text(copy, "rule")
            && qualified([text(served, "service").to_owned()])
                == qualified([text(copy, "service").to_owned()])
            && middlewares.ends_with(&qualified(names(served, "middlewares")))
    };
    if !shown.iter().all(same) {
        return Match::Different;
    }
    let details = |copy: &Value| {
        let fields = served.as_object().into_iter().flatten();
        let mut fields = fields.filter(|(field, _)| !ROUTER_FIELDS.contains(&field.as_str()));
        let priority = served.get("priority").and_then(Value::as_i64).unwrap_or(0);
        (priority == 0 || copy.get("priority").and_then(Value::as_i64) == Some(priority))
            && fields.all(|(field, value)| covers(value, copy.get(field)))
    };
    by_details(shown.iter().all(details))
}

/// A service or a middleware: its type identifies it, and the servers of a load balancer.
fn other(served: &Value, shown: &Value) -> Match {
    for (kind, served) in served.as_object().into_iter().flatten() {
        let Some(shown) = field(shown, kind) else {
            return Match::Different;
        };
        if addresses(served) != addresses(shown) {
            return Match::Different;
        }
    }
    by_details(covers(served, Some(shown)))
}

fn by_details(same: bool) -> Match {
    if same { Match::Same } else { Match::Loose }
}

/// The servers of a load balancer.
fn addresses(balancer: &Value) -> Vec<&str> {
    let servers = balancer.get("servers").and_then(Value::as_array);
    let address = |server| match text(server, "url") {
        "" => text(server, "address"),
        url => url,
    };
    let mut addresses: Vec<&str> = servers.into_iter().flatten().map(address).collect();
    addresses.sort_unstable();
    addresses
}

/// True if `shown` has all that `served` says.
fn covers(served: &Value, shown: Option<&Value>) -> bool {
    let Some(shown) = shown else {
        return is_zero(served);
    };
    match (served, shown) {
        (Value::Object(fields), Value::Object(_)) => fields
            .iter()
            .all(|(name, value)| covers(value, field(shown, name))),
        (Value::Array(served), Value::Array(shown)) => {
            let mut pairs = served.iter().zip(shown);
            served.len() == shown.len() && pairs.all(|(one, other)| covers(one, Some(other)))
        }
        _ => served == shown || is_same_scalar(served, shown),
    }
}

/// The field of this name, in any case: Traefik reads names in any case.
fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).or_else(|| {
        let fields = value.as_object()?;
        let mut fields = fields.iter();
        let found = fields.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    })
}

/// Traefik leaves out what has its zero value.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || nanoseconds(value) == Some(0),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_zero),
    }
}

fn is_same_scalar(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let durations = [one, other].map(nanoseconds);
    text(one).is_some() && text(one) == text(other)
        || durations[0].is_some() && durations[0] == durations[1]
}

/// A duration; Traefik reads a number without a unit as seconds.
fn nanoseconds(value: &Value) -> Option<i64> {
    const SECOND: i64 = 1_000_000_000;
    match value {
        Value::Number(number) => number.as_i64()?.checked_mul(SECOND),
        Value::String(text) => match text.parse::<i64>() {
            Ok(seconds) => seconds.checked_mul(SECOND),
            Err(_) => go_compat::duration::parse(text),
        },
        _ => None,
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn names(value: &Value, field: &str) -> Vec<String> {
    let list = value.get(field).and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn qualified(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let names = names.into_iter();
    names
        .map(|name| match name.contains('@') {
            true => name,
            false => format!("{name}@{SHARED_PROVIDER}"),
        })
        .collect()
}

#[cfg(test)]
mod tests;
