//! Writes a rule as a text that [`parse`](super::parse) reads back as the same rule.

use std::fmt;

use super::ast::{Matcher, Rule};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => join(f, parts, " && ", |part| matches!(part, Self::Or(_))),
            Self::Or(parts) => join(f, parts, " || ", |_| false),
            Self::Not(part) => {
                f.write_str("!")?;
                enclose(f, part, matches!(**part, Self::And(_) | Self::Or(_)))
            }
            Self::Matcher(matcher) => matcher.fmt(f),
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (number, arg) in self.args.iter().enumerate() {
            f.write_str(if number > 0 { ", " } else { "" })?;
            quote(f, arg)?;
        }
        f.write_str(")")
    }
}

fn join(
    f: &mut fmt::Formatter<'_>,
    parts: &[Rule],
    sign: &str,
    needs_parentheses: impl Fn(&Rule) -> bool,
) -> fmt::Result {
    for (number, part) in parts.iter().enumerate() {
        f.write_str(if number > 0 { sign } else { "" })?;
        enclose(f, part, needs_parentheses(part))?;
    }
    Ok(())
}

fn enclose(f: &mut fmt::Formatter<'_>, part: &Rule, parentheses: bool) -> fmt::Result {
    if parentheses {
        write!(f, "({part})")
    } else {
        write!(f, "{part}")
    }
}

/// Uses backquotes where possible, as people do.
fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if !text.contains(['`', '\r', '\0', '\u{FEFF}']) {
        return write!(f, "`{text}`");
    }
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            c if c.is_control() || c == '\u{FEFF}' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}
