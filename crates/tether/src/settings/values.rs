//! Parses the values of settings.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use traefik_config::TraefikVersion;

/// The beginning of variables that templates of the local file may read.
pub const TEMPLATE_VARIABLES: &str = "TETHER_VAR_";

/// The default of `--template-env`.
pub(super) const DEFAULT_TEMPLATE_ENV: &str = "TETHER_VAR_*";

/// The default port.
pub(super) const DEFAULT_PORT: u16 = 3000;

/// A duration that may be unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// This long.
    For(Duration),
    /// Without limit.
    Forever,
}

impl Wait {
    /// The duration, or none if it is unlimited.
    pub fn limit(self) -> Option<Duration> {
        match self {
            Self::For(time) => Some(time),
            Self::Forever => None,
        }
    }
}

/// Parses the variable of a flag: 1, true, yes, on and their opposites.
pub(super) fn flag() -> fn(&str) -> Result<bool, String> {
    tether_runtime::process::yes_or_no
}

/// Parses a port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let number = text.trim().parse();
    number.map_err(|_| "write a number from 1 to 65535, or 0 for any free port".to_owned())
}

/// Parses an address of this machine.
pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    let address = text.trim().parse();
    address.map_err(|_| "write an IP address of this machine, such as 127.0.0.1".to_owned())
}

/// Parses a number of bytes.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let number = text.trim().parse();
    number.map_err(|_| "write a number of bytes without a unit, such as 8388608".to_owned())
}

/// Parses a duration, or `forever`.
pub(super) fn wait(text: &str) -> Result<Wait, String> {
    if text == "forever" {
        return Ok(Wait::Forever);
    }
    humantime::parse_duration(text)
        .map(Wait::For)
        .map_err(|error| format!("{error}; write a time such as 24h, 0s, or forever"))
}

/// Parses `NAME=PORT`.
pub(super) fn entry_point(text: &str) -> Result<(String, u16), String> {
    let (name, port) = text
        .split_once('=')
        .ok_or("write NAME=PORT, such as web=80")?;
    let port = port
        .parse()
        .map_err(|_| format!("`{port}` is not a port"))?;
    Ok((name.to_owned(), port))
}

/// The version of Traefik that the configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionSetting {
    /// The oldest one of the gateways, or the newest known one as long as none is known.
    Auto,
    /// This one, which may be newer than the known ones.
    Is(TraefikVersion),
}

/// The text of [`VersionSetting::Auto`].
const AUTO: &str = "auto";

impl VersionSetting {
    /// The version to start with.
    pub fn or_newest(self) -> TraefikVersion {
        match self {
            Self::Auto => TraefikVersion::NEWEST,
            Self::Is(version) => version,
        }
    }
}

impl FromStr for VersionSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == AUTO {
            return Ok(Self::Auto);
        }
        traefik_version(text).map(Self::Is)
    }
}

impl fmt::Display for VersionSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str(AUTO),
            Self::Is(version) => version.fmt(f),
        }
    }
}

/// Parses a version of Traefik. Versions newer than the known ones are accepted.
pub(super) fn traefik_version(text: &str) -> Result<TraefikVersion, String> {
    let version: TraefikVersion = text.parse()?;
    let oldest = TraefikVersion::OLDEST;
    if version < oldest {
        return Err(format!(
            "Traefik {version} is too old: the hub needs {oldest} or newer; upgrade Traefik"
        ));
    }
    Ok(version)
}
