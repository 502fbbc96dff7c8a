//! Lists the agent's settings for `tetherd settings`, and for `tether settings` with `--docker`.

use clap::{ArgMatches, Args, Command};
use ipnet::IpNet;
use tether_runtime::server_url::ServerUrl;
use tether_runtime::settings_report::{self, Formats, Report, Source};
use traefik_config::{Constraints, DefaultRule};

use super::arguments::{Cli, Identity, Settings};
use crate::docker::{Certificates, EngineLocation};
use crate::host::Host;

/// The effect of settings that are not set, where it is not obvious.
const WHEN_UNSET: [(&str, &str); 8] = [
    ("--token", "none is sent"),
    ("--ca-file", "only public authorities are trusted"),
    ("--name", "the host name that the engine reports"),
    (
        "--host-ip",
        "detected from the interface, the network or the route to the hub",
    ),
    ("--docker-tls-verify", "tcp:// is not encrypted"),
    (
        "--docker-cert-path",
        "~/.docker, used only if an engine needs TLS",
    ),
    (
        "--routable-network",
        "containers are reached at their published ports",
    ),
    ("--constraints", "all containers are read"),
];

/// Settings that an agent inside the hub does not use.
const UNUSED_INSIDE: [&str; 6] = [
    "--server",
    "--token",
    "--token-file",
    "--ca-file",
    "--drain-on-stop",
    "--debug",
];

/// Lists all settings of the agent.
pub fn report(cli: &Cli, matches: &ArgMatches) -> Report {
    let command = Settings::augment_args(Identity::augment_args(Command::new("tetherd")));
    let formats = Formats::new()
        .text::<ServerUrl>()
        .text::<EngineLocation>()
        .text::<Host>()
        .text::<IpNet>()
        .text::<DefaultRule>()
        .text::<Constraints>();
    let mut report = settings_report::read("tetherd", &command, matches, &formats);
    for (flag, what) in WHEN_UNSET {
        report.when_unset(flag, what);
    }
    let engines = cli.identity.engines();
    if let Some(setting) = report.setting("--docker-host") {
        setting.value = engines.iter().map(EngineLocation::in_force).collect();
    }
    if engines.iter().any(EngineLocation::uses_tls) {
        let certificates = Certificates::new(None);
        let folder = certificates.folder().display();
        report.when_unset(
            "--docker-cert-path",
            &format!("{folder}, as for Docker's client"),
        );
    }
    if cli.identity.docker_cert_path.is_some() {
        report.when_unset("--docker-tls-verify", "DOCKER_CERT_PATH turns TLS on");
    }
    report
}

/// Lists the settings of an agent inside the hub. `by` is the source of `engines`.
///
/// # Errors
/// If a variable or an engine is invalid; the text says which.
pub fn report_inside(engines: Option<&str>, by: &Source) -> anyhow::Result<Report> {
    let (cli, matches) = Cli::inside(engines)?;
    let mut report = report(&cli, &matches);
    let unused = |flag: &str| UNUSED_INSIDE.contains(&flag);
    report.settings.retain(|setting| !unused(&setting.flag));
    for setting in &mut report.settings {
        // A flag here can only be the one that the hub's own setting became.
        if matches!(setting.source, Source::Flag(_)) {
            setting.source = by.clone();
        }
    }
    Ok(report)
}
