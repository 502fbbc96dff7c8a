//! The labels `tether.address` and `tether.SERVICE.address` in, the addresses they say out.

use std::collections::BTreeMap;

use traefik_config::{Code, Element, Kind, Problem};

use crate::host::{Address, AddressSource, Host};

/// The addresses that a container's labels say.
#[derive(Debug, Default)]
pub(super) struct AddressLabels {
    whole: Option<Address>,
    services: BTreeMap<String, Address>,
}

/// What our own labels begin with.
const PREFIX: &str = "tether.";

/// True for a label that is meant for Traefik or for us.
pub(super) fn is_ours(key: &str) -> bool {
    let begins = |prefix: &str| {
        key.get(..prefix.len())
            .is_some_and(|k| k.eq_ignore_ascii_case(prefix))
    };
    begins("traefik.") || begins(PREFIX)
}

impl AddressLabels {
    /// Reads the labels of a container with these elements. A bad address is an error, so that
    /// nothing is sent to another than the one that was meant.
    pub(super) fn read(
        labels: &BTreeMap<String, String>,
        elements: &[Element],
    ) -> (Self, Vec<Problem>) {
        let mut said = Self::default();
        let mut problems = Vec::new();
        for (key, value) in labels {
            let lower = key.to_ascii_lowercase();
            let Some(rest) = lower.strip_prefix(PREFIX) else {
                continue;
            };
            let service = match rest
                .strip_suffix("address")
                .map(|rest| rest.strip_suffix('.'))
            {
                Some(None) if rest == "address" => None,
                Some(Some(service)) if !service.is_empty() => Some(service),
                _ => {
                    let message = format!(
                        "label {key}: there is no such label; there are tether.address and \
                         tether.SERVICE.address"
                    );
                    problems.push(Problem::warning(Code::UnknownField, message).of_label(key));
                    continue;
                }
            };
            let host = match value.parse::<Host>() {
                Ok(host) => host,
                Err(why) => {
                    let message = format!("label {key}: {why}");
                    problems.push(Problem::error(Code::BadValue, message).of_label(key));
                    continue;
                }
            };
            let address = Address {
                host,
                source: AddressSource::Label,
                reason: format!("the label {key} is set"),
            };
            let Some(service) = service else {
                said.whole = Some(address);
                continue;
            };
            let names = elements
                .iter()
                .filter(|element| element.kind == Kind::Services);
            let names: Vec<&str> = names.map(|element| element.name.as_str()).collect();
            if !names.iter().any(|name| name.eq_ignore_ascii_case(service)) {
                let message = format!(
                    "label {key}: the container has no service `{service}`, but {}",
                    if names.is_empty() {
                        "none at all".to_owned()
                    } else {
                        names.join(", ")
                    }
                );
                problems.push(Problem::warning(Code::UnknownField, message).of_label(key));
            }
            said.services.insert(service.to_owned(), address);
        }
        (said, problems)
    }

    /// What is said of a service.
    pub(super) fn of(&self, service: &str) -> Option<&Address> {
        self.services
            .get(&service.to_ascii_lowercase())
            .or(self.whole.as_ref())
    }
}
