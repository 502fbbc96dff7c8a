//! A question of this host in, the running agent's answer out: a socket of the agent's own.
//!
//! It is an abstract Unix socket, which needs no file: the container image has no shell and no
//! directory to write to, and an agent need not be root. Its name is of the process alone, so
//! several agents on one machine or in one network are no case of their own, and whoever asks
//! finds the names in `/proc/net/unix`. Only neighbours are answered: see `neighbour`.
//!
//! One line asks (`health` or `explain`), one JSON document answers.

mod ask;
mod neighbour;
mod serve;

pub(crate) use ask::{Found, Wanted, explain, find};
pub(crate) use serve::serve;

/// What the names of the sockets begin with.
const PREFIX: &str = "tetherd/";

/// The question whether the agent does its work.
const HEALTH: &str = "health";

/// The question what becomes of each container.
const EXPLAIN: &str = "explain";

/// The socket of this name without a file, as tokio writes it. Where there are none, which is
/// anywhere but on Linux, it is no path.
fn path(name: &str) -> String {
    format!("\0{name}")
}
