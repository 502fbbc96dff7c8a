//! The settings of the hub itself.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tetherd::AgentConfig;
use traefik_config::TraefikVersion;

use super::values::{
    DEFAULT_PORT, Wait, address, bytes, entry_point, flag, port, traefik_version, wait,
};

/// The hub's settings. An environment variable that is set but empty counts as not set.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The secret that agents, Traefik and the dashboard show. It grants everything.
    #[arg(
        short,
        long,
        env = "TETHER_TOKEN",
        hide_env_values = true,
        help_heading = "Access"
    )]
    pub token: Option<String>,
    /// A file with the secret, in place of --token.
    #[arg(long, env = "TETHER_TOKEN_FILE", help_heading = "Access")]
    pub token_file: Option<PathBuf>,
    /// A secret for agents only.
    #[arg(
        long,
        env = "TETHER_AGENT_TOKEN",
        hide_env_values = true,
        help_heading = "Access"
    )]
    pub agent_token: Option<String>,
    /// A file with the secret for agents.
    #[arg(long, env = "TETHER_AGENT_TOKEN_FILE", help_heading = "Access")]
    pub agent_token_file: Option<PathBuf>,
    /// A secret for readers of /config (Traefik) only.
    #[arg(
        long,
        env = "TETHER_READ_TOKEN",
        hide_env_values = true,
        help_heading = "Access"
    )]
    pub read_token: Option<String>,
    /// A file with the secret for readers of /config.
    #[arg(long, env = "TETHER_READ_TOKEN_FILE", help_heading = "Access")]
    pub read_token_file: Option<PathBuf>,
    /// A secret for the dashboard only.
    #[arg(
        long,
        env = "TETHER_WEB_TOKEN",
        hide_env_values = true,
        help_heading = "Access"
    )]
    pub web_token: Option<String>,
    /// A file with the secret for the dashboard.
    #[arg(long, env = "TETHER_WEB_TOKEN_FILE", help_heading = "Access")]
    pub web_token_file: Option<PathBuf>,
    /// Let everybody do everything, without any secret.
    #[arg(long, env = "TETHER_NO_AUTH", value_parser = flag(), help_heading = "Access")]
    pub no_auth: bool,

    /// The port to listen on; 0 takes a free one.
    #[arg(short, long, env = "TETHER_PORT", default_value_t = DEFAULT_PORT, value_parser = port, help_heading = "Server")]
    pub port: u16,
    /// The address to listen on; every address of this host unless given.
    #[arg(long, env = "TETHER_ADDRESS", value_parser = address, help_heading = "Server")]
    pub address: Option<IpAddr>,
    /// Do not serve the dashboard.
    #[arg(long, env = "TETHER_NO_WEB", value_parser = flag(), help_heading = "Server")]
    pub no_web: bool,
    /// The largest frame an agent may send, in bytes.
    #[arg(long, env = "TETHER_FRAME_LIMIT", default_value_t = tether_proto::FRAME_LIMIT, value_parser = bytes, help_heading = "Server")]
    pub frame_limit: usize,
    /// Log what is done step by step.
    #[arg(short, long, env = "TETHER_DEBUG", value_parser = flag(), help_heading = "Server")]
    pub debug: bool,

    /// Serve this machine's own containers too, without an agent beside the hub: of the engines
    /// named here, with commas between, or of DOCKER_HOST's. The agent's variables (TETHERD_HOST_IP
    /// and the like) count for it.
    #[arg(
        long,
        env = "TETHER_DOCKER",
        value_name = "ENDPOINTS",
        num_args = 0..=1,
        default_missing_value = "true",
        help_heading = "Routes"
    )]
    pub docker: Option<String>,
    /// A file with Traefik configuration of your own (YAML, JSON or TOML), or a directory of
    /// them; it comes before all agents, and a change counts at once. Where it is not given,
    /// /data/dynamic.yml is read if it is there.
    #[arg(short, long, env = "TETHER_CONFIG", help_heading = "Routes")]
    pub config: Option<PathBuf>,
    /// The environments that the local file belongs to; `*` is every one.
    #[arg(long, env = "TETHER_CONFIG_ENV", value_delimiter = ',', default_value = tether_proto::DEFAULT_ENV, help_heading = "Routes")]
    pub config_env: Vec<String>,
    /// Agents that win over others where two claims cannot both stand, first one first.
    #[arg(
        long,
        env = "TETHER_PRECEDENCE",
        value_delimiter = ',',
        help_heading = "Routes"
    )]
    pub precedence: Vec<String>,
    /// The entry points of a router that names none, as Traefik's `asDefault` says; unless given,
    /// it counts as being at every entry point.
    #[arg(
        long,
        env = "TETHER_DEFAULT_ENTRYPOINTS",
        value_delimiter = ',',
        help_heading = "Routes"
    )]
    pub default_entrypoints: Vec<String>,
    /// The ports at which people reach Traefik's entry points; the dashboard's links use them.
    #[arg(long, env = "TETHER_ENTRY_POINTS", value_delimiter = ',', default_value = "web=80,websecure=443", value_parser = entry_point, help_heading = "Routes")]
    pub entry_points: Vec<(String, u16)>,
    /// The version of your Traefik, such as 3.3 or v3.3.6; what it is too old for is left out.
    #[arg(long, env = "TETHER_TRAEFIK_VERSION", default_value_t = TraefikVersion::NEWEST, value_parser = traefik_version, help_heading = "Routes")]
    pub traefik_version: TraefikVersion,

    /// For how long a lost agent's routes are held: a time such as 24h, 0, or `forever`.
    #[arg(long, env = "TETHER_LEASE", default_value = "24h", value_parser = wait, help_heading = "Faults")]
    pub lease: Wait,
    /// After a start, for how long to wait for agents once the first one is there.
    #[arg(long, env = "TETHER_STARTUP_GRACE", default_value = "10s", value_parser = humantime::parse_duration, help_heading = "Faults")]
    pub startup_grace: Duration,
    /// After a start, for how long to answer 503 while no agent is there at all: a time, or
    /// `forever`.
    #[arg(long, env = "TETHER_STARTUP_WAIT", default_value = "forever", value_parser = wait, help_heading = "Faults")]
    pub startup_wait: Wait,
}

/// The lease unless told otherwise.
const DEFAULT_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

/// The start-up grace unless told otherwise.
const DEFAULT_STARTUP_GRACE: Duration = Duration::from_secs(10);

/// Where the local file is unless told otherwise.
pub const DEFAULT_LOCAL_FILE: &str = "/data/dynamic.yml";

/// The engines of the agent inside the hub.
#[derive(Debug)]
pub(super) enum Engines {
    /// There is no such agent.
    None,
    /// Those of `DOCKER_HOST`.
    Usual,
    /// These, with commas between.
    Named(String),
}

impl Default for Settings {
    /// What the command line says by itself, no variable heeded.
    fn default() -> Self {
        Self {
            token: None,
            token_file: None,
            agent_token: None,
            agent_token_file: None,
            read_token: None,
            read_token_file: None,
            web_token: None,
            web_token_file: None,
            no_auth: false,
            port: DEFAULT_PORT,
            address: None,
            no_web: false,
            frame_limit: tether_proto::FRAME_LIMIT,
            debug: false,
            docker: None,
            config: None,
            config_env: vec![tether_proto::DEFAULT_ENV.to_owned()],
            precedence: Vec::new(),
            default_entrypoints: Vec::new(),
            entry_points: vec![("web".to_owned(), 80), ("websecure".to_owned(), 443)],
            traefik_version: TraefikVersion::NEWEST,
            lease: Wait::For(DEFAULT_LEASE),
            startup_grace: DEFAULT_STARTUP_GRACE,
            startup_wait: Wait::Forever,
        }
    }
}

impl Settings {
    /// The agent within the hub, if there is to be one.
    ///
    /// # Errors
    /// If one of its own settings, which are the agent's variables, cannot be understood.
    pub fn agent(&self) -> anyhow::Result<Option<AgentConfig>> {
        let engines = self.engines();
        let engines = match &engines {
            Engines::None => return Ok(None),
            Engines::Usual => None,
            Engines::Named(engines) => Some(engines.as_str()),
        };
        AgentConfig::inside(engines)
            .context("--docker: the agent within the hub")
            .map(Some)
    }

    /// What `--docker` asks for.
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

    /// The port of each entry point by its name.
    pub fn entry_point_ports(&self) -> BTreeMap<String, u16> {
        self.entry_points.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests;
