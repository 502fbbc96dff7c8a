//! Makes a checked [`AgentConfig`] of the command line and the environment.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use ipnet::IpNet;
use rustls::ClientConfig;
use tether_proto::{DEFAULT_ENV, Token};
use tether_runtime::server_url::ServerUrl;
use tether_runtime::tls::client_config;
use traefik_config::{Constraints, DefaultRule};

use super::arguments::{Cli, Identity};
use super::token;
use super::values::once;
use crate::docker::{Certificates, EngineLocation};
use crate::host::Host;

/// The variable with the path of additional certificates to trust.
pub(crate) const CA_FILE_VARIABLE: &str = "TETHERD_CA_FILE";

/// The configuration of an agent. It does not change while the agent runs.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// The hubs. Each gets the same routes.
    pub servers: Vec<ServerUrl>,
    /// The token for them.
    pub token: Option<Token>,
    /// A file with certificates to trust in addition to the public ones.
    pub ca_file: Option<PathBuf>,
    /// The environment that the routes belong to.
    pub environment: String,
    /// The agent's name; without one, the host name of its first engine.
    pub name: Option<String>,
    /// The address of this host, if it is set.
    pub host_address: Option<Host>,
    /// The interface whose address to use.
    pub interface: Option<String>,
    /// The networks to choose the address from.
    pub networks: Vec<IpNet>,
    /// True if Traefik runs on this host.
    pub allow_loopback: bool,
    /// The networks in which Traefik reaches containers at their own addresses.
    pub routable_networks: Vec<String>,
    /// The addresses of the engines.
    pub engines: Vec<EngineLocation>,
    /// True if containers need no `traefik.enable=true`.
    pub exposed_by_default: bool,
    /// The rule of HTTP routers without one.
    pub default_rule: DefaultRule,
    /// True if containers whose health check fails stay, without a server.
    pub allow_empty_services: bool,
    /// True if the services of a swarm that an engine manages are routed too.
    pub swarm: bool,
    /// The containers to read.
    pub constraints: Constraints,
    /// True if the hubs remove the routes when the agent stops.
    pub drain_on_stop: bool,
    /// True if the engines were set: commands then ask only an agent of these.
    pub engines_said: bool,
}

impl AgentConfig {
    /// An agent of one engine and one hub, with defaults for everything else.
    ///
    /// # Errors
    /// If one of the addresses is invalid; the text says why.
    pub fn new(server: &str, engine: &str) -> Result<Self, String> {
        Ok(Self::of(vec![server.parse()?], vec![engine.parse()?]))
    }

    /// The TLS configuration for connections to hubs.
    ///
    /// # Errors
    /// If the file with certificates cannot be read or holds none.
    pub(crate) fn tls(&self) -> anyhow::Result<Arc<ClientConfig>> {
        client_config(self.ca_file.as_deref(), CA_FILE_VARIABLE)
    }

    /// True if a setting refers to addresses of interfaces.
    pub(crate) fn needs_interfaces(&self) -> bool {
        self.interface.is_some() || !self.networks.is_empty() || self.host_address.is_some()
    }

    fn of(servers: Vec<ServerUrl>, engines: Vec<EngineLocation>) -> Self {
        Self {
            servers,
            token: None,
            ca_file: None,
            environment: DEFAULT_ENV.to_owned(),
            name: None,
            host_address: None,
            interface: None,
            networks: Vec::new(),
            allow_loopback: false,
            routable_networks: Vec::new(),
            engines,
            exposed_by_default: false,
            default_rule: DefaultRule::default(),
            allow_empty_services: false,
            swarm: true,
            constraints: Constraints::default(),
            drain_on_stop: false,
            engines_said: true,
        }
    }

    /// An agent inside the hub, configured by the agent's environment variables. `engines`,
    /// separated by commas, replaces `DOCKER_HOST`.
    ///
    /// # Errors
    /// If a variable or an engine is invalid; the text says which.
    pub fn inside(engines: Option<&str>) -> anyhow::Result<Self> {
        let (cli, _) = Cli::inside(engines)?;
        cli.try_into()
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

impl Identity {
    /// The engines, over TLS if the settings turn it on.
    pub(super) fn engines(&self) -> Vec<EngineLocation> {
        let engines = self.docker_host.iter().cloned();
        if self.docker_tls_verify != Some(true) && self.docker_cert_path.is_none() {
            return engines.collect();
        }
        let certificates = Certificates::new(self.docker_cert_path.clone());
        let engines = engines.map(|engine| engine.with_tls(&certificates));
        engines.collect()
    }
}

impl TryFrom<Identity> for AgentConfig {
    type Error = anyhow::Error;

    fn try_from(identity: Identity) -> anyhow::Result<Self> {
        // An unreadable file is reported as a wrong setting, before anything starts.
        client_config(identity.ca_file.as_deref(), CA_FILE_VARIABLE)?;
        let engines = identity.engines();
        for engine in &engines {
            engine.check().map_err(|error| anyhow!(error))?;
        }
        Ok(Self {
            token: token::read(&identity.token)?,
            ca_file: identity.ca_file,
            environment: identity.env,
            name: identity.name,
            ..Self::of(once(identity.server), once(engines))
        })
    }
}
