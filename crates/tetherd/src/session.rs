//! One connection to one hub: hello and every new route set go out, receipts and rosters come in.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use futures_util::{SinkExt, StreamExt};
use tether_proto::{
    AgentMessage, Applied, Hello, HubMessage, PING_INTERVAL, Refusal, Routes, SILENCE_LIMIT,
    Welcome,
};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Bytes, Message, Utf8Bytes};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use traefik_config::{RouteSet, Severity};

use crate::address::Link;
use crate::agent::{Links, Word};
use crate::connect::Socket;
use crate::hub_status::HubStatus;
use crate::local::network_namespace;
use crate::parts::parts;
use crate::refused::Refused;
use crate::report::plain;

/// How long a hub may take to welcome an agent.
const WELCOME_LIMIT: Duration = Duration::from_secs(10);

/// How long a frame may take to leave.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// How long saying goodbye may take.
const BYE_LIMIT: Duration = Duration::from_secs(1);

/// What a session is told, and what it leaves behind.
pub(crate) struct Session<'a> {
    /// The hub's name in messages.
    pub(crate) hub: &'a str,
    /// Its place in the settings.
    pub(crate) index: usize,
    /// The agent's word.
    pub(crate) word: watch::Receiver<Word>,
    /// Where this session's link goes.
    pub(crate) links: &'a watch::Sender<Links>,
    /// What is known of this hub.
    pub(crate) status: &'a HubStatus,
    /// The last roster that this hub told.
    pub(crate) roster: &'a mut Option<Vec<String>>,
    /// True once the hub has said that this agent was drained.
    pub(crate) drained: &'a mut bool,
    /// True: a goodbye takes the routes along.
    pub(crate) drain_on_stop: bool,
    /// What the hub said of the last route set, so that it is logged once.
    pub(crate) verdicts: &'a mut BTreeSet<String>,
}

impl Session<'_> {
    /// Talks until `shutdown`, which alone ends it well.
    ///
    /// # Errors
    /// If the hub refuses, leaves, or is not heard any more.
    pub(crate) async fn run(
        mut self,
        socket: Socket,
        mut link: Link,
        hello: Hello,
        welcomed: impl FnOnce(&Welcome),
        shutdown: &CancellationToken,
    ) -> anyhow::Result<()> {
        let mut wire = Wire::new(socket, self.hub);
        let welcome = tokio::select! {
            () = shutdown.cancelled() => None,
            welcome = timeout(WELCOME_LIMIT, self.greet(&mut wire, hello)) => Some(welcome),
        };
        let welcome = match welcome {
            None => {
                wire.bye(self.drain_on_stop).await;
                return Ok(());
            }
            Some(Ok(welcome)) => welcome?,
            Some(Err(_)) => bail!(
                "the hub at {} does not welcome this agent: see its log",
                self.hub
            ),
        };
        welcomed(&welcome);
        // One that is none says nothing, as if it were left out.
        link.observed = welcome
            .observed_address
            .as_deref()
            .and_then(|ip| ip.parse().ok());
        let networks = welcome.network.zip(network_namespace());
        link.beside = networks.map(|(hubs, own)| hubs == own);
        tell_link(self.links, self.index, link);
        self.talk(&mut wire, link, welcome.limits.frame, shutdown)
            .await
    }

    /// Says hello; what the hub answers.
    async fn greet(&mut self, wire: &mut Wire<'_>, hello: Hello) -> anyhow::Result<Welcome> {
        wire.send(&AgentMessage::Hello(hello)).await?;
        loop {
            match wire.next().await? {
                HubMessage::Welcome(welcome) => return Ok(welcome),
                message => self.obey(message)?,
            }
        }
    }

    async fn talk(
        &mut self,
        wire: &mut Wire<'_>,
        link: Link,
        frame_limit: usize,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<()> {
        let mut seq = 0;
        let mut said: Option<std::sync::Arc<RouteSet>> = None;
        let mut word = self.word.clone();
        word.mark_changed();
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => {
                    wire.bye(self.drain_on_stop).await;
                    return Ok(());
                }
                message = wire.next() => self.obey(message?)?,
                changed = word.changed() => {
                    changed.context("the agent ends")?;
                    let newest = word.borrow_and_update().clone();
                    // A word that was made before this link was known may hold an address that
                    // the hub cannot reach; the next one follows at once.
                    let knows = newest.links.get(self.index) == Some(&Some(link));
                    if !newest.is_ready() || !knows || said.as_ref() == Some(&newest.routes) {
                        continue;
                    }
                    seq += 1;
                    let routes = RouteSet::clone(&newest.routes);
                    let routes = AgentMessage::Routes(Routes { seq, routes });
                    let fault = wire.push(&routes, frame_limit).await?;
                    self.status.sent(seq, fault);
                    said = Some(newest.routes);
                }
                _ = pings.tick() => wire.write(Message::Ping(Bytes::new())).await?,
            }
        }
    }

    fn obey(&mut self, message: HubMessage) -> anyhow::Result<()> {
        match message {
            HubMessage::Applied(applied) => self.applied(&applied),
            HubMessage::Roster { agents } => {
                debug!(hub = self.hub, agents = agents.len(), "roster");
                *self.roster = Some(agents);
            }
            HubMessage::Rejected { code, message } => {
                debug!(?code, "rejected");
                if code == Refusal::Restarting {
                    bail!("the hub at {} is shutting down", self.hub);
                }
                *self.drained |= code == Refusal::Drained;
                let words = format!(
                    "the hub at {} refuses this agent: {}",
                    self.hub,
                    plain(&message)
                );
                // Nobody needs to act: it was asked for.
                if code == Refusal::Drained {
                    bail!(words);
                }
                return Err(Refused(words).into());
            }
            // A second welcome, an answer to nothing, or what a newer hub has to say.
            HubMessage::Welcome(_) | HubMessage::Drained { .. } | HubMessage::Unknown => {}
        }
        Ok(())
    }

    fn applied(&mut self, applied: &Applied) {
        debug!(
            hub = self.hub,
            seq = applied.seq,
            version = applied.version,
            "applied"
        );
        self.status.applied(applied);
        let mut lines = BTreeSet::new();
        for verdict in &applied.verdicts {
            let message = plain(&verdict.message);
            let container = plain(verdict.container.as_deref().unwrap_or_default());
            let element = verdict.element.as_deref().map(plain);
            let line = format!("{container} {element:?} {message}");
            if !self.verdicts.contains(&line) {
                if verdict.severity == Severity::Info {
                    info!(hub = self.hub, container, element, "{message}");
                } else {
                    warn!(hub = self.hub, container, element, "{message}");
                }
            }
            lines.insert(line);
        }
        *self.verdicts = lines;
    }
}

/// Says by which connection this hub is reached.
pub(crate) fn tell_link(links: &watch::Sender<Links>, index: usize, link: Link) {
    links.send_if_modified(|links| {
        let place = links.get_mut(index);
        place.is_some_and(|place| place.replace(link) != Some(link))
    });
}

/// The connection itself, its limits kept.
pub(crate) struct Wire<'a> {
    socket: Socket,
    hub: &'a str,
    heard: Instant,
}

impl<'a> Wire<'a> {
    /// A connection to the hub of this name in messages.
    pub(crate) fn new(socket: Socket, hub: &'a str) -> Self {
        Self {
            socket,
            hub,
            heard: Instant::now(),
        }
    }

    /// The hub's next message. It may be dropped and called anew: nothing that was read is lost.
    pub(crate) async fn next(&mut self) -> anyhow::Result<HubMessage> {
        let text = self.text().await?;
        serde_json::from_str(&text)
            .map_err(|error| anyhow!("the hub at {} says something unknown: {error}", self.hub))
    }

    /// The hub's next text frame, as [`Self::next`].
    pub(crate) async fn text(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            let frame = tokio::select! {
                () = sleep_until(self.heard + SILENCE_LIMIT) => bail!(
                    "the hub at {} was not heard for {} s: is the network up?",
                    self.hub,
                    SILENCE_LIMIT.as_secs()
                ),
                frame = self.socket.next() => frame,
            };
            self.heard = Instant::now();
            match frame {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => return Err(self.closed(frame)),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(self.broken(&error)),
                None => return Err(self.closed(None)),
            }
        }
    }

    pub(crate) async fn send(&mut self, message: &AgentMessage) -> anyhow::Result<()> {
        let text = serde_json::to_string(message).context("a message has no JSON form")?;
        self.write_in_parts(text).await
    }

    /// Sends routes, unless the hub would close the session for their size: why, then.
    async fn push(
        &mut self,
        message: &AgentMessage,
        limit: usize,
    ) -> anyhow::Result<Option<String>> {
        let text = serde_json::to_string(message).context("a message has no JSON form")?;
        if text.len() > limit {
            let fault = format!(
                "this host's routes are not sent: they have {} bytes and the hub takes {limit}; \
                 raise TETHER_FRAME_LIMIT at the hub",
                text.len()
            );
            warn!(hub = self.hub, "{fault}");
            return Ok(Some(fault));
        }
        debug!(hub = self.hub, bytes = text.len(), "routes");
        for part in parts(text.into()) {
            self.write(part).await?;
        }
        Ok(None)
    }

    async fn write_in_parts(&mut self, text: String) -> anyhow::Result<()> {
        for part in parts(text.into()) {
            self.write(part).await?;
        }
        Ok(())
    }

    pub(crate) async fn write(&mut self, message: Message) -> anyhow::Result<()> {
        match timeout(WRITE_LIMIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_) => bail!(
                "the hub at {} takes no more bytes: is the network up?",
                self.hub
            ),
        }
    }

    /// Best effort: a hub that does not hear it finds the connection closed.
    pub(crate) async fn bye(&mut self, drain: bool) {
        let bye = AgentMessage::Bye { drain };
        if let Ok(Ok(())) = timeout(BYE_LIMIT, self.send(&bye)).await {
            self.leave().await;
        }
    }

    /// Closes, as far as the hub still hears it.
    pub(crate) async fn leave(&mut self) {
        let leave = async {
            let frame = CloseFrame {
                code: CloseCode::Away,
                reason: "the agent ends".into(),
            };
            self.socket.close(Some(frame)).await.context("closing")?;
            // The hub's own close frame shows that it has read the goodbye.
            while let Some(Ok(_)) = self.socket.next().await {}
            anyhow::Ok(())
        };
        let _ = timeout(BYE_LIMIT, leave).await;
    }

    fn closed(&self, frame: Option<CloseFrame>) -> anyhow::Error {
        match frame {
            Some(frame) if !frame.reason.is_empty() => anyhow!(
                "the hub at {} has closed the connection ({}): {}",
                self.hub,
                u16::from(frame.code),
                plain(&frame.reason)
            ),
            Some(frame) => {
                anyhow!(
                    "the hub at {} has closed the connection ({})",
                    self.hub,
                    u16::from(frame.code)
                )
            }
            None => anyhow!("the connection to the hub at {} is lost", self.hub),
        }
    }

    fn broken(&self, error: &tungstenite::Error) -> anyhow::Error {
        debug!(hub = self.hub, %error, "connection lost");
        anyhow!("the connection to the hub at {} is lost", self.hub)
    }
}
