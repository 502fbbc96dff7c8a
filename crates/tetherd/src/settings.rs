//! Command line and environment in, a checked [`AgentConfig`] out.

use std::convert::Infallible;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::builder::styling::Styles;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use ipnet::IpNet;
use tether_proto::{DEFAULT_ENV, NAME_LIMIT, Token};
use traefik_config::{Constraints, DefaultRule};

use crate::address::Host;
use crate::docker::{Certificates, Place};
use crate::program::{secret, yes_or_no};
use crate::server_url::ServerUrl;

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
    /// The secret that the hub asks for: its TETHER_TOKEN or TETHER_AGENT_TOKEN.
    #[arg(
        short,
        long,
        env = "TETHERD_TOKEN",
        hide_env_values = true,
        help_heading = "Hub"
    )]
    pub token: Option<String>,
    /// A file with the secret, in place of --token.
    #[arg(long, env = "TETHERD_TOKEN_FILE", help_heading = "Hub")]
    pub token_file: Option<PathBuf>,
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
    pub docker_host: Vec<Place>,
    /// Reach tcp:// engines over TLS. As for Docker's own client, any value of the variable
    /// means yes.
    #[arg(long, env = "DOCKER_TLS_VERIFY", action = ArgAction::SetTrue, value_parser = any_value, help_heading = "Docker")]
    pub docker_tls_verify: bool,
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

/// What an agent is told. All of it is fixed for its life.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// The hubs; each is told the same.
    pub servers: Vec<ServerUrl>,
    /// The secret for them.
    pub token: Option<Token>,
    /// Certificates to trust besides the public ones.
    pub ca_file: Option<PathBuf>,
    /// The environment that the routes belong to.
    pub environment: String,
    /// The agent's name; none: the host name of its first engine.
    pub name: Option<String>,
    /// The address of this host, if somebody said it.
    pub host_address: Option<Host>,
    /// The interface that has it.
    pub interface: Option<String>,
    /// The networks that it is inside of.
    pub networks: Vec<IpNet>,
    /// True: the gateway is on this host.
    pub allow_loopback: bool,
    /// The engine's networks in which the gateway reaches containers at their own addresses.
    pub routable_networks: Vec<String>,
    /// Where the engines are.
    pub engines: Vec<Place>,
    /// True: containers need no `traefik.enable=true`.
    pub exposed_by_default: bool,
    /// The rule of an HTTP router that has none.
    pub default_rule: DefaultRule,
    /// True: a container whose health check does not pass stays, without a server.
    pub allow_empty_services: bool,
    /// True: the services of a swarm that an engine manages are served too.
    pub swarm: bool,
    /// Which containers are read.
    pub constraints: Constraints,
    /// True: the routes go when the agent is stopped.
    pub drain_on_stop: bool,
    /// True if somebody said which engines: only an agent of these is asked.
    pub engines_said: bool,
}

impl AgentConfig {
    /// An agent of one engine and one hub, everything else as unset.
    ///
    /// # Errors
    /// If one of the addresses cannot be understood; the text says why.
    pub fn new(server: &str, engine: &str) -> Result<Self, String> {
        Ok(Self {
            servers: vec![server.parse()?],
            token: None,
            ca_file: None,
            environment: DEFAULT_ENV.to_owned(),
            name: None,
            host_address: None,
            interface: None,
            networks: Vec::new(),
            allow_loopback: false,
            routable_networks: Vec::new(),
            engines: vec![engine.parse()?],
            exposed_by_default: false,
            default_rule: DefaultRule::default(),
            allow_empty_services: false,
            swarm: true,
            constraints: Constraints::default(),
            drain_on_stop: false,
            engines_said: true,
        })
    }
}

impl AgentConfig {
    /// An agent within the hub's own process, as the agent's environment variables say; of these
    /// engines, with commas between, or else of those that the variables name.
    ///
    /// # Errors
    /// If a variable or an engine cannot be understood; the text says which.
    pub fn inside(engines: Option<&str>) -> anyhow::Result<Self> {
        let engines = engines.map(|engines| ["--docker-host", engines]);
        let arguments = ["tetherd"].into_iter().chain(engines.into_iter().flatten());
        let command = crate::environment::without_empty(Cli::command());
        let matches = command.try_get_matches_from(arguments)?;
        Cli::from_arg_matches(&matches)?.try_into()
    }
}

impl TryFrom<Cli> for AgentConfig {
    type Error = anyhow::Error;

    fn try_from(cli: Cli) -> anyhow::Result<Self> {
        let settings = cli.settings;
        Ok(Self {
            host_address: settings.host_ip,
            interface: settings.interface,
            networks: settings.cidr,
            allow_loopback: settings.allow_loopback,
            routable_networks: settings.routable_network,
            exposed_by_default: settings.exposed_by_default,
            default_rule: settings.default_rule,
            allow_empty_services: settings.allow_empty_services,
            swarm: settings.swarm,
            constraints: settings.constraints.unwrap_or_default(),
            drain_on_stop: settings.drain_on_stop,
            engines_said: cli.engines_said,
            ..cli.identity.try_into()?
        })
    }
}

impl TryFrom<Identity> for AgentConfig {
    type Error = anyhow::Error;

    fn try_from(identity: Identity) -> anyhow::Result<Self> {
        // Found here, a bad file is a bad setting.
        crate::connect::trust(identity.ca_file.as_deref())?;
        let mut engines = identity.docker_host;
        if identity.docker_tls_verify || identity.docker_cert_path.is_some() {
            let certificates = Certificates::new(identity.docker_cert_path);
            engines = engines
                .into_iter()
                .map(|engine| engine.with_tls(&certificates))
                .collect();
        }
        for engine in &engines {
            engine.check().map_err(|error| anyhow!(error))?;
        }
        Ok(Self {
            servers: once(identity.server),
            token: token(identity.token.as_deref(), identity.token_file.as_deref())?,
            ca_file: identity.ca_file,
            environment: identity.env,
            name: identity.name,
            host_address: None,
            interface: None,
            networks: Vec::new(),
            allow_loopback: false,
            routable_networks: Vec::new(),
            engines: once(engines),
            exposed_by_default: false,
            default_rule: DefaultRule::default(),
            allow_empty_services: false,
            swarm: true,
            constraints: Constraints::default(),
            drain_on_stop: false,
            engines_said: true,
        })
    }
}

/// Each of them once, in their order.
fn once<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in list {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

fn token(text: Option<&str>, file: Option<&Path>) -> anyhow::Result<Option<Token>> {
    let Some(token) = secret(text, file, "TETHERD_TOKEN", "the hub's TETHER_TOKEN")? else {
        return Ok(None);
    };
    // It travels in a header, which takes no other characters.
    if !token
        .reveal()
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ')
    {
        bail!("TETHERD_TOKEN has characters that a header cannot carry: use plain ASCII");
    }
    Ok(Some(token))
}

/// A network as it is usually written; an address alone is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text
        .parse()
        .or_else(|_| text.parse().map(|ip: IpAddr| ip.into()));
    network
        .map(|network: IpNet| network.trunc())
        .map_err(|_| format!("`{text}` is no network: write it as 192.168.1.0/24 or fd00::/64"))
}

/// `DOCKER_TLS_VERIFY=0` is a yes to Docker's own client, so it cannot mean less TLS here.
fn any_value(_: &str) -> Result<bool, Infallible> {
    Ok(true)
}

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > NAME_LIMIT || text.chars().any(char::is_control) {
        return Err(format!(
            "write a name of 1 to {NAME_LIMIT} bytes on one line"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever runs the tests may have variables set.
    fn read(arguments: &[&str]) -> anyhow::Result<Cli> {
        let command = Cli::grammar().mut_args(|argument| argument.env(None::<&str>));
        command.clone().debug_assert();
        let matches = command.try_get_matches_from([&["tetherd"], arguments].concat())?;
        Ok(Cli::read(&matches)?)
    }

    fn parse(arguments: &[&str]) -> anyhow::Result<AgentConfig> {
        read(arguments)?.try_into()
    }

    #[test]
    fn settings_stand_before_or_behind_the_command() {
        for arguments in [
            ["--docker-host", "tcp://h:1", "explain", "web"],
            ["explain", "web", "--docker-host", "tcp://h:1"],
            ["explain", "--docker-host", "tcp://h:1", "web"],
        ] {
            let cli = read(&arguments).unwrap();
            assert!(cli.engines_said);
            let Some(Command::Explain(explain)) = &cli.command else {
                panic!("{:?}", cli.command);
            };
            assert_eq!(explain.containers, ["web"]);
            let config = AgentConfig::try_from(cli.clone()).unwrap();
            assert_eq!(config.engines[0].to_string(), "tcp://h:1");
        }
        let cli = read(&["run", "--once"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Run(run)) if run.once));
        assert!(!cli.engines_said);
        assert!(read(&["--once"]).is_err());
        let error = read(&["expalin"]).unwrap_err().to_string();
        assert!(error.contains("'explain'"), "{error}");
    }

    #[test]
    fn nothing_said_is_the_seeds_set_up() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.servers[0].to_string(), "http://127.0.0.1:3000");
        assert_eq!(config.engines[0].to_string(), "unix:///var/run/docker.sock");
        assert_eq!(config.environment, "default");
        assert!(!config.exposed_by_default);
        assert_eq!(
            config.default_rule.to_string(),
            "Host(`{{ normalize .Name }}`)"
        );
    }

    #[test]
    fn lists_are_split_and_each_counts_once() {
        let config = parse(&[
            "--server",
            "http://a:1,https://b,http://a:1",
            "--docker-host",
            "tcp://h:2375,unix:///x",
        ])
        .unwrap();
        assert_eq!(config.servers.len(), 2);
        assert_eq!(config.engines.len(), 2);
        assert!(!config.drain_on_stop);
        assert!(parse(&["--drain-on-stop"]).unwrap().drain_on_stop);
    }

    #[test]
    fn networks_are_read_as_people_write_them() {
        let cidr = |text: &str| parse(&["--cidr", text]).unwrap().networks;
        let texts =
            |networks: Vec<IpNet>| networks.iter().map(IpNet::to_string).collect::<Vec<_>>();
        assert_eq!(
            texts(cidr("10.0.0.7/8, fd00::/64")),
            ["10.0.0.0/8", "fd00::/64"]
        );
        assert_eq!(texts(cidr("192.168.1.7")), ["192.168.1.7/32"]);
        assert!(cidr("0.0.0.0/0")[0].contains(&IpAddr::from([1, 2, 3, 4])));
    }

    #[test]
    fn wrong_settings_name_themselves() {
        let error = |arguments: &[&str]| parse(arguments).unwrap_err().to_string();
        assert!(error(&["--server", "http://a:1,"]).contains("write http://HUB:3000"));
        assert!(error(&["--server", "https://"]).contains("names no host"));
        assert!(error(&["--server", "hub"]).contains("write http://hub"));
        assert!(error(&["--sever", "x"]).contains("--server"));
        assert!(error(&["--host-ip", "a b"]).contains("--host-ip"));
        let network = error(&["--cidr", "10.0.0.0/33"]);
        assert!(network.contains("--cidr") && network.contains("192.168.1.0/24"));
        assert!(error(&["--token", "x", "--token-file", "/y"]).contains("leave out one"));
        assert!(error(&["--token", "\u{fc}ber"]).contains("plain ASCII"));
        assert!(error(&["--docker-host", "ssh://me@host"]).contains("ssh"));
        let constraints = error(&["--constraints", "label(`a`, `b`)"]);
        assert!(
            constraints.contains("--constraints") && constraints.contains("did you mean `Label`"),
            "{constraints}"
        );
        let rule = error(&["--default-rule", "Host(`{{ normalise .Name }}`)"]);
        assert!(rule.contains("--default-rule"), "{rule}");
        assert!(
            rule.contains("at character 10: there is no function `normalise`"),
            "{rule}"
        );
    }

    #[test]
    fn the_go_programs_flags_still_work() {
        let config = parse(&[
            "-s",
            "http://h:1",
            "-t",
            "x",
            "--ip",
            "10.0.0.1",
            "--environment",
            "lab",
            "-d",
        ]);
        assert_eq!(config.unwrap().environment, "lab");
    }
}
