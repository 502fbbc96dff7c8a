//! A stream of server-sent events.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use super::wait::within;

/// An answer that goes on.
pub struct Stream {
    body: Incoming,
    text: String,
}

/// One server-sent event.
pub struct Event {
    pub name: String,
    pub data: Value,
}

impl Stream {
    pub fn new(body: Incoming) -> Self {
        Self {
            body,
            text: String::new(),
        }
    }

    /// The next event; comments are passed over.
    pub async fn next_event(&mut self) -> Event {
        within("an event", self.read_event()).await
    }

    async fn read_event(&mut self) -> Event {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .map(str::trim)
                };
                // A word that the hub lives is no event.
                if let (Some(name @ ("state" | "change")), Some(data)) =
                    (field("event:"), field("data:"))
                {
                    let data = serde_json::from_str(data).unwrap();
                    return Event {
                        name: name.to_owned(),
                        data,
                    };
                }
                continue;
            }
            let frame = self.body.frame().await.expect("the stream ended");
            if let Ok(data) = frame.unwrap().into_data() {
                self.text.push_str(&String::from_utf8_lossy(&data));
            }
        }
    }

    /// The data of the next event without a name; comments are passed over.
    pub async fn next_message(&mut self) -> Value {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                assert!(!block.contains("event:"), "{block}");
                if let Some(data) = block.trim().strip_prefix("data:") {
                    return serde_json::from_str(data).unwrap();
                }
                continue;
            }
            let frame = within("an event", self.body.frame()).await;
            let frame = frame.expect("the stream ended").unwrap();
            if let Ok(data) = frame.into_data() {
                self.text.push_str(&String::from_utf8_lossy(&data));
            }
        }
    }

    /// Returns when the stream is over, in good order.
    pub async fn ended(mut self) {
        while let Some(frame) = within("the stream's end", self.body.frame()).await {
            frame.unwrap();
        }
    }
}
