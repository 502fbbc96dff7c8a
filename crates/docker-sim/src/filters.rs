//! Parses the `filters` of a query and matches containers and events against them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Filter name → wanted values; without values everything passes.
#[derive(Debug, Default)]
pub(crate) struct Filters(BTreeMap<String, Vec<String>>);

/// Clients send the values as a list or as a map to `true`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    List(Vec<String>),
    Map(BTreeMap<String, bool>),
}

impl Filters {
    /// Parses the JSON of a query; empty means no filters.
    pub(crate) fn parse(json: Option<&str>) -> Result<Self, serde_json::Error> {
        let Some(json) = json.filter(|json| !json.is_empty()) else {
            return Ok(Self::default());
        };
        let parsed: BTreeMap<String, Values> = serde_json::from_str(json)?;
        let values = parsed.into_iter().map(|(name, values)| match values {
            Values::List(list) => (name, list),
            Values::Map(map) => (
                name,
                map.into_iter().filter(|(_, on)| *on).map(|e| e.0).collect(),
            ),
        });
        Ok(Self(values.collect()))
    }

    /// The names of the filters given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The values of one filter, if it was given.
    pub(crate) fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// True if `matches` holds for a wanted value, or if no value is wanted.
    pub(crate) fn any(&self, name: &str, matches: impl Fn(&str) -> bool) -> bool {
        let values = self.values(name);
        values.is_empty() || values.iter().any(|value| matches(value))
    }

    /// True if a wanted value is equal to `value`, or if no value is wanted.
    pub(crate) fn exact(&self, name: &str, value: &str) -> bool {
        self.any(name, |wanted| wanted == value)
    }

    /// True if a wanted value is the beginning of one of `values`, or if no value is wanted.
    pub(crate) fn prefix(&self, name: &str, values: &[&str]) -> bool {
        self.any(name, |wanted| {
            values.iter().any(|value| value.starts_with(wanted))
        })
    }

    /// True if all wanted labels (`key` or `key=value`) exist.
    pub(crate) fn labels(&self, labels: &BTreeMap<String, String>) -> bool {
        self.values("label")
            .iter()
            .all(|wanted| match wanted.split_once('=') {
                Some((key, value)) => labels.get(key).is_some_and(|v| v == value),
                None => labels.contains_key(wanted),
            })
    }

    /// True if the name contains a wanted one; `^` and `$` anchor it. A real engine takes a regular
    /// expression, but clients use only these anchors.
    pub(crate) fn name(&self, name: &str) -> bool {
        self.any("name", |wanted| {
            let text = wanted
                .trim_start_matches('^')
                .trim_end_matches('$')
                .trim_start_matches('/');
            match (wanted.starts_with('^'), wanted.ends_with('$')) {
                (true, true) => name == text,
                (true, false) => name.starts_with(text),
                (false, true) => name.ends_with(text),
                (false, false) => name.contains(text),
            }
        })
    }
}

#[cfg(test)]
mod tests;
