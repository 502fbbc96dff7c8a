//! The commands that start an engine's daemon on a machine.

use std::path::Path;

use super::binaries::root;

/// The user whose daemon runs without root's rights. No user of this machine has the id.
const ROOTLESS_USER: u32 = 19_999;

/// Hides what Podman keeps outside of its folders, so that nothing is left behind.
const PODMAN: &str = r#"mount -t tmpfs tmpfs /run
mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni
cd "$1" && exec podman --root "$1/data" --runroot "$1/exec" --tmpdir "$1/tmp" \
    --storage-driver vfs system service --time 0 "unix://$2""#;

/// `runc` works with every kind of control groups, and comes with Docker.
const CONTAINERS_CONF: &str = "[engine]
runtime = \"runc\"
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
";

/// The socket of the daemon in this folder.
pub(super) fn socket(folder: &Path) -> String {
    format!("{}", folder.join("docker.sock").display())
}

/// Docker's daemon.
pub(super) fn dockerd(folder: &Path) -> Vec<String> {
    let at = |name: &str| format!("{}", folder.join(name).display());
    // The settings of the machine's own daemon do not apply; dockerd itself reports a missing file.
    let _ = std::fs::write(at("daemon.json"), "{}");
    vec![
        "env".to_owned(),
        // A swarm asks for an image that no registry has.
        "DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1".to_owned(),
        "dockerd".to_owned(),
        format!("--host=unix://{}", socket(folder)),
        format!("--data-root={}", at("data")),
        format!("--exec-root={}", at("exec")),
        format!("--pidfile={}", at("dockerd.pid")),
        format!("--config-file={}", at("daemon.json")),
        "--log-level=warn".to_owned(),
        "--shutdown-timeout=1".to_owned(),
    ]
}

/// Podman's API.
pub(super) fn podman(folder: &Path) -> Vec<String> {
    let settings = folder.join("containers.conf");
    // Podman itself reports a missing file.
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

/// Docker's daemon without root's rights.
pub(super) fn rootless_dockerd(folder: &Path) -> Vec<String> {
    let host = format!("unix://{}", socket(folder));
    let daemon = ["dockerd-rootless.sh", "--storage-driver", "vfs"];
    let flags = ["--log-level", "warn", "--host", &host];
    let network = ["DOCKERD_ROOTLESS_ROOTLESSKIT_NET=slirp4netns"];
    rootless(folder, &[&network[..], &daemon, &flags].concat())
}

/// A command without root's rights, with this folder as its own.
pub(super) fn rootless(folder: &Path, command: &[&str]) -> Vec<String> {
    let script = root().join("tests/harness/rootless.sh");
    let (script, folder) = (script.display(), folder.display());
    let setup = [
        "sh".to_owned(),
        format!("{script}"),
        format!("{folder}"),
        ROOTLESS_USER.to_string(),
    ];
    let command = command.iter().map(|&word| word.to_owned());
    setup.into_iter().chain(command).collect()
}
