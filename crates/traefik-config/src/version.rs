//! Reads the minor version of Traefik from a text such as `v3.3.6`.

use std::fmt;
use std::str::FromStr;

/// A minor version of Traefik. All of its patch releases have the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraefikVersion {
    major: u16,
    minor: u16,
}

impl TraefikVersion {
    /// The oldest known version.
    pub const OLDEST: Self = Self { major: 3, minor: 0 };

    /// The newest known version.
    pub const NEWEST: Self = Self { major: 3, minor: 7 };

    /// The first version in which a star in ``Host(`*.example.com`)`` stands for a label. Older ones
    /// accept it for HTTP, and it matches nothing.
    pub const WILDCARD_HOSTS: Self = Self { major: 3, minor: 7 };

    /// All known versions, the oldest first.
    pub fn known() -> impl Iterator<Item = Self> {
        let Self { major, minor } = Self::NEWEST;
        (Self::OLDEST.minor..=minor).map(move |minor| Self { major, minor })
    }

    /// The nearest known version: itself, or else the oldest or the newest.
    #[must_use]
    pub fn nearest_known(self) -> Self {
        self.clamp(Self::OLDEST, Self::NEWEST)
    }
}

impl Default for TraefikVersion {
    /// The newest one.
    fn default() -> Self {
        Self::NEWEST
    }
}

impl FromStr for TraefikVersion {
    type Err = String;

    /// Reads `3.3`, `v3.3`, `3.3.6` and `v3.3.6`. The error says how to write it.
    fn from_str(text: &str) -> Result<Self, String> {
        read(text).ok_or_else(|| {
            format!("`{text}` is not a version of Traefik: write it as 3.3 or v3.3.6")
        })
    }
}

impl fmt::Display for TraefikVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

fn read(text: &str) -> Option<TraefikVersion> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let numbers: Option<Vec<u16>> = text.split('.').map(number).collect();
    match numbers?[..] {
        [major, minor] | [major, minor, _] => Some(TraefikVersion { major, minor }),
        _ => None,
    }
}

/// Accepts digits only. Rust would also accept a sign.
fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
