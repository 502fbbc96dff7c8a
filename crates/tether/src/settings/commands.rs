//! The settings of `tether config`, `check`, `healthcheck` and `settings`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use tether_proto::Token;
use tether_runtime::secret::Secret;

use super::hub::Settings;
use super::tokens::{MainToken, ReadToken};
use super::values::{DEFAULT_PORT, DEFAULT_TEMPLATE_ENV, VersionSetting, address, port};

/// The settings of `tether config`.
#[derive(Debug, Clone, Args)]
pub struct ConfigSettings {
    /// The hub's URL. Default: the hub on this machine.
    #[arg(long)]
    pub url: Option<String>,
    /// The output format.
    #[arg(long, default_value = "yaml", value_parser = ["yaml", "json"])]
    pub format: String,
    /// How to reach the hub.
    #[command(flatten)]
    pub reader: ReaderSettings,
}

/// The settings of `tether check`.
#[derive(Debug, Clone, Args)]
pub struct CheckSettings {
    /// A file, a directory, or the URL of a hub.
    #[arg(value_name = "FILE|DIRECTORY|URL")]
    pub what: String,
    /// The version of your Traefik, such as 3.3 or v3.3.6. `auto` is the newest known one.
    #[arg(long, env = "TETHER_TRAEFIK_VERSION", default_value = "auto")]
    pub traefik_version: VersionSetting,
    /// Environment variables that Go templates in the file may read with `env`.
    #[arg(long, env = "TETHER_TEMPLATE_ENV", value_name = "PATTERNS", value_delimiter = ',', default_value = DEFAULT_TEMPLATE_ENV)]
    pub template_env: Vec<String>,
    /// How to reach the hub.
    #[command(flatten)]
    pub reader: ReaderSettings,
}

/// The settings of `tether healthcheck`.
#[derive(Debug, Clone, Args)]
pub struct HealthSettings {
    /// The port of the hub.
    #[arg(short, long, env = "TETHER_PORT", default_value_t = DEFAULT_PORT, value_parser = port)]
    pub port: u16,
    /// The address that the hub listens on. Default: localhost.
    #[arg(long, env = "TETHER_ADDRESS", value_parser = address)]
    pub address: Option<IpAddr>,
}

/// The settings of `tether settings`.
#[derive(Debug, Clone, Args)]
pub struct ReportSettings {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The hub's own settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// How to read a running hub's configuration.
#[derive(Debug, Clone, Default, Args)]
pub struct ReaderSettings {
    /// The environment.
    #[arg(long, default_value = tether_proto::DEFAULT_ENV)]
    pub env: String,
    /// The hub's token.
    #[command(flatten)]
    pub token: Secret<MainToken>,
    /// The hub's token for readers.
    #[command(flatten)]
    pub read_token: Secret<ReadToken>,
    /// Certificates (PEM) to trust in addition to the public ones.
    #[arg(long)]
    pub ca_file: Option<PathBuf>,
    /// The port of the hub on this machine.
    #[arg(short, long, env = "TETHER_PORT", default_value_t = DEFAULT_PORT, value_parser = port)]
    pub port: u16,
}

impl ReaderSettings {
    /// Returns the token for `/config`, if one is set.
    ///
    /// # Errors
    /// If a file cannot be read or is empty, or if a token is given twice.
    pub fn token(&self) -> anyhow::Result<Option<Token>> {
        match self.read_token.read()? {
            Some(token) => Ok(Some(token)),
            None => self.token.read(),
        }
    }
}
