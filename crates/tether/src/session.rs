//! One agent's session: frames in, verbs of the hub called; receipts and rosters out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tether_proto::{
    AgentMessage, Applied, Hello, HubMessage, Limits, PING_INTERVAL, Refusal, SILENCE_LIMIT,
    SUBPROTOCOL, Verdict, Welcome,
};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use traefik_config::Code;

use crate::fleet::Refused;
use crate::hub::{Hub, Session};
use crate::observed::Networks;
use crate::server::Conn;
use crate::settings::Wait;
use crate::snapshot::Snapshot;

/// How long an agent may take to say hello.
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// How long a frame may take to leave.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// Buffers of one WebSocket; the defaults cost 128 KiB for each idle session.
const READ_BUFFER: usize = 4 * 1024;
const WRITE_BUFFER: usize = 4 * 1024;
const WRITE_BUFFER_LIMIT: usize = 2 * 1024 * 1024;

/// What the agents' endpoint needs.
#[derive(Debug, Clone)]
pub struct Agents {
    /// The hub.
    pub hub: Hub,
    /// Sessions outlive their request; the server waits for them.
    pub tasks: TaskTracker,
    /// Ends every session.
    pub shutdown: CancellationToken,
    /// The largest frame, in bytes.
    pub frame_limit: usize,
    /// What agents are told of it.
    pub lease: Wait,
}

/// `GET /api/ws`.
pub async fn upgrade(
    State(agents): State<Agents>,
    Extension(conn): Extension<Arc<Conn>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if headers.contains_key(header::ORIGIN) {
        let message = "agents send no Origin header: browsers have no business here\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_frame_size(agents.frame_limit)
        .max_message_size(agents.frame_limit)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER_LIMIT);
    let peer = conn.peer.ip();
    if upgrade.selected_protocol().is_none() {
        tracing::warn!(%peer, "refused an agent that does not speak {SUBPROTOCOL}: upgrade it");
        let message = format!("this hub speaks {SUBPROTOCOL} only: upgrade tetherd\n");
        return (StatusCode::UPGRADE_REQUIRED, message).into_response();
    }
    let observed = Networks::here().observed(peer, &headers);
    let task = agents.tasks.token();
    upgrade.on_upgrade(move |socket| async move {
        let mut socket = Socket(socket);
        if let Err(end) = talk(&mut socket, &agents, peer, observed).await {
            socket.end(peer, end).await;
        }
        drop(task);
    })
}

/// Why a session is over.
#[derive(Debug)]
enum End {
    /// The agent said bye, or closed.
    Left,
    /// The connection broke; nothing more can be said.
    Broken(String),
    /// The hub has had enough; the agent is told why, and closed with this number.
    Refused(Refused, u16),
}

impl From<Refused> for End {
    fn from(refused: Refused) -> Self {
        let number = refused.code.close_code();
        Self::Refused(refused, number)
    }
}

async fn talk(
    socket: &mut Socket,
    agents: &Agents,
    peer: IpAddr,
    observed: Option<IpAddr>,
) -> Result<(), End> {
    let hello = socket.hello().await?;
    let (version, engines) = (hello.version.clone(), hello.engines.len());
    let session = agents.hub.connect(hello, peer)?;
    tracing::info!(agent = %session.id, peer = %peer.to_canonical(), version, engines, "agent connected");
    let mut roster = agents.hub.roster();
    let mut snapshots = agents.hub.snapshots();
    socket
        .send(&HubMessage::Welcome(Welcome {
            hub: env!("CARGO_PKG_VERSION").to_owned(),
            observed_address: observed.map(|address| address.to_string()),
            lease: match agents.lease {
                Wait::For(lease) => Some(lease.as_secs()),
                Wait::Forever => None,
            },
            limits: Limits {
                frame: agents.frame_limit,
            },
        }))
        .await?;
    // The first roster is told whatever it is: from now on the agent has one.
    roster.mark_changed();

    let mut heard = Instant::now();
    let mut confirmed = 0;
    let mut pings = interval(PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let superseded = session.superseded();
    tokio::pin!(superseded);
    loop {
        tokio::select! {
            frame = socket.next() => {
                heard = Instant::now();
                if let Some(message) = frame? {
                    obey(&session, message)?;
                }
            }
            _ = pings.tick() => {
                if heard.elapsed() >= SILENCE_LIMIT {
                    return Err(End::Broken("silent for too long".to_owned()));
                }
                socket.write(Message::Ping(Default::default())).await?;
            }
            Ok(()) = roster.changed() => {
                let agents = roster.borrow_and_update().as_ref().clone();
                // The first merge after the hello names this agent; before, it knows nothing.
                if agents.contains(&session.id.to_string()) {
                    socket.send(&HubMessage::Roster { agents }).await?;
                }
            }
            Ok(()) = snapshots.changed() => {
                let snapshot = Arc::clone(&snapshots.borrow_and_update());
                if let Some(applied) = receipt(&session, &snapshot, confirmed) {
                    confirmed = applied.seq;
                    socket.send(&HubMessage::Applied(applied)).await?;
                }
            }
            () = &mut superseded => {
                return Err(Refused {
                    code: Refusal::Superseded,
                    message: format!("a newer session speaks for agent `{}`", session.id),
                }
                .into());
            }
            () = agents.shutdown.cancelled() => {
                return Err(Refused {
                    code: Refusal::Restarting,
                    message: "the hub is shutting down: come back soon".to_owned(),
                }
                .into());
            }
        }
    }
}

fn obey(session: &Session, message: AgentMessage) -> Result<(), End> {
    match message {
        AgentMessage::Routes(word) => {
            if !session.replace(word.seq, word.routes) {
                tracing::debug!(agent = %session.id, seq = word.seq, "dropped a late route set");
            }
            Ok(())
        }
        AgentMessage::Bye { drain } => {
            session.bye(drain);
            Err(End::Left)
        }
        AgentMessage::Hello(_) => Err(bad_message("a second hello").into()),
        AgentMessage::Unknown => Ok(()),
    }
}

/// The receipt for the session's newest word that is in the snapshot, if it has none yet.
fn receipt(session: &Session, snapshot: &Snapshot, confirmed: u64) -> Option<Applied> {
    let (generation, seq) = *snapshot.applied.get(&session.id)?;
    if generation != session.generation || seq <= confirmed {
        return None;
    }
    let problems = snapshot
        .environments
        .get(&session.id.env)
        .map(|env| &env.merged.problems);
    let verdicts = problems
        .into_iter()
        .flatten()
        .filter(|problem| problem.origin.agent.as_deref() == Some(&session.id.name))
        .filter(|problem| is_the_hubs(problem.code))
        .map(|problem| Verdict {
            container: problem.origin.container.clone(),
            element: None,
            code: problem.code,
            message: problem.message.clone(),
        })
        .collect();
    Some(Applied {
        seq,
        version: snapshot.version,
        verdicts,
    })
}

/// True for what only the hub finds: the agent has told the rest itself.
fn is_the_hubs(code: Code) -> bool {
    matches!(
        code,
        Code::Conflict
            | Code::Renamed
            | Code::UnresolvedReference
            | Code::ReferenceCycle
            | Code::Invalid
    )
}

fn bad_message(what: &str) -> Refused {
    Refused {
        code: Refusal::BadMessage,
        message: format!("{what}: is this a tetherd of another version?"),
    }
}

/// A WebSocket that speaks the wire.
struct Socket(WebSocket);

impl Socket {
    async fn hello(&mut self) -> Result<Hello, End> {
        let first = timeout(HELLO_LIMIT, async {
            loop {
                if let Some(message) = self.next().await? {
                    return Ok(message);
                }
            }
        });
        match first.await {
            Ok(Ok(AgentMessage::Hello(hello))) => Ok(hello),
            Ok(Ok(_)) => Err(bad_message("the first message is not hello").into()),
            Ok(Err(end)) => Err(end),
            Err(_) => Err(bad_message("no hello came in time").into()),
        }
    }

    /// The next message; none for a frame that only shows that the agent lives.
    async fn next(&mut self) -> Result<Option<AgentMessage>, End> {
        match self.0.recv().await {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(text.as_str()) {
                Ok(message) => Ok(Some(message)),
                Err(error) => {
                    Err(bad_message(&format!("a message cannot be read ({error})")).into())
                }
            },
            Some(Ok(Message::Binary(_))) => Err(bad_message("a binary frame").into()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Close(_))) | None => Err(End::Left),
            Some(Err(error)) => Err(broken(error)),
        }
    }

    async fn send(&mut self, message: &HubMessage) -> Result<(), End> {
        let text = serde_json::to_string(message).expect("the wire's types have string keys only");
        self.write(Message::Text(text.into())).await
    }

    async fn write(&mut self, message: Message) -> Result<(), End> {
        match timeout(WRITE_LIMIT, self.0.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(error)),
            Err(_) => Err(End::Broken(
                "a frame could not be written in time".to_owned(),
            )),
        }
    }

    async fn end(&mut self, peer: IpAddr, end: End) {
        match end {
            End::Left => {}
            End::Broken(why) => tracing::debug!(%peer, why, "agent connection broken"),
            End::Refused(refused, number) => {
                if refused.code != Refusal::Restarting {
                    tracing::warn!(%peer, code = ?refused.code, "refused an agent: {}", refused.message);
                }
                let code = refused.code;
                let message = HubMessage::Rejected {
                    code,
                    message: refused.message,
                };
                // The agent may be gone already; then there is nobody to tell.
                if self.send(&message).await.is_ok() {
                    let frame = CloseFrame {
                        code: number,
                        reason: "".into(),
                    };
                    let _ = self.write(Message::Close(Some(frame))).await;
                }
            }
        }
    }
}

fn broken(error: axum::Error) -> End {
    let text = error.to_string();
    let inner = error.into_inner();
    match inner.downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => {
            let message = format!("a frame is too large ({text}): raise TETHER_FRAME_LIMIT");
            End::Refused(
                Refused {
                    code: Refusal::BadMessage,
                    message,
                },
                1009,
            )
        }
        Some(tungstenite::Error::Utf8(_)) => bad_message("a frame is not UTF-8").into(),
        _ => End::Broken(text),
    }
}
