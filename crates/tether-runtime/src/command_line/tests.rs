//! Errors about arguments, and the passwords in them.

use clap::Arg;

use super::*;

/// The error about this value of `--server`, whose parser repeats what it rejects.
fn error(value: &str) -> String {
    let parser = |text: &str| Err::<String, String>(format!("`{text}` is not an address"));
    let command = Command::new("x").arg(Arg::new("server").long("server").value_parser(parser));
    let error = command.try_get_matches_from(["x", "--server", value]);
    error_text(&error.unwrap_err())
}

#[test]
fn passwords_are_not_repeated() {
    for address in [
        "http://me:secret@hub",
        "me:secret@hub",
        "http://me:se@secret@hub:1",
    ] {
        let text = error(address);
        assert!(
            text.contains("***@hub") && text.contains("--server"),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn other_values_are_repeated() {
    assert!(error("secure@file").contains("'secure@file'"));
    assert!(error("http://hub/a@b").contains("http://hub/a@b"));
}
