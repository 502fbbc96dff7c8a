//! Computes the hosts that a rule can match.

use super::ast::{Matcher, Rule};

/// The hosts that a rule can match. Unless `any` is true, each of them is in `names`, or below one
/// of `wildcards`, or matches one of `regexps`.
///
/// A policy such as "only below `example.com`" holds if `any` is false, all of `names` and
/// `wildcards` are below it, and there are no `regexps`, which cannot be compared. If `any` is
/// true, the rest is what the rule names as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Host names in lower case, without a dot at the end, each once, in the rule's order.
    pub names: Vec<String>,
    /// Patterns such as `*.example.com`, which stand for one more label. In the same form.
    pub wildcards: Vec<String>,
    /// Regular expressions of Go, and templates in Traefik 2's syntax, as they were written.
    pub regexps: Vec<String>,
    /// True if it can match hosts that it does not name.
    pub any: bool,
}

impl Rule {
    /// The hosts that it can match.
    ///
    /// A host below a `!` does not count: `!Host(…)` matches all others.
    pub fn hosts(&self) -> Hosts {
        bound(self, false)
    }

    /// The values of its `Host` or `HostSNI`, in lower case, in order. Traefik uses them to select
    /// certificates and TLS options.
    ///
    /// Negated ones do not count. (Up to 3.7.9 they did.)
    pub fn domains(&self) -> Vec<String> {
        let mut domains = Vec::new();
        self.add_domains(false, &mut domains);
        domains
    }

    fn add_domains(&self, negated: bool, domains: &mut Vec<String>) {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.add_domains(negated, domains);
                }
            }
            Self::Not(part) => part.add_domains(!negated, domains),
            Self::Matcher(Matcher { name, args }) => {
                if !negated && matches!(*name, "Host" | "HostSNI") {
                    domains.extend(args.iter().map(|arg| arg.to_lowercase()));
                }
            }
        }
    }
}

fn bound(rule: &Rule, negated: bool) -> Hosts {
    match rule {
        Rule::Not(part) => bound(part, !negated),
        // De Morgan: the negation of "all" is "any of the negations", and vice versa.
        Rule::And(parts) | Rule::Or(parts) => {
            let parts = parts.iter().map(|part| bound(part, negated));
            if matches!(rule, Rule::And(_)) == negated {
                parts.fold(Hosts::default(), Hosts::or)
            } else {
                parts.reduce(Hosts::and).unwrap_or_else(Hosts::of_any)
            }
        }
        Rule::Matcher(_) if negated => Hosts::of_any(),
        Rule::Matcher(matcher) => of_matcher(matcher),
    }
}

fn of_matcher(matcher: &Matcher) -> Hosts {
    let mut hosts = Hosts::default();
    match matcher.name {
        "Host" | "HostSNI" | "HostHeader" => {
            for arg in &matcher.args {
                let name = arg.to_lowercase();
                let name = name.strip_suffix('.').unwrap_or(&name);
                match name.strip_prefix('*') {
                    Some("") => hosts.any = true,
                    Some(_) => hosts.wildcards.push(name.to_owned()),
                    None if name.is_empty() => {}
                    None => hosts.names.push(name.to_owned()),
                }
            }
        }
        "HostRegexp" | "HostSNIRegexp" => hosts.regexps.extend(matcher.args.iter().cloned()),
        _ => hosts.any = true,
    }
    hosts
}

impl Hosts {
    fn of_any() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    /// The hosts that at least one of both can match.
    fn or(mut self, other: Self) -> Self {
        unite(&mut self.names, other.names);
        unite(&mut self.wildcards, other.wildcards);
        unite(&mut self.regexps, other.regexps);
        self.any |= other.any;
        self
    }

    /// The hosts that both can match, at most those of each.
    fn and(mut self, other: Self) -> Self {
        match (self.any, other.any) {
            (true, true) => self.or(other),
            (true, false) => other,
            (false, true) => self,
            (false, false) if self.is_names() && other.is_names() => {
                self.names.retain(|name| other.names.contains(name));
                self
            }
            (false, false) if !self.is_names() && other.is_names() => other,
            (false, false) => self,
        }
    }

    fn is_names(&self) -> bool {
        !self.any && self.wildcards.is_empty() && self.regexps.is_empty()
    }
}

fn unite(all: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

#[cfg(test)]
mod tests;
