//! Evaluates constraints expressions against a container's labels.
//!
//! Traefik's Docker provider reads only the containers that match. The grammar is that of rules,
//! with the two matchers `Label` and `LabelRegex`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use go_compat::excerpt::shown;
use go_compat::regex::Regex;
use go_compat::suggest::nearest;

use crate::rule::{
    ExpressionError, Matcher, MatcherError, Rule, RuleError, TokenKind, Vocabulary,
    parse_expression,
};

/// Selects containers by their labels; by default all.
#[derive(Debug, Clone, Default)]
pub struct Constraints {
    text: String,
    test: Option<Test>,
}

#[derive(Debug, Clone)]
enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Label { key: String, value: String },
    LabelRegex { key: String, value: Regex },
}

impl Constraints {
    /// Parses an expression. The empty one matches all containers.
    ///
    /// # Errors
    /// If Traefik would reject it, or Go does not compile one of its regular expressions. Traefik
    /// accepts such an expression and matches nothing, which is never intended.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let test = match text {
            "" => None,
            text => Some(Test::of(read(text)?)),
        };
        let text = text.to_owned();
        Ok(Self { text, test })
    }

    /// True if a container with these labels is read. A missing label counts as empty, as in
    /// Traefik.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.test.as_ref().is_none_or(|test| test.matches(labels))
    }
}

fn read(text: &str) -> Result<Rule, ExpressionError> {
    parse_expression(Labels, text).map_err(|error| match error {
        RuleError::Invalid(error) => error,
        RuleError::Unchecked(why) => ExpressionError {
            column: 1,
            message: format!("the expression cannot be read: {why}"),
            hint: None,
        },
    })
}

impl Test {
    fn of(rule: Rule) -> Self {
        let all = |rules: Vec<Rule>| rules.into_iter().map(Self::of).collect();
        match rule {
            Rule::And(rules) => Self::All(all(rules)),
            Rule::Or(rules) => Self::Any(all(rules)),
            Rule::Not(rule) => Self::Not(Box::new(Self::of(*rule))),
            Rule::Matcher(Matcher { name, mut args }) => {
                let value = args.pop().unwrap_or_default();
                let key = args.pop().unwrap_or_default();
                if name == REGEX {
                    let value = Regex::new(&value).expect("the parser asked `check`");
                    Self::LabelRegex { key, value }
                } else {
                    Self::Label { key, value }
                }
            }
        }
    }

    fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let found = |key: &str| labels.get(key).map_or("", String::as_str);
        match self {
            Self::All(tests) => tests.iter().all(|test| test.matches(labels)),
            Self::Any(tests) => tests.iter().any(|test| test.matches(labels)),
            Self::Not(test) => !test.matches(labels),
            Self::Label { key, value } => found(key) == value,
            Self::LabelRegex { key, value } => value.is_match(found(key)),
        }
    }
}

/// The matchers of constraints.
#[derive(Debug, Clone, Copy)]
struct Labels;

const PLAIN: &str = "Label";
const REGEX: &str = "LabelRegex";
const NAMES: [&str; 2] = [PLAIN, REGEX];

impl Vocabulary for Labels {
    const EXAMPLE: &'static str = "Label(`key`, `value`)";

    fn named(self, written: &str) -> Option<&'static str> {
        NAMES.into_iter().find(|name| *name == written)
    }

    fn hint(self, written: &str, next: &TokenKind<'_>) -> Option<String> {
        let call = matches!(next, TokenKind::Open);
        let small = written.to_ascii_lowercase();
        match &*small {
            "labelregexp" => Some(format!("write it `{REGEX}`")),
            "tag" | "tagregex" => {
                Some("only Consul has tags: write Label(`key`, `value`)".to_owned())
            }
            _ if call => nearest(written, NAMES).map(|name| format!("did you mean `{name}`?")),
            _ => None,
        }
    }

    fn check(self, matcher: &Matcher) -> Result<(), MatcherError> {
        let Matcher { name, args } = matcher;
        let [_, value] = args.as_slice() else {
            let takes = if *name == REGEX {
                "a label's name and a regular expression"
            } else {
                "a label's name and its value"
            };
            let message = format!(
                "`{name}` takes {takes}, but the number of values is {}",
                args.len()
            );
            return Err(MatcherError::new((args.len() > 2).then_some(2), message));
        };
        if *name != REGEX {
            return Ok(());
        }
        Regex::new(value).map(drop).map_err(|why| {
            let message = format!(
                "`{}` cannot be used as a regular expression: {why}",
                shown(value)
            );
            MatcherError::new(Some(1), message)
        })
    }
}

impl FromStr for Constraints {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        Self::parse(text)
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
