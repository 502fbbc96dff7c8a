use super::*;

fn templates(patterns: &[&str]) -> Templates {
    let patterns: Vec<String> = patterns.iter().map(|&one| one.to_owned()).collect();
    let variables = [
        ("DOMAIN_1", "example.com"),
        ("HOME", "/root"),
        ("TETHER_TOKEN", "secret"),
        ("TETHER_VAR_DOMAIN", "home.lan"),
    ];
    Templates::of(
        &patterns,
        variables.map(|(name, value)| (name.into(), value.into())),
    )
}

fn env(templates: &Templates, name: &str) -> Result<String, String> {
    templates.render("x.yml", format!("{{{{ env `{name}` }}}}").as_bytes())
}

#[test]
fn only_what_is_named_is_read() {
    let some = templates(&["TETHER_VAR_*", "DOMAIN_*"]);
    assert_eq!(env(&some, "DOMAIN_1").as_deref(), Ok("example.com"));
    assert_eq!(env(&some, "TETHER_VAR_DOMAIN").as_deref(), Ok("home.lan"));
    assert_eq!(env(&some, "DOMAIN_2").as_deref(), Ok(""));
    assert!(env(&some, "HOME").unwrap_err().contains("--template-env"));
}

#[test]
fn settings_are_never_read() {
    let all = templates(&["*", "TETHER_TOKEN"]);
    assert_eq!(env(&all, "HOME").as_deref(), Ok("/root"));
    for name in [
        "TETHER_TOKEN",
        "TETHER_WEB_TOKEN_FILE",
        "TETHERD_TOKEN",
        "DOCKER_HOST",
    ] {
        assert!(env(&all, name).is_err(), "{name}");
    }
    assert!(!format!("{all:?}").contains("secret"));
}

#[test]
fn stars_stand_for_any_characters() {
    for (pattern, name, expected) in [
        ("A", "A", true),
        ("A", "AB", false),
        ("A*", "AB", true),
        ("*", "", true),
        ("*_B", "A_B", true),
        ("*_B", "A_B_C", false),
        ("A*B*C", "A1B2C", true),
        ("A*B*C", "A1C", false),
        ("AB*BC", "ABC", false),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}
