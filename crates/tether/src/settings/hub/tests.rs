use clap::Parser;

use super::*;
use crate::settings::cli::Cli;

#[test]
fn the_defaults_are_those_of_the_command_line() {
    let cli = Cli::try_parse_from(["tether"]).unwrap();
    assert_eq!(
        format!("{:?}", cli.settings),
        format!("{:?}", Settings::default())
    );
}

#[test]
fn what_is_wrong_is_said_with_what_to_write() {
    let error = |arguments: &[&str]| {
        let all = [&["tether"], arguments].concat();
        Cli::try_parse_from(all).unwrap_err().to_string()
    };
    assert!(error(&["--port", "99999"]).contains("1 to 65535"));
    assert!(error(&["healthcheck", "--port", "x"]).contains("1 to 65535"));
    assert!(error(&["--address", "localhost"]).contains("such as 127.0.0.1"));
    assert!(error(&["--frame-limit", "8MB"]).contains("without a unit"));
    assert!(error(&["--lease", "soon"]).contains("24h"));
}

#[test]
fn times_may_be_without_end() {
    assert_eq!(wait("forever"), Ok(Wait::Forever));
    assert_eq!(wait("0"), Ok(Wait::For(Duration::ZERO)));
    assert!(wait("soon").unwrap_err().contains("24h"));
}

#[test]
fn a_traefik_that_is_too_old_is_refused() {
    let traefik_version = |text: &str| text.parse::<VersionSetting>();
    let version = "3.3".parse().unwrap();
    assert_eq!(traefik_version("v3.3.6"), Ok(VersionSetting::Is(version)));
    assert_eq!(traefik_version("auto"), Ok(VersionSetting::Auto));
    // A hub may be older than its Traefik.
    assert!(traefik_version("3.99").is_ok());
    for text in ["2.11", "v2.11.0", "1.7"] {
        let error = traefik_version(text).unwrap_err();
        assert!(error.contains("3.0"), "{error}");
    }
    assert!(traefik_version("latest").unwrap_err().contains("3.3"));
}
