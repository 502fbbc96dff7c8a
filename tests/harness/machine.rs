//! A host name in, a machine out: a network, a host name and an `/etc/hosts` of its own, made of
//! namespaces, so that nothing of this machine's network or Docker is touched.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::binaries::root;
use super::process::Process;

/// How many machines there may be at once; each has a network 198.18.N.0/30 (a range that is
/// reserved for tests of networks).
const NETWORKS: u32 = 250;

/// A folder that is the machine's alone, and a link in it. `/run` is what it hides, of which the
/// programs under test need nothing else.
const LINK: &str = r#"mount -t tmpfs tmpfs /run && ln -s "$1" "$2""#;

/// One machine.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Its address.
    pub(crate) address: Ipv4Addr,
    /// The address of what is at the other end of its cable.
    pub(crate) other: Ipv4Addr,
    /// What its first process says.
    pub(crate) process: Process,
    /// A folder of its own.
    pub(crate) folder: TempDir,
}

impl Machine {
    /// A machine with a cable to `other`, or else to this one, on which `daemon` is started.
    pub(crate) async fn start(
        name: &str,
        other: Option<&Self>,
        hosts: &str,
        daemon: impl FnOnce(&Path) -> Vec<String>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(
            folder.path().join("hosts"),
            format!("127.0.0.1 localhost\n{hosts}"),
        )?;
        let mut command = Command::new("unshare");
        command
            .args(["--net", "--mount", "--uts", "--pid", "--mount-proc"])
            .args(["--fork", "--kill-child", "sh"])
            .arg(root().join("tests/harness/machine.sh"))
            .arg(folder.path())
            .arg(name)
            .args(daemon(folder.path()));
        let process = Process::held(name, &mut command)?;
        process.line(&["up"]).await?;
        let number = cable(process.id(), other.map(|other| other.process.id()))?;
        let number = u8::try_from(number).context("a network's number is one octet")?;
        let machine = Self {
            address: Ipv4Addr::new(198, 18, number, 2),
            other: Ipv4Addr::new(198, 18, number, 1),
            process,
            folder,
        };
        machine.lay(number, other)?;
        machine.process.say("go")?;
        Ok(machine)
    }

    /// `program`, to be run on this machine.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        enter(self.process.id(), program)
    }

    /// From now on nothing arrives that comes from this address, and nobody is told.
    pub(crate) fn ignore(&self, address: Ipv4Addr) -> Result<()> {
        self.filter("-A", address)
    }

    /// What comes from this address arrives again.
    pub(crate) fn hear(&self, address: Ipv4Addr) -> Result<()> {
        self.filter("-D", address)
    }

    /// Pulls the cable out, or puts it in again.
    pub(crate) fn plug(&self, there: bool) -> Result<()> {
        let state = if there { "up" } else { "down" };
        ip(self.command("ip").args(["link", "set", "eth0", state]))
    }

    fn filter(&self, verb: &str, address: Ipv4Addr) -> Result<()> {
        let from = address.to_string();
        let rule = [verb, "INPUT", "-s", &from, "-j", "DROP"];
        ip(self.command("iptables").arg("--wait").args(rule))
    }

    /// Makes `path` of this machine alone the file `target`.
    pub(crate) fn show(&self, target: &str, path: &str) -> Result<()> {
        let made = self
            .command("sh")
            .args(["-c", LINK, "sh", target, path])
            .output()?;
        ensure!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        Ok(())
    }

    fn lay(&self, number: u8, other: Option<&Self>) -> Result<()> {
        let cable = format!("tether{number}");
        let (mine, theirs) = (format!("{}/30", self.address), format!("{}/30", self.other));
        for arguments in [
            vec!["addr", "add", &theirs, "dev", &cable],
            vec!["link", "set", &cable, "up"],
        ] {
            match other {
                None => ip(Command::new("ip").args(arguments))?,
                Some(other) => ip(other.command("ip").args(arguments))?,
            }
        }
        let gateway = self.other.to_string();
        for arguments in [
            vec!["link", "set", "lo", "up"],
            vec!["addr", "add", &mine, "dev", "eth0"],
            vec!["link", "set", "eth0", "up"],
            vec!["route", "add", "default", "via", &gateway],
        ] {
            ip(self.command("ip").args(arguments))?;
        }
        Ok(())
    }
}

/// `program`, to be run where the process `id` is; signals go to the program itself.
fn enter(id: u32, program: impl AsRef<Path>) -> Command {
    let mut command = Command::new("nsenter");
    command
        .arg(format!("--target={id}"))
        .args(["--net", "--mount", "--uts", "--"]);
    command.arg(program.as_ref());
    command
}

/// Lays a cable from this machine to the one of process `to`, and on to `from`; its number.
fn cable(to: u32, from: Option<u32>) -> Result<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let to = to.to_string();
    for _ in 0..NETWORKS {
        // Test runs side by side begin at different numbers, and a taken one is passed over.
        let next = NEXT
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_add(std::process::id());
        let number = next % NETWORKS + 1;
        let name = format!("tether{number}");
        let pair = ["type", "veth", "peer", "name", "eth0", "netns", &to];
        let made = Command::new("ip")
            .args(["link", "add", &name])
            .args(pair)
            .output()?;
        if made.status.success() {
            if let Some(from) = from {
                ip(Command::new("ip").args(["link", "set", &name, "netns", &from.to_string()]))?;
            }
            return Ok(number);
        }
        let error = String::from_utf8_lossy(&made.stderr).into_owned();
        ensure!(error.contains("File exists"), "ip link add {name}: {error}");
    }
    anyhow::bail!("{NETWORKS} networks are in use: remove the links tether1 to tether{NETWORKS}")
}

fn ip(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {error}");
    Ok(())
}
