//! Builds the workspace's programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

/// What cargo sets for the test itself, by how the names begin. Build scripts that depend on them
/// would run again in the nested cargo, and then again in the developer's.
const OF_THIS_TEST: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_PACKAGE"];

/// The programs under test.
#[derive(Debug)]
pub(crate) struct Binaries {
    /// The hub.
    pub(crate) tether: PathBuf,
    /// The agent.
    pub(crate) tetherd: PathBuf,
}

/// The workspace's folder.
pub(crate) fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

impl Binaries {
    /// The hub and the agent, built once per test run. The hub has its demo.
    pub(crate) fn get() -> Result<&'static Self> {
        Self::once(&["--features", "tether/demo"])
    }

    /// The hub and the agent as released; [`get`](Self::get) then returns these, too.
    #[allow(dead_code, reason = "the measurements use it, the tests do not")]
    pub(crate) fn release() -> Result<&'static Self> {
        Self::once(&["--release"])
    }

    fn once(flags: &[&str]) -> Result<&'static Self> {
        static BUILT: OnceLock<Result<Binaries, String>> = OnceLock::new();
        BUILT
            .get_or_init(|| Self::build(flags).map_err(|error| format!("{error:#}")))
            .as_ref()
            .map_err(|error| anyhow!("{error}"))
    }

    fn build(flags: &[&str]) -> Result<Self> {
        let build = ["build", "-p", "tether", "-p", "tetherd", "--bins"];
        let built = cargo(&[&build[..], flags].concat())?;
        Ok(Self {
            tether: path(&built, "tether")?,
            tetherd: path(&built, "tetherd")?,
        })
    }

    /// `whoami`, which the test image runs: linked statically, since the image has no libraries.
    pub(crate) fn whoami() -> Result<&'static Path> {
        static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let build = || {
            let folder = root().join("target/whoami");
            let folder = folder
                .to_str()
                .context("the workspace's path is not UTF-8")?;
            let mut arguments = vec!["rustc", "-p", "tether-tests", "--bin", "whoami"];
            arguments.extend(["--release", "--target-dir", folder]);
            arguments.extend(["--", "-C", "target-feature=+crt-static"]);
            path(&cargo(&arguments)?, "whoami")
        };
        BUILT
            .get_or_init(|| build().map_err(|error| format!("{error:#}")))
            .as_deref()
            .map_err(|error| anyhow!("{error}"))
    }
}

/// Runs cargo with the developer's own environment; returns its messages.
fn cargo(arguments: &[&str]) -> Result<Vec<Value>> {
    let (command, rest) = arguments.split_first().context("no cargo command")?;
    let mut program = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_THIS_TEST.iter().any(|prefix| text.starts_with(prefix)) {
            program.env_remove(&name);
        }
    }
    let output = program
        .current_dir(root())
        .arg(command)
        .args(["--quiet", "--message-format=json-render-diagnostics"])
        .args(rest)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "`cargo {}` failed",
        arguments.join(" ")
    );
    let text = String::from_utf8(output.stdout)?;
    Ok(text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}

fn path(messages: &[Value], name: &str) -> Result<PathBuf> {
    messages
        .iter()
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str())
        .map(PathBuf::from)
        .with_context(|| format!("cargo built no program `{name}`"))
}
