//! Requests to one engine, in the API version that both know, and their answers as plain words
//! or snapshots.

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{Info, Inspect, List, Version};
use super::container::{Container, Idle};
use super::endpoint::Endpoint;
use super::marks::{Heard, signal};
use super::{read, stream, transport};

/// An engine that has not answered a request by then does not answer.
pub(super) const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// The newest API that this version was written for.
const NEWEST_API: (u32, u32) = (1, 53);

/// The events after which a list may say something else.
const EVENTS: [&str; 12] = [
    "start",
    "die",
    "kill",
    "stop",
    "health_status",
    "rename",
    "pause",
    "unpause",
    "destroy",
    "update",
    "connect",
    "disconnect",
];

/// One engine, its API version negotiated.
#[derive(Debug, Clone)]
pub(super) struct Client {
    endpoint: Endpoint,
    version: String,
}

impl Client {
    /// Asks the engine which API it speaks and takes the newest that both know.
    pub(super) async fn connect(endpoint: &Endpoint) -> anyhow::Result<Self> {
        let answer: Version = get(endpoint, "GET /version", "/version").await?;
        let number = |text: Option<String>| -> Option<(u32, u32)> {
            let (major, minor) = text.as_deref()?.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let theirs = number(answer.api_version).unwrap_or(NEWEST_API);
        let least = number(answer.min_api_version).unwrap_or_default();
        let (major, minor) = NEWEST_API.min(theirs).max(least);
        Ok(Self {
            endpoint: endpoint.clone(),
            version: format!("{major}.{minor}"),
        })
    }

    /// The API version in use.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The engine's id and its host's name.
    pub(super) async fn identity(&self) -> anyhow::Result<(Option<String>, Option<String>)> {
        let info: Info = self.get("GET /info", "/info").await?;
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok((filled(info.id), filled(info.name)))
    }

    /// The running containers, sorted by id.
    pub(super) async fn list(&self) -> anyhow::Result<Vec<Container>> {
        let path = format!(
            "/containers/json?{}",
            filters(&json!({"status": ["running"]}))
        );
        let list: List = self.get("GET /containers/json", &path).await?;
        Ok(read::containers(&list))
    }

    /// The containers that do not run, sorted by name.
    pub(super) async fn idle(&self) -> anyhow::Result<Vec<Idle>> {
        let list: List = self
            .get("GET /containers/json", "/containers/json?all=true")
            .await?;
        Ok(read::idle(&list))
    }

    /// The container's own stop signal; none if it has none of its own, or cannot be inspected.
    pub(super) async fn stop_signal(&self, id: &str) -> Option<i32> {
        let path = format!("/containers/{id}/json");
        let inspect: Inspect = self.get("GET /containers/ID/json", &path).await.ok()?;
        match inspect.config?.stop_signal? {
            Value::String(text) => signal(&text),
            number => number.as_i64()?.try_into().ok(),
        }
    }

    /// A subscription to the engine's events. It stands when this returns.
    pub(super) async fn subscribe(&self) -> anyhow::Result<Incoming> {
        let wanted = filters(&json!({"type": ["container", "network"], "event": EVENTS}));
        let path = format!("/v{}/events?{wanted}", self.version);
        let opened = transport::open(&self.endpoint.way, &path).await;
        opened.map_err(|fault| fault.words(&self.endpoint, "GET /events"))
    }

    /// The events of a subscription.
    pub(super) fn events(
        &self,
        subscription: Incoming,
    ) -> impl Stream<Item = anyhow::Result<Heard>> + use<> {
        let endpoint = self.endpoint.clone();
        stream::events(subscription)
            .map(move |event| event.map_err(|fault| fault.words(&endpoint, "GET /events")))
    }

    async fn get<T: DeserializeOwned>(&self, what: &str, path: &str) -> anyhow::Result<T> {
        get(&self.endpoint, what, &format!("/v{}{path}", self.version)).await
    }
}

async fn get<T: DeserializeOwned>(
    endpoint: &Endpoint,
    what: &str,
    path: &str,
) -> anyhow::Result<T> {
    let answer = transport::get(&endpoint.way, path).await;
    answer.map_err(|fault| fault.words(endpoint, what))
}

fn filters(wanted: &Value) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("filters", &wanted.to_string())
        .finish()
}
