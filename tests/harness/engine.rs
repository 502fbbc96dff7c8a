//! A host name in, a machine with a real Docker engine of its own out.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Agent, Authority, Binaries, Hub, Machine, Process, soon};

/// The image that every container of the tests is made from.
pub(crate) const IMAGE: &str = "whoami";

/// Who runs a daemon without root's rights: nobody on this machine.
pub(crate) const ROOTLESS_USER: u32 = 19_999;

/// How every container is run. The first process of one hears no signal that it does not handle.
const RUN: [&str; 6] = ["run", "-d", "--pull", "never", "--stop-signal", "KILL"];

/// How a container is run that is served.
const SERVED: [&str; 4] = ["-p", "80", "-l", "traefik.enable=true"];

/// The longest time that many containers may take to start on a busy machine.
const BURST: Duration = Duration::from_secs(120);

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
        Self::with(name, other, &[]).await
    }

    /// A Docker host whose daemon has these flags besides.
    pub(crate) async fn with(name: &str, other: Option<&Machine>, flags: &[&str]) -> Result<Self> {
        let daemon = |folder: &Path| {
            let flags = flags.iter().map(|&flag| flag.to_owned());
            dockerd(folder).into_iter().chain(flags).collect()
        };
        Self::on(Machine::start(name, other, "", daemon).await?).await
    }

    /// A Docker host whose engine can also be reached at `tcp://localhost:2376`, by those who
    /// show a certificate of this authority.
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

    /// A Docker host whose daemon runs without root's rights.
    pub(crate) async fn rootless(name: &str) -> Result<Self> {
        Self::on(Machine::start(name, None, "", rootless).await?).await
    }

    /// A host with a Podman in Docker's place, which Docker's own client speaks to.
    pub(crate) async fn podman(name: &str) -> Result<Self> {
        Self::on(Machine::start(name, None, "", podman).await?).await
    }

    /// The host that this machine is once its daemon answers.
    async fn on(machine: Machine) -> Result<Self> {
        let engine = Self { machine };
        engine.answers().await?;
        engine.import()?;
        Ok(engine)
    }

    /// Ends the daemon as the system does, and waits until it has ended.
    pub(crate) async fn stop(&self) -> Result<()> {
        self.machine.process.say("stop")?;
        self.machine.process.line(&["stopped"]).await.map(drop)
    }

    /// Starts the daemon again, and waits until it answers.
    pub(crate) async fn again(&self) -> Result<()> {
        self.machine.process.say("start")?;
        self.answers().await
    }

    async fn answers(&self) -> Result<()> {
        let look = async || self.docker(&["version"]);
        soon("dockerd answers", look).await.map(drop)
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
            clients.push(self.follow(&[&RUN[..], &SERVED, &flags].concat())?);
        }
        for mut client in clients {
            let status = client.ended(BURST).await?;
            ensure!(status.success(), "{:?}", client.lines());
        }
        Ok(())
    }

    /// `docker run -d` of a program of this machine's, with this machine's libraries; `flags` come
    /// before the image and `arguments` after it.
    pub(crate) fn contain(
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

    /// An agent on this host, with the settings that the documents advise.
    pub(crate) fn agent(&self, hub: &Hub) -> Result<Agent> {
        self.agent_of(&[hub])
    }

    /// An agent on this host that tells several hubs.
    pub(crate) fn agent_of(&self, hubs: &[&Hub]) -> Result<Agent> {
        let url = |hub: &&Hub| format!("http://{}:{}", self.machine.other, hub.port);
        let server = hubs.iter().map(url).collect::<Vec<_>>().join(",");
        self.agent_with(&[
            ("TETHERD_SERVER", &server),
            ("DOCKER_HOST", &self.endpoint()),
        ])
    }

    /// An agent on this host with these settings.
    pub(crate) fn agent_with(&self, settings: &[(&str, &str)]) -> Result<Agent> {
        Agent::on(Some(&self.machine), settings)
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

/// The name that a container answers, and the label that brings it requests for `NAME.test`.
fn served(name: &str) -> [String; 2] {
    let rule = format!("traefik.http.routers.{name}.rule=Host(`{name}.test`)");
    [format!("NAME={name}"), rule]
}

fn dockerd(folder: &Path) -> Vec<String> {
    let at = |name: &str| format!("{}", folder.join(name).display());
    vec![
        "env".to_owned(),
        // A swarm asks for an image that no registry has.
        "DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1".to_owned(),
        "dockerd".to_owned(),
        format!("--host=unix://{}", socket(folder)),
        format!("--data-root={}", at("data")),
        format!("--exec-root={}", at("exec")),
        format!("--pidfile={}", at("dockerd.pid")),
        "--log-level=warn".to_owned(),
        "--shutdown-timeout=1".to_owned(),
    ]
}

/// What Podman keeps outside of its folders is hidden from it, so that it leaves nothing behind.
const PODMAN: &str = r#"mount -t tmpfs tmpfs /run
mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni
cd "$1" && exec podman --root "$1/data" --runroot "$1/exec" --tmpdir "$1/tmp" \
    --storage-driver vfs system service --time 0 "unix://$2""#;

/// `runc` is what works with every kind of control groups; Docker brings it.
const CONTAINERS_CONF: &str = "[engine]
runtime = \"runc\"
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
";

fn podman(folder: &Path) -> Vec<String> {
    let settings = folder.join("containers.conf");
    // Without it Podman says itself what it lacks.
    let _ = std::fs::write(&settings, CONTAINERS_CONF);
    vec![
        "env".to_owned(),
        format!("CONTAINERS_CONF={}", settings.display()),
        "sh".to_owned(),
        "-euc".to_owned(),
        PODMAN.to_owned(),
        "sh".to_owned(),
        format!("{}", folder.display()),
        socket(folder),
    ]
}

/// The user is known on that machine alone.
const ROOTLESS: &str = r#"cd "$1" && mkdir home run
{ cat /etc/passwd; echo "rootless:x:$3:$3::$1/home:/bin/sh"; } >passwd
echo "rootless:200000:65536" >subids
mount --bind passwd /etc/passwd
mount --bind subids /etc/subuid
mount --bind subids /etc/subgid
chown -R "$3:$3" "$1" && chmod 755 "$1" && chmod 700 run
PATH=$PATH:/usr/share/docker.io/contrib
exec setpriv --reuid "$3" --regid "$3" --clear-groups \
    env HOME="$1/home" XDG_RUNTIME_DIR="$1/run" DOCKERD_ROOTLESS_ROOTLESSKIT_NET=slirp4netns \
    dockerd-rootless.sh --storage-driver vfs --log-level warn --host "unix://$2""#;

fn rootless(folder: &Path) -> Vec<String> {
    let (socket, folder) = (socket(folder), format!("{}", folder.display()));
    let user = ROOTLESS_USER.to_string();
    let words = ["sh", "-euc", ROOTLESS, "sh", &folder, &socket, &user];
    words.map(str::to_owned).into()
}

fn socket(folder: &Path) -> String {
    format!("{}", folder.join("docker.sock").display())
}
