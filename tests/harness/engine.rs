//! Starts real Docker engines, each on a machine of its own.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::daemons::{dockerd, podman, rootless_dockerd, socket};
use super::{Agent, Authority, Binaries, Hub, Machine, Process, command, run, soon};

/// The image of all containers of the tests.
pub(crate) const IMAGE: &str = "whoami";

/// The flags of every container. The first process of a container ignores signals that it does not
/// handle, so only KILL ends it.
const RUN: [&str; 6] = ["run", "-d", "--pull", "never", "--stop-signal", "KILL"];

/// The flags of a container that Traefik serves.
const SERVED: [&str; 4] = ["-p", "80", "-l", "traefik.enable=true"];

/// The longest time for many containers to start on a busy machine.
const BURST: Duration = Duration::from_secs(120);

/// A Docker host.
#[derive(Debug)]
pub(crate) struct Engine {
    /// The machine on which it runs.
    pub(crate) machine: Machine,
}

impl Engine {
    /// Starts a Docker host that this machine can reach.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        Self::connected_to(name, None).await
    }

    /// Starts a Docker host that `peer` can reach.
    pub(crate) async fn connected_to(name: &str, peer: Option<&Machine>) -> Result<Self> {
        Self::with(name, peer, &[]).await
    }

    /// The same, with more flags for the daemon.
    pub(crate) async fn with(name: &str, peer: Option<&Machine>, flags: &[&str]) -> Result<Self> {
        let daemon = |folder: &Path| {
            let flags = flags.iter().map(|&flag| flag.to_owned());
            dockerd(folder).into_iter().chain(flags).collect()
        };
        Self::on(Machine::start(name, peer, "", daemon).await?).await
    }

    /// Starts a Docker host whose engine is also at `tcp://localhost:2376`, for clients with a
    /// certificate of this authority.
    pub(crate) async fn secured(name: &str, authority: &Authority) -> Result<Self> {
        let names = ["localhost"];
        let mut written = Ok(());
        let machine = Machine::start(name, None, "", |folder| {
            written = authority.issue(&folder.join("tls"), &names);
            let file = |name: &str| format!("{}", folder.join("tls").join(name).display());
            let secure = [
                "--host=tcp://127.0.0.1:2376".to_owned(),
                "--tlsverify".to_owned(),
                format!("--tlscacert={}", file("ca.pem")),
                format!("--tlscert={}", file("cert.pem")),
                format!("--tlskey={}", file("key.pem")),
            ];
            dockerd(folder).into_iter().chain(secure).collect()
        });
        let machine = machine.await?;
        written?;
        Self::on(machine).await
    }

    /// Starts a Docker host whose daemon runs without root's rights.
    pub(crate) async fn rootless(name: &str) -> Result<Self> {
        Self::on(Machine::start(name, None, "", rootless_dockerd).await?).await
    }

    /// Starts a host with Podman instead of Docker; Docker's client works with it.
    pub(crate) async fn podman(name: &str) -> Result<Self> {
        Self::on(Machine::start(name, None, "", podman).await?).await
    }

    /// Waits for the daemon of this machine.
    async fn on(machine: Machine) -> Result<Self> {
        let engine = Self { machine };
        engine.wait_until_ready().await?;
        engine.import()?;
        Ok(engine)
    }

    /// Stops the daemon as a service manager does, and waits for its end.
    pub(crate) async fn stop(&self) -> Result<()> {
        self.machine.process.send("stop")?;
        self.machine.process.line(&["stopped"]).await.map(drop)
    }

    /// Starts the daemon again, and waits until it is ready.
    pub(crate) async fn start_again(&self) -> Result<()> {
        self.machine.process.send("start")?;
        self.wait_until_ready().await
    }

    async fn wait_until_ready(&self) -> Result<()> {
        let check = async || self.docker(&["version"]);
        soon("dockerd answers", check).await.map(drop)
    }

    /// Runs `docker` with these arguments; returns its output.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Result<String> {
        run(self.client().args(arguments))
    }

    /// Starts a client that keeps running, such as `docker events`.
    pub(crate) fn spawn_client(&self, arguments: &[&str]) -> Result<Process> {
        Process::start("docker", self.client().args(arguments))
    }

    /// `docker run -d` of a container with this name; `arguments` come before the image.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Result<String> {
        self.docker(&[&RUN[..], &["--name", name], arguments, &[IMAGE]].concat())
    }

    /// `docker run -d` of a container that answers for the host name `NAME.test`.
    pub(crate) fn serve(&self, name: &str) -> Result<String> {
        let [own, rule] = served(name);
        self.run(name, &[&SERVED[..], &["-e", &own, "-l", &rule]].concat())
    }

    /// [`serve`](Self::serve) for all of these at once.
    pub(crate) async fn serve_all(&self, names: &[String]) -> Result<()> {
        let mut clients = Vec::new();
        for name in names {
            let [own, rule] = served(name);
            let flags = ["--name", name, "-e", &own, "-l", &rule, IMAGE];
            clients.push(self.spawn_client(&[&RUN[..], &SERVED, &flags].concat())?);
        }
        for mut client in clients {
            let status = client.exited(BURST).await?;
            ensure!(status.success(), "{:?}", client.lines());
        }
        Ok(())
    }

    /// `docker run -d` of a program of this machine, with this machine's libraries; `flags` come
    /// before the image and `arguments` after it.
    pub(crate) fn run_program(
        &self,
        name: &str,
        program: &Path,
        flags: &[&str],
        arguments: &[&str],
    ) -> Result<()> {
        let libraries = ["/usr", "/lib", "/lib64"].map(Path::new);
        let present = libraries.into_iter().filter(|path| path.exists());
        let mounts = present.chain([program]).flat_map(|path| {
            let path = path.display();
            ["-v".to_owned(), format!("{path}:{path}:ro")]
        });
        let mounts: Vec<String> = mounts.collect();
        let mounts: Vec<&str> = mounts.iter().map(String::as_str).collect();
        let program = program.to_string_lossy();
        let own = ["--name", name, "--entrypoint", &program];
        self.docker(&[&RUN[..], &mounts, &own, flags, &[IMAGE], arguments].concat())?;
        Ok(())
    }

    /// Starts an agent on this host, with the settings that the documents recommend.
    pub(crate) fn agent(&self, hub: &Hub) -> Result<Agent> {
        self.agent_for(&[hub])
    }

    /// Starts an agent on this host for several hubs.
    pub(crate) fn agent_for(&self, hubs: &[&Hub]) -> Result<Agent> {
        let url = |hub: &&Hub| format!("http://{}:{}", self.machine.gateway, hub.port);
        let server = hubs.iter().map(url).collect::<Vec<_>>().join(",");
        self.agent_with(&[
            ("TETHERD_SERVER", &server),
            ("DOCKER_HOST", &self.endpoint()),
        ])
    }

    /// Starts an agent on this host with these settings.
    pub(crate) fn agent_with(&self, settings: &[(&str, &str)]) -> Result<Agent> {
        Agent::on(Some(&self.machine), settings)
    }

    /// The value of `DOCKER_HOST` for its clients.
    pub(crate) fn endpoint(&self) -> String {
        format!("unix://{}", self.socket())
    }

    /// The path of its socket.
    pub(crate) fn socket(&self) -> String {
        socket(self.machine.folder.path())
    }

    fn client(&self) -> Command {
        let mut command = command("docker");
        command.env("DOCKER_HOST", self.endpoint());
        // Not the developer's own, which may name another engine.
        command.env("DOCKER_CONFIG", self.machine.folder.path().join("client"));
        command
    }

    /// Makes the image, which holds one static program and nothing else.
    fn import(&self) -> Result<()> {
        let program = Binaries::whoami()?;
        let folder = program.parent().context("the program is in no folder")?;
        let mut tar = command("tar")
            .args(["-c", "-C"])
            .args([folder.as_os_str(), "whoami".as_ref()])
            .stdout(Stdio::piped())
            .spawn()?;
        let image = tar.stdout.take().context("tar has no output")?;
        let entrypoint = ["--change", r#"ENTRYPOINT ["/whoami"]"#];
        let port = ["--change", "EXPOSE 80"];
        let mut import = self.client();
        import.arg("import").args(entrypoint).args(port);
        run(import.args(["-", IMAGE]).stdin(image))?;
        ensure!(tar.wait()?.success(), "tar cannot read {folder:?}");
        Ok(())
    }
}

/// The variable with the name that a container answers, and the label that routes `NAME.test` to
/// it.
fn served(name: &str) -> [String; 2] {
    let rule = format!("traefik.http.routers.{name}.rule=Host(`{name}.test`)");
    [format!("NAME={name}"), rule]
}
