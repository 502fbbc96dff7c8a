//! Defines the command line: every argument with its variable, default and help.

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{ArgAction, Args, Parser, Subcommand};
use ipnet::IpNet;
use tether_proto::DEFAULT_ENV;
use tether_runtime::process::yes_or_no;
use tether_runtime::secret::Secret;
use tether_runtime::server_url::ServerUrl;
use traefik_config::{Constraints, DefaultRule};

use super::token::HubToken;
use super::values::{any_value, name, network};
use crate::docker::EngineLocation;
use crate::host::Host;

/// The agent on a Docker host: tells the hub (tether) which routes this host's containers ask
/// for by their traefik.* labels.
#[derive(Debug, Clone, Parser)]
#[command(name = "tetherd", version, max_term_width = 100, styles = Styles::plain())]
pub struct Cli {
    /// What to do; without one, run the agent.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Which agent of which hubs.
    #[command(flatten)]
    pub identity: Identity,
    /// What only a running agent needs.
    #[command(flatten)]
    pub settings: Settings,
    /// True if somebody said which engines; only [`Cli::read`] knows.
    #[arg(skip)]
    pub engines_said: bool,
}

/// What the program can do. Every setting may stand before or behind the command.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Run the agent.
    Run(RunSettings),
    /// Say what becomes of this host's containers, and why. It asks the running agent; where there
    /// is none, it says what one would do. The exit code is 0 if all that asks is routed as it
    /// asks, 1 if something is not, and 2 if that cannot be told.
    Explain(ExplainSettings),
    /// Say whether the running agent does its work: exit code 0 if so, else 1, and one line why.
    /// It does if every engine can be listed and a hub has taken the agent since its start.
    Healthcheck,
    /// Take this host out: its agent's routes leave every hub at once, and a running agent stays
    /// away until it is restarted. The exit code is 0 if no hub has it any more, 1 if a hub could
    /// not be told, 2 for wrong settings, and 3 if no hub knows the agent.
    Drain,
    /// Print every setting with its value in force and the source of that value. Secrets are not
    /// shown. The exit code is 2 if the agent would not start with these settings.
    Settings(ReportSettings),
}

/// The settings of `tetherd run`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunSettings {
    /// Print the route set as JSON and end; no hub is told anything.
    #[arg(long)]
    pub once: bool,
}

/// The settings of `tetherd explain`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExplainSettings {
    /// Only these containers, by name, compose service or the start of their id.
    #[arg(value_name = "CONTAINER")]
    pub containers: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Do not ask the running agent: say what one with these settings would do.
    #[arg(long)]
    pub dry_run: bool,
}

/// The settings of `tetherd settings`.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportSettings {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Which agent of which hubs.
#[derive(Debug, Clone, Args)]
pub struct Identity {
    /// Where the hub is: http, https, ws or wss; several with commas between.
    #[arg(
        short,
        long,
        env = "TETHERD_SERVER",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:3000",
        help_heading = "Hub"
    )]
    pub server: Vec<ServerUrl>,
    /// The hub's token.
    #[command(flatten, next_help_heading = "Hub")]
    pub token: Secret<HubToken>,
    /// A file with certificates (PEM) to trust besides the public ones.
    #[arg(long, env = "TETHERD_CA_FILE", help_heading = "Hub")]
    pub ca_file: Option<PathBuf>,
    /// The environment that the routes belong to.
    #[arg(long, visible_alias = "environment", env = "TETHERD_ENVIRONMENT", default_value = DEFAULT_ENV, value_parser = name, help_heading = "Hub")]
    pub env: String,

    /// This agent's name; the engine's host name unless given.
    #[arg(long, env = "TETHERD_NAME", value_parser = name, help_heading = "Host")]
    pub name: Option<String>,

    /// The Docker engine: unix:// (with * for all sockets that match), tcp://, http:// or https://;
    /// several with commas between.
    #[arg(
        long,
        env = "DOCKER_HOST",
        value_delimiter = ',',
        default_value = "unix:///var/run/docker.sock",
        help_heading = "Docker"
    )]
    pub docker_host: Vec<EngineLocation>,
    /// Reach tcp:// engines over TLS. As for Docker's own client, any value of the variable
    /// means yes.
    // No default: clap would run it through the parser, to which every text means yes.
    #[arg(
        long,
        env = "DOCKER_TLS_VERIFY",
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_name = "ANY",
        value_parser = any_value,
        help_heading = "Docker"
    )]
    pub docker_tls_verify: Option<bool>,
    /// A folder with ca.pem, cert.pem and key.pem for engines over TLS; tcp:// is then TLS.
    #[arg(long, env = "DOCKER_CERT_PATH", help_heading = "Docker")]
    pub docker_cert_path: Option<PathBuf>,

    /// Log what is done step by step.
    #[arg(short, long, env = "TETHERD_DEBUG", value_parser = yes_or_no, help_heading = "Log")]
    pub debug: bool,
}

/// What only a running agent needs.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The address or host name at which Traefik reaches this host; found out unless given.
    #[arg(
        long,
        visible_alias = "ip",
        env = "TETHERD_HOST_IP",
        help_heading = "Host"
    )]
    pub host_ip: Option<Host>,
    /// Take this host's address from this interface: the first that others can reach, IPv4
    /// before IPv6; --host-ip comes before it.
    #[arg(
        long,
        env = "TETHERD_INTERFACE",
        value_name = "NAME",
        help_heading = "Host"
    )]
    pub interface: Option<String>,
    /// Take this host's address that is inside one of these networks, such as 10.0.0.0/8;
    /// several with commas between; --host-ip and --interface come before it.
    #[arg(
        long,
        env = "TETHERD_CIDR",
        value_name = "NETWORK",
        value_delimiter = ',',
        value_parser = network,
        help_heading = "Host"
    )]
    pub cidr: Vec<IpNet>,
    /// Traefik runs on this host, so that it reaches ports that are published at 127.0.0.1 only.
    #[arg(long, env = "TETHERD_ALLOW_LOOPBACK", value_parser = yes_or_no, help_heading = "Host")]
    pub allow_loopback: bool,
    /// At the end take the routes along, as `tetherd drain` does, instead of leaving them to the
    /// hub until the agent is back.
    #[arg(long, env = "TETHERD_DRAIN_ON_STOP", value_parser = yes_or_no, help_heading = "Host")]
    pub drain_on_stop: bool,

    /// A Docker network, such as one of macvlan, in which Traefik reaches containers at their own
    /// addresses, without published ports; several with commas between.
    #[arg(
        long,
        env = "TETHERD_ROUTABLE_NETWORK",
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Docker"
    )]
    pub routable_network: Vec<String>,
    /// Serve every container that does not say traefik.enable=false, not only those that say
    /// traefik.enable=true.
    #[arg(long, env = "TETHERD_EXPOSED_BY_DEFAULT", value_parser = yes_or_no, help_heading = "Docker")]
    pub exposed_by_default: bool,
    /// The rule of an HTTP router that has none: a template as Traefik's option defaultRule.
    #[arg(
        long,
        env = "TETHERD_DEFAULT_RULE",
        default_value_t,
        help_heading = "Docker"
    )]
    pub default_rule: DefaultRule,
    /// Keep the routes of a container whose health check does not pass, without a server:
    /// Traefik then answers 503, not 404.
    #[arg(long, env = "TETHERD_ALLOW_EMPTY_SERVICES", value_parser = yes_or_no, help_heading = "Docker")]
    pub allow_empty_services: bool,
    /// On a manager of a swarm, serve the swarm's services too; false: only the containers of
    /// this host. Traefik's labels of a service belong under `deploy`.
    #[arg(long, env = "TETHERD_SWARM", value_name = "BOOL", default_value_t = true, action = ArgAction::Set, value_parser = yes_or_no, help_heading = "Docker")]
    pub swarm: bool,
    /// Read only the containers whose labels match, as by Traefik's own setting of this name:
    /// Label(`key`, `value`) and LabelRegex(`key`, `regexp`) with &&, ||, ! and parentheses.
    #[arg(long, env = "TETHERD_CONSTRAINTS", help_heading = "Docker")]
    pub constraints: Option<Constraints>,
}
