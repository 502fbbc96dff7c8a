//! Decides whether the other end of a Unix socket may ask.
//!
//! A neighbour is of the same user, or root, and of the same process namespace: whoever that is
//! could read the agent's settings from `/proc` anyway, its token among them. In a container that
//! is who was let in by `docker exec`, and no other container, even in the host's network.

use std::io;

use tokio::net::UnixStream;
use tokio::net::unix::UCred;

/// True if whoever has called may be answered.
pub(super) fn may_ask(stream: &UnixStream) -> bool {
    let known = || {
        let (peer, own) = (stream.peer_cred()?, own_user()?);
        io::Result::Ok((peer.uid() == own || peer.uid() == 0) && is_of_this_namespace(&peer))
    };
    known().unwrap_or(false)
}

/// True if whoever answers may be believed.
pub(super) fn may_answer(stream: &UnixStream) -> bool {
    let known = || {
        let (peer, own) = (stream.peer_cred()?, own_user()?);
        let trusted = peer.uid() == own || peer.uid() == 0 || own == 0;
        io::Result::Ok(trusted && is_of_this_namespace(&peer))
    };
    known().unwrap_or(false)
}

/// The effective user of this process, as its peers see it.
fn own_user() -> io::Result<u32> {
    let (one, _other) = UnixStream::pair()?;
    Ok(one.peer_cred()?.uid())
}

/// A process of another namespace has no number here, or one number for each namespace on the
/// way down to it.
fn is_of_this_namespace(peer: &UCred) -> bool {
    let Some(id) = peer.pid().filter(|id| *id > 0) else {
        return false;
    };
    let status = std::fs::read_to_string(format!("/proc/{id}/status"));
    status.is_ok_and(|status| has_one_number(&status))
}

fn has_one_number(status: &str) -> bool {
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    numbers.is_some_and(|numbers| numbers.split_whitespace().count() == 1)
}

#[cfg(test)]
mod tests;
