//! Specifies containers with the options of `docker run`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::SystemTime;

use anyhow::Context;

/// A container to create: `ContainerSpec::new("web").label(…).publish(80)`.
#[derive(Clone, Debug)]
pub struct ContainerSpec {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) env: Vec<String>,
    pub(crate) exposed: Vec<(u16, Protocol)>,
    pub(crate) published: Vec<Publish>,
    pub(crate) mode: Option<String>,
    pub(crate) networks: Vec<String>,
    pub(crate) health: Option<Health>,
    pub(crate) stop_signal: Option<String>,
    pub(crate) created: Option<SystemTime>,
    pub(crate) listening: bool,
}

impl ContainerSpec {
    /// A container of this name (without the slash), in the default bridge network, without ports.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            image: "whoami:latest".into(),
            labels: BTreeMap::new(),
            env: Vec::new(),
            exposed: Vec::new(),
            published: Vec::new(),
            mode: None,
            networks: Vec::new(),
            health: None,
            stop_signal: None,
            created: None,
            listening: false,
        }
    }

    /// The same container with another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The image's name; `whoami:latest` if unset.
    pub fn image(mut self, image: impl Into<String>) -> Self {
        self.image = image.into();
        self
    }

    /// Adds a label.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(key.into(), value.into());
        self
    }

    /// Adds labels.
    pub fn labels<K: Into<String>, V: Into<String>>(
        mut self,
        labels: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let labels = labels.into_iter().map(|(k, v)| (k.into(), v.into()));
        self.labels.extend(labels);
        self
    }

    /// Adds the labels that `docker compose` sets for a service of a project.
    pub fn compose(self, project: &str, service: &str) -> Self {
        self.label("com.docker.compose.project", project)
            .label("com.docker.compose.service", service)
            .label("com.docker.compose.container-number", "1")
            .label("com.docker.compose.oneoff", "False")
    }

    /// Adds an environment variable; only inspect shows it.
    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.env.push(format!("{key}={value}"));
        self
    }

    /// Exposes a TCP port without publishing it.
    pub fn expose(mut self, port: u16) -> Self {
        self.exposed.push((port, Protocol::Tcp));
        self
    }

    /// Exposes a UDP port without publishing it.
    pub fn expose_udp(mut self, port: u16) -> Self {
        self.exposed.push((port, Protocol::Udp));
        self
    }

    /// Publishes a port: `publish(80)` is `-p 80`, `publish(Publish::tcp(80).at(8080))` is
    /// `-p 8080:80`.
    pub fn publish(mut self, publish: impl Into<Publish>) -> Self {
        self.published.push(publish.into());
        self
    }

    /// `host`, `none`, `bridge` or `container:NAME`.
    ///
    /// With `host` a [`listening`](Self::listening) container listens on its exposed ports; with
    /// `container:X` container X answers instead.
    pub fn network_mode(mut self, mode: impl Into<String>) -> Self {
        self.mode = Some(mode.into());
        self
    }

    /// Joins this network instead of the default bridge, and creates it if it does not exist.
    /// Can be repeated.
    pub fn network(mut self, network: impl Into<String>) -> Self {
        self.networks.push(network.into());
        self
    }

    /// Adds a health check with this result after each start.
    pub fn health(mut self, health: Health) -> Self {
        self.health = Some(health);
        self
    }

    /// The signal of `docker stop`, such as `SIGQUIT`, `QUIT` or `3`; SIGTERM if unset.
    pub fn stop_signal(mut self, signal: impl Into<String>) -> Self {
        self.stop_signal = Some(signal.into());
        self
    }

    /// The time of creation; now if unset.
    pub fn created(mut self, at: SystemTime) -> Self {
        self.created = Some(at);
        self
    }

    /// Opens a real socket for each published port while the container runs. It answers with the
    /// container's identity: TCP ports over HTTP, UDP ports to each datagram.
    pub fn listening(mut self) -> Self {
        self.listening = true;
        self
    }
}

/// A port to publish, as with `-p`; an ephemeral port on `0.0.0.0` by default.
#[derive(Clone, Debug)]
pub struct Publish {
    pub(crate) private: u16,
    pub(crate) protocol: Protocol,
    pub(crate) host_ips: Vec<IpAddr>,
    pub(crate) host_port: Option<u16>,
}

impl Publish {
    /// A TCP port of the container.
    pub fn tcp(private: u16) -> Self {
        let host_ips = vec![Ipv4Addr::UNSPECIFIED.into()];
        Self {
            private,
            protocol: Protocol::Tcp,
            host_ips,
            host_port: None,
        }
    }

    /// A UDP port of the container.
    pub fn udp(private: u16) -> Self {
        Self {
            protocol: Protocol::Udp,
            ..Self::tcp(private)
        }
    }

    /// Uses this port of the host instead of a free one at each start.
    pub fn at(mut self, host_port: u16) -> Self {
        self.host_port = Some(host_port);
        self
    }

    /// Publishes on this address of the host only.
    pub fn on(mut self, host_ip: impl Into<IpAddr>) -> Self {
        self.host_ips = vec![host_ip.into()];
        self
    }

    /// Publishes on `0.0.0.0` and `[::]`. An ephemeral port then differs between the two, as it may
    /// in a real engine.
    pub fn dual_stack(mut self) -> Self {
        self.host_ips = vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        self
    }
}

impl From<u16> for Publish {
    fn from(private: u16) -> Self {
        Self::tcp(private)
    }
}

/// The protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `80/tcp`
    Tcp,
    /// `53/udp`
    Udp,
}

impl Protocol {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// The result of a container's health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// No check has passed yet, and not enough have failed.
    Starting,
    /// The last check passed.
    Healthy,
    /// Too many checks have failed.
    Unhealthy,
}

impl Health {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// The number of SIGKILL.
pub(crate) const SIGKILL: u32 = 9;
/// The number of SIGTERM.
pub(crate) const SIGTERM: u32 = 15;

/// Parses a signal's name or number into its number, which events show.
pub(crate) fn signal_number(signal: &str) -> anyhow::Result<u32> {
    let name = signal.strip_prefix("SIG").unwrap_or(signal);
    let number = match name {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ABRT" => 6,
        "KILL" => SIGKILL,
        "USR1" => 10,
        "USR2" => 12,
        "TERM" => SIGTERM,
        "WINCH" => 28,
        _ => name
            .parse()
            .ok()
            .filter(|n| (1..=64).contains(n))
            .with_context(|| {
                format!("Invalid signal: {signal}; use its number or a name such as SIGTERM")
            })?,
    };
    Ok(number)
}
