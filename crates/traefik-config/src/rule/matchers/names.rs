//! Lists the matchers of each section and syntax, and how many values they take.

use super::super::ast::Syntax;
use super::v2;
use crate::Section;

/// The names of all matchers.
pub(super) fn names(section: Section, syntax: Syntax) -> &'static [&'static str] {
    match (section, syntax) {
        (Section::Http, Syntax::V3) => &[
            "ClientIP",
            "Header",
            "HeaderRegexp",
            "Host",
            "HostRegexp",
            "Method",
            "Path",
            "PathPrefix",
            "PathRegexp",
            "Query",
            "QueryRegexp",
        ],
        (Section::Http, Syntax::V2) => v2::HTTP,
        // The same in both.
        (Section::Tcp, _) => &["ALPN", "ClientIP", "HostSNI", "HostSNIRegexp"],
        (Section::Udp | Section::Tls, _) => &[],
    }
}

/// The matcher with this name in one of the spellings that Traefik accepts: its own, lower case,
/// upper case, or with only the first letter in upper case.
pub(super) fn named(section: Section, syntax: Syntax, written: &str) -> Option<&'static str> {
    let names = names(section, syntax).iter().copied();
    let mut alike = names.filter(|name| name.eq_ignore_ascii_case(written));
    alike.find(|name| {
        let rest = written.get(1..).unwrap_or_default();
        let is_title = written.starts_with(|c: char| c.is_ascii_uppercase())
            && !rest.contains(|c: char| c.is_ascii_uppercase());
        written == *name
            || !written.contains(|c: char| c.is_ascii_uppercase())
            || !written.contains(|c: char| c.is_ascii_lowercase())
            || is_title
    })
}

/// The smallest and the largest number of values, in Traefik 3.
pub(super) fn counts(name: &str) -> (usize, usize) {
    match name {
        "Header" | "HeaderRegexp" => (2, 2),
        "Query" | "QueryRegexp" => (1, 2),
        _ => (1, 1),
    }
}

/// True for a matcher that takes exactly one value.
pub(super) fn takes_one(name: &str) -> bool {
    counts(name) == (1, 1)
}

#[cfg(test)]
mod tests;
