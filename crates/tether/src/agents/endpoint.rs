//! `GET /api/ws`: a request for a WebSocket in, a session of an agent out.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tether_proto::SUBPROTOCOL;
use tether_runtime::fragments::FRAGMENT_SIZE;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::context::Agents;
use super::observed::Networks;
use super::upgrade::{Upgrade, names};
use super::{legacy, session};
use crate::serve::Conn;

/// Buffers of one WebSocket; the defaults cost 128 KiB for each idle session. A larger one for
/// reading than the parts of a message, so that it takes in two, would grow to eight of them.
const READ_BUFFER: usize = FRAGMENT_SIZE;
const WRITE_BUFFER: usize = 2 * 1024;
const WRITE_BUFFER_LIMIT: usize = 2 * 1024 * 1024;

/// `GET /api/ws`.
pub async fn upgrade(
    State(agents): State<Agents>,
    Extension(conn): Extension<Arc<Conn>>,
    mut request: Request,
) -> Response {
    let upgrade = match Upgrade::of(&mut request) {
        Ok(upgrade) => upgrade,
        Err(answer) => return answer,
    };
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        let message = "agents send no Origin header: browsers have no business here\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let config = WebSocketConfig::default()
        .max_frame_size(Some(agents.frame_limit))
        .max_message_size(Some(agents.frame_limit))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER_LIMIT);
    let peer = conn.peer.ip();
    if !headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        return upgrade_legacy(agents, upgrade, config, peer);
    }
    if !names(headers, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        tracing::warn!(%peer, "rejected an agent that does not speak {SUBPROTOCOL}: upgrade it");
        let message = format!("this hub speaks {SUBPROTOCOL} only: upgrade tetherd\n");
        return (StatusCode::UPGRADE_REQUIRED, message).into_response();
    }
    let observed = Networks::here().observed(peer, headers);
    let task = agents.tasks.token();
    upgrade.grant(Some(SUBPROTOCOL), config, move |mut socket| async move {
        if let Err(end) = session::talk(&mut socket, &agents, peer, observed).await {
            socket.end(peer, end).await;
        }
        drop(task);
    })
}

/// The same on the wire before this one, which has no subprotocol.
fn upgrade_legacy(
    agents: Agents,
    upgrade: Upgrade,
    config: WebSocketConfig,
    peer: IpAddr,
) -> Response {
    let task = agents.tasks.token();
    upgrade.grant(None, config, move |mut socket| async move {
        if let Err(end) = legacy::talk(&mut socket, &agents, peer).await {
            socket.hang_up(peer, end).await;
        }
        drop(task);
    })
}
