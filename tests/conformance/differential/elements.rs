//! Reads the elements of a Traefik in comparable form from its `/api/rawdata` and last
//! configuration.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result};
use docker_sim::{Engine, Protocol};
use serde_json::{Map, Value};

/// Elements by kind and name, as `routers/app`.
pub(crate) type Elements = BTreeMap<String, Value>;

/// The fields about the present state: which routers use a service, and which servers answer.
const STATE: [&str; 2] = ["usedBy", "serverStatus"];

/// The elements of one provider, named and referred to without its name. `server` translates
/// addresses of servers.
pub(crate) fn elements(
    rawdata: &Value,
    provider: &str,
    server: &dyn Fn(&str, Protocol) -> String,
) -> Result<Elements> {
    let suffix = format!("@{provider}");
    let mut all = Elements::new();
    for (kind, elements) in rawdata.as_object().context("no rawdata")? {
        let protocol = match kind.as_str() {
            "udpServices" => Protocol::Udp,
            _ => Protocol::Tcp,
        };
        for (name, body) in elements.as_object().context("no elements")? {
            let Some(name) = name.strip_suffix(&suffix) else {
                continue;
            };
            let mut body = body.clone();
            if let Value::Object(body) = &mut body {
                body.retain(|field, _| !STATE.contains(&field.as_str()));
                servers(body, &|text| server(text, protocol));
                errors(body);
            }
            plain(&mut body, &suffix);
            all.insert(format!("{kind}/{name}"), body);
        }
    }
    Ok(all)
}

/// The TLS stores and options of a configuration, which `/api/rawdata` does not show.
pub(crate) fn tls(received: &Value) -> Elements {
    let mut all = Elements::new();
    for kind in ["stores", "options"] {
        for (name, body) in received["tls"][kind].as_object().into_iter().flatten() {
            all.insert(format!("tls/{kind}/{name}"), body.clone());
        }
    }
    all
}

/// Translates the servers of a service, and sorts them: replicas have no order.
fn servers(service: &mut Map<String, Value>, translate: &dyn Fn(&str) -> String) {
    if let Some(Value::Array(servers)) = service
        .get_mut("loadBalancer")
        .and_then(|balancer| balancer.get_mut("servers"))
    {
        for server in servers.iter_mut() {
            for field in ["url", "address"] {
                if let Some(Value::String(text)) = server.get_mut(field) {
                    *text = translate(text);
                }
            }
        }
        servers.sort_by_key(Value::to_string);
    }
}

/// Takes the addresses out of messages: of several servers a message names any one.
fn errors(element: &mut Map<String, Value>) {
    let is_server = |word: &str| {
        let address = word.trim_end_matches(':').split_once("://");
        address.is_some_and(|(_, address)| address.parse::<SocketAddr>().is_ok())
    };
    let messages = element.get_mut("error").and_then(Value::as_array_mut);
    for message in messages.into_iter().flatten() {
        if let Value::String(text) = message {
            let words = text.split(' ');
            let words = words.map(|word| if is_server(word) { "SERVER" } else { word });
            *text = words.collect::<Vec<_>>().join(" ");
        }
    }
}

/// Takes the provider's name out of all texts.
fn plain(value: &mut Value, suffix: &str) {
    match value {
        Value::String(text) if text.contains(suffix) => *text = text.replace(suffix, ""),
        Value::Array(list) => list.iter_mut().for_each(|value| plain(value, suffix)),
        Value::Object(map) => map.values_mut().for_each(|value| plain(value, suffix)),
        _ => {}
    }
}

/// The address of each port of the containers on other hosts.
#[derive(Debug)]
pub(crate) struct Published {
    host: IpAddr,
    by_private: BTreeMap<(SocketAddr, Protocol), SocketAddr>,
}

impl Published {
    /// Reads the addresses of all the engine's containers.
    pub(crate) fn of(engine: &Engine, host: IpAddr) -> Self {
        let mut by_private = BTreeMap::new();
        for name in engine.names() {
            for address in engine.addresses(&name).into_values() {
                for binding in engine.bindings(&name) {
                    let private = SocketAddr::new(address.into(), binding.private);
                    let public = SocketAddr::new(host, binding.host_port);
                    by_private.insert((private, binding.protocol), public);
                }
            }
        }
        Self { host, by_private }
    }

    /// Replaces the address of a container by that of its host, after any prefix.
    pub(crate) fn translate(&self, text: &str, protocol: Protocol) -> String {
        let (scheme, address) = match text.split_once("://") {
            Some((scheme, address)) => (format!("{scheme}://"), address),
            None => (String::new(), text),
        };
        let Ok(address) = address.parse::<SocketAddr>() else {
            return text.to_owned();
        };
        // So Traefik reaches a container that uses the host's network.
        let public = if address.ip().is_loopback() {
            Some(SocketAddr::new(self.host, address.port()))
        } else {
            self.by_private.get(&(address, protocol)).copied()
        };
        public.map_or_else(|| text.to_owned(), |public| format!("{scheme}{public}"))
    }
}
