use super::*;

fn parsed(text: &str) -> TraefikApi {
    text.parse().unwrap()
}

#[test]
fn a_gateway_has_a_name_an_address_an_environment_and_a_user() {
    let plain = parsed("http://traefik:8080");
    assert_eq!(plain.name, "traefik:8080");
    assert_eq!(plain.env, "default");
    assert!(plain.user.is_none());

    let all = parsed("edge = https://me:pa%40ss@[fd00::1]/base?env=lab");
    assert_eq!((all.name.as_str(), all.env.as_str()), ("edge", "lab"));
    assert_eq!(all.server.to_string(), "https://[fd00::1]:443/base");
    assert_eq!(all.user.as_ref().unwrap().reveal(), "me:pa@ss");
    let plain = parsed("http://me:wh?t@a:1?env=lab");
    assert_eq!(plain.user.as_ref().unwrap().reveal(), "me:wh?t");
    assert_eq!(plain.env, "lab");
}

#[test]
fn the_path_of_the_dashboard_or_the_api_is_accepted() {
    for path in ["", "/", "/api", "/api/", "/dashboard/"] {
        let url = format!("http://a:1{path}");
        assert_eq!(parsed(&url).server.to_string(), "http://a:1", "{url}");
        let below = format!("http://a:1/base{path}");
        let base = parsed(&below).server.to_string();
        assert_eq!(base, "http://a:1/base", "{below}");
    }
}

#[test]
fn it_prints_without_its_password() {
    let text = |text: &str| TraefikApiText::from(text).to_string();
    assert_eq!(
        text("edge=http://me:hunter2@a:1/base?env=lab"),
        "edge=http://***@a:1/base?env=lab"
    );
    assert_eq!(text("http://me:hunt/er?2@a:1"), "http://***@a:1");
    assert_eq!(text("me:hunter2@a"), "***@a");
    assert_eq!(text("http://a:1"), "http://a:1");
    let parsed = format!("{:?}", parsed("http://me:hunter2@a:1"));
    assert!(!parsed.contains("hunter2"), "{parsed}");
}

#[test]
fn an_error_says_what_to_write_and_shows_no_password() {
    let error = |text: &str| text.parse::<TraefikApi>().unwrap_err();
    assert!(error("traefik:8080").contains("http://traefik:8080"));
    assert!(error("").contains("http://traefik:8080"));
    assert!(error("http://a:1?wait=3s").contains("?env=NAME"));
    assert!(error("=http://a:1").contains("name"));
    assert!(error("http://a:0").contains("port"));
    let wrong = [
        "http://me:hunter2%@a:1",
        "ftp://me:hunter2@a",
        "http://me:hunter2@a:b",
        "http://me:hunter2/@a",
        "me:hunter2@a",
    ];
    for text in wrong {
        let error = error(text);
        assert!(!error.contains("hunter2"), "{error}");
    }
}
