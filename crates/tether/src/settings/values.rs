//! The text of a setting in, its value or what is wrong with it out.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use tether_proto::Token;
use traefik_config::TraefikVersion;

/// The port unless told otherwise.
pub(super) const DEFAULT_PORT: u16 = 3000;

/// A time that may be without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// So long.
    For(Duration),
    /// Without end.
    Forever,
}

impl Wait {
    /// The time; none if it has no end.
    pub fn limit(self) -> Option<Duration> {
        match self {
            Self::For(time) => Some(time),
            Self::Forever => None,
        }
    }
}

/// A secret of the hub from where it is: the setting itself, or the file that it names.
pub(crate) fn secret(
    text: Option<&str>,
    file: Option<&Path>,
    name: &str,
) -> anyhow::Result<Option<Token>> {
    tether_runtime::process::secret(text, file, name, "a secret of your own")
}

/// A flag's variable takes 1, true, yes, on and their opposites.
pub(super) fn flag() -> fn(&str) -> Result<bool, String> {
    tether_runtime::process::yes_or_no
}

/// A port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let number = text.trim().parse();
    number.map_err(|_| "write a number from 1 to 65535, or 0 for any free port".to_owned())
}

/// An address of this machine.
pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    let address = text.trim().parse();
    address.map_err(|_| "write an IP address of this machine, such as 127.0.0.1".to_owned())
}

/// A number of bytes.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let number = text.trim().parse();
    number.map_err(|_| "write a number of bytes without a unit, such as 8388608".to_owned())
}

/// A time, or `forever`.
pub(super) fn wait(text: &str) -> Result<Wait, String> {
    if text == "forever" {
        return Ok(Wait::Forever);
    }
    humantime::parse_duration(text)
        .map(Wait::For)
        .map_err(|error| format!("{error}; write a time such as 24h, 0s, or forever"))
}

/// `NAME=PORT`.
pub(super) fn entry_point(text: &str) -> Result<(String, u16), String> {
    let (name, port) = text
        .split_once('=')
        .ok_or("write NAME=PORT, such as web=80")?;
    let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    Ok((name.to_owned(), port))
}

/// A version of Traefik whose language is known, or a newer one.
pub(super) fn traefik_version(text: &str) -> Result<TraefikVersion, String> {
    let version: TraefikVersion = text.parse()?;
    let oldest = TraefikVersion::OLDEST;
    if version < oldest {
        return Err(format!(
            "Traefik {version} is too old: {oldest} is the first one that understands the hub; \
             upgrade Traefik"
        ));
    }
    Ok(version)
}
