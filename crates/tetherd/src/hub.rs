//! Connects to hubs: keeps one session with each and sends it the current route set.
//!
//! Read in this order: `uplink` (one hub, for ever) over `backoff`; `connect` over `dial` and
//! `handshake_errors` (one connection); `session` or, for an older hub, `legacy` over
//! `legacy_frame` (one session) over `wire` (one message); `status` (what is known of a hub),
//! `rejected` (a hub that does not accept the agent). `drain` takes an agent out.

mod backoff;
pub(crate) mod connect;
mod dial;
pub mod drain;
mod handshake_errors;
mod legacy;
mod legacy_frame;
mod rejected;
mod session;
pub(crate) mod status;
pub(crate) mod uplink;
mod wire;
