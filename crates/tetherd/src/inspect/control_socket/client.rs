//! Asks the running agent.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, anyhow};
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::peer::may_answer;
use super::protocol::{EXPLAIN, HEALTH, PREFIX, path};
use crate::inspect::explain::Explanation;
use crate::inspect::health::Health;

/// The kernel's list of the sockets of this network.
const SOCKETS: &str = "/proc/net/unix";

/// The most agents that are asked.
const MOST: usize = 256;

/// The number of agents that are asked at once.
const AT_ONCE: usize = 16;

/// An agent that has not said by then how it is does not say it.
const HEALTH_LIMIT: Duration = Duration::from_secs(2);

/// An agent that has not explained by then does not; it may have to ask its engines.
const EXPLAIN_LIMIT: Duration = Duration::from_secs(15);

/// The longest answer, in bytes.
const ANSWER_LIMIT: u64 = 64 * 1024 * 1024;

/// Which agent is meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The one of this name.
    pub(crate) name: Option<&'a str>,
    /// The one of these engines.
    pub(crate) engines: &'a [String],
    /// True if somebody said which engines: no other will do.
    pub(crate) engines_said: bool,
}

/// The result of the search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The agent that is meant: the name of its socket, and how it is.
    One(String, Health),
    /// Several that could be meant, by their names.
    Several(Vec<String>),
    /// None that is meant.
    None {
        /// The names of others that run here.
        others: Vec<String>,
        /// True if there is one that is no neighbour.
        elsewhere: bool,
    },
}

/// Finds the agent that is meant among those that run here.
pub(crate) async fn find(wanted: Wanted<'_>) -> Found {
    // The kernel makes it at once: there is nothing to wait for.
    let listed = std::fs::read_to_string(SOCKETS);
    let names = names(&listed.unwrap_or_default());
    let asked = stream::iter(names).map(|name| async move {
        let health = ask::<Health>(&name, HEALTH, HEALTH_LIMIT).await;
        (name, health)
    });
    let mut asked: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
    asked.sort_by(|(one, _), (other, _)| one.cmp(other));
    let elsewhere = asked.iter().any(|(_, health)| matches!(health, Ok(None)));
    let agents = asked.into_iter();
    let agents = agents.filter_map(|(name, health)| Some((name, health.ok()??)));
    choose(agents.collect(), elsewhere, wanted)
}

/// Asks the agent with this socket about its containers.
///
/// # Errors
/// If it does not answer in time, or not in words of this version.
pub(crate) async fn explain(socket: &str) -> anyhow::Result<Explanation> {
    let answer = ask(socket, EXPLAIN, EXPLAIN_LIMIT).await?;
    answer.context("the agent that runs here does not answer")
}

fn choose(agents: Vec<(String, Health)>, elsewhere: bool, wanted: Wanted<'_>) -> Found {
    let others = names_of(&agents);
    let mut meant = agents;
    if let Some(name) = wanted.name {
        meant.retain(|(_, health)| health.agent.as_deref() == Some(name));
    }
    let fits = |(_, health): &(String, Health)| health.engines == wanted.engines;
    // Settings that nobody has written down only choose among several.
    if wanted.engines_said || meant.len() > 1 && meant.iter().any(fits) {
        meant.retain(fits);
    }
    if meant.len() > 1 {
        return Found::Several(names_of(&meant));
    }
    match meant.pop() {
        Some((name, health)) => Found::One(name, health),
        None => Found::None { others, elsewhere },
    }
}

fn names_of(agents: &[(String, Health)]) -> Vec<String> {
    let names = agents.iter().map(|(_, health)| match &health.agent {
        Some(name) => name.clone(),
        None => format!("one of {}", health.engines.join(", ")),
    });
    names.collect()
}

/// The names of our sockets, as the kernel lists them.
fn names(listed: &str) -> Vec<String> {
    let paths = listed
        .lines()
        .filter_map(|line| line.split_whitespace().last());
    let ours = paths.filter_map(|path| path.strip_prefix('@'));
    let ours: BTreeSet<&str> = ours.filter(|name| name.starts_with(PREFIX)).collect();
    ours.into_iter().take(MOST).map(str::to_owned).collect()
}

/// An agent's answer; none if it is no neighbour, or does not take us for one.
async fn ask<T: DeserializeOwned>(
    socket: &str,
    question: &str,
    limit: Duration,
) -> anyhow::Result<Option<T>> {
    let answer = async {
        let mut stream = UnixStream::connect(path(socket)).await?;
        if !may_answer(&stream) {
            return Ok(None);
        }
        let mut answer = Vec::new();
        let talk = async {
            let question = format!("{question}\n");
            stream.write_all(question.as_bytes()).await?;
            (&mut stream)
                .take(ANSWER_LIMIT)
                .read_to_end(&mut answer)
                .await
        };
        // An agent that does not answer us hangs up, before or after we have asked.
        if talk.await.is_err() || answer.is_empty() {
            return Ok(None);
        }
        let answer = serde_json::from_slice(&answer);
        let answer = answer.context(
            "the agent that runs here is of another version than this program: ask with its own",
        );
        answer.map(Some)
    };
    let late = |_| anyhow!("the agent that runs here does not answer");
    timeout(limit, answer).await.map_err(late)?
}

#[cfg(test)]
mod tests;
