//! Recognizes rules that Traefik accepts, although no request can match what they say.

use go_compat::excerpt::as_written;

use super::ast::{Matcher, Rule};
use super::matchers::hints;

/// A mistake in a rule.
pub(super) struct Mistake {
    /// What is wrong, and what to write instead.
    pub(super) text: String,
    /// True if no request matches the rule. Otherwise another alternative may match.
    pub(super) is_fatal: bool,
}

/// The first mistake in a rule of Traefik 3's syntax.
pub(super) fn mistake(rule: &Rule) -> Option<Mistake> {
    match rule {
        Rule::And(parts) => {
            let mut found: Vec<Mistake> = parts.iter().filter_map(mistake).collect();
            // A fatal one first: it decides about the whole rule.
            found.sort_by_key(|mistake| !mistake.is_fatal);
            found.into_iter().next()
        }
        Rule::Or(parts) => {
            let found: Vec<Option<Mistake>> = parts.iter().map(mistake).collect();
            let is_fatal = |one: &Option<Mistake>| one.as_ref().is_some_and(|one| one.is_fatal);
            let all_fatal = found.iter().all(is_fatal);
            let first = found.into_iter().flatten().next()?;
            Some(Mistake {
                is_fatal: all_fatal,
                ..first
            })
        }
        // It matches everything then, which may be meant.
        Rule::Not(_) => None,
        Rule::Matcher(matcher) => of_matcher(matcher).map(|text| Mistake {
            text,
            is_fatal: true,
        }),
    }
}

fn of_matcher(Matcher { name, args }: &Matcher) -> Option<String> {
    let value = args.first()?;
    // In a regular expression the `$` may be meant.
    if !name.ends_with("Regexp")
        && let Some(text) = args.iter().find_map(|value| unfilled(value))
    {
        return Some(text);
    }
    if let Some(hint) = hints::template(name, value) {
        let value = as_written(value);
        return Some(format!(
            "the braces of `{value}` are read literally; {hint}"
        ));
    }
    match *name {
        "Host" | "HostSNI" => of_host(name, value),
        "Path" | "PathPrefix" => of_path(value),
        "Query" if args.len() == 1 => of_query(value),
        _ => None,
    }
}

/// The mistake in a host name, which Traefik compares with that of the request, without its port.
fn of_host(matcher: &str, value: &str) -> Option<String> {
    let written = as_written(value);
    if value.contains('$') {
        return Some(format!(
            "`{written}` has a `$`, which no host name has: is it a variable that was not filled?"
        ));
    }
    let without_scheme = value.split_once("://").map(|(_, rest)| rest);
    let rest = without_scheme.unwrap_or(value);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = authority.split_once(':').filter(|(_, port)| is_port(port));
    let host = as_written(port.map_or(authority, |(host, _)| host));
    let with_path = match path {
        "" | "/" => format!("{matcher}(`{host}`)"),
        path if matcher == "Host" => {
            format!("Host(`{host}`) && PathPrefix(`{}`)", as_written(path))
        }
        _ => format!("{matcher}(`{host}`)"),
    };
    if without_scheme.is_some() {
        return Some(format!("`{written}` is a URL: write {with_path}"));
    }
    if !path.is_empty() {
        return Some(format!("`{written}` has a path: write {with_path}"));
    }
    if value.contains(',') {
        let hosts = value.split(',').map(|host| {
            let host = as_written(host.trim());
            format!("{matcher}(`{host}`)")
        });
        let hosts = hosts.collect::<Vec<_>>().join(" || ");
        return Some(format!("`{written}` is read as one name: write {hosts}"));
    }
    if value.contains(char::is_whitespace) {
        return Some(format!("`{written}` has a space, which no host name has"));
    }
    port.map(|_| format!("`{written}` has a port, which is not compared: write {with_path}"))
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn of_path(value: &str) -> Option<String> {
    let written = as_written(value);
    if let Some((before, _)) = value.split_once('*') {
        let before = as_written(before);
        return Some(format!(
            "the star of `{written}` is read literally: write PathPrefix(`{before}`)"
        ));
    }
    value.contains('?').then(|| {
        format!(
            "`{written}` has a query, which is no part of the path: write Query(`name`, `value`)"
        )
    })
}

fn of_query(value: &str) -> Option<String> {
    let (name, wanted) = value.split_once('=')?;
    let (name, wanted) = (as_written(name), as_written(wanted));
    Some(format!(
        "`{}` is read as the name of a parameter: write Query(`{name}`, `{wanted}`)",
        as_written(value)
    ))
}

/// The text about a variable that compose or a shell should have replaced.
fn unfilled(value: &str) -> Option<String> {
    let start = value.find("${")?;
    let end = value[start..].find('}')? + start;
    let variable = as_written(&value[start..=end]);
    Some(format!(
        "`{variable}` is read literally: set this variable where compose reads it, in its \
         environment or in `.env`"
    ))
}

#[cfg(test)]
mod tests;
