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

/// The agent on a Docker host: sends the routes that containers request with traefik.* labels to
/// the hub (tether).
#[derive(Debug, Clone, Parser)]
#[command(name = "tetherd", version, max_term_width = 100, styles = Styles::plain())]
pub struct Cli {
    /// The command; without one, run the agent.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings that every command needs.
    #[command(flatten)]
    pub identity: Identity,
    /// The settings that only a running agent needs.
    #[command(flatten)]
    pub settings: Settings,
    /// True if the engines were set, not taken from the default; [`Cli::read`] fills it in.
    #[arg(skip)]
    pub engines_said: bool,
}

/// A command. Settings may stand before or after it.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Run the agent.
    Run(RunSettings),
    /// Explain for each container of this host whether and how it is routed.
    ///
    /// Asks the running agent; without one, explains what an agent with these settings would do.
    /// The exit code is 0 if everything is routed as its labels say, 1 if something is not, and 2
    /// if it is unknown.
    Explain(ExplainSettings),
    /// Check the running agent: prints one line, and exits with 0 if it is healthy, else 1.
    ///
    /// An agent is healthy if it can list every engine and a hub has accepted it since its start.
    Healthcheck,
    /// Take this host out of service: every hub removes its routes at once.
    ///
    /// A running agent stays disconnected until it is restarted. The exit code is 0 if no hub has
    /// routes of it any more, 1 if a hub could not be reached, 2 for wrong settings, and 3 if no hub
    /// knows the agent.
    Drain,
    /// Print every setting with its effective value and the source of that value.
    ///
    /// Secrets are not shown. The exit code is 2 if the agent would not start with these settings.
    Settings(ReportSettings),
}

/// The settings of `tetherd run`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunSettings {
    /// Print the routes as JSON and exit, without connecting to a hub.
    #[arg(long)]
    pub once: bool,
}

/// The settings of `tetherd explain`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExplainSettings {
    /// Only these containers: a name, a compose service, or the start of an id.
    #[arg(value_name = "CONTAINER")]
    pub containers: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Do not ask the running agent; explain what an agent with these settings would do.
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

/// The settings that every command needs.
#[derive(Debug, Clone, Args)]
pub struct Identity {
    /// The URL of the hub (http, https, ws or wss); separate several with commas.
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
    /// A file with certificates (PEM) to trust in addition to the public ones.
    #[arg(long, env = "TETHERD_CA_FILE", help_heading = "Hub")]
    pub ca_file: Option<PathBuf>,
    /// The environment that the routes belong to.
    #[arg(long, visible_alias = "environment", env = "TETHERD_ENVIRONMENT", default_value = DEFAULT_ENV, value_parser = name, help_heading = "Hub")]
    pub env: String,

    /// The name of this agent. Default: the host name that the engine reports.
    #[arg(long, env = "TETHERD_NAME", value_parser = name, help_heading = "Host")]
    pub name: Option<String>,

    /// The address of the Docker engine: unix:// (`*` matches several sockets), tcp://, http:// or
    /// https://; separate several with commas. `#ADDRESS` after one says where the gateway reaches
    /// its machine, if that is another one.
    #[arg(
        long,
        env = "DOCKER_HOST",
        value_delimiter = ',',
        default_value = "unix:///var/run/docker.sock",
        help_heading = "Docker"
    )]
    pub docker_host: Vec<EngineLocation>,
    /// Use TLS for tcp:// engines. As in Docker's own client, any value of the variable turns it
    /// on, even 0.
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
    /// A directory with ca.pem, cert.pem and key.pem for TLS. Setting it turns on TLS for tcp://.
    #[arg(long, env = "DOCKER_CERT_PATH", help_heading = "Docker")]
    pub docker_cert_path: Option<PathBuf>,

    /// Log every step.
    #[arg(short, long, env = "TETHERD_DEBUG", value_parser = yes_or_no, help_heading = "Log")]
    pub debug: bool,
}

/// The settings that only a running agent needs.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The address or host name at which Traefik reaches this host. Default: detected.
    #[arg(
        long,
        visible_alias = "ip",
        env = "TETHERD_HOST_IP",
        help_heading = "Host"
    )]
    pub host_ip: Option<Host>,
    /// Use the address of this interface as this host's address, IPv4 before IPv6. --host-ip
    /// overrides it.
    #[arg(
        long,
        env = "TETHERD_INTERFACE",
        value_name = "NAME",
        help_heading = "Host"
    )]
    pub interface: Option<String>,
    /// Use this host's address in one of these networks, such as 10.0.0.0/8; separate several with
    /// commas. --host-ip and --interface override it.
    #[arg(
        long,
        env = "TETHERD_CIDR",
        value_name = "NETWORK",
        value_delimiter = ',',
        value_parser = network,
        help_heading = "Host"
    )]
    pub cidr: Vec<IpNet>,
    /// Route to ports that are published on 127.0.0.1 only. Set this if Traefik runs on this host.
    #[arg(long, env = "TETHERD_ALLOW_LOOPBACK", value_parser = yes_or_no, help_heading = "Host")]
    pub allow_loopback: bool,
    /// Remove this host's routes from the hub whenever the agent stops. Default: the hub keeps them
    /// until the agent is back.
    #[arg(long, env = "TETHERD_DRAIN_ON_STOP", value_parser = yes_or_no, help_heading = "Host")]
    pub drain_on_stop: bool,

    /// A Docker network, such as a macvlan, in which Traefik reaches containers at their own
    /// addresses and needs no published ports; separate several with commas.
    #[arg(
        long,
        env = "TETHERD_ROUTABLE_NETWORK",
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Docker"
    )]
    pub routable_network: Vec<String>,
    /// Route every container that is not labelled traefik.enable=false. Default: only those
    /// labelled traefik.enable=true.
    #[arg(long, env = "TETHERD_EXPOSED_BY_DEFAULT", value_parser = yes_or_no, help_heading = "Docker")]
    pub exposed_by_default: bool,
    /// The rule of HTTP routers without one: a template, as in Traefik's defaultRule.
    #[arg(
        long,
        env = "TETHERD_DEFAULT_RULE",
        default_value_t,
        help_heading = "Docker"
    )]
    pub default_rule: DefaultRule,
    /// Keep the routes of containers whose health check fails, without a server, so that Traefik
    /// answers 503 instead of 404.
    #[arg(long, env = "TETHERD_ALLOW_EMPTY_SERVICES", value_parser = yes_or_no, help_heading = "Docker")]
    pub allow_empty_services: bool,
    /// Also route the services of a swarm that this host manages, by their labels under `deploy`;
    /// `false` routes only the containers of this host.
    #[arg(long, env = "TETHERD_SWARM", value_name = "BOOL", default_value_t = true, action = ArgAction::Set, value_parser = yes_or_no, help_heading = "Docker")]
    pub swarm: bool,
    /// Read only containers whose labels match this expression, as in Traefik's constraints:
    /// Label(`key`, `value`) and LabelRegex(`key`, `regexp`) with &&, ||, ! and parentheses.
    #[arg(long, env = "TETHERD_CONSTRAINTS", help_heading = "Docker")]
    pub constraints: Option<Constraints>,
}
