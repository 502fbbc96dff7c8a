//! Renders an engine's version and summary as the JSON of Docker's API.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::container::Status;
use crate::state::State;
use crate::time::rfc3339;

/// The newest supported API version, which `/_ping` and `/version` report.
pub(crate) const API_VERSION: &str = "1.47";
/// The oldest supported API version.
pub(crate) const MIN_API_VERSION: &str = "1.24";
/// The engine's version.
pub(crate) const VERSION: &str = "27.5.1";

const KERNEL_VERSION: &str = "6.1.0-docker-sim";
const BUILD_TIME: &str = "2025-01-22T13:41:31.000000000+00:00";

/// `GET /version`
pub(crate) fn version() -> Value {
    json!({
        "Platform": { "Name": "docker-sim" },
        "Components": [{
            "Name": "Engine",
            "Version": VERSION,
            "Details": {
                "ApiVersion": API_VERSION, "Arch": "amd64", "BuildTime": BUILD_TIME,
                "Experimental": "false", "GitCommit": "docker-sim", "GoVersion": "go1.22.11",
                "KernelVersion": KERNEL_VERSION, "MinAPIVersion": MIN_API_VERSION, "Os": "linux",
            },
        }],
        "Version": VERSION,
        "ApiVersion": API_VERSION,
        "MinAPIVersion": MIN_API_VERSION,
        "GitCommit": "docker-sim",
        "GoVersion": "go1.22.11",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": KERNEL_VERSION,
        "BuildTime": BUILD_TIME,
    })
}

/// `GET /info`
pub(crate) fn info(state: &State, streams: usize) -> Value {
    let count = |status| {
        state
            .containers
            .values()
            .filter(|c| c.status == status)
            .count()
    };
    let (running, paused) = (count(Status::Running), count(Status::Paused));
    let all = state.containers.len();
    json!({
        "ID": state.id,
        "Name": state.name,
        "Containers": all,
        "ContainersRunning": running,
        "ContainersPaused": paused,
        "ContainersStopped": all - running - paused,
        "Images": 1,
        "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "extfs"]],
        "Plugins": {
            "Volume": ["local"], "Network": ["bridge", "host", "null"],
            "Authorization": null, "Log": ["json-file"],
        },
        "MemoryLimit": true, "SwapLimit": true, "CpuCfsPeriod": true, "CpuCfsQuota": true,
        "CPUShares": true, "CPUSet": true, "PidsLimit": true, "OomKillDisable": false,
        "IPv4Forwarding": true, "BridgeNfIptables": true, "BridgeNfIp6tables": true,
        "Debug": false, "NFd": 32, "NGoroutines": 48,
        "NEventsListener": streams,
        "SystemTime": rfc3339(SystemTime::now()),
        "LoggingDriver": "json-file", "CgroupDriver": "systemd", "CgroupVersion": "2",
        "KernelVersion": KERNEL_VERSION,
        "OperatingSystem": "docker-sim", "OSVersion": "12", "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": { "InsecureRegistryCIDRs": ["127.0.0.0/8"], "IndexConfigs": {}, "Mirrors": [] },
        "NCPU": 2, "MemTotal": 8_u64 << 30,
        "GenericResources": null,
        "DockerRootDir": "/var/lib/docker",
        "HttpProxy": "", "HttpsProxy": "", "NoProxy": "",
        "Labels": [],
        "ExperimentalBuild": false,
        "ServerVersion": VERSION,
        "Runtimes": { "runc": { "path": "runc" } }, "DefaultRuntime": "runc",
        "Swarm": {
            "NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
            "ControlAvailable": false, "Error": "", "RemoteManagers": null,
        },
        "LiveRestoreEnabled": true,
        "Isolation": "", "InitBinary": "docker-init",
        "ContainerdCommit": { "ID": "" }, "RuncCommit": { "ID": "" }, "InitCommit": { "ID": "" },
        "SecurityOptions": ["name=seccomp,profile=builtin"],
        "Warnings": null,
    })
}
