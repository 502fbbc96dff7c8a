//! Parses the values of single settings.

use std::convert::Infallible;
use std::net::IpAddr;

use ipnet::IpNet;
use tether_proto::NAME_LIMIT;

/// Removes repetitions and keeps the order.
pub(super) fn once<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in list {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// Parses a network; a single address is a network of one.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text
        .parse()
        .or_else(|_| text.parse().map(|ip: IpAddr| ip.into()));
    network
        .map(|network: IpNet| network.trunc())
        .map_err(|_| format!("`{text}` is no network: write it as 192.168.1.0/24 or fd00::/64"))
}

/// Any value turns TLS on: for Docker's own client `DOCKER_TLS_VERIFY=0` does, so it must here.
pub(super) fn any_value(_: &str) -> Result<bool, Infallible> {
    Ok(true)
}

/// Parses the name of an agent or an environment.
pub(super) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > NAME_LIMIT || text.chars().any(char::is_control) {
        return Err(format!(
            "write a name of 1 to {NAME_LIMIT} bytes on one line"
        ));
    }
    Ok(text.to_owned())
}
