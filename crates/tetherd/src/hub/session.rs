//! One connection to one hub: hello and every new route set go out, receipts and rosters come in.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail};
use tether_proto::{
    AgentMessage, Applied, Hello, HubMessage, PING_INTERVAL, RejectCode, RouteSet, Routes, Welcome,
};
use tether_runtime::machine::network_namespace;
use tether_runtime::text::printable;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use traefik_config::Severity;

use super::connect::Socket;
use super::rejected::Rejection;
use super::status::HubStatus;
use super::wire::Wire;
use crate::host::{Link, Links};
use crate::resolve::publication::Publication;

/// How long a hub may take to welcome an agent.
const WELCOME_LIMIT: Duration = Duration::from_secs(10);

/// The context of a session, and the state that it leaves behind.
pub(crate) struct Session<'a> {
    /// The hub's name in messages.
    pub(crate) hub: &'a str,
    /// Its place in the settings.
    pub(crate) index: usize,
    /// The agent's publication.
    pub(crate) publication: watch::Receiver<Publication>,
    /// Receives this session's link.
    pub(crate) links: &'a watch::Sender<Links>,
    /// The status of this hub.
    pub(crate) status: &'a HubStatus,
    /// The last roster that this hub told.
    pub(crate) roster: &'a mut Option<Vec<String>>,
    /// True once the hub has said that this agent was drained.
    pub(crate) drained: &'a mut bool,
    /// True: a goodbye takes the routes along.
    pub(crate) drain_on_stop: bool,
    /// The hub's verdicts on the last route set, so that each is logged once.
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
        link.same_netns = networks.map(|(hubs, own)| hubs == own);
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
        let mut publication = self.publication.clone();
        publication.mark_changed();
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => {
                    wire.bye(self.drain_on_stop).await;
                    return Ok(());
                }
                message = wire.next() => self.obey(message?)?,
                changed = publication.changed() => {
                    changed.context("the agent ends")?;
                    let newest = publication.borrow_and_update().clone();
                    // A publication that was made before this link was known may hold an address that
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
                if code == RejectCode::Restarting {
                    bail!("the hub at {} is shutting down", self.hub);
                }
                *self.drained |= code == RejectCode::Drained;
                let words = format!(
                    "the hub at {} refuses this agent: {}",
                    self.hub,
                    printable(&message)
                );
                // No action is needed: it was requested.
                if code == RejectCode::Drained {
                    bail!(words);
                }
                return Err(Rejection(words).into());
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
            let message = printable(&verdict.message);
            let container = printable(verdict.container.as_deref().unwrap_or_default());
            let element = verdict.element.as_deref().map(printable);
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
