//! Compares the elements of both sides, and reports all but the allowed differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter, Write as _};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::corpus::Differs;
use super::rig::Sides;
use crate::harness::report;

/// A side without what a rule is about.
type Without = fn(&Value) -> Value;

/// Differences that follow a rule and need not be listed: the reason, and a function that removes
/// them.
const BY_RULE: [(&str, Without); 3] = [
    ("unresolved-name", without_mark),
    ("made-up-cookie", without_cookie),
    ("port-of-a-health-check", without_check_of_port),
];

/// The number of differences that are shown whole.
const SHOWN: usize = 200;

/// Why differences are allowed, by the key that the corpus uses.
#[derive(Debug)]
pub(crate) struct Reasons(BTreeMap<String, String>);

/// How an element differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    OnlyTraefik,
    OnlyTether,
    Unlike,
}

/// The result of a comparison.
#[derive(Debug)]
pub(crate) struct Report {
    compared: usize,
    identical: usize,
    allowed: BTreeMap<String, usize>,
    faults: Vec<String>,
}

impl Reasons {
    /// Reads the list of reasons.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)?;
        Ok(Self(serde_yaml_ng::from_str(&text)?))
    }

    /// Those that no difference is listed with.
    pub(crate) fn unused<'a>(&'a self, differs: &'a [Differs]) -> impl Iterator<Item = &'a str> {
        let used = |reason: &str| {
            let mut listed = differs.iter().map(|known| known.reason.as_str());
            let mut by_rule = BY_RULE.iter().map(|(reason, _)| *reason);
            listed.any(|known| known == reason) || by_rule.any(|known| known == reason)
        };
        let all = self.0.keys().map(String::as_str);
        all.filter(move |reason| !used(reason))
    }
}

/// Compares all elements. An allowed difference that is none any more is a fault, too.
pub(crate) fn compare(sides: &Sides, allowed: &[Differs], reasons: &Reasons) -> Result<Report> {
    let allowed = expected(allowed, reasons)?;
    let keys: BTreeSet<&String> = sides.traefik.keys().chain(sides.tether.keys()).collect();
    let mut report = Report {
        compared: keys.len(),
        identical: 0,
        allowed: BTreeMap::new(),
        faults: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for key in keys {
        let (theirs, ours) = (sides.traefik.get(key), sides.tether.get(key));
        let Some(kind) = difference(theirs, ours) else {
            report.identical += 1;
            continue;
        };
        let known = allowed.get(&(key.as_str(), kind)).copied();
        let Some(reason) = known.or_else(|| by_rule(theirs?, ours?)) else {
            report.faults.push(shown(key, theirs, ours));
            continue;
        };
        seen.insert((key.as_str(), kind));
        *report.allowed.entry(reason.to_owned()).or_default() += 1;
    }
    for (element, kind) in allowed.keys().filter(|known| !seen.contains(known)) {
        let fault = format!("{element}: said to be {kind}, and is not: take it off the list\n");
        report.faults.push(fault);
    }
    Ok(report)
}

impl Report {
    /// Prints the figures, even if the test passes.
    pub(crate) fn print(&self, round: &str, containers: usize) -> Result<()> {
        let Self {
            compared,
            identical,
            ..
        } = self;
        let mut line = format!(
            "differential, {round}: {containers} containers, {compared} elements compared, {identical} \
             identical"
        );
        for (reason, count) in &self.allowed {
            write!(line, ", {count} {reason}")?;
        }
        report(&line)
    }

    /// An error that shows every other difference.
    pub(crate) fn check(&self) -> Result<()> {
        let count = self.faults.len();
        if count == 0 {
            return Ok(());
        }
        let all: Vec<&str> = self.faults.iter().map(String::as_str).take(SHOWN).collect();
        bail!(
            "{count} differences that are not allowed:\n{}",
            all.concat()
        );
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnlyTraefik => "Traefik's only",
            Self::OnlyTether => "ours only",
            Self::Unlike => "unlike",
        })
    }
}

/// The allowed differences with their reasons.
fn expected<'a>(
    differs: &'a [Differs],
    reasons: &Reasons,
) -> Result<BTreeMap<(&'a str, Kind), &'a str>> {
    let mut all = BTreeMap::new();
    for known in differs {
        let reason = known.reason.as_str();
        reasons
            .0
            .get(reason)
            .with_context(|| format!("`{reason}` is not in reasons.yml"))?;
        for (kind, elements) in [
            (Kind::OnlyTraefik, &known.only_traefik),
            (Kind::OnlyTether, &known.only_tether),
            (Kind::Unlike, &known.unlike),
        ] {
            for element in elements {
                let former = all.insert((element.as_str(), kind), reason);
                ensure!(former.is_none(), "{element} has two reasons");
            }
        }
    }
    Ok(all)
}

fn difference(theirs: Option<&Value>, ours: Option<&Value>) -> Option<Kind> {
    match (theirs, ours) {
        (Some(_), None) => Some(Kind::OnlyTraefik),
        (None, Some(_)) => Some(Kind::OnlyTether),
        (theirs, ours) => (theirs != ours).then_some(Kind::Unlike),
    }
}

/// The first of the rules that together explain the difference.
fn by_rule(theirs: &Value, ours: &Value) -> Option<&'static str> {
    let (mut theirs, mut ours) = (theirs.clone(), ours.clone());
    let mut first = None;
    for (reason, without) in BY_RULE {
        let (a, b) = (without(&theirs), without(&ours));
        if (&a, &b) != (&theirs, &ours) {
            first = first.or(Some(reason));
        }
        (theirs, ours) = (a, b);
    }
    first.filter(|_| theirs == ours)
}

/// The same without the generated name of a cookie, such as `_1a2b3`.
fn without_cookie(value: &Value) -> Value {
    let mut value = value.clone();
    let name = value.pointer_mut("/loadBalancer/sticky/cookie/name");
    if let Some(Value::String(name)) = name
        && let Some(hash) = name.strip_prefix('_')
        && hash.len() == 5
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        name.clear();
    }
    value
}

/// The same without a health check that has a port of its own.
fn without_check_of_port(value: &Value) -> Value {
    let mut value = value.clone();
    let balancer = value.pointer_mut("/loadBalancer");
    if let Some(balancer) = balancer.and_then(Value::as_object_mut)
        && balancer
            .get("healthCheck")
            .is_some_and(|check| !check["port"].is_null())
    {
        balancer.remove("healthCheck");
    }
    value
}

/// The same, as if names that nothing bears had been left as they are.
fn without_mark(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace("@unresolved", "").into(),
        Value::Array(list) => list.iter().map(without_mark).collect(),
        Value::Object(map) => {
            let all = map.iter();
            all.map(|(name, value)| (name.clone(), without_mark(value)))
                .collect()
        }
        other => other.clone(),
    }
}

fn shown(key: &str, theirs: Option<&Value>, ours: Option<&Value>) -> String {
    let text = |side: Option<&Value>| side.map_or_else(|| "none".to_owned(), Value::to_string);
    format!(
        "{key}\n  Traefik: {}\n  tether:  {}\n",
        text(theirs),
        text(ours)
    )
}
