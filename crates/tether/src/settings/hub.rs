//! The settings of the hub itself.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use tether_runtime::secret::Secret;
use tetherd::AgentConfig;

use super::tokens::{AgentToken, MainToken, ReadToken, WebToken};
use super::traefik_api::{TraefikApi, TraefikApiText};
use super::values::{
    DEFAULT_PORT, DEFAULT_TEMPLATE_ENV, VersionSetting, Wait, address, bytes, entry_point, flag,
    port, wait,
};

/// The hub's settings. An environment variable that is set but empty counts as not set.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The token that grants everything.
    #[command(flatten, next_help_heading = "Access")]
    pub token: Secret<MainToken>,
    /// The token of agents.
    #[command(flatten, next_help_heading = "Access")]
    pub agent_token: Secret<AgentToken>,
    /// The token of readers of `/config`.
    #[command(flatten, next_help_heading = "Access")]
    pub read_token: Secret<ReadToken>,
    /// The token of the dashboard.
    #[command(flatten, next_help_heading = "Access")]
    pub web_token: Secret<WebToken>,
    /// Allow everything to everyone, without a token.
    #[arg(long, env = "TETHER_NO_AUTH", value_parser = flag(), help_heading = "Access")]
    pub no_auth: bool,

    /// The port to listen on; 0 picks a free one.
    #[arg(short, long, env = "TETHER_PORT", default_value_t = DEFAULT_PORT, value_parser = port, help_heading = "Server")]
    pub port: u16,
    /// The address to listen on. Default: every address of this host.
    #[arg(long, env = "TETHER_ADDRESS", value_parser = address, help_heading = "Server")]
    pub address: Option<IpAddr>,
    /// Do not serve the dashboard.
    #[arg(long, env = "TETHER_NO_WEB", value_parser = flag(), help_heading = "Server")]
    pub no_web: bool,
    /// The largest frame that an agent may send, in bytes.
    #[arg(long, env = "TETHER_FRAME_LIMIT", default_value_t = tether_proto::FRAME_LIMIT, value_parser = bytes, help_heading = "Server")]
    pub frame_limit: usize,
    /// Log every step.
    #[arg(short, long, env = "TETHER_DEBUG", value_parser = flag(), help_heading = "Server")]
    pub debug: bool,

    /// Also serve this machine's own containers, without an agent next to the hub. The value lists
    /// the engines, separated by commas; without a value, DOCKER_HOST applies. The agent's
    /// variables (TETHERD_HOST_IP and so on) apply to it.
    #[arg(
        long,
        env = "TETHER_DOCKER",
        value_name = "ENDPOINTS",
        num_args = 0..=1,
        default_missing_value = "true",
        help_heading = "Routes"
    )]
    pub docker: Option<String>,
    /// A file with your own Traefik configuration (YAML, JSON or TOML), or a directory of such
    /// files. It takes precedence over all agents, and changes apply within two seconds. Default:
    /// /data/dynamic.yml, if it exists.
    #[arg(short, long, env = "TETHER_CONFIG", help_heading = "Routes")]
    pub config: Option<PathBuf>,
    /// The environments that the local file belongs to; `*` means all of them.
    #[arg(long, env = "TETHER_CONFIG_ENV", value_delimiter = ',', default_value = tether_proto::DEFAULT_ENV, help_heading = "Routes")]
    pub config_env: Vec<String>,
    /// Environment variables that Go templates in the local file may read with `env`, `*` standing
    /// for any characters. Variables of the programs' own settings are never read.
    #[arg(
        long,
        env = "TETHER_TEMPLATE_ENV",
        value_name = "PATTERNS",
        value_delimiter = ',',
        default_value = DEFAULT_TEMPLATE_ENV,
        help_heading = "Routes"
    )]
    pub template_env: Vec<String>,
    /// Agents that take precedence when routes conflict, highest first.
    #[arg(
        long,
        env = "TETHER_PRECEDENCE",
        value_delimiter = ',',
        help_heading = "Routes"
    )]
    pub precedence: Vec<String>,
    /// Agents whose labels may refer to services inside Traefik, such as `api@internal`, which
    /// publishes Traefik's API with all routes and password hashes; without a value, all agents.
    /// The local file and the agent of --docker always may.
    #[arg(
        long,
        env = "TETHER_ALLOW_INTERNAL",
        value_name = "AGENTS",
        value_delimiter = ',',
        num_args = 0..=1,
        default_missing_value = "*",
        help_heading = "Routes"
    )]
    pub allow_internal: Vec<String>,
    /// The entry points of routers that name none, as in Traefik's `asDefault`. Default: as
    /// Traefik says (--traefik-api), else every entry point.
    #[arg(
        long,
        env = "TETHER_DEFAULT_ENTRYPOINTS",
        value_delimiter = ',',
        help_heading = "Routes"
    )]
    pub default_entrypoints: Vec<String>,
    /// The public ports of Traefik's entry points, for the links in the dashboard. Default: as
    /// Traefik says (--traefik-api), else web=80,websecure=443.
    #[arg(long, env = "TETHER_ENTRY_POINTS", value_delimiter = ',', value_parser = entry_point, help_heading = "Routes")]
    pub entry_points: Vec<(String, u16)>,
    /// The version of your Traefik, such as 3.3 or v3.3.6. What it does not support is left out.
    /// `auto` is the oldest gateway's (--traefik-api), else the newest one that the hub knows.
    #[arg(
        long,
        env = "TETHER_TRAEFIK_VERSION",
        default_value = "auto",
        help_heading = "Routes"
    )]
    pub traefik_version: VersionSetting,

    /// The URL of Traefik's API, to show what Traefik does with each route. Several with commas;
    /// NAME= before a URL names the gateway, and ?env= after it the environment that it reads.
    #[arg(
        long,
        env = "TETHER_TRAEFIK_API",
        value_name = "URL",
        value_delimiter = ',',
        hide_env_values = true,
        help_heading = "Gateways"
    )]
    pub traefik_api: Vec<TraefikApiText>,
    /// A file with the credentials for Traefik's API, as `USER:PASSWORD` or as a header
    /// `NAME: VALUE`. A user and password in a URL take precedence.
    #[arg(
        long,
        env = "TETHER_TRAEFIK_API_AUTH_FILE",
        value_name = "FILE",
        help_heading = "Gateways"
    )]
    pub traefik_api_auth_file: Option<PathBuf>,
    /// Certificates (PEM) to trust for Traefik's API, in addition to the public ones.
    #[arg(
        long,
        env = "TETHER_TRAEFIK_API_CA",
        value_name = "FILE",
        help_heading = "Gateways"
    )]
    pub traefik_api_ca: Option<PathBuf>,
    /// Do not try whether servers answer. Otherwise the hub connects to each one now and then, and
    /// shows those that do not answer; they stay in `/config`.
    #[arg(long, env = "TETHER_NO_PROBE", value_parser = flag(), help_heading = "Gateways")]
    pub no_probe: bool,

    /// How long the routes of a lost agent are kept: a duration such as 24h, 0, or `forever`.
    #[arg(long, env = "TETHER_LEASE", default_value = "24h", value_parser = wait, help_heading = "Faults")]
    pub lease: Wait,
    /// How long to wait for the other agents after a start, once the first one is connected. In a new
    /// fleet it counts from the start; where `--traefik-api` shows that no Traefik has routes yet,
    /// there is no wait.
    #[arg(long, env = "TETHER_STARTUP_GRACE", default_value = "10s", value_parser = humantime::parse_duration, help_heading = "Faults")]
    pub startup_grace: Duration,
    /// How long to answer 503 after a start while no agent is connected: a duration, or `forever`.
    #[arg(long, env = "TETHER_STARTUP_WAIT", default_value = "forever", value_parser = wait, help_heading = "Faults")]
    pub startup_wait: Wait,
}

/// The default lease.
const DEFAULT_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

/// The default start-up grace.
const DEFAULT_STARTUP_GRACE: Duration = Duration::from_secs(10);

/// The default path of the local file.
pub const DEFAULT_LOCAL_FILE: &str = "/data/dynamic.yml";

/// The engines of the agent inside the hub.
#[derive(Debug)]
pub(super) enum Engines {
    /// There is no agent inside the hub.
    None,
    /// The engines of `DOCKER_HOST`.
    Usual,
    /// These engines, separated by commas.
    Named(String),
}

impl Default for Settings {
    /// The defaults of the command line, without any variable.
    fn default() -> Self {
        Self {
            token: Secret::default(),
            agent_token: Secret::default(),
            read_token: Secret::default(),
            web_token: Secret::default(),
            no_auth: false,
            port: DEFAULT_PORT,
            address: None,
            no_web: false,
            frame_limit: tether_proto::FRAME_LIMIT,
            debug: false,
            docker: None,
            config: None,
            template_env: vec![DEFAULT_TEMPLATE_ENV.to_owned()],
            config_env: vec![tether_proto::DEFAULT_ENV.to_owned()],
            precedence: Vec::new(),
            allow_internal: Vec::new(),
            default_entrypoints: Vec::new(),
            entry_points: Vec::new(),
            traefik_version: VersionSetting::Auto,
            traefik_api: Vec::new(),
            traefik_api_auth_file: None,
            traefik_api_ca: None,
            no_probe: false,
            lease: Wait::For(DEFAULT_LEASE),
            startup_grace: DEFAULT_STARTUP_GRACE,
            startup_wait: Wait::Forever,
        }
    }
}

/// The entry points of most Traefiks, with their ports.
pub fn usual_entry_points() -> BTreeMap<String, u16> {
    [("web", 80), ("websecure", 443)]
        .map(|(name, port)| (name.to_owned(), port))
        .into()
}

impl Settings {
    /// Returns the configuration of the agent inside the hub, if one is enabled.
    ///
    /// # Errors
    /// If one of its settings, which are the agent's variables, is wrong.
    pub fn agent(&self) -> anyhow::Result<Option<AgentConfig>> {
        let engines = self.engines();
        let engines = match &engines {
            Engines::None => return Ok(None),
            Engines::Usual => None,
            Engines::Named(engines) => Some(engines.as_str()),
        };
        AgentConfig::inside(engines)
            .context("--docker: the agent inside the hub")
            .map(Some)
    }

    /// The gateways that `--traefik-api` names.
    ///
    /// # Errors
    /// If one of them is wrong, or two have one name.
    pub fn gateways(&self) -> anyhow::Result<Vec<TraefikApi>> {
        let mut gateways: Vec<TraefikApi> = Vec::new();
        for text in &self.traefik_api {
            let gateway = text
                .parse()
                .map_err(|error| anyhow!("--traefik-api: {error}"))?;
            if gateways.iter().any(|other| other.name == gateway.name) {
                let name = &gateway.name;
                bail!("--traefik-api: two gateways have the name `{name}`: write NAME=URL");
            }
            gateways.push(gateway);
        }
        Ok(gateways)
    }

    /// The engines that `--docker` names.
    pub(super) fn engines(&self) -> Engines {
        let Some(engines) = &self.docker else {
            return Engines::None;
        };
        match engines.trim().to_lowercase().as_str() {
            "0" | "false" | "no" | "off" => Engines::None,
            "1" | "true" | "yes" | "on" => Engines::Usual,
            _ => Engines::Named(engines.clone()),
        }
    }

    /// The port of each entry point, by name, if the setting is set.
    pub fn entry_point_ports(&self) -> Option<BTreeMap<String, u16>> {
        let is_set = !self.entry_points.is_empty();
        is_set.then(|| self.entry_points.iter().cloned().collect())
    }
}

#[cfg(test)]
mod tests;
