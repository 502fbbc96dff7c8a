//! Guesses what was meant by an unknown matcher or by invalid arguments.

use go_compat::suggest::nearest;

use super::super::ast::{Matcher, Rule, Syntax};
use super::super::lexer::Kind;
use super::names::{names, takes_one};
use crate::Section;

/// The hint for a colon in a rule.
pub(super) const V1: &str = "that is Traefik 1 syntax: write Host(`example.com`)";

/// The hint for an unknown matcher, which `next` follows.
pub(super) fn name(
    section: Section,
    syntax: Syntax,
    written: &str,
    next: &Kind<'_>,
) -> Option<String> {
    if *next == Kind::Other(":") {
        return Some(V1.to_owned());
    }
    let small = written.to_ascii_lowercase();
    let own = names(section, syntax);
    let known = |names: &[&'static str]| {
        let mut names = names.iter().copied();
        names.find(|name| name.eq_ignore_ascii_case(&small))
    };
    if let Some(name) = known(own) {
        return Some(format!("write it `{name}`"));
    }
    match (section, &*small) {
        (Section::Http, "hostsni") => return Some(elsewhere("TCP", "Host")),
        (Section::Http, "hostsniregexp") => return Some(elsewhere("TCP", "HostRegexp")),
        (Section::Tcp, "host" | "hostheader") => return Some(elsewhere("HTTP", "HostSNI")),
        (Section::Tcp, "hostregexp") => return Some(elsewhere("HTTP", "HostSNIRegexp")),
        _ => {}
    }
    let other = match section {
        Section::Http => Section::Tcp,
        _ => Section::Http,
    };
    if let Some(name) = known(names(other, syntax)) {
        let word = if other == Section::Http {
            "HTTP"
        } else {
            "TCP"
        };
        return Some(format!("only {word} routers have `{name}`"));
    }
    if syntax == Syntax::V3 && known(names(section, Syntax::V2)).is_some() {
        let name = match &*small {
            "headers" => "Header",
            "headersregexp" => "HeaderRegexp",
            _ => "Host",
        };
        return Some(format!(
            "that is a matcher of Traefik 2: write `{name}`, or set `ruleSyntax` to v2"
        ));
    }
    if syntax == Syntax::V2 && known(names(section, Syntax::V3)).is_some() {
        return Some("Traefik 2 has no such matcher: remove `ruleSyntax`".to_owned());
    }
    let name = nearest(written, own.iter().copied())?;
    Some(format!("did you mean `{name}`?"))
}

fn elsewhere(whose: &str, name: &str) -> String {
    format!("that is a matcher of {whose} routers: write `{name}`")
}

/// The hint for a matcher with several values that takes one.
pub(super) fn several(matcher: &Matcher) -> Option<String> {
    const SHOWN: usize = 4;
    let one_each = takes_one(matcher.name)
        && (2..=SHOWN).contains(&matcher.args.len())
        && matcher.args.iter().all(|arg| arg.len() <= 80);
    if !one_each {
        return None;
    }
    let parts = matcher.args.iter().map(|arg| {
        Rule::Matcher(Matcher {
            name: matcher.name,
            args: vec![arg.clone()],
        })
    });
    let parts = Rule::Or(parts.collect());
    Some(format!(
        "only Traefik 2 takes several: write {parts}, or set `ruleSyntax` to v2"
    ))
}

/// The hint for a value with parts in braces, which are Traefik 2 syntax.
pub(crate) fn template(name: &str, value: &str) -> Option<String> {
    if !has_parts(value) {
        return None;
    }
    let example = match name {
        "HostRegexp" | "HostSNIRegexp" => "`^[a-z]+\\.example\\.com$`",
        "PathRegexp" | "Path" | "PathPrefix" => "PathRegexp(`^/[0-9]+$`)",
        _ => return None,
    };
    Some(format!(
        "parts in braces are Traefik 2 syntax: write {example}, or set `ruleSyntax` to v2"
    ))
}

/// `{name}` or `{name:…`.
fn has_parts(value: &str) -> bool {
    value.split('{').skip(1).any(|part| {
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
        let starts_well = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        starts_well && end.is_some_and(|end| part[end..].starts_with(['}', ':']))
    })
}
