//! Requests to one engine, in the API version that both know, and their answers as plain words
//! or snapshots.

use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tether_runtime::machine::boot_id;

use super::answer::{Info, Inspect, List, Version};
use super::endpoint::Endpoint;
use super::error::ApiError;
use super::event::{TimedEvent, signal};
use super::podman::Podman;
use super::transport::Transport;
use super::{query, read, stream};
use crate::docker::model::container::{Container, Idle};
use crate::docker::model::engine::{Reach, Rootless};

/// The newest API that this version was written for.
const NEWEST_API: (u32, u32) = (1, 53);

/// The name of Podman among its components.
const PODMAN: &str = "Podman Engine";

/// A Docker's word for that it runs without root's rights.
const ROOTLESS: &str = "name=rootless";

/// The identity of an engine, as far as it reports one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    /// Its id.
    pub(crate) id: Option<String>,
    /// Its host's name.
    pub(crate) name: Option<String>,
    /// Set if it runs without root's rights.
    pub(crate) rootless: Option<Rootless>,
}

/// One engine, its API version negotiated.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    endpoint: Endpoint,
    transport: Transport,
    version: String,
    /// The details that this engine's lists leave out, if it is a Podman.
    podman: Option<Arc<Podman>>,
}

impl Client {
    /// Asks the engine which API it speaks and takes the newest that both know.
    pub(crate) async fn connect(endpoint: &Endpoint) -> anyhow::Result<Self> {
        let words = |fault: ApiError| fault.words(endpoint, "GET /version");
        let transport = Transport::new(&endpoint.way).map_err(words)?;
        let answer: Version = transport.get("/version").await.map_err(words)?;
        let number = |text: Option<String>| -> Option<(u32, u32)> {
            let (major, minor) = text.as_deref()?.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let theirs = number(answer.api_version).unwrap_or(NEWEST_API);
        let least = number(answer.min_api_version).unwrap_or_default();
        let (major, minor) = NEWEST_API.min(theirs).max(least);
        let mut parts = answer.components.unwrap_or_default().into_iter();
        let is_podman = parts.any(|part| part.name.as_deref() == Some(PODMAN));
        let version = format!("{major}.{minor}");
        Ok(Self {
            endpoint: endpoint.clone(),
            transport: transport.with_version(&version),
            version,
            podman: is_podman.then(Arc::default),
        })
    }

    /// The way to the engine.
    pub(crate) fn reach(&self) -> Reach {
        let peer = self.transport.peer();
        Reach {
            stated: self.endpoint.stated.clone(),
            peer: peer.map(|(peer, _)| peer),
            is_own: peer.is_some_and(|(_, is_own)| is_own),
        }
    }

    /// The API version in use.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// True if it is a Podman.
    pub(crate) fn is_podman(&self) -> bool {
        self.podman.is_some()
    }

    /// Asks the engine for its identity.
    pub(crate) async fn identity(&self) -> anyhow::Result<Identity> {
        let info = self.ask("/info").await;
        let info: Info = info.map_err(|fault| fault.words(&self.endpoint, "GET /info"))?;
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        // Podman makes up another id for each answer: the machine's own stands for it.
        let id = match self.podman {
            None => info.id,
            Some(_) => boot_id().map(|id| format!("podman-{id}")),
        };
        let options = info.security_options.unwrap_or_default();
        let rootless = match self.podman {
            None if options.iter().any(|option| option == ROOTLESS) => Some(Rootless::Docker),
            Some(_) if info.rootless == Some(true) => Some(Rootless::Podman),
            None | Some(_) => None,
        };
        Ok(Identity {
            id: filled(id),
            name: filled(info.name),
            rootless,
        })
    }

    /// The running containers, sorted by id.
    pub(crate) async fn list(&self) -> anyhow::Result<Vec<Container>> {
        let listed = async {
            let list: List = self.ask(&query::running_containers()).await?;
            let mut containers = read::containers(&list);
            if let Some(podman) = &self.podman {
                podman.complete(&self.transport, &mut containers).await?;
            }
            Ok::<_, ApiError>(containers)
        };
        let listed = listed.await;
        listed.map_err(|fault| fault.words(&self.endpoint, "GET /containers/json"))
    }

    /// The containers that do not run, sorted by name.
    pub(crate) async fn idle(&self) -> anyhow::Result<Vec<Idle>> {
        let list = self.ask(query::ALL_CONTAINERS).await;
        let list: List =
            list.map_err(|fault| fault.words(&self.endpoint, "GET /containers/json"))?;
        Ok(read::idle(&list))
    }

    /// The container's own stop signal; none if it has none of its own, or cannot be inspected.
    pub(crate) async fn stop_signal(&self, id: &str) -> Option<i32> {
        match self
            .ask::<Inspect>(&query::inspect(id))
            .await
            .ok()?
            .config?
            .stop_signal?
        {
            Value::String(text) => signal(&text),
            number => number.as_i64()?.try_into().ok(),
        }
    }

    /// A subscription that this query asks for. It stands when this returns.
    pub(crate) async fn subscribe(&self, query: &str) -> anyhow::Result<Incoming> {
        let opened = self.transport.open(query).await;
        opened.map_err(|fault| fault.words(&self.endpoint, "GET /events"))
    }

    /// The events of a subscription.
    pub(crate) fn events(
        &self,
        subscription: Incoming,
    ) -> impl Stream<Item = anyhow::Result<TimedEvent>> + use<> {
        let endpoint = self.endpoint.clone();
        stream::events(subscription)
            .map(move |event| event.map_err(|fault| fault.words(&endpoint, "GET /events")))
    }

    /// Sends a `GET` for this path.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        self.transport.get(path).await
    }
}
