//! Names of variables and the lines about them.

use clap::Arg;

use super::*;

#[test]
fn a_wrong_name_is_answered_with_the_right_one() {
    let argument = |name: &'static str| Arg::new(name).env(name);
    let command = Command::new("tetherd")
        .arg(argument("TETHERD_TOKEN"))
        .subcommand(Command::new("run").arg(argument("TETHERD_NAME")));
    let names = [
        "TETHERD_TOKN",
        "TETHERD_SECRET",
        "TETHERD_TOKEN",
        "TETHERD_NAME",
        "PATH",
        "TETHER_PORT",
    ];
    let lines = unknown(&command, "TETHERD_", names.map(OsString::from));
    assert_eq!(
        lines,
        [
            "TETHERD_SECRET is not a setting and is ignored: --help lists all settings",
            "TETHERD_TOKN is not a setting and is ignored: did you mean TETHERD_TOKEN?",
        ]
    );
}
