//! Checks the arguments of matchers in Traefik 3's syntax.

use go_compat::excerpt::as_written;
use go_compat::regex;

use super::super::ast::Matcher;
use super::super::error::MatcherError;
use super::arguments::{address, ascii, protocol, server_name};
use super::hints;
use super::names::counts;

/// Checks that Traefik 3 accepts this matcher's arguments.
pub(super) fn check(matcher: &Matcher) -> Result<(), MatcherError> {
    let Matcher { name, args } = matcher;
    let (least, most) = counts(name);
    if args.len() < least || args.len() > most {
        let takes = match (least, most) {
            (1, 1) => "one value",
            (2, 2) => "a name and a value",
            _ => "a name and an optional value",
        };
        let found = args.len();
        let message = format!("`{name}` takes {takes}, but the number of values is {found}");
        let error = MatcherError::new((found > most).then_some(most), message);
        return Err(error.hint(hints::several(matcher)));
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
            let message = format!(
                "the path `{}` does not begin with `/`",
                as_written(&args[0])
            );
            Err(MatcherError::new(Some(0), message))
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

fn expression(name: &str, args: &[String], arg: usize) -> Result<(), MatcherError> {
    regex::check(&args[arg]).map_err(|why| {
        let message = format!(
            "`{}` is not a valid regular expression of Go: {why}",
            as_written(&args[arg])
        );
        let error = MatcherError::new(Some(arg), message);
        error.hint(hints::template(name, &args[arg]))
    })
}
