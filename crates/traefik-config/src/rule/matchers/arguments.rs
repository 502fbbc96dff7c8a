//! Checks values of matchers in both syntaxes: addresses, host names, protocols.

use std::net::IpAddr;

use go_compat::excerpt::as_written;
use go_compat::number;
use ipnet::IpNet;

use super::super::error::MatcherError;

const PUNYCODE: &str = "write the name in its ASCII form, which begins with `xn--`";

pub(super) fn ascii(name: &str, arg: usize, value: &str) -> Result<(), MatcherError> {
    if value.is_ascii() {
        return Ok(());
    }
    let message = format!(
        "`{}` has characters that `{name}` does not accept",
        as_written(value)
    );
    Err(MatcherError::new(Some(arg), message).hint(Some(PUNYCODE)))
}

/// True for an address or a network, as Go reads them.
pub(crate) fn is_address_or_network(value: &str) -> bool {
    let network = || {
        let (address, bits) = value.split_once('/')?;
        let bits = number::parse_uint(bits, 8)?;
        IpNet::new(address.parse().ok()?, u8::try_from(bits).ok()?).ok()
    };
    value.parse::<IpAddr>().is_ok() || network().is_some()
}

pub(super) fn address(arg: usize, value: &str) -> Result<(), MatcherError> {
    if is_address_or_network(value) {
        return Ok(());
    }
    let message = format!(
        "`{}` is neither an IP address nor a network such as 10.0.0.0/8",
        as_written(value)
    );
    Err(MatcherError::new(Some(arg), message))
}

/// Traefik rejects the one protocol that it needs for certificates.
pub(super) fn protocol(arg: usize, value: &str) -> Result<(), MatcherError> {
    if value != "acme-tls/1" {
        return Ok(());
    }
    let message = "Traefik reserves the protocol `acme-tls/1` for itself";
    Err(MatcherError::new(Some(arg), message))
}

/// Checks that `name`, which is `value` or a part of it, is a host name or an IP address. It is as
/// lenient as Traefik.
pub(super) fn server_name(arg: usize, value: &str, name: &str) -> Result<(), MatcherError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte);
    if !name.is_empty() && name.bytes().all(fits) {
        return Ok(());
    }
    let message = format!("`{}` is not a host name", as_written(value));
    Err(MatcherError::new(Some(arg), message).hint((!value.is_ascii()).then_some(PUNYCODE)))
}

#[cfg(test)]
mod tests;
