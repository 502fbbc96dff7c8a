//! Makes one attempt at a server.
//!
//! A *knock* is a TCP connection that is reset before its handshake ends: the kernel on the other
//! side agrees to it, but the program behind never sees it, so nothing stands in its log. (Linux
//! only; elsewhere the program sees a connection that ends at once.) What a knock cannot tell is
//! whether a port forwarder such as docker-proxy has anything behind it.
//!
//! A *full* attempt opens a connection. With TLS it shakes hands, without verifying the certificate,
//! and says goodbye. Otherwise it sends nothing and listens for a moment, which tells a port
//! forwarder (it closes at once) and a server that is not HTTP (it speaks first). A plain HTTP
//! request would tell more, but stands in every program's log. Only at an `http` port whose number,
//! on the host or in the container, ends in 443 the hub tries a TLS handshake as well: nearly always there is a TLS server, which
//! takes no offence.

mod connect;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::address::denied;
use super::finding::{Depth, Failure, Finding, Protocol};
use super::targets::{Host, Target};
use connect::connect;
use tls::{Answer, handshake};

/// The limit of one attempt: resolving, connecting and shaking hands have this each.
const STEP_LIMIT: Duration = Duration::from_secs(3);

/// How long a full attempt listens to a server that should wait for a request.
const LISTEN_TIME: Duration = Duration::from_millis(300);

/// The most addresses of a name that are tried.
const ADDRESSES_MAX: usize = 4;

/// Long enough to recognize HTTP.
const GREETING_BYTES: usize = 16;

/// Tries a server.
pub(super) async fn attempt(target: &Target, depth: Depth, same_loopback: bool) -> Finding {
    let addresses = match resolve(target, same_loopback).await {
        Ok(addresses) => addresses,
        Err(finding) => return finding,
    };
    // Like the gateway: any address of a name will do.
    let limit = STEP_LIMIT / u32::try_from(addresses.len()).unwrap_or(1);
    let mut first = None;
    for address in addresses {
        match at_address(target, address, depth, limit).await {
            Ok(()) => return Finding::Answers,
            Err(finding) => first = first.or(Some(finding)),
        }
    }
    first.unwrap_or(Finding::Unknown)
}

/// The addresses to connect to, at least one.
async fn resolve(target: &Target, same_loopback: bool) -> Result<Vec<SocketAddr>, Finding> {
    let found: Vec<SocketAddr> = match &target.host {
        Host::Ip(ip) => vec![SocketAddr::new(*ip, target.port)],
        Host::Name(name) => {
            let found = timeout(STEP_LIMIT, lookup_host((&**name, target.port))).await;
            let Ok(Ok(found)) = found else {
                return Err(Finding::Fails(Failure::NameNotFound));
            };
            found.collect()
        }
    };
    let mut allowed = Vec::new();
    let mut reason = None;
    for address in found {
        match denied(address.ip(), same_loopback) {
            None if allowed.len() < ADDRESSES_MAX && !allowed.contains(&address) => {
                allowed.push(address);
            }
            None => {}
            Some(why) => reason = Some(why),
        }
    }
    match reason {
        _ if !allowed.is_empty() => Ok(allowed),
        Some(why) => Err(Finding::NotTried(why)),
        None => Err(Finding::Fails(Failure::NameNotFound)),
    }
}

async fn at_address(
    target: &Target,
    address: SocketAddr,
    depth: Depth,
    limit: Duration,
) -> Result<(), Finding> {
    let connecting = timeout(limit, connect(address, depth)).await;
    let stream = connecting
        .map_err(|_| Finding::Fails(Failure::Silent))?
        .map_err(|error| of_error(&error))?;
    if depth == Depth::Knock {
        return Ok(());
    }
    match target.protocol {
        Protocol::Https | Protocol::Tls => shake_hands(target, stream).await,
        Protocol::Http => is_plain_http(target, stream).await,
        Protocol::Tcp => is_open(stream).await.map(|_| ()),
    }
}

async fn shake_hands(target: &Target, stream: TcpStream) -> Result<(), Finding> {
    let answer = timeout(STEP_LIMIT, handshake(&target.host, stream)).await;
    Err(Finding::Fails(match answer {
        Ok(Answer::Tls) => return Ok(()),
        Ok(Answer::Other) => Failure::SpeaksNoTls,
        Ok(Answer::Closed) | Err(_) => Failure::NoHandshake,
    }))
}

async fn is_plain_http(target: &Target, stream: TcpStream) -> Result<(), Finding> {
    match is_open(stream).await? {
        Peer::Spoke(said) if said.starts_with(b"HTTP/") => Ok(()),
        Peer::Spoke(_) => Err(Finding::Fails(Failure::SpeaksFirst)),
        Peer::Listens(stream) if target.tls_is_usual => {
            match timeout(STEP_LIMIT, handshake(&target.host, stream)).await {
                Ok(Answer::Tls) => Err(Finding::Fails(Failure::SpeaksTls)),
                _ => Ok(()),
            }
        }
        Peer::Listens(_) => Ok(()),
    }
}

/// A server with an open connection.
enum Peer {
    /// It waits for the client.
    Listens(TcpStream),
    /// It said this first.
    Spoke(Vec<u8>),
}

/// Listens to the server for a moment.
async fn is_open(mut stream: TcpStream) -> Result<Peer, Finding> {
    let mut greeting = [0; GREETING_BYTES];
    match timeout(LISTEN_TIME, stream.read(&mut greeting)).await {
        Err(_) => Ok(Peer::Listens(stream)),
        Ok(Ok(0) | Err(_)) => Err(Finding::Fails(Failure::Closed)),
        Ok(Ok(length)) => Ok(Peer::Spoke(greeting[..length].to_vec())),
    }
}

/// The finding of a connection that failed.
fn of_error(error: &io::Error) -> Finding {
    use io::ErrorKind as Kind;
    Finding::Fails(match error.kind() {
        Kind::ConnectionRefused | Kind::ConnectionReset => Failure::Refused,
        Kind::TimedOut => Failure::Silent,
        Kind::HostUnreachable
        | Kind::NetworkUnreachable
        | Kind::NetworkDown
        // A filter of the hub's own machine.
        | Kind::PermissionDenied => Failure::NoRoute,
        _ => return Finding::Unknown,
    })
}

#[cfg(test)]
mod tests;
