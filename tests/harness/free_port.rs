//! Ports for programs that cannot choose one themselves.

use std::fs::File;
use std::net::{TcpListener, UdpSocket};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result, anyhow};

/// The first port. All are below those that the kernel gives to outgoing connections, so that a
/// port is still free when its program is started again.
const FIRST: u16 = 20_000;

/// Each test run has a block of ports to itself: between the choice of a port and the moment at
/// which the program listens, another run could choose it, too.
const BLOCKS: u16 = 12;
const BLOCK_SIZE: u16 = 1_000;

/// A port on which nothing listens, neither for TCP nor for UDP.
pub(crate) fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = FIRST + own_block()? * BLOCK_SIZE;
    (0..BLOCK_SIZE)
        .map(|_| first + NEXT.fetch_add(1, Ordering::Relaxed) % BLOCK_SIZE)
        .find(|&port| is_free(port))
        .context("no free port")
}

fn is_free(port: u16) -> bool {
    let address = ("0.0.0.0", port);
    TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok()
}

/// The number of the block that this run has locked until it ends.
fn own_block() -> Result<u16> {
    static LOCKED: OnceLock<Option<(u16, File)>> = OnceLock::new();
    let locked = LOCKED.get_or_init(|| (0..BLOCKS).find_map(|block| Some((block, lock(block)?))));
    let (block, _) = locked
        .as_ref()
        .ok_or_else(|| anyhow!("{BLOCKS} test runs use all ports: wait until one has ended"))?;
    Ok(*block)
}

/// The lock of a block, unless another run has it.
fn lock(block: u16) -> Option<File> {
    let path = std::env::temp_dir().join(format!("tether-tests-ports-{block}.lock"));
    let file = File::create(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}
