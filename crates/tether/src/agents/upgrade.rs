//! Upgrades requests to WebSockets.
//!
//! axum's own implementation cannot write fragments, so each session keeps a buffer as large as its
//! largest message: with a thousand agents the roster alone took 14 MiB.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::socket::{Socket, WebSocket};

/// The only version of the protocol.
const WEBSOCKET_VERSION: &str = "13";

/// A valid request for a WebSocket.
#[derive(Debug)]
pub struct Upgrade {
    accept: HeaderValue,
    connection: OnUpgrade,
}

impl Upgrade {
    /// Checks a request.
    ///
    /// # Errors
    /// The answer to a request that is not valid.
    pub fn of(request: &mut Request) -> Result<Self, Response> {
        let headers = request.headers();
        let asks = request.method() == Method::GET
            && has_item(headers, header::CONNECTION, "upgrade")
            && has_item(headers, header::UPGRADE, "websocket");
        if !asks {
            let message = "this endpoint is for agents, over WebSocket\n";
            let answer = [(header::UPGRADE, "websocket")];
            return Err((StatusCode::UPGRADE_REQUIRED, answer, message).into_response());
        }
        if !has_item(headers, header::SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION) {
            let message = "this hub speaks version 13 of the WebSocket protocol\n";
            let answer = [(header::SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION)];
            return Err((StatusCode::UPGRADE_REQUIRED, answer, message).into_response());
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY);
        let accept = key
            .map(|key| derive_accept_key(key.as_bytes()))
            .and_then(|accept| HeaderValue::try_from(accept).ok());
        let connection = request.extensions_mut().remove::<OnUpgrade>();
        match (accept, connection) {
            (Some(accept), Some(connection)) => Ok(Self { accept, connection }),
            _ => {
                let message = "the request has no WebSocket key: is there a proxy that does not \
                               forward WebSockets?\n";
                Err((StatusCode::BAD_REQUEST, message).into_response())
            }
        }
    }

    /// Accepts the request with this subprotocol, if any, and passes the WebSocket to `serve`.
    pub fn grant<F: Future<Output = ()> + Send + 'static>(
        self,
        subprotocol: Option<&'static str>,
        config: WebSocketConfig,
        serve: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response {
        tokio::spawn(async move {
            match self.connection.await {
                Ok(connection) => {
                    let io = TokioIo::new(connection);
                    let socket = WebSocket::from_raw_socket(io, Role::Server, Some(config));
                    serve(Socket(socket.await)).await;
                }
                Err(error) => tracing::debug!(%error, "an agent disconnected during the upgrade"),
            }
        });
        let mut answer = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(name) = subprotocol {
            let name = HeaderValue::from_static(name);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, name);
        }
        answer
    }
}

/// True if a list header has this item, in any case.
pub fn has_item(headers: &HeaderMap, header: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(header).into_iter();
    let mut items = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    items.any(|item| item.trim().eq_ignore_ascii_case(wanted))
}
