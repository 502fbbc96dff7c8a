//! A host name in, a machine with a real Docker engine of its own out.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Agent, Binaries, Hub, Machine, Process, soon};

/// The image that every container of the tests is made from.
pub(crate) const IMAGE: &str = "whoami";

/// A Docker host.
#[derive(Debug)]
pub(crate) struct Engine {
    /// The machine it runs on.
    pub(crate) machine: Machine,
}

impl Engine {
    /// A Docker host that is reached from this machine.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        Self::beside(name, None).await
    }

    /// A Docker host that is reached from `other`.
    pub(crate) async fn beside(name: &str, other: Option<&Machine>) -> Result<Self> {
        let machine = Machine::start(name, other, "", dockerd).await?;
        let engine = Self { machine };
        soon("dockerd answers", async || engine.docker(&["version"])).await?;
        engine.import()?;
        Ok(engine)
    }

    /// Runs `docker` with these arguments; what it prints.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Result<String> {
        let output = self.client().args(arguments).output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "docker {arguments:?}: {}",
            error.trim()
        );
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// A client that stays, such as `docker events`.
    pub(crate) fn follow(&self, arguments: &[&str]) -> Result<Process> {
        Process::start("docker", self.client().args(arguments))
    }

    /// `docker run -d` of a container with this name; `arguments` come before the image.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Result<String> {
        // The first process of a container hears no signal that it does not handle.
        let always = [
            "run",
            "-d",
            "--pull",
            "never",
            "--stop-signal",
            "KILL",
            "--name",
            name,
        ];
        self.docker(&[&always[..], arguments, &[IMAGE]].concat())
    }

    /// `docker run -d` of a container that answers for the host name `NAME.test`.
    pub(crate) fn serve(&self, name: &str) -> Result<String> {
        let rule = format!("traefik.http.routers.{name}.rule=Host(`{name}.test`)");
        let own = format!("NAME={name}");
        self.run(
            name,
            &[
                "-p",
                "80",
                "-e",
                &own,
                "-l",
                "traefik.enable=true",
                "-l",
                &rule,
            ],
        )
    }

    /// An agent on this host, with the settings that the documents advise.
    pub(crate) fn agent(&self, hub: &Hub) -> Result<Agent> {
        self.agent_of(&[hub])
    }

    /// An agent on this host that tells several hubs.
    pub(crate) fn agent_of(&self, hubs: &[&Hub]) -> Result<Agent> {
        let url = |hub: &&Hub| format!("http://{}:{}", self.machine.other, hub.port);
        let server = hubs.iter().map(url).collect::<Vec<_>>().join(",");
        Agent::on(
            Some(&self.machine),
            &[
                ("TETHERD_SERVER", &server),
                ("DOCKER_HOST", &self.endpoint()),
            ],
        )
    }

    /// `DOCKER_HOST` for its clients.
    pub(crate) fn endpoint(&self) -> String {
        format!("unix://{}", self.socket())
    }

    /// Where its socket is.
    pub(crate) fn socket(&self) -> String {
        socket(self.machine.folder.path())
    }

    fn client(&self) -> Command {
        let mut command = Command::new("docker");
        command.env("DOCKER_HOST", self.endpoint());
        // What a user has set for other engines does not count here.
        command.env("DOCKER_CONFIG", self.machine.folder.path().join("client"));
        command.env_remove("DOCKER_CONTEXT");
        command
    }

    /// Makes the image from one static program, with nothing else in it.
    fn import(&self) -> Result<()> {
        let program = Binaries::whoami()?;
        let folder = program.parent().context("the program is in no folder")?;
        let mut tar = Command::new("tar")
            .args(["-c", "-C"])
            .args([folder.as_os_str(), "whoami".as_ref()])
            .stdout(Stdio::piped())
            .spawn()?;
        let image = tar.stdout.take().context("tar has no output")?;
        let change = [
            "--change",
            r#"ENTRYPOINT ["/whoami"]"#,
            "--change",
            "EXPOSE 80",
        ];
        let output = self
            .client()
            .arg("import")
            .args(change)
            .args(["-", IMAGE])
            .stdin(image)
            .output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(
            tar.wait()?.success() && output.status.success(),
            "docker import: {error}"
        );
        Ok(())
    }
}

fn dockerd(folder: &Path) -> Vec<String> {
    let at = |name: &str| format!("{}", folder.join(name).display());
    vec![
        "dockerd".to_owned(),
        format!("--host=unix://{}", socket(folder)),
        format!("--data-root={}", at("data")),
        format!("--exec-root={}", at("exec")),
        format!("--pidfile={}", at("dockerd.pid")),
        "--log-level=warn".to_owned(),
        "--shutdown-timeout=1".to_owned(),
    ]
}

fn socket(folder: &Path) -> String {
    format!("{}", folder.join("docker.sock").display())
}
