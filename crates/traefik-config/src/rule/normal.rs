//! Computes the normal form of a rule: rules that differ only in their spelling have the same one.

use super::ast::{Matcher, Rule};

impl Rule {
    /// The rule with `!` only at matchers, with sorted parts, each once, and with one case for
    /// values whose case Traefik ignores.
    ///
    /// Rules with equal normal forms match the same requests. The converse does not hold.
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
            // De Morgan: the negation of "all" is "any of the negations", and vice versa.
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
