//! One matcher of a rule in, whether Traefik takes its arguments out.

use std::net::IpAddr;

use super::error::shown;
use super::lexer::Kind;
use super::parser::Vocabulary;
use super::{Matcher, Syntax, hints, regex, v2};
use crate::Section;

/// Why Traefik does not take a matcher.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The argument that is at fault, from 0; the matcher itself if there is none.
    pub(crate) arg: Option<usize>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// The matchers of a router.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matchers(pub(super) Section, pub(super) Syntax);

impl Vocabulary for Matchers {
    const EXAMPLE: &'static str = "Host(`example.com`)";

    fn named(self, written: &str) -> Option<&'static str> {
        named(self.0, self.1, written)
    }

    fn hint(self, written: &str, next: &Kind<'_>) -> Option<String> {
        hints::name(self.0, self.1, written, next)
    }

    fn colon(self) -> Option<&'static str> {
        Some(hints::V1)
    }

    fn check(self, matcher: &Matcher) -> Result<(), Refusal> {
        check(self.0, self.1, matcher)
    }
}

/// The names of all matchers.
pub(super) fn names(section: Section, syntax: Syntax) -> &'static [&'static str] {
    match (section, syntax) {
        (Section::Http, Syntax::V3) => &[
            "ClientIP",
            "Header",
            "HeaderRegexp",
            "Host",
            "HostRegexp",
            "Method",
            "Path",
            "PathPrefix",
            "PathRegexp",
            "Query",
            "QueryRegexp",
        ],
        (Section::Http, Syntax::V2) => v2::HTTP,
        // TCP has the same in both.
        (Section::Tcp, _) => &["ALPN", "ClientIP", "HostSNI", "HostSNIRegexp"],
        (Section::Udp | Section::Tls, _) => &[],
    }
}

/// The matcher that Traefik knows by this name: its own spelling, or all small, all large, or
/// only the first letter large.
fn named(section: Section, syntax: Syntax, written: &str) -> Option<&'static str> {
    let names = names(section, syntax).iter().copied();
    let mut alike = names.filter(|name| name.eq_ignore_ascii_case(written));
    alike.find(|name| {
        let rest = written.get(1..).unwrap_or_default();
        let is_title = written.starts_with(|c: char| c.is_ascii_uppercase())
            && !rest.contains(|c: char| c.is_ascii_uppercase());
        written == *name
            || !written.contains(|c: char| c.is_ascii_uppercase())
            || !written.contains(|c: char| c.is_ascii_lowercase())
            || is_title
    })
}

/// Whether Traefik takes these arguments.
fn check(section: Section, syntax: Syntax, matcher: &Matcher) -> Result<(), Refusal> {
    let Matcher { name, args } = matcher;
    if args.is_empty() {
        return Err(refusal(None, format!("`{name}` has no value")));
    }
    if let Some(arg) = args.iter().position(String::is_empty) {
        return Err(refusal(Some(arg), format!("a value of `{name}` is empty")));
    }
    match (section, syntax) {
        (Section::Http, Syntax::V2) => v2::check_http(name, args),
        (Section::Tcp, Syntax::V2) => v2::check_tcp(name, args),
        _ => check_v3(matcher),
    }
}

pub(super) fn refusal(arg: Option<usize>, message: impl Into<String>) -> Refusal {
    Refusal {
        arg,
        message: message.into(),
        hint: None,
    }
}

impl Refusal {
    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

fn check_v3(matcher: &Matcher) -> Result<(), Refusal> {
    let Matcher { name, args } = matcher;
    let (least, most) = counts(name);
    if args.len() < least || args.len() > most {
        let takes = match (least, most) {
            (1, 1) => "one value",
            (2, 2) => "a name and a value",
            _ => "a name and perhaps a value",
        };
        let found = args.len();
        let message = format!("`{name}` takes {takes}, and it has {found}");
        let too_many = refusal((found > most).then_some(most), message);
        return Err(match hints::several(matcher) {
            Some(hint) => too_many.hint(hint),
            None => too_many,
        });
    }
    match *name {
        "Host" if args[0] == "*" => Ok(()),
        "Host" => ascii(name, 0, &args[0]),
        "HostRegexp" | "HostSNIRegexp" => {
            ascii(name, 0, &args[0])?;
            expression(name, args, 0)
        }
        "PathRegexp" => expression(name, args, 0),
        "HeaderRegexp" => expression(name, args, 1),
        "QueryRegexp" if args.len() == 2 => expression(name, args, 1),
        "Path" | "PathPrefix" if !args[0].starts_with('/') => {
            let message = format!("the path `{}` does not begin with `/`", shown(&args[0]));
            Err(refusal(Some(0), message))
        }
        "ClientIP" => address(0, &args[0]),
        "ALPN" => protocol(0, &args[0]),
        "HostSNI" if args[0] == "*" => Ok(()),
        "HostSNI" => {
            let value = &args[0];
            server_name(0, value, value.strip_prefix("*.").unwrap_or(value))
        }
        _ => Ok(()),
    }
}

/// The least and the largest number of values.
fn counts(name: &str) -> (usize, usize) {
    match name {
        "Header" | "HeaderRegexp" => (2, 2),
        "Query" | "QueryRegexp" => (1, 2),
        _ => (1, 1),
    }
}

/// Whether it takes exactly one value.
pub(super) fn takes_one(name: &str) -> bool {
    counts(name) == (1, 1)
}

pub(super) fn ascii(name: &str, arg: usize, value: &str) -> Result<(), Refusal> {
    if value.is_ascii() {
        return Ok(());
    }
    let message = format!("`{}` has letters that `{name}` does not take", shown(value));
    Err(refusal(Some(arg), message).hint("write the name in its ASCII form, which begins `xn--`"))
}

fn expression(name: &str, args: &[String], arg: usize) -> Result<(), Refusal> {
    regex::check(&args[arg]).map_err(|why| {
        let message = format!(
            "`{}` is no regular expression of Go: {why}",
            shown(&args[arg])
        );
        let bad = refusal(Some(arg), message);
        match hints::template(name, &args[arg]) {
            Some(hint) => bad.hint(hint),
            None => bad,
        }
    })
}

/// An address or a network, as Go reads them.
pub(super) fn address(arg: usize, value: &str) -> Result<(), Refusal> {
    let network = || {
        let (address, bits) = value.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        // Leading zeros count nothing, and a sign is no digit.
        let digits = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.trim_start_matches('0');
        let bits: u32 = if bits.is_empty() {
            0
        } else {
            bits.parse().ok()?
        };
        (digits && bits <= most).then_some(())
    };
    if value.parse::<IpAddr>().is_ok() || network().is_some() {
        return Ok(());
    }
    let message = format!(
        "`{}` is no IP address and no network such as 10.0.0.0/8",
        shown(value)
    );
    Err(refusal(Some(arg), message))
}

/// The protocol that Traefik keeps for certificates is the one that it refuses.
pub(super) fn protocol(arg: usize, value: &str) -> Result<(), Refusal> {
    if value != "acme-tls/1" {
        return Ok(());
    }
    let message = "Traefik keeps the protocol `acme-tls/1` to itself";
    Err(refusal(Some(arg), message))
}

/// Whether `name`, which is `value` or a part of it, is a host name or an IP address, for all that
/// Traefik looks at.
pub(super) fn server_name(arg: usize, value: &str, name: &str) -> Result<(), Refusal> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte);
    if !name.is_empty() && name.bytes().all(fits) {
        return Ok(());
    }
    let bad = refusal(Some(arg), format!("`{}` is no host name", shown(value)));
    Err(if value.is_ascii() {
        bad
    } else {
        bad.hint("write the name in its ASCII form, which begins `xn--`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_four_spellings() {
        let named = |written| named(Section::Http, Syntax::V3, written);
        for good in ["HostRegexp", "hostregexp", "HOSTREGEXP", "Hostregexp"] {
            assert_eq!(named(good), Some("HostRegexp"), "{good}");
        }
        for bad in ["hostRegexp", "HostRegExp", "HOSTregexp", "Hosts", "", "h"] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_are_read_as_by_go() {
        for good in [
            "10.0.0.1",
            "10.0.0.0/8",
            "10.1.2.3/08",
            "0.0.0.0/0",
            "::1",
            "::ffff:10.0.0.1/128",
            "1:2:3:4:5:6:7::",
            "fe80::/00000000010",
        ] {
            assert!(address(0, good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "10",
            "10.0.0.256",
            "010.0.0.1",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "/8",
            "fe80::1%eth0",
            "::/129",
            "localhost",
            " 10.0.0.1",
            "[::1]",
            "1:2:3:4:5:6:7:8::",
        ] {
            assert!(address(0, bad).is_err(), "{bad}");
        }
    }
}
