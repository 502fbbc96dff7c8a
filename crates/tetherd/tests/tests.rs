//! The tests of the agent: against simulated engines and fake hubs on real sockets, and on its pure
//! parts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

// Simulated engines, a fake hub, and agents between them.
mod support;

// The watch of one engine.
mod docker;

// Several engines, and patterns of sockets.
mod engines;

// An engine behind a socket proxy.
mod proxy;

// The answers of real engines, recorded.
mod answers;

// Ports and addresses, by examples.
mod resolve;

// A whole agent at a hub of today.
mod sessions;

// An agent that is drained.
mod drain;

// A whole agent at a hub that is older than `tether.v1`.
mod legacy;

// The page of `tetherd explain`.
mod explain;

// Random lives of simulated engines.
mod sequences;
