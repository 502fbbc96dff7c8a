//! The secrets of the hub, and what each of them opens.

use std::path::PathBuf;

use anyhow::bail;
use tether_proto::Token;

use crate::settings::{Settings, secret};

/// What a credential opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Sending route sets.
    Agent,
    /// Reading `/config`.
    Read,
    /// Seeing the dashboard.
    Web,
}

/// The secrets of this hub.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Opens everything.
    pub all: Option<Token>,
    /// Opens [`Power::Agent`].
    pub agent: Option<Token>,
    /// Opens [`Power::Read`].
    pub read: Option<Token>,
    /// Opens [`Power::Web`].
    pub web: Option<Token>,
    /// No secret is asked for.
    pub open: bool,
}

impl Tokens {
    /// The secrets, read from where they are.
    ///
    /// # Errors
    /// If a file cannot be read or is empty, if a secret is given twice, or if there is none
    /// and `--no-auth` was not said.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let one = |text: &Option<String>, file: &Option<PathBuf>, name| {
            secret(text.as_deref(), file.as_deref(), name)
        };
        let tokens = Self {
            all: one(&settings.token, &settings.token_file, "TETHER_TOKEN")?,
            agent: one(
                &settings.agent_token,
                &settings.agent_token_file,
                "TETHER_AGENT_TOKEN",
            )?,
            read: one(
                &settings.read_token,
                &settings.read_token_file,
                "TETHER_READ_TOKEN",
            )?,
            web: one(
                &settings.web_token,
                &settings.web_token_file,
                "TETHER_WEB_TOKEN",
            )?,
            open: settings.no_auth,
        };
        if settings.no_auth {
            if !tokens.is_empty() {
                bail!("--no-auth and a token exclude each other: remove one of them");
            }
        } else if tokens.is_empty() {
            bail!(
                "no token: set TETHER_TOKEN (or TETHER_TOKEN_FILE) to a secret of your own and \
                 give agents and Traefik the same; --no-auth lets everybody in"
            );
        }
        Ok(tokens)
    }

    /// True if there is no secret at all.
    pub fn is_empty(&self) -> bool {
        [&self.all, &self.agent, &self.read, &self.web]
            .iter()
            .all(|token| token.is_none())
    }

    /// True if `secret` opens `power`.
    pub fn allow(&self, power: Power, secret: Option<&str>) -> bool {
        if self.open {
            return true;
        }
        let Some(secret) = secret else { return false };
        let own = match power {
            Power::Agent => &self.agent,
            Power::Read => &self.read,
            Power::Web => &self.web,
        };
        // Both are compared always, so the time does not tell which one is set.
        let matches = |token: &Option<Token>| token.as_ref().is_some_and(|t| t.matches(secret));
        matches(own) | matches(&self.all)
    }
}

#[cfg(test)]
mod tests;
