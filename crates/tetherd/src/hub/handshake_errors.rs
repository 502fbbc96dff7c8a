//! Describes failed handshakes: the cause and the remedy.

use anyhow::anyhow;
use tether_proto::SUBPROTOCOL;
use tether_runtime::server_url::ServerUrl;
use tether_runtime::text::printable;
use tether_runtime::tls::handshake_error;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::http::header::LOCATION;

use super::rejected::Rejection;
use crate::settings::CA_FILE_VARIABLE;

/// Describes a failed handshake, and the remedy.
pub(super) fn words(server: &ServerUrl, has_token: bool, error: Error) -> anyhow::Error {
    match error {
        Error::Http(response) => refusal(server, has_token, &response),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => anyhow!(
            "the hub at {server} speaks another wire than {SUBPROTOCOL}: hub and agent are of \
             different age; upgrade the older one"
        ),
        Error::Io(error) => handshake_error(server, &error, "TETHERD_SERVER", CA_FILE_VARIABLE),
        Error::Tls(error) => anyhow!("{server}: {error}: correct the name in TETHERD_SERVER"),
        error => {
            let error = printable(&error.to_string());
            anyhow!(
                "{server} does not answer like a hub ({error}): check address, port and scheme \
                 of TETHERD_SERVER"
            )
        }
    }
}

/// Describes an answer that is no upgrade.
fn refusal<T>(server: &ServerUrl, has_token: bool, response: &Response<T>) -> anyhow::Error {
    let status = response.status();
    match status.as_u16() {
        401 | 403 => {
            let does = if has_token {
                "refuses the token"
            } else {
                "asks for a token"
            };
            let words = format!(
                "the hub at {server} {does} ({status}): set TETHERD_TOKEN to the hub's \
                 TETHER_TOKEN or TETHER_AGENT_TOKEN"
            );
            Rejection(words).into()
        }
        404 | 405 => anyhow!(
            "there is no hub at {} ({status}): correct the path or port of TETHERD_SERVER",
            server.websocket()
        ),
        426 => anyhow!(
            "the hub at {server} does not speak {SUBPROTOCOL}: hub and agent are of different \
             age; upgrade the older one"
        ),
        429 => anyhow!("the hub at {server} has seen too many wrong tokens from this host: wait"),
        300..=399 => {
            let to = response
                .headers()
                .get(LOCATION)
                .and_then(|to| to.to_str().ok());
            anyhow!(
                "{server} redirects to {}: set TETHERD_SERVER to the hub's own address",
                printable(to.unwrap_or("elsewhere"))
            )
        }
        500..=599 => anyhow!("the hub at {server}, or a proxy before it, is not ready ({status})"),
        _ => anyhow!("{server} does not answer like a hub ({status}): check TETHERD_SERVER"),
    }
}
