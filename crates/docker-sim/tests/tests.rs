//! Tests of the simulated engine, through its socket.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

// An engine on a socket, with a plain HTTP client.
mod support;

// HTTP requests: versions, errors, lists and their filters.
mod requests;

// Event streams: replay, filters, reordering, streams that are cut.
mod events;

// Injected faults and restarts of the engine.
mod faults;

// Ports, networks and the pages of listening containers.
mod containers;

// The same through bollard, as a client library sees it.
mod client_library;

// Compared with the recorded answers of a real engine.
mod recordings;
