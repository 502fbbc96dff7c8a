//! A report of a small made-up command.

use clap::{Arg, ArgAction, Command, value_parser};
use serde_json::json;

use super::*;

/// A type that no format knows.
#[derive(Debug, Clone)]
struct Unknown;

fn command() -> Command {
    let secret = Arg::new("key")
        .long("key")
        .env("X_KEY")
        .hide_env_values(true);
    Command::new("x").args([
        secret.help_heading("Access"),
        Arg::new("key_file").long("key-file").help_heading("Access"),
        Arg::new("port")
            .long("port")
            .env("X_PORT")
            .default_value("80")
            .value_parser(value_parser!(u16)),
        Arg::new("url").long("url").value_delimiter(','),
        Arg::new("fast").long("fast").action(ArgAction::SetTrue),
        Arg::new("odd")
            .long("odd")
            .value_parser(|_: &str| Ok::<_, String>(Unknown)),
    ])
}

fn report(arguments: &[&str]) -> Report {
    let arguments = [&["x"], arguments].concat();
    let matches = command().try_get_matches_from(arguments).unwrap();
    read("x", &command(), &matches, &Formats::new())
}

#[test]
fn each_value_has_its_type_and_its_source() {
    let flag = |name: &str| Source::Flag(name.to_owned());
    let mut report = report(&["--url", "http://a:b@c,d", "--odd", "raw"]);
    let mut found = |flag_name| {
        let setting = report.setting(flag_name).unwrap();
        (setting.value.clone(), setting.source.clone())
    };
    assert_eq!(found("--port"), (json!(80), Source::Default));
    assert_eq!(found("--fast"), (json!(false), Source::Default));
    assert_eq!(
        found("--url"),
        (json!(["http://***@c", "d"]), flag("--url"))
    );
    assert_eq!(found("--odd"), (json!("raw"), flag("--odd")));
    assert_eq!(found("--key"), (json!(null), Source::Unset));
}

#[test]
fn a_secret_is_not_shown() {
    let given = report(&["--key", "hunter2"]);
    assert!(!format!("{given:?}").contains("hunter2"));
    assert_eq!(given.settings[0].value, json!("set"));
    let in_a_file = report(&["--key-file", "/run/key"]);
    let [key, file, ..] = in_a_file.settings.as_slice() else {
        panic!("{in_a_file:?}");
    };
    assert_eq!(key.value, json!("set"));
    assert_eq!(key.source, Source::File("/run/key".to_owned()));
    assert_eq!(file.value, json!("/run/key"));
}

#[test]
fn the_table_has_a_heading_for_each_group() {
    let mut report = report(&["--key-file", "/run/\u{1b}[2J", "--fast"]);
    report.when_unset("--url", "no page");
    report.when_unset("--port", "never shown: it has a default");
    let expected = "\
Access
  --key       set        file /run/ [2J
  --key-file  /run/ [2J  --key-file

Options
  --port      80         default
  --url       not set: no page
  --fast      true       --fast
  --odd       not set
";
    assert_eq!(text(&report), expected);
}
