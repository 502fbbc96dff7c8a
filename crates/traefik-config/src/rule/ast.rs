//! Represents a rule: matchers, `&&`, `||` and `!`.

/// A rule as it was written, apart from spaces, superfluous parentheses and the case of names.
///
/// `And` and `Or` have at least two parts, none of which is of their own kind, and `Not` never
/// contains another `Not`. [`parse`](super::parse) returns this form, and
/// [`Display`](std::fmt::Display) writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// `a && b`: all of them.
    And(Vec<Rule>),
    /// `a || b`: at least one of them.
    Or(Vec<Rule>),
    /// `!a`
    Not(Box<Rule>),
    /// `Host(…)`
    Matcher(Matcher),
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matcher {
    /// Its name in Traefik's own spelling.
    pub name: &'static str,
    /// Its arguments, without quotes.
    pub args: Vec<String>,
}

/// The syntax of matchers, as selected by a router's `ruleSyntax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Syntax {
    /// The syntax of Traefik 3.
    #[default]
    V3,
    /// The syntax of Traefik 2: several values in one matcher, `{name:regexp}` in paths and hosts.
    V2,
}

impl Syntax {
    /// The syntax that Traefik selects for a `ruleSyntax`: v3 for everything but `v2`.
    pub fn named(name: &str) -> Self {
        if name == "v2" { Self::V2 } else { Self::V3 }
    }
}

impl Rule {
    /// The conjunction of these rules, flattened; a single rule stays as it is.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(parts) => parts,
            other => vec![other],
        });
        let mut flat: Vec<Self> = flat.collect();
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::And(flat),
        }
    }

    /// The disjunction of these rules, flattened; a single rule stays as it is.
    pub(crate) fn any(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(parts) => parts,
            other => vec![other],
        });
        let mut flat: Vec<Self> = flat.collect();
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::Or(flat),
        }
    }

    /// The negation; a double negation cancels out.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}
