//! Machines made of namespaces: each has a network, a host name and an `/etc/hosts` of its own, so
//! nothing of this machine's network or Docker is touched.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::binaries::root;
use super::command::{command, run};
use super::process::Process;

/// How many machines there may be at once. Each has a network 198.18.N.0/30, of a range that is
/// reserved for tests of networks.
const NETWORKS: u32 = 250;

/// Makes a link in `/run`, which is first hidden: the programs under test need nothing else of it.
const LINK: &str = r#"mount -t tmpfs tmpfs /run && ln -s "$1" "$2""#;

/// A machine.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Its address.
    pub(crate) address: Ipv4Addr,
    /// Its gateway: the address at the other end of its cable.
    pub(crate) gateway: Ipv4Addr,
    /// Its first process.
    pub(crate) process: Process,
    /// A folder of its own.
    pub(crate) folder: TempDir,
}

impl Machine {
    /// Starts a machine with a cable to `peer`, or to this machine if there is none, and `daemon`
    /// on it. `hosts` are more lines for its `/etc/hosts`.
    pub(crate) async fn start(
        name: &str,
        peer: Option<&Self>,
        hosts: &str,
        daemon: impl FnOnce(&Path) -> Vec<String>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(
            folder.path().join("hosts"),
            format!("127.0.0.1 localhost\n{hosts}"),
        )?;
        let mut command = command("unshare");
        command
            .args(["--net", "--mount", "--uts", "--pid", "--mount-proc"])
            .args(["--fork", "--kill-child", "sh"])
            .arg(root().join("tests/harness/machine.sh"))
            .arg(folder.path())
            .arg(name)
            .args(daemon(folder.path()));
        let process = Process::with_input(name, &mut command)?;
        process.line(&["up"]).await?;
        let number = add_cable(process.id(), peer.map(|peer| peer.process.id()))?;
        let number = u8::try_from(number).context("a network's number is one octet")?;
        let machine = Self {
            address: Ipv4Addr::new(198, 18, number, 2),
            gateway: Ipv4Addr::new(198, 18, number, 1),
            process,
            folder,
        };
        machine.configure(number, peer)?;
        machine.process.send("configured")?;
        Ok(machine)
    }

    /// A command for `program` on this machine; signals reach the program itself.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = command("nsenter");
        command
            .arg(format!("--target={}", self.process.id()))
            .args(["--net", "--mount", "--uts", "--"])
            .arg(program.as_ref());
        command
    }

    /// Drops all packets from this address; the sender is not notified.
    pub(crate) fn block(&self, address: Ipv4Addr) -> Result<()> {
        self.filter("-A", address)
    }

    /// Ends [`block`](Self::block).
    pub(crate) fn unblock(&self, address: Ipv4Addr) -> Result<()> {
        self.filter("-D", address)
    }

    /// Unplugs the cable.
    pub(crate) fn unplug(&self) -> Result<()> {
        self.ip(&["link", "set", "eth0", "down"])
    }

    /// Plugs the cable in again.
    pub(crate) fn plug_in(&self) -> Result<()> {
        self.ip(&["link", "set", "eth0", "up"])
    }

    /// Makes `path` in `/run` a link to `target`, on this machine only.
    pub(crate) fn link(&self, target: &str, path: &str) -> Result<()> {
        let arguments = ["-c", LINK, "sh", target, path];
        run(self.command("sh").args(arguments)).map(drop)
    }

    /// Runs `ip` on this machine.
    pub(crate) fn ip(&self, arguments: &[&str]) -> Result<()> {
        run(self.command("ip").args(arguments)).map(drop)
    }

    fn filter(&self, action: &str, address: Ipv4Addr) -> Result<()> {
        let from = address.to_string();
        let rule = [action, "INPUT", "-s", &from, "-j", "DROP"];
        run(self.command("iptables").arg("--wait").args(rule)).map(drop)
    }

    fn configure(&self, number: u8, peer: Option<&Self>) -> Result<()> {
        let cable = format!("tether{number}");
        let far_end = |arguments: &[&str]| match peer {
            None => ip(arguments),
            Some(peer) => peer.ip(arguments),
        };
        let (own, far) = (
            format!("{}/30", self.address),
            format!("{}/30", self.gateway),
        );
        far_end(&["addr", "add", &far, "dev", &cable])?;
        far_end(&["link", "set", &cable, "up"])?;
        self.ip(&["link", "set", "lo", "up"])?;
        self.ip(&["addr", "add", &own, "dev", "eth0"])?;
        self.ip(&["link", "set", "eth0", "up"])?;
        let gateway = self.gateway.to_string();
        self.ip(&["route", "add", "default", "via", &gateway])
    }
}

/// Runs `ip` on this machine.
pub(crate) fn ip(arguments: &[&str]) -> Result<()> {
    run(command("ip").args(arguments)).map(drop)
}

/// Adds a cable from this machine to that of process `to`, and moves this end to that of `from`;
/// returns the cable's number.
fn add_cable(to: u32, from: Option<u32>) -> Result<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let to = to.to_string();
    for _ in 0..NETWORKS {
        // Test runs side by side start at different numbers, and skip those that are taken.
        let next = NEXT
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(std::process::id());
        let number = next % NETWORKS + 1;
        let name = format!("tether{number}");
        let pair = ["type", "veth", "peer", "name", "eth0", "netns", &to];
        let mut add = command("ip");
        let added = add.args(["link", "add", &name]).args(pair).output()?;
        if added.status.success() {
            if let Some(from) = from {
                ip(&["link", "set", &name, "netns", &from.to_string()])?;
            }
            return Ok(number);
        }
        let error = String::from_utf8_lossy(&added.stderr).into_owned();
        ensure!(error.contains("File exists"), "ip link add {name}: {error}");
    }
    anyhow::bail!("{NETWORKS} networks are in use: remove the links tether1 to tether{NETWORKS}")
}
