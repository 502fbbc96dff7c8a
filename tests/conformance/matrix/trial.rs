//! Runs the cases of one version, and reports where facts, validation and Traefik disagree.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use traefik_config::validate::{canonical_for, validate_for};
use traefik_config::{Element, Problem, TraefikVersion, shown};

use crate::cases::{Case, Expected};
use crate::harness::traefik_of;
use crate::verdict::{Verdict, ask};

/// The number of processes at once: most of them wait.
const AT_ONCE: usize = 24;

/// The number of rejections by one process: by then it waits for more than a second.
const REFUSALS: usize = 4;

/// The number of accepted documents for one process.
const ACCEPTED: usize = 100;

/// The fields that Traefik's log leaves out of the configuration: secrets, and fields that are not
/// in its JSON.
const HIDDEN: [&str; 8] = [
    ".certificates",
    ".rootCAs",
    ".caFiles",
    ".defaultCertificate",
    ".servers[].port",
    ".forcePermanentRedirect",
    ".forwardingTimeouts.readTimeout",
    ".forwardingTimeouts.writeTimeout",
];

/// One case on one version, with our result and later Traefik's.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The version.
    pub(crate) version: &'static str,
    case: Case,
    ours: Result<Element, Vec<Problem>>,
    theirs: Option<Verdict>,
}

/// Gives each case to Traefik in a document of its own.
pub(crate) async fn alone(trials: Vec<Trial>) -> Result<Vec<Trial>> {
    let mut groups: BTreeMap<(&str, bool), Vec<Trial>> = BTreeMap::new();
    for trial in trials {
        let group = groups.entry((trial.version, trial.ours.is_ok()));
        group.or_default().push(trial);
    }
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for ((_, accepted), mut group) in groups {
        let size = if accepted { ACCEPTED } else { REFUSALS };
        while !group.is_empty() {
            let few = group.split_off(group.len().saturating_sub(size));
            let places = Arc::clone(&places);
            tasks.spawn(async move {
                let _place = places.acquire().await?;
                asked(few).await
            });
        }
    }
    let mut all = Vec::new();
    while let Some(few) = tasks.join_next().await {
        all.extend(few??);
    }
    Ok(all)
}

/// Gives all cases to one Traefik in one document, which it must accept; returns the disagreements.
pub(crate) async fn together(trials: Vec<Trial>) -> Result<Vec<String>> {
    let program = traefik_of(trials.first().context("no cases")?.version)?;
    let mut document = json!({});
    for (number, trial) in trials.iter().enumerate() {
        let Element { section, kind, .. } = &trial.case.element;
        document[section.as_str()][kind.as_str()][format!("element-{number}")] =
            trial.case.element.body.clone();
    }
    let trials = match ask(&program, &[document]).await?.pop() {
        Some(Verdict::Accepted(config)) => {
            let told = trials.into_iter().enumerate().map(|(number, mut trial)| {
                let Element { section, kind, .. } = &trial.case.element;
                let own = &config[section.as_str()][kind.as_str()][format!("element-{number}")];
                trial.theirs = Some(Verdict::Accepted(own.clone()));
                trial
            });
            told.collect()
        }
        // One by one, it is seen which.
        _ => alone(trials).await?,
    };
    Ok(trials.iter().filter_map(Trial::disagreement).collect())
}

async fn asked(mut trials: Vec<Trial>) -> Result<Vec<Trial>> {
    let program = traefik_of(trials.first().context("no cases")?.version)?;
    let document = |trial: &Trial| {
        let Element {
            section,
            kind,
            name,
            body,
            ..
        } = &trial.case.element;
        json!({ section.as_str(): { kind.as_str(): { name: body } } })
    };
    let documents: Vec<Value> = trials.iter().map(document).collect();
    let verdicts = ask(&program, &documents).await?;
    for (trial, verdict) in trials.iter_mut().zip(verdicts) {
        let Element {
            section,
            kind,
            name,
            ..
        } = &trial.case.element;
        trial.theirs = Some(match verdict {
            Verdict::Accepted(config) => {
                Verdict::Accepted(config[section.as_str()][kind.as_str()][name].clone())
            }
            refused @ Verdict::Refused(_) => refused,
        });
    }
    Ok(trials)
}

impl Trial {
    /// A trial of each case on this version.
    pub(crate) fn all(version: &'static str, cases: Vec<Case>) -> Vec<Self> {
        let minor: TraefikVersion = version.parse().expect("a version of the list");
        let trial = |case: Case| Self {
            ours: canonical_for(&case.element, minor),
            version,
            case,
            theirs: None,
        };
        cases.into_iter().map(trial).collect()
    }

    /// True if Traefik rejected it.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.theirs, Some(Verdict::Refused(_)))
    }

    /// One line if not all agree.
    pub(crate) fn disagreement(&self) -> Option<String> {
        let why = self.judged().err()?;
        Some(format!("{}, {}: {why}", self.version, self.case.what))
    }

    fn judged(&self) -> Result<()> {
        let theirs = self.theirs.as_ref().context("Traefik was not asked")?;
        if let Ok(canonical) = &self.ours {
            let minor = self.version.parse().expect("a version of the list");
            if let Err(problems) = validate_for(canonical, minor) {
                bail!("what is canonical is not valid: {problems:?}");
            }
        }
        match (&self.case.expected, &self.ours, theirs) {
            (Expected::Understood(facts), Ok(ours), Verdict::Accepted(theirs)) => {
                if *facts != ours.body {
                    bail!("the facts say {facts}, we understand {}", ours.body);
                }
                same(&ours.body, theirs, "")
            }
            (Expected::Agreement, Ok(ours), Verdict::Accepted(theirs)) => {
                same(&ours.body, theirs, "")
            }
            (Expected::Refused(field, code), Err(problems), Verdict::Refused(reason)) => {
                let end = format!("field not found, node: {field}");
                let [problem] = &problems[..] else {
                    bail!("not one problem: {problems:?}");
                };
                let named = problem.message.contains(&shown(field));
                if problem.code != *code || !named {
                    bail!("it is not about {field}: {problem:?}");
                }
                if !reason.to_lowercase().ends_with(&end.to_lowercase()) {
                    bail!("Traefik refuses it for something else: {reason}");
                }
                Ok(())
            }
            (Expected::Agreement, Err(_), Verdict::Refused(_))
            | (Expected::Nonsense, Err(_), _) => Ok(()),
            (expected, ours, theirs) => {
                let ours = ours.as_ref().map(|ours| ours.body.to_string());
                bail!("expected is {expected:?}, we say {ours:?}, Traefik {theirs:?}")
            }
        }
    }
}

/// An error if what Traefik understood lacks something of what we understood.
fn same(ours: &Value, theirs: &Value, place: &str) -> Result<()> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => ours.iter().try_for_each(|(name, ours)| {
            let mut members = theirs.iter();
            let found = members.find(|(other, _)| other.eq_ignore_ascii_case(name));
            let theirs = found.map_or(&Value::Null, |(_, theirs)| theirs);
            same(ours, theirs, &format!("{place}.{name}"))
        }),
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let mut pairs = ours.iter().zip(theirs);
            pairs.try_for_each(|(ours, theirs)| same(ours, theirs, &format!("{place}[]")))
        }
        _ if ours == theirs => Ok(()),
        (_, Value::Null) if HIDDEN.iter().any(|end| place.ends_with(end)) => Ok(()),
        // It leaves out what is as good as not written.
        (_, Value::Null) if is_nothing(ours) => Ok(()),
        _ => bail!("`{place}` is {ours} for us and {theirs} for Traefik"),
    }
}

/// True for what Go takes for unset.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "0s",
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
    }
}
