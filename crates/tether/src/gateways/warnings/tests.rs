use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::gateways::testing::merged;
use crate::gateways::{GatewayState, Verdicts};

fn gateway(points: &[(&str, u16, bool)]) -> GatewayView {
    let point = |&(name, port, tls): &(&str, u16, bool)| EntryPoint {
        name: name.to_owned(),
        port: Some(port),
        udp: false,
        tls,
        router_tls: None,
        default: true,
    };
    GatewayView {
        name: "edge".to_owned(),
        env: "default".to_owned(),
        state: GatewayState::Current,
        version: None,
        snapshot: None,
        was_empty: false,
        note: None,
        entry_points: points.iter().map(point).collect(),
        files: Arc::default(),
        verdicts: Arc::new(Verdicts::default()),
    }
}

fn count(gateways: &[&GatewayView], router: &Value) -> usize {
    warnings(gateways, &merged(&json!({ "http.routers.r": router }))).len()
}

#[test]
fn tls_at_entry_points_for_plain_http_is_a_warning() {
    let usual = gateway(&[("web", 8080, false), ("websecure", 8443, false)]);
    let web_only = gateway(&[("web", 80, false)]);
    let web_is_https = gateway(&[("web", 443, false)]);
    let web_has_tls = gateway(&[("web", 80, true)]);
    let at = |name: &str| json!({ "rule": "Host(`a`)", "service": "s", "entryPoints": [name], "tls": {} });
    let anywhere = json!({ "rule": "Host(`a`)", "service": "s", "tls": { "certResolver": "le" } });
    assert_eq!(count(&[&usual], &at("web")), 1);
    assert_eq!(count(&[&usual], &at("websecure")), 0);
    assert_eq!(count(&[&usual], &anywhere), 0);
    assert_eq!(count(&[&web_only], &anywhere), 1);
    assert_eq!(count(&[&web_is_https], &at("web")), 0);
    assert_eq!(count(&[&web_has_tls], &at("web")), 0);
    assert_eq!(count(&[&web_only, &web_is_https], &at("web")), 0);
    assert_eq!(count(&[&usual], &at("missing")), 0);
    let plain = json!({ "rule": "Host(`a`)", "service": "s", "entryPoints": ["web"] });
    assert_eq!(count(&[&usual], &plain), 0);
}
