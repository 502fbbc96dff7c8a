use super::*;

fn warnings(name: &str) -> Vec<String> {
    unknown_settings([OsString::from(name)].into_iter())
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn a_slip_is_named_with_what_was_meant() {
    assert_eq!(
        warnings("TETHER_TOKN"),
        ["TETHER_TOKN is not a setting and is ignored: did you mean TETHER_TOKEN?"]
    );
    assert!(warnings("TETHER_SECRET")[0].contains("TETHER_TOKEN?"));
    assert!(warnings("TETHER_XYZZY")[0].contains("--help"));
}

#[test]
fn the_agents_and_other_programs_settings_are_not_ours() {
    for name in ["TETHERD_TOKEN", "HOME", "TETHER_TOKEN"] {
        assert!(warnings(name).is_empty(), "{name}");
    }
}

#[cfg(feature = "demo")]
#[test]
fn the_demos_settings_are_known() {
    assert!(warnings("TETHER_DEMO_TRAEFIK").is_empty());
}
