//! Agents without an engine: they send frames of either wire, and reconnect like real ones when the
//! hub is lost.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use tether_runtime::fragments::fragments;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::ROUTERS;
use crate::harness::TOKEN;

/// How the agents talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// `tether.v1`.
    V1,
    /// The wire of the Go pair.
    Legacy,
}

/// Agents that run until they are dropped.
pub(super) struct Fleet {
    /// By agent, the number of its newest change.
    changes: Vec<watch::Sender<usize>>,
    _tasks: JoinSet<()>,
}

/// The state of one task.
struct Agent {
    wire: Wire,
    port: u16,
    number: usize,
    /// The last roster of a hub; empty on the legacy wire.
    roster: Vec<String>,
    change: watch::Receiver<usize>,
}

impl Wire {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V1 => "wire tether.v1",
            Self::Legacy => "legacy wire",
        }
    }

    /// How long an agent waits before it tries again; `random` is from 0 to 1.
    fn wait(self, tried: usize, random: f64) -> Duration {
        let (least, most) = match (self, tried) {
            (Self::V1, 0) => (0.0, 0.25),
            (Self::V1, _) => (0.0, 1.5),
            (Self::Legacy, _) => (3.0, 6.0),
        };
        Duration::from_secs_f64(least + (most - least) * random)
    }
}

impl Fleet {
    /// Starts them all at once; they know each other from an earlier hub.
    pub(super) fn start(wire: Wire, port: u16, count: usize) -> Self {
        let roster: Arc<Vec<String>> = Arc::new((0..count).map(name).collect());
        let mut tasks = JoinSet::new();
        let mut changes = Vec::new();
        for number in 0..count {
            let (sender, change) = watch::channel(0);
            let agent = Agent {
                wire,
                port,
                number,
                roster: roster.to_vec(),
                change,
            };
            tasks.spawn(agent.run());
            changes.push(sender);
        }
        Self {
            changes,
            _tasks: tasks,
        }
    }

    /// Changes one agent's routes; the text that is in the configuration from then on.
    pub(super) fn change(&self, agent: usize, number: usize) -> Result<String> {
        let sender = self.changes.get(agent).context("no such agent")?;
        sender.send_replace(number + 1);
        Ok(address(agent, 0, number + 1))
    }
}

fn name(number: usize) -> String {
    format!("agent{number:04}")
}

/// The address of a router's servers; the first router's moves with each change.
fn address(agent: usize, router: usize, change: usize) -> String {
    let moved = if router == 0 { change } else { 0 };
    let port = 10_000 + 10 * moved + router;
    format!("http://10.1.{}.{}:{port}", agent / 250, agent % 250 + 1)
}

impl Agent {
    async fn run(mut self) {
        let mut tried = 0;
        loop {
            // An error is the hub's end, or that it is not there yet.
            if self.session().await.is_ok() {
                tried = 0;
            }
            sleep(self.wire.wait(tried, random())).await;
            tried += 1;
        }
    }

    /// Ok if there was a session.
    async fn session(&mut self) -> Result<()> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://127.0.0.1:{}/api/ws", self.port);
        let mut request = url.into_client_request()?;
        let headers = request.headers_mut();
        headers.insert(
            "authorization",
            HeaderValue::from_str(&format!("Bearer {TOKEN}"))?,
        );
        if self.wire == Wire::V1 {
            headers.insert(
                "sec-websocket-protocol",
                HeaderValue::from_static("tether.v1"),
            );
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(4096)
            .write_buffer_size(4096);
        let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        if self.wire == Wire::V1 {
            for part in fragments(self.hello().to_string().into()) {
                socket.send(part).await?;
            }
        }
        self.change.mark_changed();
        let mut pings = interval(Duration::from_secs(5));
        let mut seq = 0;
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => self.hear(&text),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Ok(()),
                },
                changed = self.change.changed() => {
                    changed?;
                    let change = *self.change.borrow_and_update();
                    seq += 1;
                    let frame = match self.wire {
                        Wire::V1 => self.routes(seq, change),
                        Wire::Legacy => self.frame(change),
                    };
                    match self.wire {
                        Wire::V1 => {
                            for part in fragments(frame.to_string().into()) {
                                socket.send(part).await?;
                            }
                        }
                        Wire::Legacy => socket.send(Message::text(frame.to_string())).await?,
                    }
                }
                _ = pings.tick(), if self.wire == Wire::V1 => {
                    socket.send(Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    fn hear(&mut self, text: &str) {
        // Looked at first, because parsing a thousand rosters is this process's work, not the hub's.
        if text.contains(r#""type":"roster""#)
            && let Ok(message) = serde_json::from_str::<Value>(text)
            && let Some(agents) = message["agents"].as_array()
        {
            let names = agents.iter().filter_map(Value::as_str);
            self.roster = names.map(ToOwned::to_owned).collect();
        }
    }

    fn hello(&self) -> Value {
        let name = name(self.number);
        json!({
            "type": "hello", "agent": name, "instance": name, "version": "storm",
            "env": "default", "roster": self.roster,
            "engines": [{ "endpoint": "unix:///docker.sock", "id": name, "name": name }],
        })
    }

    /// One container for each router.
    fn routes(&self, seq: u64, change: usize) -> Value {
        let agent = name(self.number);
        let containers = (0..ROUTERS).map(|router| {
            let (name, rule) = self.router(router);
            let element =
                |kind, body| json!({ "section": "http", "kind": kind, "name": name, "body": body });
            let server = json!([{ "url": address(self.number, router, change) }]);
            json!({
                "id": name, "name": name, "created": 1,
                "elements": [
                    element("routers", json!({ "rule": rule, "service": name })),
                    element("services", json!({ "loadBalancer": { "servers": server } })),
                ],
            })
        });
        json!({
            "type": "routes", "seq": seq,
            "engines": [{
                "endpoint": "unix:///docker.sock", "id": agent, "name": agent, "listed": true,
                "containers": containers.collect::<Vec<_>>(),
            }],
        })
    }

    fn frame(&self, change: usize) -> Value {
        let (mut routers, mut services) = (Map::new(), Map::new());
        for router in 0..ROUTERS {
            let (name, rule) = self.router(router);
            let server = json!([{ "url": address(self.number, router, change) }]);
            let balancer = json!({ "servers": server, "passHostHeader": true });
            routers.insert(name.clone(), json!({ "rule": rule, "service": name }));
            services.insert(name, json!({ "loadBalancer": balancer }));
        }
        json!({
            "env": "default", "name": name(self.number),
            "config": { "http": { "routers": routers, "services": services } },
        })
    }

    fn router(&self, router: usize) -> (String, String) {
        let name = format!("app{}-{router}", self.number);
        let rule = format!("Host(`{name}.example.com`)");
        (name, rule)
    }
}

/// From 0 to 1; the spread matters, not how hard it is to guess.
fn random() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let number = RandomState::new().hash_one(0) >> 32;
    f64::from(u32::try_from(number).unwrap_or_default()) / f64::from(u32::MAX)
}
