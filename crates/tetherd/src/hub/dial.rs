//! Opens a TCP connection to one of the addresses of a hub.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use anyhow::{anyhow, bail};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use tether_runtime::machine::in_container;
use tether_runtime::server_url::ServerUrl;
use tether_runtime::text::printable;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};
use tracing::debug;

/// Looking up a hub's name takes no longer.
pub(crate) const LOOKUP_LIMIT: Duration = Duration::from_secs(5);

/// After so long the addresses that the name had last are tried beside a lookup.
const LOOKUP_PATIENCE: Duration = Duration::from_secs(1);

/// Reaching a hub takes no longer: so long an answer may be on its way.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The next address is tried beside one that gave no answer for so long.
const STAGGER: Duration = Duration::from_millis(250);

/// An address that gives no answer is tried anew each second, beside the tries before. The kernel
/// repeats a lost try ever later, and a link that is mended meanwhile would wait for it.
const AGAIN: Duration = Duration::from_secs(1);

/// The addresses that a hub's name had when it was last looked up.
pub(crate) type Addresses = Vec<SocketAddr>;

/// A connection to the hub, by the first of its addresses that gives one.
///
/// # Errors
/// Each names the hub, what happened and what to do.
pub(super) async fn reach(server: &ServerUrl, known: &mut Addresses) -> anyhow::Result<TcpStream> {
    let connected = open(lookup(server), known, TcpStream::connect).await?;
    connected.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            let is_own = known.iter().all(|address| address.ip().is_loopback());
            anyhow!(refused(server, is_own && in_container()))
        }
        io::ErrorKind::TimedOut => {
            anyhow!("{server} does not answer: is the host up, and does a firewall drop the port?")
        }
        _ => anyhow!("cannot reach {server} ({error}): check TETHERD_SERVER and the network"),
    })
}

/// The remedy for a refused connection; `is_inside`: at the loopback of a container.
fn refused(server: &ServerUrl, is_inside: bool) -> String {
    let mut text = format!(
        "nothing listens at {server}: is the hub (tether) running, and is its port published?"
    );
    if is_inside {
        text += " In a container that address is the container itself, unless it has \
                 network_mode: host; TETHERD_SERVER says where the hub is";
    }
    text
}

async fn lookup(server: &ServerUrl) -> anyhow::Result<Addresses> {
    let host = &server.host;
    let lookup = timeout(LOOKUP_LIMIT, lookup_host((host.as_str(), server.port))).await;
    let addresses: Addresses = match lookup {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => bail!(
            "cannot look up `{host}` ({}): correct TETHERD_SERVER, or this host's DNS",
            printable(&error.to_string())
        ),
        Err(_) => bail!("looking up `{host}` takes too long: check this host's DNS"),
    };
    if addresses.is_empty() {
        bail!("`{host}` has no address: correct TETHERD_SERVER, or this host's DNS");
    }
    Ok(addresses)
}

/// Connects to where the name leads. While that is not told, the addresses that it had before are
/// tried: the name server may be behind the link that is down, or down itself.
pub(crate) async fn open<T, F>(
    lookup: impl Future<Output = anyhow::Result<Addresses>>,
    known: &mut Addresses,
    connect: impl Fn(SocketAddr) -> F,
) -> anyhow::Result<io::Result<T>>
where
    F: Future<Output = io::Result<T>>,
{
    let mut lookup = pin!(lookup);
    let found = match timeout(LOOKUP_PATIENCE, &mut lookup).await {
        Ok(found) => found?,
        Err(_) if known.is_empty() => lookup.await?,
        Err(_) => {
            debug!("the name server does not answer; trying the addresses of before");
            let before = pin!(race(known, &connect));
            match select(before, lookup).await {
                Either::Left((Ok(stream), _)) => return Ok(Ok(stream)),
                Either::Left((Err(error), lookup)) => match lookup.await {
                    Ok(found) => found,
                    Err(_) => return Ok(Err(error)),
                },
                Either::Right((Ok(found), _)) => found,
                Either::Right((Err(_), before)) => return Ok(before.await),
            }
        }
    };
    *known = found;
    Ok(race(known, &connect).await)
}

/// The first connection that an address gives, or what the last of them said.
async fn race<T, F>(addresses: &[SocketAddr], connect: impl Fn(SocketAddr) -> F) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let first = async {
        let mut last = io::ErrorKind::AddrNotAvailable.into();
        let mut waiting = addresses.iter();
        let mut asked = FuturesUnordered::new();
        loop {
            match waiting.next() {
                Some(address) => asked.push(answer(*address, &connect)),
                None if asked.is_empty() => return Err(last),
                None => {}
            }
            tokio::select! {
                Some(answer) = asked.next() => match answer {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = error,
                },
                () = sleep(STAGGER), if waiting.len() > 0 => {}
            }
        }
    };
    let first = timeout(CONNECT_LIMIT, first).await;
    first.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The first answer of an address, whichever attempt it belongs to.
async fn answer<T, F>(address: SocketAddr, connect: impl Fn(SocketAddr) -> F) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut tries = FuturesUnordered::new();
    loop {
        tries.push(connect(address));
        tokio::select! {
            Some(answer) = tries.next() => return answer,
            () = sleep(AGAIN) => {}
        }
    }
}

#[cfg(test)]
mod tests;
