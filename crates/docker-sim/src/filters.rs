//! The `filters` of a query in, yes or no for a container or an event out.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Filter name → wanted values; a name that is not there lets everything pass.
#[derive(Debug, Default)]
pub(crate) struct Filters(BTreeMap<String, Vec<String>>);

/// Clients write the values as a list, or as a map to `true`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    List(Vec<String>),
    Map(BTreeMap<String, bool>),
}

impl Filters {
    /// Reads the JSON of a query; nothing given means no filters.
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

    /// The values of one filter; none if it was not given.
    pub(crate) fn values(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether one of the wanted values holds, or none is wanted.
    pub(crate) fn any(&self, name: &str, holds: impl Fn(&str) -> bool) -> bool {
        let values = self.values(name);
        values.is_empty() || values.iter().any(|value| holds(value))
    }

    /// Whether one of the wanted values is this one, or none is wanted.
    pub(crate) fn exact(&self, name: &str, value: &str) -> bool {
        self.any(name, |wanted| wanted == value)
    }

    /// Whether one of the wanted values begins one of these, or none is wanted.
    pub(crate) fn prefix(&self, name: &str, values: &[&str]) -> bool {
        self.any(name, |wanted| {
            values.iter().any(|value| value.starts_with(wanted))
        })
    }

    /// Whether all wanted labels (`key` or `key=value`) are there.
    pub(crate) fn labels(&self, labels: &BTreeMap<String, String>) -> bool {
        self.values("label")
            .iter()
            .all(|wanted| match wanted.split_once('=') {
                Some((key, value)) => labels.get(key).is_some_and(|v| v == value),
                None => labels.contains_key(wanted),
            })
    }

    /// Whether the name contains a wanted one; `^` and `$` bind it to the ends. A real engine
    /// takes a regular expression, of which clients use no more than this.
    pub(crate) fn name(&self, name: &str) -> bool {
        self.any("name", |wanted| {
            let text = wanted.trim_start_matches('^').trim_end_matches('$');
            let text = text.trim_start_matches('/');
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
