//! The agent within the hub's own process: its words in, the verbs of its session called.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tether_proto::RejectCode;
use tetherd::{AgentConfig, Announcement};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use traefik_config::RouteSet;

use crate::fleet::Rejection;
use crate::hub::Hub;

/// How long it waits after it was rejected, as another agent has its name.
const RETRY: Duration = Duration::from_secs(5);

/// Runs an agent of this machine's engines until `shutdown`.
pub(crate) async fn run(hub: Hub, config: AgentConfig, shutdown: CancellationToken) {
    let (told, words) = watch::channel(None);
    let agent = tetherd::run_in_process(config, told, shutdown.clone());
    let speaking = shutdown.run_until_cancelled(speak(&hub, words));
    let (ended, _) = tokio::join!(agent, speaking);
    if let Err(error) = ended {
        tracing::error!("the agent within the hub ended: {error:#}");
    }
}

/// One session after another, as a connected agent has them.
async fn speak(hub: &Hub, mut words: watch::Receiver<Option<Announcement>>) {
    let mut said = None;
    loop {
        let Err(rejection) = session(hub, &mut words).await else {
            return;
        };
        if rejection.code == RejectCode::Drained {
            tracing::info!(
                "the agent within the hub was drained: restart the hub to bring it back"
            );
            return;
        }
        if said.as_ref() != Some(&rejection.message) {
            tracing::warn!(
                "the agent within the hub is rejected: {}",
                rejection.message
            );
            said = Some(rejection.message);
        }
        sleep(RETRY).await;
    }
}

/// Speaks for the agent until it ends, or until the hub ends the session: why.
async fn session(
    hub: &Hub,
    words: &mut watch::Receiver<Option<Announcement>>,
) -> Result<(), Rejection> {
    let first = words.wait_for(Option::is_some).await;
    let Some(first) = first.ok().and_then(|told| told.clone()) else {
        return Ok(());
    };
    let session = hub.connect(first.hello, IpAddr::V4(Ipv4Addr::LOCALHOST))?;
    tracing::info!(agent = %session.id, "this machine's own containers are served");
    words.mark_changed();
    for seq in 1.. {
        tokio::select! {
            changed = words.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
            }
            rejection = session.ended() => return Err(rejection),
        }
        let newest = words.borrow_and_update().clone();
        if let Some(told) = newest {
            session.replace(seq, RouteSet::clone(&told.routes)).await;
        }
    }
    Ok(())
}
