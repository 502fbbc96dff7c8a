//! Asks a manager about its swarm, or reports why that is not possible.

use std::collections::BTreeSet;

use super::answer::Task;
use super::read::{self, Answers, Found};
use crate::docker::api::answer::Info;
use crate::docker::api::client::Client;
use crate::docker::api::endpoint::Endpoint;
use crate::docker::api::error::ApiError;
use crate::docker::api::query;
use crate::docker::model::container::Container;

/// The number of tasks of the last list that are asked for one by one.
const LEAVING: usize = 64;

/// The reasons why a swarm's services cannot be read.
pub(super) enum SwarmError {
    /// The engine manages no swarm.
    NotManager,
    /// A proxy does not let us ask.
    Forbidden(anyhow::Error),
    /// Anything else, as when the managers have no leader.
    Failed(anyhow::Error),
}

/// The role of an engine in a swarm that it manages.
#[derive(Default)]
pub(super) struct Part {
    pub(super) node: String,
    pub(super) cluster: Option<String>,
    pub(super) host: Option<String>,
}

/// Asks the engine for its role in its swarm.
pub(super) async fn part(client: &Client, endpoint: &Endpoint) -> Result<Part, SwarmError> {
    let info = client.ask("/info").await;
    let info: Info = info.map_err(|fault| gap(fault, endpoint, "/info"))?;
    let membership = info.swarm.unwrap_or_default();
    match membership.node_id {
        Some(node) if membership.control_available == Some(true) => Ok(Part {
            node,
            cluster: membership.cluster.and_then(|cluster| cluster.id),
            host: info.name,
        }),
        _ => Err(SwarmError::NotManager),
    }
}

/// Asks the manager for everything, and for listed tasks that are about to end.
pub(super) async fn look(
    client: &Client,
    endpoint: &Endpoint,
    part: &Part,
    listed: &[Container],
) -> Result<Found, SwarmError> {
    let fault = |path: &'static str| move |fault| gap(fault, endpoint, path);
    let mut answers = Answers {
        nodes: client.ask("/nodes").await.map_err(fault("/nodes"))?,
        services: client.ask("/services").await.map_err(fault("/services"))?,
        tasks: client
            .ask(&query::wanted_tasks())
            .await
            .map_err(fault("/tasks"))?,
        leaving: Vec::new(),
    };
    let wanted = answers.tasks.iter().filter_map(|task| task.id.as_deref());
    let wanted: BTreeSet<&str> = wanted.collect();
    let gone = listed
        .iter()
        .filter(|known| !wanted.contains(known.id.as_str()));
    let mut leaving = Vec::new();
    for known in gone.take(LEAVING) {
        match client.ask::<Task>(&format!("/tasks/{}", known.id)).await {
            Ok(task) => leaving.push(task),
            Err(ApiError::Refused(404, _)) => {}
            Err(fault) => return Err(gap(fault, endpoint, "/tasks")),
        }
    }
    answers.leaving = leaving;
    Ok(read::read(&answers, &part.node, listed))
}

fn gap(fault: ApiError, endpoint: &Endpoint, path: &str) -> SwarmError {
    match fault {
        // So says a node that has just become a worker.
        ApiError::Refused(_, message) if message.contains("not a swarm manager") => {
            SwarmError::NotManager
        }
        ApiError::Refused(403 | 405, _) => SwarmError::Forbidden(anyhow::anyhow!(
            "{} manages a swarm and forbids GET {path}: let the socket proxy allow services, \
             tasks and nodes, or set TETHERD_SWARM=false",
            endpoint.way.place()
        )),
        fault => SwarmError::Failed(fault.words(endpoint, &format!("GET {path}"))),
    }
}
