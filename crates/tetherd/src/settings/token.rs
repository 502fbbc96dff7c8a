//! The agent's token.

use anyhow::bail;
use tether_proto::Token;
use tether_runtime::secret::{Secret, SecretName, SecretNames};

/// The token that the agent shows to hubs.
#[derive(Debug, Clone, Copy)]
pub struct HubToken;

impl SecretName for HubToken {
    const NAMES: SecretNames = SecretNames {
        short: Some('t'),
        flags: ["token", "token-file"],
        variables: ["TETHERD_TOKEN", "TETHERD_TOKEN_FILE"],
        help: [
            "The hub's token: its TETHER_TOKEN or TETHER_AGENT_TOKEN",
            "A file with the token, instead of --token",
        ],
        expected: "the hub's TETHER_TOKEN",
    };
}

/// Reads the token; none if it is not given.
///
/// # Errors
/// As [`Secret::read`], and if no header can carry the token.
pub(super) fn read(secret: &Secret<HubToken>) -> anyhow::Result<Option<Token>> {
    let Some(token) = secret.read()? else {
        return Ok(None);
    };
    let mut bytes = token.reveal().bytes();
    if !bytes.all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        bail!("TETHERD_TOKEN has characters that a header cannot carry: use plain ASCII");
    }
    Ok(Some(token))
}
