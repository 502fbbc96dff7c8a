//! The tests of the hub, over real sockets and on its pure parts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

// A hub, and agents and readers for it.
mod support;

// Sessions of agents: routes, receipts, and what ends a session.
mod sessions;

// Messages and route sets of thousands of elements.
mod large_messages;

// Agents that are drained, forgotten, or duplicates.
mod leaving;

// Sessions of agents of the wire before `tether.v1`, and the old HTTP interface.
mod legacy;

// Frames of that wire, by examples.
mod legacy_frames;

// `/config` before and after the hub is ready, its tags and environments; events.
mod readers;

// Held requests, `HEAD`, gzip and YAML on `/config`.
mod endpoint;

// Each path against each credential.
mod doors;

// The operator's own file.
mod local_file;

// `tether config` and `tether check`.
mod commands;

// The merge by examples.
mod merge_cases;

// The merge of random hosts.
mod merge_laws;

// Random lives of simulated hosts.
mod sequences;
