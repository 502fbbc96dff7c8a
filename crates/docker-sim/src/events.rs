//! Sends Docker's event messages to the open streams and remembers the last ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::filters::Filters;
use crate::time::unix_nanos;

/// The events that are remembered, as many as by a real engine.
const MAX_REMEMBERED: usize = 256;
/// The events a stream may lag behind before it loses the oldest.
const MAX_UNREAD: usize = 1024;

/// One event message.
#[derive(Debug)]
pub(crate) struct Event {
    /// `container` or `network`.
    pub(crate) kind: &'static str,
    pub(crate) action: String,
    /// The id of the container or network.
    pub(crate) id: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) at_nanos: u64,
}

/// The remembered events, and the channel to the open streams.
#[derive(Debug)]
pub(crate) struct Events {
    /// True if new events are dropped, as a fault.
    pub(crate) silent: bool,
    remembered: VecDeque<Arc<Event>>,
    sender: broadcast::Sender<Arc<Event>>,
}

impl Events {
    pub(crate) fn new() -> Self {
        let remembered = VecDeque::with_capacity(MAX_REMEMBERED);
        Self {
            silent: false,
            remembered,
            sender: broadcast::Sender::new(MAX_UNREAD),
        }
    }

    pub(crate) fn emit(
        &mut self,
        kind: &'static str,
        action: String,
        id: &str,
        attributes: BTreeMap<String, String>,
    ) {
        if self.silent {
            return;
        }
        let event = Arc::new(Event {
            kind,
            action,
            id: id.to_owned(),
            attributes,
            at_nanos: unix_nanos(SystemTime::now()),
        });
        if self.remembered.len() == MAX_REMEMBERED {
            self.remembered.pop_front();
        }
        self.remembered.push_back(event.clone());
        // An error only means that no stream is open.
        let _ = self.sender.send(event);
    }

    /// The remembered events from `since` on (without `since` none), and a receiver of all new
    /// ones.
    pub(crate) fn subscribe(
        &self,
        since: Option<u64>,
    ) -> (VecDeque<Arc<Event>>, broadcast::Receiver<Arc<Event>>) {
        let since = since.unwrap_or(u64::MAX);
        let past = self
            .remembered
            .iter()
            .filter(|event| event.at_nanos >= since)
            .cloned()
            .collect();
        (past, self.sender.subscribe())
    }
}

impl Event {
    /// True if a stream with these filters shows the event. As in a real engine, unknown filters
    /// are ignored.
    pub(crate) fn passes(&self, filters: &Filters) -> bool {
        let attribute = |key| self.attributes.get(key).map_or("", String::as_str);
        let by_name = |kind| filters.prefix(kind, &[&self.id, attribute("name")]);
        // These actions continue after a colon, so a filter matches their beginning.
        let prefixes = ["health_status", "exec_create", "exec_start"];
        let action = if filters
            .values("event")
            .iter()
            .any(|e| prefixes.contains(&e.as_str()))
        {
            filters.prefix("event", &[&self.action])
        } else {
            filters.exact("event", &self.action)
        };
        let image = attribute("image");
        let untagged = image.split(':').next().unwrap_or(image);
        action
            && filters.exact("type", self.kind)
            && filters.exact("scope", "local")
            && ["container", "network", "volume"].into_iter().all(by_name)
            && filters.any("image", |wanted| wanted == image || wanted == untagged)
            && filters.labels(&self.attributes)
    }

    /// The message in Docker's JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut message = json!({
            "Type": self.kind,
            "Action": self.action,
            "Actor": { "ID": self.id, "Attributes": self.attributes },
            "scope": "local",
            "time": self.at_nanos / 1_000_000_000,
            "timeNano": self.at_nanos,
        });
        if self.kind == "container" {
            // Deprecated fields, which only containers and images have.
            message["status"] = json!(self.action);
            message["id"] = json!(self.id);
            message["from"] = json!(self.attributes.get("image"));
        }
        message
    }
}
