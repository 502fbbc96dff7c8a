//! Names the arguments of the hub's tokens.

use tether_runtime::secret::{SecretName, SecretNames};

/// The token that grants everything.
#[derive(Debug, Clone, Copy)]
pub struct MainToken;

/// The token of agents.
#[derive(Debug, Clone, Copy)]
pub struct AgentToken;

/// The token of readers of `/config`.
#[derive(Debug, Clone, Copy)]
pub struct ReadToken;

/// The token of the dashboard.
#[derive(Debug, Clone, Copy)]
pub struct WebToken;

/// Completes "set it to …" in an error.
const EXPECTED: &str = "a secret of your own";

impl SecretName for MainToken {
    const NAMES: SecretNames = SecretNames {
        short: Some('t'),
        flags: ["token", "token-file"],
        variables: ["TETHER_TOKEN", "TETHER_TOKEN_FILE"],
        help: [
            "The token for agents, Traefik and the dashboard. It grants everything",
            "A file with the token, instead of --token",
        ],
        expected: EXPECTED,
    };
}

impl SecretName for AgentToken {
    const NAMES: SecretNames = SecretNames {
        short: None,
        flags: ["agent-token", "agent-token-file"],
        variables: ["TETHER_AGENT_TOKEN", "TETHER_AGENT_TOKEN_FILE"],
        help: [
            "A token for agents only",
            "A file with the token for agents",
        ],
        expected: EXPECTED,
    };
}

impl SecretName for ReadToken {
    const NAMES: SecretNames = SecretNames {
        short: None,
        flags: ["read-token", "read-token-file"],
        variables: ["TETHER_READ_TOKEN", "TETHER_READ_TOKEN_FILE"],
        help: [
            "A token for readers of /config (Traefik) only",
            "A file with the token for readers of /config",
        ],
        expected: EXPECTED,
    };
}

impl SecretName for WebToken {
    const NAMES: SecretNames = SecretNames {
        short: None,
        flags: ["web-token", "web-token-file"],
        variables: ["TETHER_WEB_TOKEN", "TETHER_WEB_TOKEN_FILE"],
        help: [
            "A token for the dashboard only",
            "A file with the token for the dashboard",
        ],
        expected: EXPECTED,
    };
}
