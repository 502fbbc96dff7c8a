//! Checks the arguments of matchers in Traefik 2's syntax.
//!
//! There, paths, hosts and queries are templates with parts such as `{name}` and `{name:regexp}`.

use go_compat::excerpt::as_written;
use go_compat::regex;

use super::super::error::MatcherError;
use super::arguments::{address, ascii, protocol, server_name};

/// The matchers of HTTP routers.
pub(super) const HTTP: &[&str] = &[
    "ClientIP",
    "Headers",
    "HeadersRegexp",
    "Host",
    "HostHeader",
    "HostRegexp",
    "Method",
    "Path",
    "PathPrefix",
    "Query",
];

pub(super) fn check_http(name: &str, args: &[String]) -> Result<(), MatcherError> {
    match name {
        "Host" | "HostHeader" => each(args, |arg, value| ascii(name, arg, value)),
        "HostRegexp" => each(args, |arg, value| {
            ascii(name, arg, value)?;
            template(value, "(?i)^", "[^.]+").map_err(|why| bad(arg, value, &why))?;
            Ok(())
        }),
        "Path" | "PathPrefix" => each(args, |arg, value| {
            if !value.starts_with('/') {
                let message = format!("the path `{}` does not begin with `/`", as_written(value));
                return Err(MatcherError::new(Some(arg), message));
            }
            template(value, "^", "[^/]+").map_err(|why| bad(arg, value, &why))?;
            Ok(())
        }),
        "ClientIP" => each(args, address),
        "Headers" => pairs(name, args.len()),
        "HeadersRegexp" => {
            pairs(name, args.len())?;
            for (arg, value) in args.iter().enumerate().skip(1).step_by(2) {
                regex::check(value).map_err(|why| bad(arg, value, &why))?;
            }
            Ok(())
        }
        "Query" => queries(args),
        _ => Ok(()),
    }
}

pub(super) fn check_tcp(name: &str, args: &[String]) -> Result<(), MatcherError> {
    match name {
        "ALPN" => each(args, protocol),
        "ClientIP" => each(args, address),
        "HostSNI" => each(args, |arg, value| match value {
            "*" => Ok(()),
            _ => server_name(arg, value, value),
        }),
        "HostSNIRegexp" => each(args, |arg, value| {
            let parts = parts(value).map_err(|why| bad(arg, value, &why))?;
            let whole = whole(value, &parts, "(?i)^", "[^.]+");
            whole
                .and_then(|whole| regex::check(&whole))
                .map_err(|why| bad(arg, value, &why))
        }),
        _ => Ok(()),
    }
}

fn each(
    args: &[String],
    mut check: impl FnMut(usize, &str) -> Result<(), MatcherError>,
) -> Result<(), MatcherError> {
    let mut all = args.iter().enumerate();
    all.try_for_each(|(arg, value)| check(arg, value))
}

fn bad(arg: usize, value: &str, why: &str) -> MatcherError {
    MatcherError::new(
        Some(arg),
        format!("`{}` is not a valid pattern: {why}", as_written(value)),
    )
}

fn pairs(name: &str, count: usize) -> Result<(), MatcherError> {
    if count.is_multiple_of(2) {
        return Ok(());
    }
    let message =
        format!("`{name}` takes pairs of a name and a value, but the number of values is odd");
    Err(MatcherError::new(None, message))
}

/// `Query` takes `name=value` or pairs; the parts of different ones must have different names.
fn queries(args: &[String]) -> Result<(), MatcherError> {
    let mut flat = Vec::new();
    for (arg, value) in args.iter().enumerate() {
        flat.extend(value.splitn(2, '=').map(|part| (arg, part)));
    }
    pairs("Query", flat.len())?;
    let mut known: Vec<String> = Vec::new();
    for pair in flat.chunks_exact(2) {
        let (arg, text) = (pair[0].0, format!("{}={}", pair[0].1, pair[1].1));
        let names = template(&text, "^", ".*").map_err(|why| bad(arg, &text, &why))?;
        if let Some(twice) = names.iter().find(|name| known.contains(name)) {
            let message = format!("the part `{}` is named twice", as_written(twice));
            return Err(MatcherError::new(Some(arg), message));
        }
        known.extend(names);
    }
    Ok(())
}

/// The names of a template's parts, or the reason why Traefik rejects it.
fn template(text: &str, start: &str, default: &str) -> Result<Vec<String>, String> {
    let parts = parts(text)?;
    for (_, _, body) in &parts {
        let (_, pattern) = body.split_once(':').unwrap_or((body, default));
        regex::check(&format!("^{pattern}$"))?;
    }
    regex::check(&whole(text, &parts, start, default)?)?;
    let name = |body: &&str| body.split(':').next().unwrap_or_default().to_owned();
    Ok(parts.iter().map(|(_, _, body)| name(body)).collect())
}

/// The beginning and end of a part, and the text between its braces.
type Part<'a> = (usize, usize, &'a str);

/// Finds the outermost braces.
fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let unbalanced = || "its braces are not balanced".to_owned();
    let (mut level, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => {
                level += 1;
                if level == 1 {
                    start = at;
                }
            }
            b'}' => {
                level = level.checked_sub(1).ok_or_else(unbalanced)?;
                if level == 0 {
                    parts.push((start, at + 1, &text[start + 1..at]));
                }
            }
            _ => {}
        }
    }
    if level > 0 {
        return Err(unbalanced());
    }
    Ok(parts)
}

/// The regular expression of the whole template, valid exactly if the template is.
fn whole(text: &str, parts: &[Part<'_>], start: &str, default: &str) -> Result<String, String> {
    let mut whole = start.to_owned();
    let mut done = 0;
    for (number, (from, to, body)) in parts.iter().enumerate() {
        let (name, pattern) = body.split_once(':').unwrap_or((body, default));
        if name.is_empty() || pattern.is_empty() {
            return Err(format!(
                "`{}` has no name or no pattern",
                as_written(&text[*from..*to])
            ));
        }
        whole += &format!("{}(?P<v{number}>{pattern})", literal(&text[done..*from]));
        done = *to;
    }
    whole += &literal(&text[done..]);
    whole.push('$');
    Ok(whole)
}

/// An expression that matches this text.
fn literal(text: &str) -> String {
    let special = |c: char| c.is_ascii_punctuation();
    text.chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
        .collect()
}
