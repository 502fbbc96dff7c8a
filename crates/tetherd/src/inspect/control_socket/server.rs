//! Answers questions from the same host until shutdown.

use std::time::Duration;

use anyhow::Context;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::peer::may_ask;
use super::protocol::{EXPLAIN, HEALTH, PREFIX, path};
use crate::inspect::status::AgentStatus;

/// The number of questions that are answered at once; others wait.
const AT_ONCE: usize = 8;

/// A question is no longer, in bytes.
const QUESTION_LIMIT: u64 = 32;

/// Hearing a question takes no longer.
const HEAR_LIMIT: Duration = Duration::from_secs(2);

/// Answering takes no longer.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// The pause after a fault of the listener.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers neighbours until `shutdown`. Without it the agent works as well, and cannot be asked.
pub(crate) async fn serve(known: &AgentStatus, instance: &str, shutdown: &CancellationToken) {
    let listener = match UnixListener::bind(path(&format!("{PREFIX}{instance}"))) {
        Ok(listener) => listener,
        Err(error) => {
            warn!("`tetherd explain` and `tetherd healthcheck` cannot ask this agent: {error}");
            return;
        }
    };
    let mut talks = FuturesUnordered::new();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept(), if talks.len() < AT_ONCE => match accepted {
                Ok((stream, _)) if may_ask(&stream) => talks.push(talk(stream, known)),
                Ok(_) => debug!("a question from elsewhere is not answered"),
                Err(error) => {
                    debug!(%error, "no questions for a moment");
                    sleep(PAUSE).await;
                }
            },
            Some(told) = talks.next() => if let Err(error) = told {
                debug!("a question was not answered: {error:#}");
            },
        }
    }
}

async fn talk(mut stream: UnixStream, known: &AgentStatus) -> anyhow::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut question = String::new();
    let mut reader = BufReader::new(reader.take(QUESTION_LIMIT));
    timeout(HEAR_LIMIT, reader.read_line(&mut question))
        .await
        .context("nothing was asked")??;
    let answer = async {
        let answer = match question.trim() {
            HEALTH => json(&known.health())?,
            EXPLAIN => json(&known.explain().await)?,
            _ => anyhow::bail!("an unknown question"),
        };
        writer.write_all(&answer).await?;
        Ok(writer.shutdown().await?)
    };
    timeout(ANSWER_LIMIT, answer)
        .await
        .context("nothing listens")?
}

fn json(answer: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    serde_json::to_vec(answer).context("an answer has no JSON form")
}
