use super::*;
use crate::settings::TraefikApiText;

fn gateways(file: &str, urls: &[&str]) -> anyhow::Result<Vec<Gateway>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    std::fs::write(&path, file).unwrap();
    Gateway::all(&Settings {
        traefik_api: urls.iter().copied().map(TraefikApiText::from).collect(),
        traefik_api_auth_file: Some(path),
        ..Settings::default()
    })
}

fn credentials(file: &str) -> anyhow::Result<(String, String)> {
    let gateways = gateways(file, &["http://a:1"])?;
    let (name, value) = gateways[0].credentials.clone().unwrap();
    assert!(value.is_sensitive());
    Ok((name.to_string(), value.to_str().unwrap().to_owned()))
}

#[test]
fn credentials_are_a_user_or_a_header() {
    let basic = |text: &str| ("authorization".to_owned(), format!("Basic {text}"));
    assert_eq!(credentials("me:secret\n").unwrap(), basic("bWU6c2VjcmV0"));
    assert_eq!(credentials("me:a:b").unwrap(), basic("bWU6YTpi"));
    let header = ("x-key".to_owned(), "secret value".to_owned());
    assert_eq!(credentials("X-Key:  secret value\n").unwrap(), header);
    for wrong in [
        "",
        "secret",
        "me:secret\nyou:secret",
        "a b: secret",
        "x: se\ncret",
    ] {
        let error = format!("{:#}", credentials(wrong).unwrap_err());
        assert!(error.contains("USER:PASSWORD"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn each_gateway_gets_its_own_credentials() {
    let gateways = gateways("me:secret", &["http://a:1", "http://you:other@b:1"]).unwrap();
    let sent = |at: usize| gateways[at].credentials.as_ref().unwrap().1.clone();
    assert_eq!(sent(0), "Basic bWU6c2VjcmV0");
    assert_eq!(sent(1), "Basic eW91Om90aGVy");
}

#[test]
fn two_gateways_need_two_names() {
    let error = gateways("me:secret", &["http://a:1", "https://a:1"]).unwrap_err();
    assert!(error.to_string().contains("NAME=URL"), "{error}");
    assert!(gateways("me:secret", &["http://a:1", "b=http://a:1"]).is_ok());
}
