//! `GET /api/ws`: upgrades the request to a WebSocket and starts a session.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tether_proto::SUBPROTOCOL;
use tether_runtime::fragments::FRAGMENT_SIZE;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::context::AgentContext;
use super::observed::Networks;
use super::upgrade::{Upgrade, has_item};
use super::{legacy, session};
use crate::serve::Conn;

/// The buffers of one WebSocket; the defaults take 128 KiB for each idle session. A read buffer
/// larger than a fragment would receive two at once, and grow to the size of eight.
const READ_BUFFER_BYTES: usize = FRAGMENT_SIZE;
const WRITE_BUFFER_BYTES: usize = 2 * 1024;
const WRITE_BUFFER_MAX_BYTES: usize = 2 * 1024 * 1024;

/// `GET /api/ws`.
pub async fn upgrade(
    State(context): State<AgentContext>,
    Extension(conn): Extension<Arc<Conn>>,
    mut request: Request,
) -> Response {
    let upgrade = match Upgrade::of(&mut request) {
        Ok(upgrade) => upgrade,
        Err(answer) => return answer,
    };
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        let message = "this endpoint is for agents, not for browsers\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let config = WebSocketConfig::default()
        .max_frame_size(Some(context.frame_limit))
        .max_message_size(Some(context.frame_limit))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_MAX_BYTES);
    let peer = conn.peer.ip();
    if !headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        return upgrade_legacy(context, upgrade, config, peer);
    }
    if !has_item(headers, header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
        tracing::warn!(%peer, "rejected an agent without {SUBPROTOCOL}: upgrade it");
        let message = format!("this hub speaks {SUBPROTOCOL} only: upgrade tetherd\n");
        return (StatusCode::UPGRADE_REQUIRED, message).into_response();
    }
    let observed = Networks::here().observed(peer, headers);
    let task = context.tasks.token();
    upgrade.grant(Some(SUBPROTOCOL), config, move |mut socket| async move {
        if let Err(end) = session::run(&mut socket, &context, peer, observed).await {
            socket.finish(peer, end).await;
        }
        drop(task);
    })
}

/// Upgrades an agent on the wire before this one, which has no subprotocol.
fn upgrade_legacy(
    context: AgentContext,
    upgrade: Upgrade,
    config: WebSocketConfig,
    peer: IpAddr,
) -> Response {
    let task = context.tasks.token();
    upgrade.grant(None, config, move |mut socket| async move {
        if let Err(end) = legacy::run(&mut socket, &context, peer).await {
            socket.finish_legacy(peer, end).await;
        }
        drop(task);
    })
}
