//! The agent inside the hub's own process: passes its routes to the hub.

use std::time::Duration;

use tether_proto::{RejectCode, RouteSet};
use tetherd::{AgentConfig, Announcement};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::fleet::Rejection;
use crate::hub::Hub;

/// The delay after a rejection, which means that another agent has the name.
const REJECTION_RETRY_DELAY: Duration = Duration::from_secs(5);

/// Runs an agent for this machine's engines until `shutdown`.
pub(crate) async fn run(hub: Hub, config: AgentConfig, shutdown: CancellationToken) {
    let (sender, announcements) = watch::channel(None);
    let agent = tetherd::run_in_process(config, sender, shutdown.clone());
    let sessions = shutdown.run_until_cancelled(run_sessions(&hub, announcements));
    let (ended, _) = tokio::join!(agent, sessions);
    if let Err(error) = ended {
        tracing::error!("the agent inside the hub ended: {error:#}");
    }
}

/// Runs one session after the other, like a connected agent.
async fn run_sessions(hub: &Hub, mut announcements: watch::Receiver<Option<Announcement>>) {
    let mut last_logged = None;
    loop {
        let Err(rejection) = session(hub, &mut announcements).await else {
            return;
        };
        if rejection.code == RejectCode::Drained {
            tracing::info!(
                "the agent inside the hub was drained: restart the hub to bring it back"
            );
            return;
        }
        // The routes are wanted again.
        if rejection.code == RejectCode::Restarting {
            continue;
        }
        if last_logged.as_ref() != Some(&rejection.message) {
            tracing::warn!(
                "the agent inside the hub is rejected: {}",
                rejection.message
            );
            last_logged = Some(rejection.message);
        }
        sleep(REJECTION_RETRY_DELAY).await;
    }
}

/// Passes routes to the hub until the agent ends, or until the hub ends the session.
async fn session(
    hub: &Hub,
    announcements: &mut watch::Receiver<Option<Announcement>>,
) -> Result<(), Rejection> {
    let first = announcements.wait_for(Option::is_some).await;
    let Some(first) = first.ok().and_then(|announcement| announcement.clone()) else {
        return Ok(());
    };
    let membership = hub.connect_in_process(first.hello)?;
    tracing::info!(agent = %membership.id, "this machine's own containers are served");
    announcements.mark_changed();
    for seq in 1.. {
        tokio::select! {
            changed = announcements.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
            }
            rejection = membership.ended() => return Err(rejection),
        }
        let newest = announcements.borrow_and_update().clone();
        if let Some(announcement) = newest {
            let routes = RouteSet::clone(&announcement.routes);
            membership.replace(seq, routes).await;
        }
    }
    Ok(())
}
