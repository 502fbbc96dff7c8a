//! What the client and the server of the control socket agree on.

/// The prefix of the sockets' names.
pub(super) const PREFIX: &str = "tetherd/";

/// The question whether the agent does its work.
pub(super) const HEALTH: &str = "health";

/// The question what becomes of each container.
pub(super) const EXPLAIN: &str = "explain";

/// The socket of this name without a file, as tokio writes it. Where there are none, which is
/// anywhere but on Linux, it is no path.
pub(super) fn path(name: &str) -> String {
    format!("\0{name}")
}
