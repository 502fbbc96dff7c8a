//! Parses IP addresses and host names.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The longest host name, and the longest part of one, in bytes.
const NAME_MAX_LEN: usize = 253;
const LABEL_MAX_LEN: usize = 63;

/// An IP address or a host name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// An address.
    Ip(IpAddr),
    /// A name that the gateway looks up.
    Name(String),
}

impl Host {
    /// The host as in a URL: IPv6 in brackets.
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
                return Err(format!("`{text}` is not an address to connect to"));
            }
            return Ok(Self::Ip(ip));
        }
        let name = text.trim_end_matches('.');
        if is_host_name(name) {
            Ok(Self::Name(name.to_owned()))
        } else {
            Err(format!("`{text}` is neither an IP address nor a host name"))
        }
    }
}

/// A name without a letter is a mistyped IPv4 address.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX_LEN).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= NAME_MAX_LEN
        && name.split('.').all(is_label)
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
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
