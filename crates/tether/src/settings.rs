//! Command line and environment in, checked settings out.

mod commands;
mod report;
mod values;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand};
use tetherd::AgentConfig;
use traefik_config::TraefikVersion;

use crate::auth::Tokens;
pub use commands::{
    CheckSettings, ConfigSettings, DemoSettings, HealthSettings, ReaderSettings, ReportSettings,
};
pub use report::report;
pub use values::Wait;
use values::{address, bytes, entry_point, flag, port, secret, traefik_version, wait};

/// The hub beside Traefik: hears the agents (tetherd) of all Docker hosts and serves one
/// merged Traefik configuration at /config.
#[derive(Debug, Parser)]
#[command(name = "tether", version, max_term_width = 100, styles = Styles::plain())]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without one, run the hub.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The hub's settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What else the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try it: a hub, three simulated Docker hosts and containers that come and go.
    Demo(DemoSettings),
    /// Print what Traefik gets from a running hub.
    Config(ConfigSettings),
    /// Say what is wrong with a local file, a directory of them, or what a hub serves. The exit
    /// code is 0 if nothing is, 1 if something is, and 2 if it cannot be read.
    Check(CheckSettings),
    /// Say whether the hub on this machine is well: exit code 0 if so, else 1, and one line why.
    Healthcheck(HealthSettings),
    /// Print every setting with its value in force and the source of that value. Secrets are not
    /// shown. The exit code is 2 if the hub would not start with these settings.
    Settings(Box<ReportSettings>),
}

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

/// The port unless told otherwise.
const DEFAULT_PORT: u16 = 3000;

/// The lease unless told otherwise.
const DEFAULT_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

/// The start-up grace unless told otherwise.
const DEFAULT_STARTUP_GRACE: Duration = Duration::from_secs(10);

/// Where the local file is unless told otherwise.
pub const DEFAULT_LOCAL_FILE: &str = "/data/dynamic.yml";

/// The engines of the agent inside the hub.
#[derive(Debug)]
enum Engines {
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
    /// The secrets, read from where they are.
    ///
    /// # Errors
    /// If a file cannot be read or is empty, if a secret is given twice, or if there is none
    /// and `--no-auth` was not said.
    pub fn tokens(&self) -> anyhow::Result<Tokens> {
        let one = |text: &Option<String>, file: &Option<PathBuf>, name| {
            secret(text.as_deref(), file.as_deref(), name)
        };
        let tokens = Tokens {
            all: one(&self.token, &self.token_file, "TETHER_TOKEN")?,
            agent: one(
                &self.agent_token,
                &self.agent_token_file,
                "TETHER_AGENT_TOKEN",
            )?,
            read: one(&self.read_token, &self.read_token_file, "TETHER_READ_TOKEN")?,
            web: one(&self.web_token, &self.web_token_file, "TETHER_WEB_TOKEN")?,
            open: self.no_auth,
        };
        if self.no_auth {
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
    fn engines(&self) -> Engines {
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
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_command_line() {
        let cli = Cli::try_parse_from(["tether"]).unwrap();
        assert_eq!(
            format!("{:?}", cli.settings),
            format!("{:?}", Settings::default())
        );
    }

    #[test]
    fn a_hub_without_a_token_says_what_to_set() {
        let error = Settings::default().tokens().unwrap_err().to_string();
        assert!(
            error.contains("TETHER_TOKEN") && error.contains("--no-auth"),
            "{error}"
        );
    }

    #[test]
    fn a_secret_comes_from_one_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from-file\n").unwrap();
        let mut settings = Settings {
            token_file: Some(file.path().to_owned()),
            ..Settings::default()
        };
        assert!(settings.tokens().unwrap().all.unwrap().matches("from-file"));
        settings.token = Some("twice".to_owned());
        assert!(
            settings
                .tokens()
                .unwrap_err()
                .to_string()
                .contains("remove one")
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        let error = |arguments: &[&str]| {
            let all = [&["tether"], arguments].concat();
            Cli::try_parse_from(all).unwrap_err().to_string()
        };
        assert!(error(&["--port", "99999"]).contains("1 to 65535"));
        assert!(error(&["healthcheck", "--port", "x"]).contains("1 to 65535"));
        assert!(error(&["--address", "localhost"]).contains("such as 127.0.0.1"));
        assert!(error(&["--frame-limit", "8MB"]).contains("without a unit"));
        assert!(error(&["--lease", "soon"]).contains("24h"));
    }

    #[test]
    fn times_may_be_without_end() {
        assert_eq!(wait("forever"), Ok(Wait::Forever));
        assert_eq!(wait("0"), Ok(Wait::For(Duration::ZERO)));
        assert!(wait("soon").unwrap_err().contains("24h"));
    }

    #[test]
    fn a_traefik_that_is_too_old_is_refused() {
        assert_eq!(traefik_version("v3.3.6"), Ok("3.3".parse().unwrap()));
        // A hub may be older than the Traefik beside it.
        assert!(traefik_version("3.99").is_ok());
        for text in ["2.11", "v2.11.0", "1.7"] {
            let error = traefik_version(text).unwrap_err();
            assert!(error.contains("3.0"), "{error}");
        }
        assert!(traefik_version("latest").unwrap_err().contains("3.3"));
    }
}
