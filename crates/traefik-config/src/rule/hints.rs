//! What somebody wrote in, what was probably meant out.

use super::lexer::Kind;
use super::{Matcher, Rule, Syntax, matchers};
use crate::Section;
use crate::suggest::nearest;

/// For a colon in a rule.
pub(super) const V1: &str = "that is Traefik 1's way: write Host(`example.com`)";

/// For a name that is no matcher, and whatever follows it.
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
    let names = matchers::names(section, syntax);
    let known = |names: &[&'static str]| {
        let mut names = names.iter().copied();
        names.find(|name| name.eq_ignore_ascii_case(&small))
    };
    if let Some(name) = known(names) {
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
    if let Some(name) = known(matchers::names(other, syntax)) {
        let word = if other == Section::Http {
            "HTTP"
        } else {
            "TCP"
        };
        return Some(format!("only {word} routers have `{name}`"));
    }
    if syntax == Syntax::V3 && known(matchers::names(section, Syntax::V2)).is_some() {
        let name = match &*small {
            "headers" => "Header",
            "headersregexp" => "HeaderRegexp",
            _ => "Host",
        };
        return Some(format!(
            "Traefik 2 had it: write `{name}`, or say `ruleSyntax` v2"
        ));
    }
    if syntax == Syntax::V2 && known(matchers::names(section, Syntax::V3)).is_some() {
        return Some("Traefik 2 had no such matcher: leave `ruleSyntax` out".to_owned());
    }
    let name = nearest(written, names.iter().copied())?;
    Some(format!("did you mean `{name}`?"))
}

fn elsewhere(whose: &str, name: &str) -> String {
    format!("that is one of {whose} routers: write `{name}`")
}

/// For an operator that is written as a word.
pub(super) fn operator(word: &str) -> Option<String> {
    let operator = match &*word.to_ascii_lowercase() {
        "and" => "&&",
        "or" => "||",
        "not" => "!",
        _ => return None,
    };
    Some(format!("write `{operator}`"))
}

/// For a token that stands where none like it can; `example` is a matcher.
pub(super) fn token(kind: &Kind<'_>, at_end: bool, example: &str) -> Option<String> {
    let hint = match kind {
        Kind::LineEnd if !at_end => {
            "a line may end only behind `&&`, `||`, `!`, `(` or `,`, as in Go"
        }
        Kind::Other("&") => "write `&&`",
        Kind::Other("|") => "write `||`",
        Kind::Other("'" | "´" | "‘" | "’" | "“" | "”" | "„" | "«" | "»") => {
            return Some(format!("put texts in back quotes, such as {example}"));
        }
        Kind::Other(";") => "write `&&` or `||`",
        Kind::Word(word) if !word.eq_ignore_ascii_case("not") => return operator(word),
        _ => return None,
    };
    Some(hint.to_owned())
}

/// For a matcher that takes one value and has several.
pub(super) fn several(matcher: &Matcher) -> Option<String> {
    const SHOWN: usize = 4;
    let one_each = matchers::takes_one(matcher.name)
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
        "Traefik 2 took several: write {parts}, or say `ruleSyntax` v2"
    ))
}

/// For a value with parts in braces, which only Traefik 2 knew.
pub(super) fn template(name: &str, value: &str) -> Option<String> {
    if !has_parts(value) {
        return None;
    }
    let example = match name {
        "HostRegexp" | "HostSNIRegexp" => "`^[a-z]+\\.example\\.com$`",
        "PathRegexp" | "Path" | "PathPrefix" => "PathRegexp(`^/[0-9]+$`)",
        _ => return None,
    };
    Some(format!(
        "parts in braces are Traefik 2's: write {example}, or say `ruleSyntax` v2"
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
