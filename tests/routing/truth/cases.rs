//! Reads the containers of `truth/*.yml`.

use std::collections::BTreeMap;

use anyhow::{Context, Error, Result};
use docker_sim::{ContainerSpec, Publish};
use serde::Deserialize;
use serde_json::Value;
use traefik_config::TraefikVersion;

use crate::harness::root;

/// One container, and what a request to it gets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The container's name. `NAME` stands for it in the other texts.
    pub(super) name: String,
    /// The rule of its router; `none` for none. By default its host is `NAME.t`.
    rule: Option<String>,
    /// Labels without `traefik.`.
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    /// The labels of a middleware of its router.
    #[serde(default)]
    middleware: BTreeMap<String, Value>,
    /// Labels as they are.
    #[serde(default)]
    whole: BTreeMap<String, Value>,
    /// What listens at its port.
    #[serde(default)]
    pub(super) server: Server,
    /// The host name of the request; `NAME.t` if unset.
    host: Option<String>,
    /// The path of the request.
    path: Option<String>,
    /// User and password of the request.
    pub(super) user: Option<String>,
    /// The status that Traefik answers with.
    answer: Option<u16>,
    /// The first minor version of Traefik that takes it. An older one answers 404.
    since: Option<String>,
}

/// What listens at a container's port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Server {
    /// A web server that names its container.
    #[default]
    Http,
    /// Nothing.
    Refused,
    /// A server that speaks TLS.
    Tls,
}

impl Case {
    /// The status that Traefik answers with.
    pub(super) fn answer(&self) -> u16 {
        self.answer.expect("the reader sets it")
    }

    /// The host name of the request.
    pub(super) fn host(&self) -> String {
        let host = self.host.clone();
        host.unwrap_or_else(|| format!("{}.t", self.name))
    }

    /// The path of the request.
    pub(super) fn path(&self) -> String {
        self.path.clone().unwrap_or_else(|| "/".to_owned())
    }

    /// The container; `tls` is the port of its server if that speaks TLS.
    pub(super) fn container(&self, tls: u16) -> ContainerSpec {
        let spec = ContainerSpec::new(&self.name).labels(self.all_labels());
        match self.server {
            Server::Http => spec.publish(80).listening(),
            Server::Refused => spec.publish(80),
            Server::Tls => spec.publish(Publish::tcp(443).at(tls)),
        }
    }

    fn all_labels(&self) -> BTreeMap<String, String> {
        let name = &self.name;
        let mut labels = BTreeMap::from([("traefik.enable".to_owned(), "true".to_owned())]);
        let mut add = |key: String, value: &str| {
            labels.insert(key.replace("NAME", name), value.replace("NAME", name));
        };
        match self.rule.as_deref() {
            Some("none") => {}
            Some(rule) => add("traefik.http.routers.NAME.rule".to_owned(), rule),
            None => add(
                "traefik.http.routers.NAME.rule".to_owned(),
                "Host(`NAME.t`)",
            ),
        }
        if !self.middleware.is_empty() {
            add(
                "traefik.http.routers.NAME.middlewares".to_owned(),
                "NAME-middleware",
            );
        }
        for (field, value) in &self.middleware {
            add(
                format!("traefik.http.middlewares.NAME-middleware.{field}"),
                &text(value),
            );
        }
        for (key, value) in &self.labels {
            add(format!("traefik.{key}"), &text(value));
        }
        for (key, value) in &self.whole {
            add(key.clone(), &text(value));
        }
        labels
    }
}

/// The containers of all files, with the answer of this version of Traefik.
pub(super) fn read(version: TraefikVersion) -> Result<Vec<Case>> {
    let files = [
        ("served", 200),
        ("versions", 200),
        ("refused", 404),
        ("never", 404),
    ];
    let mut all = Vec::new();
    for (file, answer) in files {
        let path = root().join(format!("tests/routing/truth/{file}.yml"));
        let text = std::fs::read_to_string(&path)?;
        let cases: Vec<Case> =
            serde_yaml_ng::from_str(&text).with_context(|| path.display().to_string())?;
        for mut case in cases {
            let since = case.since.as_deref().map(str::parse).transpose();
            let since: Option<TraefikVersion> = since.map_err(Error::msg)?;
            case.answer.get_or_insert(answer);
            if since.is_some_and(|since| version < since) {
                case.answer = Some(404);
            }
            case.host = case.host.map(|host| host.replace("NAME", &case.name));
            case.path = case.path.map(|path| path.replace("NAME", &case.name));
            all.push(case);
        }
    }
    Ok(all)
}

/// A label's value as text.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
