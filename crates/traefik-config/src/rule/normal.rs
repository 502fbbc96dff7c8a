//! Computes the normal form of a rule: rules that differ only in their spelling have the same one.

use super::ast::{Matcher, Rule};

impl Rule {
    /// The rule with `!` at matchers only, parts sorted and each once, and values that Traefik
    /// compares without their case in one case.
    ///
    /// Rules of equal normal form match the same requests. The contrary does not hold.
    #[must_use]
    pub fn normal(&self) -> Self {
        normal(self, false)
    }
}

fn normal(rule: &Rule, negated: bool) -> Rule {
    match rule {
        Rule::Not(part) => normal(part, !negated),
        Rule::And(parts) | Rule::Or(parts) => {
            let parts = parts.iter().map(|part| normal(part, negated)).collect();
            // The contrary of "all" is "one of the contraries", and the other way round.
            let flat = if matches!(rule, Rule::And(_)) == negated {
                Rule::any(parts)
            } else {
                Rule::all(parts)
            };
            match flat {
                Rule::And(parts) => Rule::all(sorted(parts)),
                Rule::Or(parts) => Rule::any(sorted(parts)),
                one => one,
            }
        }
        Rule::Matcher(matcher) => {
            let rule = Rule::Matcher(in_one_case(matcher));
            if negated { rule.negated() } else { rule }
        }
    }
}

fn sorted(mut parts: Vec<Rule>) -> Vec<Rule> {
    parts.sort();
    parts.dedup();
    parts
}

fn in_one_case(matcher: &Matcher) -> Matcher {
    let args = matcher.args.iter().map(|arg| match matcher.name {
        "Host" | "HostHeader" | "HostSNI" => arg.to_ascii_lowercase(),
        "Method" => arg.to_ascii_uppercase(),
        _ => arg.clone(),
    });
    Matcher {
        name: matcher.name,
        args: args.collect(),
    }
}

#[cfg(test)]
mod tests;
