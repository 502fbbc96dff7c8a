//! The names of real parts in, whether they are here out; `TETHER_E2E=required` makes a missing
//! one a failure.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::engine::ROOTLESS_USER;
use super::root;

/// The version that the tests are held against.
const TRAEFIK: &str = "3.7.15";

/// A program that is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Machines made of namespaces, with a network between them.
    Machines,
    /// Docker's own daemon, started by the tests.
    Docker,
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
    /// What it is, with its version, or why it cannot be used.
    pub(crate) fn find(self) -> Result<String> {
        match self {
            Self::Machines => machines(),
            Self::Docker => docker(),
            Self::Podman => podman(),
            Self::Rootless => rootless(),
            Self::Traefik => traefik(),
            Self::Browser => browser(),
            Self::Web => {
                let page = root().join("web/dist/index.html");
                ensure!(page.exists(), "no {}: `make web`", page.display());
                Ok("dashboard, built".to_owned())
            }
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

/// Reports whether all these parts are here; a line on stderr names the first that is not.
pub(crate) fn present(parts: &[Part]) -> Result<bool> {
    let missing = parts.iter().filter_map(|part| part.find().err());
    let Some(reason) = missing.into_iter().next() else {
        return Ok(true);
    };
    if std::env::var("TETHER_E2E").is_ok_and(|value| value == "required") {
        return Err(reason.context("TETHER_E2E=required, but a part is missing"));
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    say(&format!("skipped: {test}: {reason:#}"))?;
    Ok(false)
}

/// A line that is seen even when the test passes.
pub(crate) fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{line}")?)
}

/// Where the official Traefik is.
pub(crate) fn traefik_program() -> PathBuf {
    root().join(".venv/bin/traefik")
}

/// Where Chromium is.
pub(crate) fn chromium_program() -> Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = names.iter().find_map(|name| on_path(name));
    found.context("no Chromium on the path: on Debian, `apt-get install chromium`")
}

fn machines() -> Result<String> {
    ensure!(cfg!(target_os = "linux"), "machines of our own need Linux");
    let user = output(Command::new("id").arg("-u"))?;
    ensure!(user == "0", "machines of our own need root");
    let programs = ["ip", "iptables", "unshare", "nsenter"];
    all_on_path(&programs, "iproute2 iptables util-linux")?;
    Ok("machines made of namespaces".to_owned())
}

fn docker() -> Result<String> {
    machines()?;
    all_on_path(&["dockerd", "docker"], "docker.io")?;
    output(Command::new("dockerd").arg("--version"))
}

fn podman() -> Result<String> {
    // The machine is the same, and so is the client.
    docker()?;
    all_on_path(&["podman", "runc"], "podman runc")?;
    output(Command::new("podman").arg("--version"))
}

fn rootless() -> Result<String> {
    docker()?;
    let programs = ["rootlesskit", "slirp4netns", "newuidmap", "setpriv"];
    all_on_path(&programs, "rootlesskit slirp4netns uidmap util-linux")?;
    let user = ROOTLESS_USER.to_string();
    let own = ["--reuid", &user, "--regid", &user, "--clear-groups"];
    let namespaces = ["unshare", "--user", "--map-root-user", "true"];
    output(Command::new("setpriv").args(own).args(namespaces))?;
    output(Command::new("rootlesskit").arg("--version"))
}

fn traefik() -> Result<String> {
    let program = traefik_program();
    ensure!(program.exists(), "no {}: `make traefik`", program.display());
    let text = output(Command::new(&program).arg("version"))?;
    let version = text.lines().find_map(|line| line.strip_prefix("Version:"));
    let version = version
        .context("`traefik version` names no version")?
        .trim();
    ensure!(
        version == TRAEFIK,
        "Traefik {TRAEFIK} is asked for, not {version}"
    );
    Ok(format!("Traefik {version}"))
}

fn browser() -> Result<String> {
    let driver = root().join("tests/harness/browser/node_modules/playwright-core");
    ensure!(
        driver.exists(),
        "no {}: `make test` brings it",
        driver.display()
    );
    output(Command::new(chromium_program()?).arg("--version"))
}

/// An error that names the first program that is missing, and Debian's packages of all.
fn all_on_path(programs: &[&str], packages: &str) -> Result<()> {
    for program in programs {
        ensure!(
            on_path(program).is_some(),
            "no `{program}` on the path: on Debian, `apt-get install {packages}`"
        );
    }
    Ok(())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| Path::new(&folder).join(program))
        .find(|file| file.is_file())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
