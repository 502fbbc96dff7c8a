//! One gateway's API: its address, and what a connection to it needs.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::ClientConfig;
use tether_proto::Token;
use tether_runtime::server_url::ServerUrl;
use tether_runtime::tls::client_config;

use crate::settings::{Settings, TraefikApi};

/// The setting with the addresses, for messages.
pub(super) const ADDRESS: &str = "--traefik-api";

/// The setting with further certificates to trust.
pub(super) const CA_FILE: &str = "--traefik-api-ca";

/// The setting with the credentials.
pub(super) const AUTH_FILE: &str = "--traefik-api-auth-file";

/// One gateway's API. Clones share what they need.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    /// The environment that it reads.
    pub env: String,
    pub(super) server: ServerUrl,
    /// Sent to this gateway only.
    pub(super) credentials: Option<(HeaderName, HeaderValue)>,
    pub(super) trust: Arc<ClientConfig>,
}

impl Gateway {
    /// The gateways of the settings.
    ///
    /// # Errors
    /// If a setting is wrong, or a file cannot be read.
    pub fn all(settings: &Settings) -> anyhow::Result<Vec<Self>> {
        let apis = settings.gateways()?;
        let shared = match &settings.traefik_api_auth_file {
            Some(path) => Some(read_credentials(path)?),
            None => None,
        };
        if apis.is_empty() {
            return Ok(Vec::new());
        }
        let trust = client_config(settings.traefik_api_ca.as_deref(), CA_FILE)?;
        apis.into_iter()
            .map(|api| Self::new(api, shared.clone(), &trust))
            .collect()
    }

    /// True if it runs in the network namespace of the hub, so that both have one loopback.
    pub fn is_local(&self) -> bool {
        let host = &self.server.host;
        let address = host.parse::<IpAddr>();
        address.map_or_else(|_| host == "localhost", |address| address.is_loopback())
    }

    fn new(
        api: TraefikApi,
        shared: Option<(HeaderName, HeaderValue)>,
        trust: &Arc<ClientConfig>,
    ) -> anyhow::Result<Self> {
        let own = match &api.user {
            Some(user) => Some(basic(user)?),
            None => None,
        };
        Ok(Self {
            name: api.name,
            env: api.env,
            server: api.server,
            credentials: own.or(shared),
            trust: Arc::clone(trust),
        })
    }
}

/// Reads `USER:PASSWORD` or `NAME: VALUE`.
fn read_credentials(path: &Path) -> anyhow::Result<(HeaderName, HeaderValue)> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{AUTH_FILE}: cannot read {}", path.display()))?;
    let wrong = || {
        anyhow!(
            "{AUTH_FILE}: {} must have one line, USER:PASSWORD or NAME: VALUE",
            path.display()
        )
    };
    let line = text.trim();
    if let Some((name, value)) = line.split_once(": ") {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        return Ok((name, secret(value.trim()).ok_or_else(wrong)?));
    }
    match Token::new(line).filter(|_| line.contains(':')) {
        Some(user) if line.lines().count() == 1 => basic(&user),
        _ => bail!(wrong()),
    }
}

fn basic(user: &Token) -> anyhow::Result<(HeaderName, HeaderValue)> {
    let value = format!("Basic {}", STANDARD.encode(user.reveal()));
    let value = secret(&value).context("base64 is ASCII")?;
    Ok((AUTHORIZATION, value))
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests;
