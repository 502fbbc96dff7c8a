//! Hosts as settings and labels write them.

use super::*;

#[test]
fn hosts() {
    let host = |text: &str| text.parse::<Host>().map(|host| host.in_url());
    assert_eq!(host("10.0.0.1").unwrap(), "10.0.0.1");
    assert_eq!(host("[fd00::1]").unwrap(), "[fd00::1]");
    assert_eq!(host("fd00::1").unwrap(), "[fd00::1]");
    assert_eq!(host("nas_1.lan.").unwrap(), "nas_1.lan");
    for wrong in [
        "",
        "10.0.0.256",
        "a b",
        "http://x",
        "x:80",
        "a..b",
        "0.0.0.0",
        "::",
    ] {
        assert!(host(wrong).is_err(), "{wrong}");
    }
}
