//! One connection to a hub that does not speak `tether.v1`: every new configuration goes out,
//! nothing comes in.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use tether_proto::{LEGACY_FRAME_LIMIT, PING_INTERVAL, RouteSet};
use tether_runtime::text::printable;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use traefik_config::Problem;

use super::connect::Socket;
use super::legacy_frame::legacy_frame;
use super::session::tell_link;
use super::status::HubStatus;
use super::wire::Wire;
use crate::host::{Link, Links};
use crate::resolve::publication::Publication;

/// Such a hub cannot be told that an engine was not heard yet, so all are waited for this long.
const ENGINES_PATIENCE: Duration = Duration::from_secs(10);

/// The context of a session, and the state that it leaves behind.
pub(crate) struct Session<'a> {
    /// The hub's name in messages.
    pub(crate) hub: &'a str,
    /// Its place in the settings.
    pub(crate) index: usize,
    /// The agent's name.
    pub(crate) name: &'a str,
    /// The environment that the routes belong to.
    pub(crate) env: &'a str,
    /// The agent's publication.
    pub(crate) publication: watch::Receiver<Publication>,
    /// Receives this session's link.
    pub(crate) links: &'a watch::Sender<Links>,
    /// True: the routes are taken back at the end.
    pub(crate) drain_on_stop: bool,
    /// The status of this hub.
    pub(crate) status: &'a HubStatus,
    /// The elements that could not be joined the last time, so that each is logged once.
    pub(crate) verdicts: &'a mut BTreeSet<String>,
}

impl Session<'_> {
    /// Talks until `shutdown`, which alone ends it well.
    ///
    /// # Errors
    /// If the hub leaves or is not heard any more.
    pub(crate) async fn run(
        mut self,
        socket: Socket,
        link: Link,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<()> {
        let mut wire = Wire::new(socket, self.hub);
        tell_link(self.links, self.index, link);
        let mut seq = 0;
        let mut said = None;
        let mut publication = self.publication.clone();
        publication.mark_changed();
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let patience = sleep(ENGINES_PATIENCE);
        tokio::pin!(patience);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => {
                    if self.drain_on_stop {
                        let nothing = self.frame(&RouteSet::default())?;
                        self.push(&mut wire, &nothing).await?;
                    }
                    wire.leave().await;
                    return Ok(());
                }
                // Whatever it is, this wire has no words for it.
                heard = wire.text() => drop(heard?),
                changed = publication.changed() => {
                    changed.context("the agent ends")?;
                    let newest = publication.borrow_and_update().clone();
                    let knows = newest.links.get(self.index) == Some(&Some(link));
                    let all = newest.routes.engines.iter().all(|engine| engine.listed);
                    if !newest.is_ready() || !knows || !(all || patience.is_elapsed()) {
                        continue;
                    }
                    let text = self.frame(&newest.routes)?;
                    if said.as_ref() != Some(&text) {
                        seq += 1;
                        let fault = self.push(&mut wire, &text).await?;
                        self.status.sent(seq, fault);
                        said = Some(text);
                    }
                }
                () = &mut patience, if !patience.is_elapsed() => publication.mark_changed(),
                _ = pings.tick() => wire.write(Message::Ping(Bytes::new())).await?,
            }
        }
    }

    fn frame(&mut self, routes: &RouteSet) -> anyhow::Result<String> {
        let (frame, problems) = legacy_frame(routes, self.name, self.env);
        self.tell(&problems);
        serde_json::to_string(&frame).context("a frame has no JSON form")
    }

    fn tell(&mut self, problems: &[Problem]) {
        let mut lines = BTreeSet::new();
        for problem in problems {
            let message = printable(&problem.message);
            let container = printable(problem.origin.container.as_deref().unwrap_or_default());
            let line = format!("{container} {message}");
            if !self.verdicts.contains(&line) {
                warn!(hub = self.hub, container, "{message}");
            }
            lines.insert(line);
        }
        *self.verdicts = lines;
    }

    /// Sends a frame, unless the hub would close the connection for its size: why, then.
    async fn push(&self, wire: &mut Wire<'_>, text: &str) -> anyhow::Result<Option<String>> {
        if text.len() > LEGACY_FRAME_LIMIT {
            let fault = format!(
                "this host's routes are not sent: they have {} bytes and a hub of this age takes \
                 {LEGACY_FRAME_LIMIT}; upgrade the hub",
                text.len()
            );
            warn!(hub = self.hub, "{fault}");
            return Ok(Some(fault));
        }
        debug!(hub = self.hub, bytes = text.len(), "configuration");
        wire.write(Message::text(text)).await?;
        Ok(None)
    }
}
