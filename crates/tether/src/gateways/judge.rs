//! `Look` + `Merged` → what the gateway does with each element, and how much of the configuration
//! it has. Pure.
//!
//! An element counts only if the gateway has it as it is served. Otherwise the gateway has not
//! applied the configuration yet, or reads another hub, and what it says is not about our element.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tether_runtime::text::printable_up_to;
use traefik_config::{Key, Kind, Section};

use super::api::{Elements, shows};
use super::compare::{Match, compare};
use super::view::{EntryPoint, Status, Verdict, Verdicts};
use crate::compile::MergedElement;
use crate::merge::Merged;

/// The most errors of one element that are kept.
const ERRORS_LIMIT: usize = 8;

/// The longest error that is kept, in characters.
const ERROR_MAX_CHARS: usize = 1000;

/// The elements and entry points of one gateway at one moment.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) elements: Elements,
    pub(super) entry_points: Arc<[EntryPoint]>,
}

/// The result of a comparison.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Judgement {
    pub(super) verdicts: Arc<Verdicts>,
    /// The number of elements that the gateway should show.
    pub(super) expected: usize,
    /// The number of those that it has as they are served.
    pub(super) matched: usize,
    /// The number of elements of our provider that are not served.
    pub(super) extra: usize,
}

impl Judgement {
    /// True if the gateway has exactly what is served, as far as its API shows.
    pub(super) fn is_applied(&self) -> bool {
        self.matched == self.expected && self.extra == 0
    }

    /// The differences, for a gateway that should have no more of them.
    pub(super) fn describe(&self) -> String {
        let Self {
            expected,
            matched,
            extra,
            ..
        } = self;
        if *matched == 0 && *expected > 0 {
            return "it has nothing of what this hub serves: does its `providers.http.endpoint` \
                    lead to this hub? See Traefik's log"
                .to_owned();
        }
        let missing = expected - matched;
        format!(
            "it has not applied the newest configuration: {missing} of {expected} elements are \
             missing or different, {extra} are no longer served; see Traefik's log"
        )
    }
}

/// Compares what a gateway has with what is served. With `patient`, details that differ are taken
/// for another form of the same, since the gateway has had time to apply a change.
pub(super) fn judge(look: &Look, merged: &Merged, patient: bool) -> Judgement {
    let limit = if patient { Match::Loose } else { Match::Same };
    let mut judgement = Judgement::default();
    let mut seen = BTreeSet::new();
    let mut verdicts = Vec::new();
    let elements = merged.elements.iter().filter(|(key, _)| shows(key));
    for (key, element) in elements {
        judgement.expected += 1;
        let body = element.value();
        let keys = look.keys_of(key, &body, merged);
        let shown: Vec<Value> = keys
            .iter()
            .filter_map(|key| serde_json::from_str(look.elements.get(key)?.get()).ok())
            .collect();
        seen.extend(keys);
        let agrees = !shown.is_empty() && compare(key.kind, &body, &shown) <= limit;
        judgement.matched += usize::from(agrees);
        verdicts.push(if agrees {
            verdict(element, &shown)
        } else {
            waiting(element)
        });
    }
    let extra = look.elements.keys().filter(|key| !seen.contains(*key));
    judgement.extra = extra.count();
    judgement.verdicts = Arc::new(verdicts.into_iter().collect());
    judgement
}

impl Look {
    /// The keys under which the gateway shows an element. A router at entry points with settings of
    /// their own is shown as `ENTRYPOINT-NAME`, one whose TLS options conflict at an entry point as
    /// `ENTRYPOINT-conflicted-NAME`.
    fn keys_of(&self, key: &Key, body: &Value, merged: &Merged) -> Vec<Key> {
        let mut keys = vec![key.clone()];
        if key.kind == Kind::Routers && key.section == Section::Http {
            let own = body.get("entryPoints").and_then(Value::as_array);
            let own = own.into_iter().flatten().filter_map(Value::as_str);
            let all = self.entry_points.iter().map(|point| point.name.as_str());
            for point in own.chain(all).collect::<BTreeSet<_>>() {
                let name = &key.name;
                keys.extend(
                    [
                        format!("{point}-{name}"),
                        format!("{point}-conflicted-{name}"),
                        format!("{point}-conflicted-{point}-{name}"),
                    ]
                    .map(|name| Key::new(key.section, key.kind, name)),
                );
            }
        }
        let is_other = |other: &Key| other != key && merged.elements.get(other).is_some();
        keys.retain(|key| self.elements.contains_key(key) && !is_other(key));
        keys
    }
}

/// The verdict of the copies that the gateway has of an element.
fn verdict(element: &Arc<MergedElement>, shown: &[Value]) -> Verdict {
    let mut errors: Vec<String> = Vec::new();
    for error in shown.iter().flat_map(errors_of) {
        if errors.len() < ERRORS_LIMIT && !errors.contains(&error) {
            errors.push(error);
        }
    }
    let statuses: BTreeSet<Status> = shown.iter().map(status).collect();
    let status = match (statuses.first(), statuses.last()) {
        // Some copies work.
        (Some(Status::Enabled | Status::Warning), Some(Status::Disabled)) => Status::Warning,
        (_, Some(worst)) => *worst,
        (_, None) => Status::Waiting,
    };
    Verdict {
        element: Arc::clone(element),
        status,
        errors,
        down: shown.iter().flat_map(down).collect(),
    }
}

fn waiting(element: &Arc<MergedElement>) -> Verdict {
    Verdict {
        element: Arc::clone(element),
        status: Status::Waiting,
        errors: Vec::new(),
        down: Vec::new(),
    }
}

fn status(shown: &Value) -> Status {
    match shown.get("status").and_then(Value::as_str) {
        Some("disabled") => Status::Disabled,
        Some("warning") => Status::Warning,
        _ => Status::Enabled,
    }
}

fn errors_of(shown: &Value) -> impl Iterator<Item = String> {
    let errors = shown.get("error").and_then(Value::as_array);
    let errors = errors.into_iter().flatten().filter_map(Value::as_str);
    errors.map(|error| printable_up_to(error, ERROR_MAX_CHARS))
}

/// The servers whose health check fails. Without a health check the status says nothing.
fn down(shown: &Value) -> Vec<String> {
    if shown.pointer("/loadBalancer/healthCheck").is_none() {
        return Vec::new();
    }
    let servers = shown.get("serverStatus").and_then(Value::as_object);
    let servers = servers.into_iter().flatten();
    let down = servers.filter(|(_, status)| status.as_str() == Some("DOWN"));
    down.map(|(address, _)| printable_up_to(address, ERROR_MAX_CHARS))
        .collect()
}

#[cfg(test)]
mod tests;
