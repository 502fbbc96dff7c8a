//! What happens to containers and networks in, Docker's event messages out: remembered, sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::filters::Filters;
use crate::time::unix_nanos;

/// A real engine replays no more than this.
const REMEMBERED: usize = 256;
/// Events a stream may lag behind before it loses the oldest.
const UNREAD: usize = 1024;

/// One event message.
#[derive(Debug)]
pub(crate) struct Event {
    /// `container` or `network`.
    pub(crate) kind: &'static str,
    pub(crate) action: String,
    /// The id of the container or network.
    pub(crate) id: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) at: u64,
}

/// The engine's memory of events, and its open streams.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) silent: bool,
    last: VecDeque<Arc<Event>>,
    sender: broadcast::Sender<Arc<Event>>,
}

impl Events {
    pub(crate) fn new() -> Self {
        let last = VecDeque::with_capacity(REMEMBERED);
        Self {
            silent: false,
            last,
            sender: broadcast::Sender::new(UNREAD),
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
        let at = unix_nanos(SystemTime::now());
        let event = Arc::new(Event {
            kind,
            action,
            id: id.to_owned(),
            attributes,
            at,
        });
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(event.clone());
        // An error only says that nobody listens.
        let _ = self.sender.send(event);
    }

    /// The remembered events from `since` on (none without), and all that come from now on.
    pub(crate) fn subscribe(
        &self,
        since: Option<u64>,
    ) -> (VecDeque<Arc<Event>>, broadcast::Receiver<Arc<Event>>) {
        let since = since.unwrap_or(u64::MAX);
        let past = self
            .last
            .iter()
            .filter(|event| event.at >= since)
            .cloned()
            .collect();
        (past, self.sender.subscribe())
    }
}

impl Event {
    /// Whether a stream with these filters shows the event. As in a real engine, names of
    /// filters that do not exist are passed over.
    pub(crate) fn passes(&self, filters: &Filters) -> bool {
        let attribute = |key| self.attributes.get(key).map_or("", String::as_str);
        let by_name = |kind| filters.prefix(kind, &[&self.id, attribute("name")]);
        // Their actions go on after a colon, so these three names match all that they begin.
        let begins = ["health_status", "exec_create", "exec_start"];
        let action = if filters
            .values("event")
            .iter()
            .any(|e| begins.contains(&e.as_str()))
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

    /// The message as JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut message = json!({
            "Type": self.kind,
            "Action": self.action,
            "Actor": { "ID": self.id, "Attributes": self.attributes },
            "scope": "local",
            "time": self.at / 1_000_000_000,
            "timeNano": self.at,
        });
        if self.kind == "container" {
            // Of old, and only for containers and images.
            message["status"] = json!(self.action);
            message["id"] = json!(self.id);
            message["from"] = json!(self.attributes.get("image"));
        }
        message
    }
}
