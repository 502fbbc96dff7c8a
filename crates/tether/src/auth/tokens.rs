//! The hub's tokens and their permissions.

use anyhow::bail;
use tether_proto::Token;

use crate::settings::Settings;

/// The permissions of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// To send routes.
    Agent,
    /// To read `/config`.
    Read,
    /// To use the dashboard.
    Web,
}

/// The tokens of this hub.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Permits everything.
    pub all: Option<Token>,
    /// Permits what agents do.
    pub agent: Option<Token>,
    /// Permits reading `/config`.
    pub read: Option<Token>,
    /// Permits using the dashboard.
    pub web: Option<Token>,
    /// Everything is permitted without a token.
    pub open: bool,
}

impl Tokens {
    /// Reads the tokens that the settings name.
    ///
    /// # Errors
    /// If a file cannot be read or is empty, if a token is given twice, or if there is none and
    /// `--no-auth` is not set.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let tokens = Self {
            all: settings.token.read()?,
            agent: settings.agent_token.read()?,
            read: settings.read_token.read()?,
            web: settings.web_token.read()?,
            open: settings.no_auth,
        };
        if settings.no_auth {
            if !tokens.is_empty() {
                bail!("--no-auth and a token exclude each other: remove one of them");
            }
        } else if tokens.is_empty() {
            bail!(
                "no token: set TETHER_TOKEN (or TETHER_TOKEN_FILE) to a secret and give it to \
                 agents and Traefik too; --no-auth disables authentication"
            );
        }
        Ok(tokens)
    }

    /// True if there is no token.
    pub fn is_empty(&self) -> bool {
        [&self.all, &self.agent, &self.read, &self.web]
            .iter()
            .all(|token| token.is_none())
    }

    /// True if the token has the permission.
    pub fn allow(&self, permission: Permission, secret: Option<&str>) -> bool {
        if self.open {
            return true;
        }
        let Some(secret) = secret else { return false };
        let own = match permission {
            Permission::Agent => &self.agent,
            Permission::Read => &self.read,
            Permission::Web => &self.web,
        };
        // Always compares both, so that the time does not reveal which one is set.
        let matches = |token: &Option<Token>| token.as_ref().is_some_and(|t| t.matches(secret));
        matches(own) | matches(&self.all)
    }
}

#[cfg(test)]
mod tests;
