//! Lists the hub's settings for `tether settings`.

use std::time::Duration;

use clap::{ArgMatches, Args, Command};
use tether_runtime::settings_report::{self, Formats, Report, Source};
use tetherd::settings::report_inside;

use super::hub::{DEFAULT_LOCAL_FILE, Engines, Settings};
use super::traefik_api::TraefikApiText;
use super::values::{VersionSetting, Wait};

/// The effect of settings that are not set, where it is not obvious.
const WHEN_UNSET: [(&str, &str); 9] = [
    ("--agent-token", "agents need --token"),
    ("--read-token", "Traefik needs --token"),
    ("--web-token", "the dashboard needs --token"),
    ("--address", "every address of this host"),
    ("--docker", "this host's own containers are not routed"),
    ("--precedence", "the order of the agents' names"),
    ("--allow-internal", "no agent but that of --docker"),
    (
        "--default-entrypoints",
        "as Traefik says (--traefik-api), else every entry point",
    ),
    (
        "--entry-points",
        "as Traefik says (--traefik-api), else web=80,websecure=443",
    ),
];

/// Lists all settings of the hub, and those of the agent inside it if there is one. Errors in the
/// latter are reported by [`Settings::agent`].
pub fn report(settings: &Settings, matches: &ArgMatches) -> Report {
    let command = Settings::augment_args(Command::new("tether"));
    let formats = Formats::new()
        .text::<VersionSetting>()
        .text::<TraefikApiText>()
        .with(|time: &Duration| duration(*time).into())
        .with(|wait: &Wait| match wait {
            Wait::For(time) => duration(*time).into(),
            Wait::Forever => "forever".into(),
        })
        .with(|(name, port): &(String, u16)| format!("{name}={port}").into());
    let mut report = settings_report::read("tether", &command, matches, &formats);
    for (flag, what) in WHEN_UNSET {
        report.when_unset(flag, what);
    }
    report.when_unset("--config", &format!("{DEFAULT_LOCAL_FILE}, if it exists"));
    if settings.no_auth {
        for flag in ["--token", "--agent-token", "--read-token", "--web-token"] {
            report.when_unset(flag, "--no-auth");
        }
    }
    report_engines(&mut report, settings);
    report
}

/// Adds the engines and the settings of the agent inside the hub.
fn report_engines(report: &mut Report, settings: &Settings) {
    let engines = settings.engines();
    let Some(setting) = report.setting("--docker") else {
        return;
    };
    let named = match &engines {
        Engines::None if setting.source == Source::Unset => return,
        Engines::None => {
            setting.value = false.into();
            return;
        }
        Engines::Usual => None,
        Engines::Named(engines) => Some(engines.as_str()),
    };
    let Ok(mut agent) = report_inside(named, &setting.source) else {
        return;
    };
    if let Some(engines) = agent.setting("--docker-host") {
        setting.value = engines.value.clone();
    }
    report.agent = Some(Box::new(agent));
}

/// Formats a duration as the settings take it, in hours where that is exact.
fn duration(time: Duration) -> String {
    const HOUR: u64 = 60 * 60;
    let seconds = time.as_secs();
    if seconds >= HOUR && time == Duration::from_secs(seconds / HOUR * HOUR) {
        format!("{}h", seconds / HOUR)
    } else {
        humantime::format_duration(time).to_string()
    }
}
