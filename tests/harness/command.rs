//! Commands with a clean environment, so that a developer's own settings do not reach the programs.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Folders of programs that some users' `PATH` lacks.
const SYSTEM_FOLDERS: [&str; 4] = [
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    // Debian keeps dockerd-rootless.sh there.
    "/usr/share/docker.io/contrib",
];

/// A command whose environment has `PATH` and `TMPDIR` and nothing else.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", search_path());
    // Sockets and data of the programs go where the developer wants temporary files.
    if let Some(folder) = std::env::var_os("TMPDIR") {
        command.env("TMPDIR", folder);
    }
    command
}

/// Runs a command to its end: its output without the last line's end, or an error with what it
/// wrote to stderr.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}", error.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The file of a program of this name.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path())
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn search_path() -> OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&own).chain(SYSTEM_FOLDERS.map(PathBuf::from));
    std::env::join_paths(folders).unwrap_or(own)
}
