//! Runs the official Traefik next to the demo's hub, so that the dashboard's links open.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The program that `make` fetches.
const FROM_MAKE: &str = ".venv/bin/traefik";

/// The limit for the end of Traefik.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A Traefik program on this machine.
pub struct Traefik {
    program: PathBuf,
}

/// The ports on this machine's loopback address.
pub struct Ports {
    /// The hub's.
    pub hub: u16,
    /// Traefik's entry point `web`.
    pub entry: u16,
    /// Traefik's API.
    pub api: u16,
}

/// A running Traefik.
pub struct Running {
    child: Child,
}

impl Traefik {
    /// Finds the program: the given one, else the one that `make` fetched, else the one on the
    /// `PATH`.
    pub fn find(named: Option<&Path>) -> Option<Self> {
        let on_path = std::env::var_os("PATH").map(|path| {
            std::env::split_paths(&path)
                .map(|folder| folder.join("traefik"))
                .collect::<Vec<_>>()
        });
        let program = match named {
            Some(named) => Some(named.to_owned()),
            None => std::iter::once(PathBuf::from(FROM_MAKE))
                .chain(on_path.into_iter().flatten())
                .find(|program| program.is_file()),
        };
        program.map(|program| Self { program })
    }

    /// Starts it, reading the hub's `/config`.
    ///
    /// # Errors
    /// If its file cannot be written or the program cannot be started.
    pub fn start(&self, folder: &Path, ports: &Ports, secret: &str) -> anyhow::Result<Running> {
        let Ports { hub, entry, api } = ports;
        let file = folder.join("traefik.yml");
        let text = format!(
            "entryPoints:\n  web:\n    address: \"127.0.0.1:{entry}\"\n  \
             traefik:\n    address: \"127.0.0.1:{api}\"\n\
             api:\n  insecure: true\n\
             providers:\n  providersThrottleDuration: \"100ms\"\n  http:\n    \
             endpoint: \"http://127.0.0.1:{hub}/config?wait=3s\"\n    pollInterval: \"500ms\"\n    \
             headers:\n      Authorization: \"Bearer {secret}\"\n\
             global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n\
             log:\n  level: ERROR\n"
        );
        fs::write(&file, text).context("cannot write Traefik's configuration")?;
        let child = Command::new(&self.program)
            .arg(format!("--configFile={}", file.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        Ok(Running { child })
    }
}

impl Running {
    /// Stops it and waits for its end.
    pub async fn stop(mut self) {
        // It fails if the process has ended already.
        let _ = self.child.start_kill();
        let _ = timeout(STOP_LIMIT, self.child.wait()).await;
    }
}
