//! The text of an address or a host name in, a [`Host`] out, and back again.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An IP address or a host name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// An address.
    Ip(IpAddr),
    /// A name that the gateway can look up.
    Name(String),
}

impl Host {
    /// The host as it stands in a URL: IPv6 in brackets.
    pub fn in_url(&self) -> String {
        match self {
            Self::Ip(IpAddr::V6(ip)) => format!("[{ip}]"),
            Self::Ip(ip) => ip.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            if ip.is_unspecified() {
                return Err(format!(
                    "`{text}` is no address that anybody can connect to"
                ));
            }
            return Ok(Self::Ip(ip));
        }
        let good = |part: &str| {
            (1..=63).contains(&part.len())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        // A name of digits alone is a mistyped IPv4 address.
        let named = text.len() <= 253
            && text.trim_end_matches('.').split('.').all(good)
            && text.bytes().any(|b| b.is_ascii_alphabetic());
        if named {
            Ok(Self::Name(text.trim_end_matches('.').to_owned()))
        } else {
            Err(format!("`{text}` is neither an IP address nor a host name"))
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests;
