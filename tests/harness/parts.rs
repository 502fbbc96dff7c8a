//! Finds the real programs that tests need. `TETHER_E2E=required` makes a missing one a failure.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::{Context, Result, anyhow, ensure};

use super::command::{command, find, run};
use super::daemons::rootless;
use super::root;

/// The version of Traefik that the tests are held against.
const TRAEFIK: &str = "3.7.15";

/// A program that is not ours, or something of the machine's kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Machines made of namespaces, with a network between them.
    Machines,
    /// Docker's own daemon, started by the tests.
    Docker,
    /// The parts of Docker for a swarm.
    Swarm,
    /// Podman's API, started by the tests.
    Podman,
    /// Docker's daemon without root's rights.
    Rootless,
    /// The official Traefik.
    Traefik,
    /// Chromium, driven by Playwright.
    Browser,
    /// The built dashboard, which the hub embeds.
    Web,
}

impl Part {
    /// Describes the part with its version, or returns why it cannot be used. Searches only once.
    pub(crate) fn find(self) -> Result<String> {
        static FOUND: Mutex<Vec<(Part, Result<String, String>)>> = Mutex::new(Vec::new());
        let known =
            |(part, found): &(Self, Result<String, String>)| (*part == self).then(|| found.clone());
        let lock = || FOUND.lock().map_err(|_| anyhow!("another search panicked"));
        let before = lock()?.iter().find_map(known);
        if let Some(found) = before {
            return found.map_err(|reason| anyhow!(reason));
        }
        let found = self.look();
        let copy = found.as_ref().map(Clone::clone);
        lock()?.push((self, copy.map_err(|error| format!("{error:#}"))));
        found
    }

    fn look(self) -> Result<String> {
        match self {
            Self::Machines => machines(),
            Self::Docker => docker(),
            Self::Swarm => swarm(),
            Self::Podman => podman(),
            Self::Rootless => rootless_docker(),
            Self::Traefik => traefik(),
            Self::Browser => browser(),
            Self::Web => web(),
        }
    }
}

/// Ends a test here, as passed, if this machine lacks one of these parts: `needs!(Docker, Traefik);`.
///
/// It is the first line of a test. A line on stderr names the test and what it lacks.
macro_rules! needs {
    ($($part:ident),+) => {
        if !$crate::harness::present(&[$($crate::harness::Part::$part),+])? {
            return Ok(());
        }
    };
}
pub(crate) use needs;

/// Reports whether this machine has all these parts; a line on stderr names the first that it lacks.
pub(crate) fn present(parts: &[Part]) -> Result<bool> {
    let Some(reason) = parts.iter().find_map(|part| part.find().err()) else {
        return Ok(true);
    };
    if std::env::var("TETHER_E2E").is_ok_and(|value| value == "required") {
        return Err(reason.context("TETHER_E2E=required, but a part is missing"));
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    report(&format!("skipped: {test}: {reason:#}"))?;
    Ok(false)
}

/// Writes a line that is shown even if the test passes.
pub(crate) fn report(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{line}")?)
}

/// The version that `make traefik` installs.
pub(crate) const NEWEST_TRAEFIK: &str = "3.7.15";

/// The file of the official Traefik.
pub(crate) fn traefik_program() -> PathBuf {
    root().join(".venv/bin/traefik")
}

/// The file of this version of Traefik, which `scripts/matrix.sh` installs.
pub(crate) fn traefik_of(version: &str) -> Result<PathBuf> {
    let program = match version {
        NEWEST_TRAEFIK => traefik_program(),
        _ => root().join(format!(".venv/matrix/{version}/bin/traefik")),
    };
    ensure!(
        program.exists(),
        "no {}: `make test-matrix`",
        program.display()
    );
    Ok(program)
}

/// The file of Chromium.
pub(crate) fn chromium_program() -> Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = names.iter().find_map(|name| find(name));
    found.context("no Chromium on the path: on Debian, `apt-get install chromium`")
}

fn machines() -> Result<String> {
    ensure!(
        cfg!(target_os = "linux"),
        "machines made of namespaces need Linux"
    );
    let user = run(command("id").arg("-u"))?;
    ensure!(user == "0", "machines made of namespaces need root");
    let programs = ["ip", "iptables", "unshare", "nsenter", "mount"];
    all_on_path(&programs, "iproute2 iptables util-linux mount")?;
    // In a container root may lack the rights, and a small kernel the drivers.
    in_namespaces("ip link add one type veth peer name two && iptables --wait -S INPUT")
        .context("no machines made of namespaces on this machine")?;
    Ok("machines made of namespaces".to_owned())
}

fn docker() -> Result<String> {
    Part::Machines.find()?;
    all_on_path(&["dockerd", "docker", "tar"], "docker.io tar")?;
    in_namespaces("iptables --wait -t nat -S && grep -q cgroup /proc/mounts")
        .context("Docker needs iptables with NAT, and control groups")?;
    run(command("dockerd").arg("--version"))
}

fn swarm() -> Result<String> {
    Part::Docker.find()?;
    in_namespaces("ip link add overlay type vxlan id 1 dstport 4789")
        .context("a swarm needs VXLAN of the kernel")?;
    Ok("networks of a swarm".to_owned())
}

fn podman() -> Result<String> {
    // The machine is the same, and so is the client.
    Part::Docker.find()?;
    all_on_path(&["podman", "runc"], "podman runc")?;
    run(command("podman").arg("--version"))
}

fn rootless_docker() -> Result<String> {
    Part::Docker.find()?;
    let programs = [
        "rootlesskit",
        "dockerd-rootless.sh",
        "slirp4netns",
        "newuidmap",
        "setpriv",
    ];
    all_on_path(
        &programs,
        "rootlesskit docker.io slirp4netns uidmap util-linux",
    )?;
    let folder = tempfile::tempdir()?;
    let trial = ["rootlesskit", "--net=slirp4netns", "--copy-up=/etc", "true"];
    let mut unshare = command("unshare");
    run(unshare.arg("--mount").args(rootless(folder.path(), &trial)))
        .context("RootlessKit does not work here")?;
    run(command("rootlesskit").arg("--version"))
}

fn traefik() -> Result<String> {
    let program = traefik_program();
    ensure!(program.exists(), "no {}: `make traefik`", program.display());
    let text = run(command(&program).arg("version"))?;
    let version = text.lines().find_map(|line| line.strip_prefix("Version:"));
    let version = version
        .context("`traefik version` names no version")?
        .trim();
    ensure!(
        version == TRAEFIK,
        "Traefik {TRAEFIK} is needed, not {version}: `make traefik`"
    );
    Ok(format!("Traefik {version}"))
}

fn browser() -> Result<String> {
    let driver = root().join("tests/harness/browser/node_modules/playwright-core");
    ensure!(
        driver.exists(),
        "no {}: `make test` installs it",
        driver.display()
    );
    all_on_path(&["node"], "nodejs")?;
    run(command(chromium_program()?).arg("--version"))
}

fn web() -> Result<String> {
    let page = root().join("web/dist/index.html");
    ensure!(page.exists(), "no {}: `make web`", page.display());
    Ok("dashboard, built".to_owned())
}

/// Fails with the first program that is missing, and Debian's packages of all.
fn all_on_path(programs: &[&str], packages: &str) -> Result<()> {
    for program in programs {
        ensure!(
            find(program).is_some(),
            "no `{program}` on the path: on Debian, `apt-get install {packages}`"
        );
    }
    Ok(())
}

/// Runs a shell script in namespaces like those of a machine.
fn in_namespaces(script: &str) -> Result<String> {
    let mut unshare = command("unshare");
    unshare.args([
        "--net",
        "--mount",
        "--uts",
        "--pid",
        "--mount-proc",
        "--fork",
    ]);
    run(unshare.args(["sh", "-euc", script]))
}
