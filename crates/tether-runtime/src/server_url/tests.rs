//! Addresses as people write them.

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = match text.parse::<ServerUrl>() {
        Ok(url) => url.websocket(),
        Err(error) => error,
    };
    assert_eq!(found, expected);
}

#[test]
fn all_accepted_forms() {
    check("http://hub:3000", "ws://hub:3000/api/ws");
    check(
        "HTTPS://hub.example.com",
        "wss://hub.example.com:443/api/ws",
    );
    check("ws://10.0.0.1", "ws://10.0.0.1:80/api/ws");
    check("wss://[fd00::1]:8443/", "wss://[fd00::1]:8443/api/ws");
    check(" http://h/tether/ ", "ws://h:80/tether/api/ws");
    check("http://h:3000/api/ws", "ws://h:3000/api/ws");
}

#[test]
fn errors_name_the_remedy() {
    check(
        "hub:3000",
        "`hub:3000` has no scheme: write http://hub:3000 or https://hub:3000",
    );
    check(
        "tcp://hub",
        "`tcp://` is not supported: use http, https, ws or wss",
    );
    check(
        "http://a:b@hub",
        "the address of a hub cannot contain a user or password: use TETHERD_TOKEN",
    );
    check(
        "http://hub:99999",
        "`http://hub:99999`: `99999` is not a port",
    );
    check(
        "http://hub/?x=1",
        "`http://hub/?x=1` has a query or fragment: remove it",
    );
    assert!("http://".parse::<ServerUrl>().is_err());
    assert!("http://a b".parse::<ServerUrl>().is_err());
}
