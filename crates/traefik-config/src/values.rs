//! Finds values of middlewares with which Traefik cannot build them.
//!
//! Traefik accepts the document, and disables every router that uses such a middleware. The element
//! is passed on all the same, since Traefik does the same with labels of its own Docker provider.
//! The reference is Traefik 3.7.15; a check that depends on the version is left to Traefik.

mod expression;
mod found;
mod users;

use go_compat::excerpt::as_written;
use go_compat::{number, regex};
use serde_json::{Map, Value};

use crate::rule::is_address_or_network;
use crate::{Element, Kind, Problem, Section};
use expression::{Function, Type};
pub(crate) use found::Fault;
use found::{Fields, Found, refused};
use users::users;

/// The encodings that Traefik compresses with.
const ENCODINGS: [&str; 3] = ["zstd", "br", "gzip"];

/// The functions of circuit breakers.
const CIRCUIT_BREAKER: [Function; 3] = [
    Function {
        name: "LatencyAtQuantileMS",
        arguments: &[Type::Decimal],
        result: Some(Type::Whole),
    },
    Function {
        name: "NetworkErrorRatio",
        arguments: &[],
        result: Some(Type::Decimal),
    },
    Function {
        name: "ResponseCodeRatio",
        arguments: &[Type::Whole; 4],
        result: Some(Type::Decimal),
    },
];

/// The functions of buffering.
const BUFFERING: [Function; 4] = [
    Function {
        name: "RequestMethod",
        arguments: &[],
        result: Some(Type::Text),
    },
    Function {
        name: "Attempts",
        arguments: &[],
        result: Some(Type::Whole),
    },
    Function {
        name: "ResponseCode",
        arguments: &[],
        result: Some(Type::Whole),
    },
    Function {
        name: "IsNetworkError",
        arguments: &[],
        result: None,
    },
];

/// The problems of a middleware of the gateway's own configuration, so its files are there.
pub fn middleware_problems(element: &Element) -> Vec<Problem> {
    let faults = check(element).into_iter();
    let faults = faults.filter(|fault| !fault.field.ends_with(users::FILE));
    faults.map(|fault| fault.problem).collect()
}

/// Finds the faults of a middleware; none for elements of other kinds.
pub(crate) fn check(element: &Element) -> Vec<Fault> {
    let (Kind::Middlewares, Some(kinds)) = (element.kind, element.body.as_object()) else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for (kind, fields) in kinds {
        let empty = Map::new();
        let fields = Fields(fields.as_object().unwrap_or(&empty));
        let found = match element.section {
            Section::Http => http(kind, &fields),
            Section::Tcp => tcp(kind, &fields),
            Section::Udp | Section::Tls => Vec::new(),
        };
        faults.extend(found.into_iter().map(|found| found.fault(element, kind)));
    }
    faults
}

fn http(kind: &str, fields: &Fields<'_>) -> Vec<Found> {
    match kind {
        "ipAllowList" | "ipWhiteList" => {
            let mut found = ranges("sourceRange", fields, true);
            found.extend(excluded(
                fields.part("ipStrategy"),
                "ipStrategy.excludedIPs",
            ));
            found
        }
        "addPrefix" if fields.text("prefix").is_empty() => refused("prefix", "it has no prefix"),
        "redirectScheme" if fields.text("scheme").is_empty() => {
            refused("scheme", "it has no scheme: set `https`")
        }
        "redirectRegex" | "replacePathRegex" => expressions("regex", &[fields.text("regex")]),
        "stripPrefixRegex" => expressions("regex", &fields.list("regex")),
        "forwardAuth" => expressions(
            "authResponseHeadersRegex",
            &[fields.text("authResponseHeadersRegex")],
        ),
        "headers" => expressions(
            "accessControlAllowOriginListRegex",
            &fields.list("accessControlAllowOriginListRegex"),
        ),
        "basicAuth" => users(fields, 2),
        "digestAuth" => users(fields, 3),
        "retry" => retry(fields),
        "errors" => statuses("status", fields),
        "compress" => compress(fields),
        "rateLimit" | "inFlightReq" => source_criterion(fields),
        "circuitBreaker" => expression("expression", fields, &CIRCUIT_BREAKER),
        "buffering" if !fields.text("retryExpression").is_empty() => {
            expression("retryExpression", fields, &BUFFERING)
        }
        _ => Vec::new(),
    }
}

fn tcp(kind: &str, fields: &Fields<'_>) -> Vec<Found> {
    match kind {
        "ipAllowList" | "ipWhiteList" => ranges("sourceRange", fields, true),
        _ => Vec::new(),
    }
}

/// Addresses and networks.
fn ranges(field: &'static str, fields: &Fields<'_>, is_required: bool) -> Vec<Found> {
    let values = fields.list(field);
    if is_required && values.is_empty() {
        return refused(field, format!("its `{field}` is empty"));
    }
    let wrong = values.iter().find(|value| !is_address_or_network(value));
    wrong.map_or_else(Vec::new, |value| {
        let value = as_written(value);
        let message =
            format!("`{value}` is neither an IP address nor a network such as 10.0.0.0/8");
        refused(field, message)
    })
}

fn excluded(strategy: Option<Fields<'_>>, field: &'static str) -> Vec<Found> {
    // A depth takes precedence.
    let strategy = strategy.filter(|strategy| {
        let depth = strategy.0.get("depth").and_then(Value::as_i64);
        depth.unwrap_or_default() <= 0
    });
    let found = strategy.map(|strategy| ranges("excludedIPs", &strategy, false));
    let found = found.unwrap_or_default().into_iter();
    found.map(|found| Found { field, ..found }).collect()
}

fn expressions(field: &'static str, values: &[&str]) -> Vec<Found> {
    let wrong = values
        .iter()
        .find_map(|value| Some((value, regex::check(value).err()?)));
    wrong.map_or_else(Vec::new, |(value, why)| {
        let value = as_written(value);
        let message = format!("`{value}` is not a valid regular expression of Go: {why}");
        refused(field, message)
    })
}

fn retry(fields: &Fields<'_>) -> Vec<Found> {
    let attempts = fields.0.get("attempts").and_then(Value::as_i64);
    if attempts.unwrap_or_default() <= 0 {
        return refused("attempts", "its `attempts` must be at least 1");
    }
    statuses("status", fields)
}

/// Codes and ranges of codes.
fn statuses(field: &'static str, fields: &Fields<'_>) -> Vec<Found> {
    let is_range = |range: &str| {
        let mut parts = range.split('-');
        let (low, high) = (parts.next().unwrap_or_default(), parts.next());
        [low, high.unwrap_or(low)]
            .iter()
            .all(|code| number::parse_int(code).is_some())
    };
    let values = fields.list(field);
    let wrong = values.iter().find(|value| !is_range(value));
    wrong.map_or_else(Vec::new, |value| {
        let value = as_written(value);
        let message = format!("`{value}` is neither a status nor a range such as 500-599");
        refused(field, message)
    })
}

fn compress(fields: &Fields<'_>) -> Vec<Found> {
    let (included, excluded) = ("includedContentTypes", "excludedContentTypes");
    if !fields.list(included).is_empty() && !fields.list(excluded).is_empty() {
        let message = format!("`{included}` and `{excluded}` exclude each other");
        return refused(excluded, message);
    }
    for field in [included, excluded] {
        let types = fields.list(field);
        if let Some(wrong) = types.iter().find(|one| !is_media_type(one)) {
            let wrong = as_written(wrong);
            return refused(field, format!("`{wrong}` is not a media type"));
        }
    }
    let encodings = fields.list("encodings");
    if let Some(unknown) = encodings.iter().find(|one| !ENCODINGS.contains(one)) {
        let (unknown, known) = (as_written(unknown), ENCODINGS.join(", "));
        let message = format!("`{unknown}` is not an encoding that Traefik knows: {known}");
        return refused("encodings", message);
    }
    let default = fields.text("defaultEncoding");
    let available = if encodings.is_empty() {
        &ENCODINGS[..]
    } else {
        &encodings[..]
    };
    if !default.is_empty() && !available.contains(&default) {
        let default = as_written(default);
        return refused(
            "defaultEncoding",
            format!("`{default}` is not one of its encodings"),
        );
    }
    Vec::new()
}

/// True for a media type as Go reads it. Its parameters are left to Traefik.
fn is_media_type(text: &str) -> bool {
    let is_token = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`{|}~".contains(c);
        !text.is_empty() && text.chars().all(fits)
    };
    let name = text.split(';').next().unwrap_or_default().trim();
    match name.split_once('/') {
        Some((first, second)) => is_token(first) && is_token(second),
        None => is_token(name),
    }
}

fn source_criterion(fields: &Fields<'_>) -> Vec<Found> {
    let Some(criterion) = fields.part("sourceCriterion") else {
        return Vec::new();
    };
    let set = [
        ("ipStrategy", criterion.0.contains_key("ipStrategy")),
        (
            "requestHeaderName",
            !criterion.text("requestHeaderName").is_empty(),
        ),
        (
            "requestHost",
            criterion.0.get("requestHost").and_then(Value::as_bool) == Some(true),
        ),
    ];
    let set: Vec<&str> = set
        .into_iter()
        .filter(|one| one.1)
        .map(|one| one.0)
        .collect();
    if let [first, second, ..] = set[..] {
        let message = format!("`{first}` and `{second}` exclude each other");
        return refused("sourceCriterion", message);
    }
    excluded(
        criterion.part("ipStrategy"),
        "sourceCriterion.ipStrategy.excludedIPs",
    )
}

fn expression(field: &'static str, fields: &Fields<'_>, functions: &[Function]) -> Vec<Found> {
    let text = fields.text(field);
    let fault = expression::fault(text, functions);
    fault.map_or_else(Vec::new, |fault| {
        refused(field, format!("in its `{field}`, {fault}"))
    })
}

#[cfg(test)]
mod tests;
