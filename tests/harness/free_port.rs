//! Ports for programs that cannot choose one themselves.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};

/// The first port, and how many there are: below those that the kernel gives to outgoing
/// connections, so that a port is still free when its program is started again.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// Test runs side by side have neighbouring process ids; they begin this far apart.
const STRIDE: u32 = 487;

/// A port on which nothing listens.
pub(crate) fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let offset = (std::process::id().wrapping_mul(STRIDE) % u32::from(COUNT)) as u16;
    (0..COUNT)
        .map(|_| FIRST + NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(offset) % COUNT)
        .find(|port| TcpListener::bind(("0.0.0.0", *port)).is_ok())
        .context("no free port")
}
