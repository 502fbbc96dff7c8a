//! Reads the labels `tether.address` and `tether.SERVICE.address`.

use std::collections::BTreeMap;

use traefik_config::labels::defines_element;
use traefik_config::{Code, Element, Kind, Problem};

use super::skip_reason::SERVE_ONE_OFF;
use crate::host::{Address, AddressSource, Host};

/// The prefix of Traefik's labels.
const TRAEFIK_PREFIX: &str = "traefik.";

/// The prefix of our own labels.
const PREFIX: &str = "tether.";

/// The last part of a label with an address.
const ADDRESS: &str = "address";

/// The addresses that a container's labels set.
#[derive(Debug, Default)]
pub(super) struct AddressLabels {
    /// For all services.
    container: Option<Address>,
    /// For single services, by their lower-case name.
    services: BTreeMap<String, Address>,
}

/// True for a label that is meant for Traefik or for tether.
pub(super) fn is_ours(key: &str) -> bool {
    [TRAEFIK_PREFIX, PREFIX].iter().any(|prefix| {
        let start = key.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })
}

impl AddressLabels {
    /// Reads the labels of a container with these elements. A bad address is an error: the
    /// container is not routed to an address that was not meant.
    pub(super) fn read(
        labels: &BTreeMap<String, String>,
        elements: &[Element],
    ) -> (Self, Vec<Problem>) {
        let mut read = Self::default();
        let mut problems = Vec::new();
        for (key, value) in labels {
            let lower = key.to_ascii_lowercase();
            if lower == SERVE_ONE_OFF || defines_element(key) {
                continue;
            }
            if let Some(rest) = lower.strip_prefix(PREFIX)
                && let Err(problem) = read.add(key, rest, value, elements, &mut problems)
            {
                problems.push(problem.of_label(key));
            }
        }
        (read, problems)
    }

    /// Adds one label; `rest` is what follows the prefix.
    fn add(
        &mut self,
        key: &str,
        rest: &str,
        value: &str,
        elements: &[Element],
        warnings: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let target = target(rest).ok_or_else(|| {
            let message = format!(
                "label {key}: unknown label; use tether.address, tether.SERVICE.address, \
                 tether.oneoff, or tether.http.serverstransports.NAME.FIELD, \
                 tether.tcp.serverstransports.NAME.FIELD and tether.tls.options.NAME.FIELD"
            );
            Problem::warning(Code::UnknownField, message)
        })?;
        let host: Host = value
            .parse()
            .map_err(|why| Problem::error(Code::BadValue, format!("label {key}: {why}")))?;
        let address = Address {
            host,
            source: AddressSource::Label,
            reason: format!("the label {key} is set"),
        };
        match target {
            Target::Container => self.container = Some(address),
            Target::Service(service) => {
                warnings.extend(unknown_service(key, service, elements));
                self.services.insert(service.to_owned(), address);
            }
        }
        Ok(())
    }

    /// The address of a service.
    pub(super) fn of(&self, service: &str) -> Option<&Address> {
        self.services
            .get(&service.to_ascii_lowercase())
            .or(self.container.as_ref())
    }
}

/// The target of an address label.
enum Target<'a> {
    Container,
    Service(&'a str),
}

fn target(rest: &str) -> Option<Target<'_>> {
    match rest.strip_suffix(ADDRESS)? {
        "" => Some(Target::Container),
        service => match service.strip_suffix('.')? {
            "" => None,
            service => Some(Target::Service(service)),
        },
    }
}

/// A warning if the container has no such service.
fn unknown_service(key: &str, service: &str, elements: &[Element]) -> Option<Problem> {
    let services = elements
        .iter()
        .filter(|element| element.kind == Kind::Services);
    let names: Vec<&str> = services.map(|element| element.name.as_str()).collect();
    if names.iter().any(|name| name.eq_ignore_ascii_case(service)) {
        return None;
    }
    let names = if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    };
    let message = format!("label {key}: the container has no service `{service}`, but {names}");
    Some(Problem::warning(Code::UnknownField, message).of_label(key))
}
