//! The ports a container wants published in, what the host gives it out: numbers and sockets.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, bail};
use socket2::{Domain, Socket, Type};

use crate::spec::{Protocol, Publish};

/// How many free ports the system may offer before we give up: each refused one is taken by
/// another container here, or was this container's own before.
const EPHEMERAL_TRIES: usize = 100;
/// Connections the system holds for a container before it accepts them.
const BACKLOG: i32 = 128;

/// One published port of a running container, as the engine lists it.
///
/// With host networking nothing is listed: then these are the exposed ports of a listening
/// container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The container's own port.
    pub private: u16,
    /// Its transport.
    pub protocol: Protocol,
    /// The host's address it is published on, as listed.
    pub host_ip: IpAddr,
    /// The host's port.
    pub host_port: u16,
    /// Where a listening container can really be reached.
    pub listens_at: Option<SocketAddr>,
}

/// Which ports of the host this engine has given away.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    taken: HashMap<(Protocol, u16), Vec<IpAddr>>,
}

impl Ports {
    /// Publishes ports for a container that had the `former` ones in its last run. With
    /// `listening` each comes with its socket.
    pub(crate) fn publish(
        &mut self,
        wanted: &[Publish],
        former: &[Binding],
        listening: bool,
        host_address: Option<IpAddr>,
    ) -> anyhow::Result<Vec<(Binding, Option<Socket>)>> {
        let mut given = Vec::new();
        for publish in wanted {
            for &host_ip in &publish.host_ips {
                let real = real_address(host_ip, host_address);
                match self.publish_one(publish, host_ip, real, former, listening) {
                    Ok(one) => given.push(one),
                    Err(error) => {
                        self.release(given.iter().map(|(binding, _)| binding));
                        return Err(error);
                    }
                }
            }
        }
        Ok(given)
    }

    /// Gives ports back.
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
        real: IpAddr,
        former: &[Binding],
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
            Some(port) if listening => (port, Some(open(protocol, SocketAddr::new(real, port))?)),
            Some(port) => (port, None),
            None => {
                // A number without a socket needs no more than to be free at this moment.
                let at = if listening {
                    real
                } else {
                    Ipv4Addr::LOCALHOST.into()
                };
                let (port, socket) = self.ephemeral(protocol, at, former)?;
                (port, listening.then_some(socket))
            }
        };
        self.taken
            .entry((protocol, host_port))
            .or_default()
            .push(host_ip);
        let listens_at = socket.is_some().then_some(SocketAddr::new(real, host_port));
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
        former: &[Binding],
    ) -> anyhow::Result<(u16, Socket)> {
        // Refused sockets stay open until the end, so that the system offers others.
        let mut refused = Vec::new();
        while refused.len() < EPHEMERAL_TRIES {
            let socket = open(protocol, SocketAddr::new(at, 0))?;
            let port = socket
                .local_addr()?
                .as_socket()
                .map_or(0, |address| address.port());
            let was_mine = former
                .iter()
                .any(|b| b.host_port == port && b.protocol == protocol);
            if !was_mine && !self.taken.contains_key(&(protocol, port)) {
                return Ok((port, socket));
            }
            refused.push(socket);
        }
        bail!(
            "no free {} port was found on {at} in {EPHEMERAL_TRIES} tries",
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

/// Where to listen for a port that is published on `host_ip`.
pub(crate) fn real_address(host_ip: IpAddr, host_address: Option<IpAddr>) -> IpAddr {
    match host_address {
        Some(host) if host_ip.is_unspecified() && host.is_ipv4() == host_ip.is_ipv4() => host,
        Some(host) if host_ip.is_unspecified() && host.is_loopback() => match host_ip {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        },
        _ => host_ip,
    }
}

fn open(protocol: Protocol, at: SocketAddr) -> anyhow::Result<Socket> {
    try_open(protocol, at)
        .with_context(|| format!("cannot listen on {at}/{} for a container", protocol.name()))
}

fn try_open(protocol: Protocol, at: SocketAddr) -> io::Result<Socket> {
    let kind = match protocol {
        Protocol::Tcp => Type::STREAM,
        Protocol::Udp => Type::DGRAM,
    };
    let socket = Socket::new(Domain::for_address(at), kind, None)?;
    if at.is_ipv6() {
        // `[::]` must not take the IPv4 port of the same number as well.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    if protocol == Protocol::Tcp {
        // Else a fixed port stays blocked by closed connections of the run before.
        socket.set_reuse_address(true)?;
    }
    socket.bind(&at.into())?;
    if protocol == Protocol::Tcp {
        socket.listen(BACKLOG)?;
    }
    Ok(socket)
}

#[cfg(test)]
mod tests;
