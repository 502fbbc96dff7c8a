//! `tetherd drain`: asks every hub to remove this host's agent, and reports each answer.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::join_all;
use rustls::ClientConfig;
use tether_proto::{
    AgentMessage, Drain, EngineId, Hello, HubMessage, PriorState, SUBPROTOCOL, Token,
};
use tether_runtime::server_url::ServerUrl;
use tether_runtime::text::printable;
use tokio::time::{Instant, sleep, timeout};
use tracing::debug;

use super::connect::{WireVersion, connect};
use super::dial::Addresses;
use super::wire::Wire;
use crate::docker::{identity, present};
use crate::settings::AgentConfig;

/// How long the engines may take to tell who they are.
const ENGINE_LIMIT: Duration = Duration::from_secs(3);

/// How long one hub may take to answer: longer than it waits for the routes to be gone.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// For so long a hub that has just started and does not hear the agent is asked again: a running
/// agent that lost its connection is back by then.
const RETURN_LIMIT: Duration = Duration::from_secs(5);

/// The time between two questions.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// The result of a drain.
#[derive(Debug)]
pub struct DrainReport {
    /// The answer of each hub, in the order of the settings, or why it was not asked.
    pub hubs: Vec<anyhow::Result<String>>,
    /// The overall result.
    pub result: DrainResult,
}

/// The overall result of a drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrainResult {
    /// No hub has the agent any more.
    Drained,
    /// Some hub was not told.
    Incomplete,
    /// No hub knew the agent.
    UnknownAgent,
}

/// Takes the agent of this host out at all its hubs, whether it runs or not.
///
/// # Errors
/// If it is not known which agent is meant, or the certificates cannot be read.
pub async fn drain(config: &AgentConfig) -> anyhow::Result<DrainReport> {
    let trust = config.tls()?;
    let order = order(config).await?;
    let name = printable(&order.agent);
    let each = config.servers.iter().map(|server| async {
        let token = config.token.as_ref();
        let was = persist(server, token, &trust, &order).await;
        was.map(|was| (was, said(server, &name, was)))
    });
    let results = join_all(each).await;
    let nobody = |result: &anyhow::Result<(PriorState, String)>| {
        matches!(result, Ok((PriorState::Nobody, _)))
    };
    let result = if results.iter().any(Result::is_err) {
        DrainResult::Incomplete
    } else if results.iter().all(nobody) {
        DrainResult::UnknownAgent
    } else {
        DrainResult::Drained
    };
    let hubs = results.into_iter().map(|result| result.map(|told| told.1));
    Ok(DrainReport {
        hubs: hubs.collect(),
        result,
    })
}

/// Says hello and goodbye for an agent that ends without a connection.
///
/// # Errors
/// If the hub cannot be told.
pub(crate) async fn say_bye(
    server: &ServerUrl,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
    known: &mut Addresses,
    hello: Hello,
) -> anyhow::Result<()> {
    let hub = server.to_string();
    let mut wire = open(server, &hub, token, trust, known).await?;
    wire.send(&AgentMessage::Hello(hello)).await?;
    wire.bye(true).await;
    Ok(())
}

/// Which agent is meant. An engine that does not answer is no fault: the agent may be lost.
async fn order(config: &AgentConfig) -> anyhow::Result<Drain> {
    let present = present(&config.engines);
    let asked = present.iter().map(|endpoint| async move {
        let heard = timeout(ENGINE_LIMIT, identity(endpoint)).await;
        let heard = heard.unwrap_or_else(|_| bail!("{endpoint} does not answer"));
        heard.map(|heard| EngineId {
            endpoint: endpoint.to_string(),
            id: heard.id,
            name: heard.name,
        })
    });
    let mut heard = join_all(asked).await;
    let agent = match (&config.name, heard.first_mut()) {
        (Some(name), _) => name.clone(),
        // As the agent does, its name is that of the first engine's host.
        (None, Some(Ok(first))) => first
            .name
            .clone()
            .context("the engine does not tell its host's name: set TETHERD_NAME")?,
        (None, Some(Err(error))) => bail!(
            "{error:#}; without the engine this host's agent is not known: set TETHERD_NAME to \
             the name that the dashboard shows"
        ),
        (None, None) => bail!("there is no engine at DOCKER_HOST now: set TETHERD_NAME"),
    };
    Ok(Drain {
        agent,
        env: config.environment.clone(),
        engines: heard.into_iter().filter_map(Result::ok).collect(),
    })
}

/// Asks until the agent's process is told, or would have been back.
async fn persist(
    server: &ServerUrl,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
    order: &Drain,
) -> anyhow::Result<PriorState> {
    let start = Instant::now();
    let mut was = PriorState::Nobody;
    loop {
        let now = timeout(ANSWER_LIMIT, ask(server, token, trust, order)).await;
        let now =
            now.with_context(|| format!("the hub at {server} takes too long: see its log"))?;
        let (now, sure) = now?;
        match now {
            // Whichever process of it there is, the hub knows it now.
            known @ (PriorState::Live | PriorState::Held | PriorState::Unknown) => {
                return Ok(known);
            }
            PriorState::Drained if was == PriorState::Nobody => return Ok(PriorState::Drained),
            PriorState::Nobody if sure => return Ok(was),
            PriorState::Awaited => was = PriorState::Awaited,
            PriorState::Drained | PriorState::Nobody => {}
        }
        if start.elapsed() >= RETURN_LIMIT {
            return Ok(was);
        }
        debug!(hub = %server, "the hub does not hear this agent; asking again");
        sleep(ASK_AGAIN).await;
    }
}

/// The prior state that the hub knew, and true if asking again would not change it.
async fn ask(
    server: &ServerUrl,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
    order: &Drain,
) -> anyhow::Result<(PriorState, bool)> {
    let hub = server.to_string();
    let mut wire = open(server, &hub, token, trust, &mut Addresses::new()).await?;
    wire.send(&AgentMessage::Drain(order.clone())).await?;
    loop {
        match wire.next().await? {
            HubMessage::Drained { was, sure } => return Ok((was, sure)),
            HubMessage::Rejected { message, .. } => {
                bail!("the hub at {hub} refuses: {}", printable(&message));
            }
            _ => {}
        }
    }
}

async fn open<'a>(
    server: &ServerUrl,
    hub: &'a str,
    token: Option<&Token>,
    trust: &Arc<ClientConfig>,
    known: &mut Addresses,
) -> anyhow::Result<Wire<'a>> {
    match connect(server, token, trust, known).await? {
        (socket, _, WireVersion::Current) => Ok(Wire::new(socket, hub)),
        (_, _, WireVersion::Legacy) => bail!(
            "the hub at {hub} does not speak {SUBPROTOCOL}, and cannot be told: stop the agent, or \
             upgrade the hub"
        ),
    }
}

fn said(server: &ServerUrl, agent: &str, was: PriorState) -> String {
    match was {
        PriorState::Live | PriorState::Unknown => format!(
            "{server}: agent `{agent}` is drained: its routes are gone, and it stays away until \
             it is restarted"
        ),
        PriorState::Held => format!(
            "{server}: agent `{agent}` is drained: it was lost, and its routes are held no longer"
        ),
        PriorState::Awaited => {
            format!("{server}: agent `{agent}` is drained: the hub waits for it no longer")
        }
        PriorState::Drained => format!("{server}: agent `{agent}` has been drained before"),
        PriorState::Nobody => format!(
            "{server}: there is no agent `{agent}`: is the name right (TETHERD_NAME), and the \
             environment (TETHERD_ENVIRONMENT)?"
        ),
    }
}
