use clap::Parser;
use tether_runtime::secret::Secret;

use super::*;
use crate::settings::cli::Cli;

#[test]
fn each_secret_opens_its_own_door_and_the_one_for_all_opens_every_door() {
    let tokens = Tokens {
        all: Token::new("all"),
        agent: Token::new("agent"),
        read: Token::new("read"),
        web: Token::new("web"),
        open: false,
    };
    let doors = [
        (Permission::Agent, "agent"),
        (Permission::Read, "read"),
        (Permission::Web, "web"),
    ];
    for (permission, own) in doors {
        for (_, secret) in doors {
            assert_eq!(
                tokens.allow(permission, Some(secret)),
                secret == own,
                "{permission:?} {secret}"
            );
        }
        assert!(tokens.allow(permission, Some("all")));
        assert!(!tokens.allow(permission, Some("")));
        assert!(!tokens.allow(permission, None));
    }
}

#[test]
fn a_door_without_a_secret_of_its_own_stays_shut() {
    let tokens = Tokens {
        agent: Token::new("agent"),
        ..Tokens::default()
    };
    assert!(!tokens.allow(Permission::Read, Some("agent")));
    assert!(!tokens.allow(Permission::Read, None));
}

#[test]
fn a_hub_without_a_token_says_what_to_set() {
    let error = Tokens::of(&Settings::default()).unwrap_err().to_string();
    assert!(
        error.contains("TETHER_TOKEN") && error.contains("--no-auth"),
        "{error}"
    );
}

#[test]
fn a_secret_comes_from_one_place() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from-file\n").unwrap();
    let settings = Settings {
        token: Secret::file(file.path()),
        ..Settings::default()
    };
    let tokens = Tokens::of(&settings).unwrap();
    assert!(tokens.all.unwrap().matches("from-file"));
    let arguments = ["tether", "--token", "twice", "--token-file", "/run/token"];
    let cli = Cli::try_parse_from(arguments).unwrap();
    let error = Tokens::of(&cli.settings).unwrap_err().to_string();
    assert!(error.contains("remove one"), "{error}");
}
