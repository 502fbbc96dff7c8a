//! Allocates the host's ports for a container's published ports, and opens their sockets.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, bail};
use socket2::{Domain, Socket, Type};

use crate::spec::{Protocol, Publish};

/// The most free ports to try. A port is unsuitable if another container of this engine has it or
/// this container had it before.
const MAX_EPHEMERAL_TRIES: usize = 100;
/// The most connections of a port that wait to be accepted.
const LISTEN_BACKLOG: i32 = 128;

/// One published port of a running container, as the engine lists it.
///
/// With host networking the engine lists none; then these are the exposed ports of a listening
/// container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The container's own port.
    pub private: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// The host's address that lists show.
    pub host_ip: IpAddr,
    /// The host's port.
    pub host_port: u16,
    /// The address on which a listening container really answers.
    pub listens_at: Option<SocketAddr>,
}

/// The host's ports that containers of this engine have.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    taken: HashMap<(Protocol, u16), Vec<IpAddr>>,
}

impl Ports {
    /// Publishes ports for a container that had the `previous` ones in its previous run. With
    /// `listening` each comes with its socket.
    pub(crate) fn publish(
        &mut self,
        wanted: &[Publish],
        previous: &[Binding],
        listening: bool,
        host_address: Option<IpAddr>,
    ) -> anyhow::Result<Vec<(Binding, Option<Socket>)>> {
        let mut published = Vec::new();
        for publish in wanted {
            for &host_ip in &publish.host_ips {
                let listen_ip = listen_address(host_ip, host_address);
                match self.publish_one(publish, host_ip, listen_ip, previous, listening) {
                    Ok(one) => published.push(one),
                    Err(error) => {
                        self.release(published.iter().map(|(binding, _)| binding));
                        return Err(error);
                    }
                }
            }
        }
        Ok(published)
    }

    /// Makes ports free again.
    pub(crate) fn release<'a>(&mut self, bindings: impl Iterator<Item = &'a Binding>) {
        for binding in bindings {
            let key = (binding.protocol, binding.host_port);
            if let Some(addresses) = self.taken.get_mut(&key) {
                addresses.retain(|address| *address != binding.host_ip);
                if addresses.is_empty() {
                    self.taken.remove(&key);
                }
            }
        }
    }

    fn publish_one(
        &mut self,
        publish: &Publish,
        host_ip: IpAddr,
        listen_ip: IpAddr,
        previous: &[Binding],
        listening: bool,
    ) -> anyhow::Result<(Binding, Option<Socket>)> {
        let protocol = publish.protocol;
        let (host_port, socket) = match publish.host_port {
            Some(port) if self.is_taken(protocol, host_ip, port) => {
                bail!(
                    "Bind for {} failed: port is already allocated",
                    SocketAddr::new(host_ip, port)
                );
            }
            Some(port) if listening => (
                port,
                Some(open_socket(protocol, SocketAddr::new(listen_ip, port))?),
            ),
            Some(port) => (port, None),
            None => {
                // Without a socket the port only has to be free at this moment.
                let at = if listening {
                    listen_ip
                } else {
                    Ipv4Addr::LOCALHOST.into()
                };
                let (port, socket) = self.ephemeral(protocol, at, previous)?;
                (port, listening.then_some(socket))
            }
        };
        self.taken
            .entry((protocol, host_port))
            .or_default()
            .push(host_ip);
        let listens_at = socket
            .is_some()
            .then_some(SocketAddr::new(listen_ip, host_port));
        let private = publish.private;
        Ok((
            Binding {
                private,
                protocol,
                host_ip,
                host_port,
                listens_at,
            },
            socket,
        ))
    }

    fn ephemeral(
        &self,
        protocol: Protocol,
        at: IpAddr,
        previous: &[Binding],
    ) -> anyhow::Result<(u16, Socket)> {
        // Unsuitable sockets stay open until the end, so that the system picks other ports.
        let mut unsuitable = Vec::new();
        while unsuitable.len() < MAX_EPHEMERAL_TRIES {
            let socket = open_socket(protocol, SocketAddr::new(at, 0))?;
            let port = socket
                .local_addr()?
                .as_socket()
                .map_or(0, |address| address.port());
            let had_before = previous
                .iter()
                .any(|b| b.host_port == port && b.protocol == protocol);
            if !had_before && !self.taken.contains_key(&(protocol, port)) {
                return Ok((port, socket));
            }
            unsuitable.push(socket);
        }
        bail!(
            "no free {} port was found on {at} in {MAX_EPHEMERAL_TRIES} tries",
            protocol.name()
        )
    }

    fn is_taken(&self, protocol: Protocol, host_ip: IpAddr, port: u16) -> bool {
        let addresses = self
            .taken
            .get(&(protocol, port))
            .map_or(&[][..], Vec::as_slice);
        addresses.iter().any(|other| {
            let same_family = other.is_ipv4() == host_ip.is_ipv4();
            same_family && (*other == host_ip || other.is_unspecified() || host_ip.is_unspecified())
        })
    }
}

/// The address to listen on for a port that is published on `host_ip`.
fn listen_address(host_ip: IpAddr, host_address: Option<IpAddr>) -> IpAddr {
    match host_address {
        Some(host) if host_ip.is_unspecified() && host.is_ipv4() == host_ip.is_ipv4() => host,
        Some(host) if host_ip.is_unspecified() && host.is_loopback() => match host_ip {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        },
        _ => host_ip,
    }
}

fn open_socket(protocol: Protocol, at: SocketAddr) -> anyhow::Result<Socket> {
    try_open_socket(protocol, at)
        .with_context(|| format!("cannot listen on {at}/{} for a container", protocol.name()))
}

fn try_open_socket(protocol: Protocol, at: SocketAddr) -> io::Result<Socket> {
    let kind = match protocol {
        Protocol::Tcp => Type::STREAM,
        Protocol::Udp => Type::DGRAM,
    };
    let socket = Socket::new(Domain::for_address(at), kind, None)?;
    if at.is_ipv6() {
        // `[::]` must not also take the IPv4 port of the same number.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    if protocol == Protocol::Tcp {
        // Otherwise closed connections of the previous run block a fixed port.
        socket.set_reuse_address(true)?;
    }
    socket.bind(&at.into())?;
    if protocol == Protocol::Tcp {
        socket.listen(LISTEN_BACKLOG)?;
    }
    Ok(socket)
}

#[cfg(test)]
mod tests;
