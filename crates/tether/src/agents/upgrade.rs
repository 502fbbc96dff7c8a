//! A request for a WebSocket in; the answer out, and later the WebSocket.
//!
//! axum's own cannot write a message in parts, and so keeps a buffer as large as the largest
//! message for each session: with a thousand agents the roster alone took 14 MiB of them.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::socket::{Socket, WebSocket};

/// The version of the protocol, the only one there is.
const VERSION: &str = "13";

/// A request that asks for a WebSocket as it should.
#[derive(Debug)]
pub struct Upgrade {
    accept: HeaderValue,
    connection: OnUpgrade,
}

impl Upgrade {
    /// Looks at a request.
    ///
    /// # Errors
    /// If it does not ask for a WebSocket: what it is told.
    pub fn of(request: &mut Request) -> Result<Self, Response> {
        let headers = request.headers();
        let asks = request.method() == Method::GET
            && names(headers, header::CONNECTION, "upgrade")
            && names(headers, header::UPGRADE, "websocket");
        if !asks {
            let message = "agents connect here, by WebSocket\n";
            let answer = [(header::UPGRADE, "websocket")];
            return Err((StatusCode::UPGRADE_REQUIRED, answer, message).into_response());
        }
        if !names(headers, header::SEC_WEBSOCKET_VERSION, VERSION) {
            let message = "this hub speaks version 13 of the WebSocket protocol\n";
            let answer = [(header::SEC_WEBSOCKET_VERSION, VERSION)];
            return Err((StatusCode::UPGRADE_REQUIRED, answer, message).into_response());
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY);
        let accept = key.map(|key| derive_accept_key(key.as_bytes()));
        let accept = accept.and_then(|accept| HeaderValue::try_from(accept).ok());
        let connection = request.extensions_mut().remove::<OnUpgrade>();
        match (accept, connection) {
            (Some(accept), Some(connection)) => Ok(Self { accept, connection }),
            _ => {
                let message = "the request lacks a WebSocket key: is a proxy in between that \
                               does not pass WebSockets on?\n";
                Err((StatusCode::BAD_REQUEST, message).into_response())
            }
        }
    }

    /// Grants it, with this subprotocol if any; `serve` gets the WebSocket.
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
                Err(error) => tracing::debug!(%error, "an agent left before it was let in"),
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

/// True if a header that is a list has this item, in whatever case.
pub fn names(headers: &HeaderMap, header: HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(header).into_iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut items = lines.flat_map(|line| line.split(','));
    items.any(|item| item.trim().eq_ignore_ascii_case(wanted))
}
