//! Tries the servers of the snapshot as the gateway sees them.
//!
//! The hub shows a server that does not answer, and leaves it in `/config`: only Traefik decides
//! about requests, and the hub may stand elsewhere in the network.
//!
//! An attempt must not disturb the program behind an address. Most attempts are never seen by it:
//! they end when the kernel on the other side has agreed to a connection. Only the first attempts
//! at a server, and one every ten minutes, open a connection, and they send nothing to plain
//! servers: not even an HTTP request, which would stand in the program's log. See `attempt`.

mod address;
mod attempt;
mod finding;
mod log;
mod problems;
mod results;
mod schedule;
mod targets;
mod watch;

pub use finding::Reachability;
pub use results::Results;
pub use watch::watch;
