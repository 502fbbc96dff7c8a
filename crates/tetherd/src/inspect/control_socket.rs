//! The agent's own socket, which answers questions from the same host.
//!
//! It is an abstract Unix socket, which needs no file: the container image has no shell and no
//! directory to write to, and an agent need not be root. Its name is of the process alone, so
//! several agents on one machine or in one network are no case of their own, and whoever asks
//! finds the names in `/proc/net/unix`. Only neighbours are answered: see `peer`.
//!
//! One line asks (`health` or `explain`), one JSON document answers.

mod client;
mod peer;
mod protocol;
mod server;

pub(crate) use client::{Found, Wanted, explain, find};
pub(crate) use server::serve;
