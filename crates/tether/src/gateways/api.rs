//! Decodes the answers of Traefik's API. Fields that are missing or have another type than
//! expected are left out: an API of another version, or of another program, must not do harm.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use traefik_config::defaults::without_defaults;
use traefik_config::{Key, Kind, Section, TraefikVersion};

use super::view::EntryPoint;

/// The end of the names of the elements that the hub serves.
const SUFFIX: &str = "@http";

/// The longest name and version that are kept, in bytes. Docker's names are shorter.
const NAME_MAX_BYTES: usize = 1024;

/// The longest TLS of an entry point that is kept, in bytes.
const TLS_MAX_BYTES: usize = 4096;

/// The most entry points that are kept.
const ENTRY_POINTS_LIMIT: usize = 256;

/// Traefik's entry point for its own API, which is never a default one.
const INTERNAL: &str = "traefik";

/// The answer to `/api/version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// The version, such as `3.7.15`.
    pub(super) version: String,
    /// The time of the start, which identifies the process.
    pub(super) started: String,
}

/// The end of the names of the elements of Traefik's own files.
const FILE_SUFFIX: &str = "@file";

/// The most elements of Traefik's own files that are kept.
const FILES_LIMIT: usize = 10_000;

/// The elements of the hub that a gateway has, as its API shows them.
pub(super) type Elements = BTreeMap<Key, Box<RawValue>>;

/// The elements that a gateway has.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// Those of the hub.
    pub(super) elements: Elements,
    /// The names of those of Traefik's own files.
    pub(super) files: BTreeSet<Key>,
}

/// Decodes `/api/version`; none if it is not Traefik's.
pub(super) fn version(body: &[u8]) -> Option<Version> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let text = |field: &str| {
        let text = value.get(field).and_then(Value::as_str)?;
        (text.len() <= NAME_MAX_BYTES).then(|| text.to_owned())
    };
    Some(Version {
        version: text("Version")?,
        started: text("startDate").unwrap_or_default(),
    })
}

/// Decodes `/api/entrypoints`; none if it is not a list.
pub(super) fn entry_points(body: &[u8]) -> Option<Arc<[EntryPoint]>> {
    let list: Vec<Value> = serde_json::from_slice(body).ok()?;
    let as_default = |value: &Value| value.get("asDefault").and_then(Value::as_bool);
    let any_default = list.iter().any(|one| as_default(one) == Some(true));
    let points = list.iter().take(ENTRY_POINTS_LIMIT).filter_map(|one| {
        let name = one.get("name")?.as_str()?;
        let address = one.get("address").and_then(Value::as_str);
        let (address, protocol) = match address.unwrap_or_default().split_once('/') {
            Some((address, protocol)) => (address, protocol),
            None => (address.unwrap_or_default(), "tcp"),
        };
        let udp = protocol.eq_ignore_ascii_case("udp");
        let default = match any_default {
            true => as_default(one) == Some(true),
            false => name != INTERNAL,
        };
        Some(EntryPoint {
            name: name.to_owned(),
            port: address
                .rsplit_once(':')
                .and_then(|(_, port)| port.parse().ok()),
            udp,
            tls: one.pointer("/http/tls").is_some_and(|tls| !tls.is_null()),
            router_tls: one.pointer("/http/tls").and_then(router_tls),
            default: default && !udp,
        })
    });
    Some(
        points
            .filter(|point| point.name.len() <= NAME_MAX_BYTES)
            .collect(),
    )
}

/// The TLS that an entry point gives to its routers.
fn router_tls(tls: &Value) -> Option<String> {
    let router = json!({ "tls": tls });
    let (section, kind) = (Section::Http, Kind::Routers);
    let mut router = without_defaults(section, kind, &router, TraefikVersion::NEWEST);
    router.sort_all_objects();
    let tls = router.get("tls").filter(|tls| tls.is_object())?;
    let text = tls.to_string();
    (tls.get("options").is_none() && text.len() <= TLS_MAX_BYTES).then_some(text)
}

/// The answer to `/api/rawdata`. The bodies of other providers' elements are not copied.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RawData<'a> {
    #[serde(borrow)]
    routers: Part<'a>,
    #[serde(borrow)]
    services: Part<'a>,
    #[serde(borrow)]
    middlewares: Part<'a>,
    #[serde(borrow)]
    tcp_routers: Part<'a>,
    #[serde(borrow)]
    tcp_services: Part<'a>,
    #[serde(borrow)]
    tcp_middlewares: Part<'a>,
    #[serde(borrow)]
    udp_routers: Part<'a>,
    #[serde(borrow)]
    udp_services: Part<'a>,
}

type Part<'a> = Option<HashMap<String, &'a RawValue>>;

/// Decodes `/api/rawdata`; none if it is not an object of elements.
pub(super) fn elements(body: &[u8]) -> Option<Decoded> {
    use Section::{Http, Tcp, Udp};
    let data: RawData<'_> = serde_json::from_slice(body).ok()?;
    let parts = [
        (Http, Kind::Routers, data.routers),
        (Http, Kind::Services, data.services),
        (Http, Kind::Middlewares, data.middlewares),
        (Tcp, Kind::Routers, data.tcp_routers),
        (Tcp, Kind::Services, data.tcp_services),
        (Tcp, Kind::Middlewares, data.tcp_middlewares),
        (Udp, Kind::Routers, data.udp_routers),
        (Udp, Kind::Services, data.udp_services),
    ];
    let mut decoded = Decoded::default();
    for (section, kind, part) in parts {
        for (name, body) in part.into_iter().flatten() {
            if let Some(name) = name.strip_suffix(SUFFIX) {
                let key = Key::new(section, kind, name);
                decoded.elements.insert(key, body.to_owned());
            } else if let Some(name) = name.strip_suffix(FILE_SUFFIX)
                && decoded.files.len() < FILES_LIMIT
                && name.len() <= NAME_MAX_BYTES
            {
                decoded.files.insert(Key::new(section, kind, name));
            }
        }
    }
    Some(decoded)
}

/// True for the elements that the API shows; it shows no transports and nothing of TLS.
pub(super) fn shows(key: &Key) -> bool {
    let kinds = [Kind::Routers, Kind::Services, Kind::Middlewares];
    key.section != Section::Tls && kinds.contains(&key.kind)
}

#[cfg(test)]
mod tests;
