use serde_json::json;

use super::*;
use crate::gateways::api;
use crate::gateways::testing::{key, merged};

/// The status of each element at a gateway that shows `shown`, with `!` after its errors.
fn statuses(judgement: &Judgement, merged: &Merged) -> Vec<String> {
    let elements = merged.elements.iter();
    let status = elements.filter_map(|(key, element)| {
        let verdict = judgement.verdicts.of(element)?;
        let mut text = format!("{} {:?}", key.name, verdict.status);
        for error in &verdict.errors {
            text += &format!(" !{error}");
        }
        for server in &verdict.down {
            text += &format!(" down {server}");
        }
        Some(text)
    });
    status.collect()
}

fn look(rawdata: &Value) -> Look {
    let point = |name: &str| EntryPoint {
        name: name.to_owned(),
        port: None,
        udp: false,
        tls: false,
        router_tls: None,
        default: true,
    };
    Look {
        elements: api::elements(rawdata.to_string().as_bytes())
            .unwrap()
            .elements,
        entry_points: [point("web"), point("websecure")].into(),
    }
}

fn router(rule: &str) -> Value {
    json!({ "rule": rule, "service": "s" })
}

fn shown(rule: &str, status: &str, errors: &[&str]) -> Value {
    json!({
        "rule": rule, "service": "s", "entryPoints": ["web", "websecure"], "priority": 1,
        "status": status, "error": errors,
    })
}

#[test]
fn traefiks_status_and_errors_are_those_of_the_element() {
    let merged = merged(&json!({
        "http.routers.bad": router("b"),
        "http.routers.good": router("g"),
        "http.routers.half": router("h"),
        "http.services.s": { "loadBalancer": { "servers": [{ "url": "http://a" }] } },
    }));
    let look = look(&json!({
        "routers": {
            "bad@http": shown("b", "disabled", &["no such rule", "no such rule", "other"]),
            "good@http": shown("g", "enabled", &[]),
            "half@http": shown("h", "warning", &["entryPoint \"x\" doesn't exist"]),
            "good@docker": shown("g", "disabled", &["another provider's"]),
        },
        "services": { "s@http": { "loadBalancer": { "servers": [{ "url": "http://a" }] } } },
    }));
    let judgement = judge(&look, &merged, false);
    assert!(judgement.is_applied(), "{judgement:?}");
    assert_eq!(
        statuses(&judgement, &merged),
        [
            "bad Disabled !no such rule !other",
            "good Enabled",
            "half Warning !entryPoint \"x\" doesn't exist",
            "s Enabled",
        ]
    );
}

#[test]
fn an_element_that_differs_is_not_judged() {
    let merged = merged(&json!({
        "http.routers.changed": router("new"),
        "http.routers.missing": router("m"),
    }));
    let look = look(&json!({
        "routers": {
            "changed@http": shown("old", "disabled", &["of the old one"]),
            "gone@http": shown("g", "enabled", &[]),
        },
    }));
    for patient in [false, true] {
        let judgement = judge(&look, &merged, patient);
        assert!(!judgement.is_applied());
        let counts = (judgement.expected, judgement.matched, judgement.extra);
        assert_eq!(counts, (2, 0, 1));
        assert_eq!(
            statuses(&judgement, &merged),
            ["changed Waiting", "missing Waiting"]
        );
    }
}

#[test]
fn a_detail_that_differs_is_waited_for_and_then_taken_for_the_same() {
    let merged = merged(&json!({ "http.middlewares.m": { "headers": { "a": "new" } } }));
    let look = look(&json!({ "middlewares": { "m@http": { "headers": { "a": "old" } } } }));
    assert!(!judge(&look, &merged, false).is_applied());
    let patient = judge(&look, &merged, true);
    assert!(patient.is_applied());
    assert_eq!(statuses(&patient, &merged), ["m Enabled"]);
}

#[test]
fn copies_of_a_router_count_together() {
    let copy = |point: &str, status: &str, errors: &[&str]| {
        let mut copy = shown("r", status, errors);
        copy["entryPoints"] = json!([point]);
        copy
    };
    let judged = |routers: Value| {
        let mut served = router("r");
        served["entryPoints"] = json!(["web", "websecure"]);
        let merged = merged(&json!({ "http.routers.r": served }));
        let judgement = judge(&look(&json!({ "routers": routers })), &merged, false);
        (
            judgement.is_applied(),
            statuses(&judgement, &merged).join(", "),
        )
    };
    let both = judged(json!({
        "web-r@http": copy("web", "enabled", &[]),
        "websecure-r@http": copy("websecure", "disabled", &["no"]),
    }));
    assert_eq!(both, (true, "r Warning !no".to_owned()));
    let conflicted = judged(json!({
        "r@http": copy("web", "disabled", &["no"]),
        "websecure-conflicted-r@http": copy("websecure", "disabled", &["no"]),
    }));
    assert_eq!(conflicted, (true, "r Disabled !no".to_owned()));
    let one = judged(json!({ "web-r@http": copy("web", "enabled", &[]) }));
    assert_eq!(one, (false, "r Waiting".to_owned()));
}

#[test]
fn a_router_with_the_name_of_a_copy_is_itself() {
    let merged = merged(&json!({
        "http.routers.r": router("r"),
        "http.routers.web-r": router("other"),
    }));
    let look = look(&json!({
        "routers": {
            "r@http": shown("r", "enabled", &[]),
            "web-r@http": shown("other", "disabled", &["no"]),
        },
    }));
    let judgement = judge(&look, &merged, false);
    assert!(judgement.is_applied());
    assert_eq!(
        statuses(&judgement, &merged),
        ["r Enabled", "web-r Disabled !no"]
    );
}

#[test]
fn a_server_is_down_if_its_health_check_says_so() {
    let balancer = |check: bool| {
        let mut balancer = json!({ "servers": [{ "url": "http://a" }, { "url": "http://b" }] });
        if check {
            balancer["healthCheck"] = json!({ "path": "/" });
        }
        json!({ "loadBalancer": balancer })
    };
    let merged = merged(&json!({
        "http.services.checked": balancer(true),
        "http.services.unchecked": balancer(false),
    }));
    let with = |mut balancer: Value| {
        balancer["serverStatus"] = json!({ "http://a": "UP", "http://b": "DOWN" });
        balancer
    };
    let look = look(&json!({
        "services": {
            "checked@http": with(balancer(true)), "unchecked@http": with(balancer(false)),
        },
    }));
    assert_eq!(
        statuses(&judge(&look, &merged, false), &merged),
        ["checked Enabled down http://b", "unchecked Enabled"]
    );
}

#[test]
fn what_the_api_does_not_show_is_not_expected() {
    let merged = merged(&json!({
        "http.serversTransports.t": { "insecureSkipVerify": true },
        "tls.options.default": { "minVersion": "VersionTLS12" },
    }));
    let judgement = judge(&look(&json!({})), &merged, false);
    assert!(judgement.is_applied());
    assert_eq!(judgement.expected, 0);
}

#[test]
fn an_api_that_lies_is_cut_short() {
    let merged = merged(&json!({ "http.routers.r": router("r") }));
    let many: Vec<String> = (0..100)
        .map(|at| format!("{at}\n{}", "x".repeat(5000)))
        .collect();
    let mut lie = shown("r", "disabled", &[]);
    lie["error"] = json!(many);
    let judgement = judge(
        &look(&json!({ "routers": { "r@http": lie } })),
        &merged,
        false,
    );
    let verdict = judgement
        .verdicts
        .of(&merged.elements[&key("http.routers.r")]);
    let errors = &verdict.unwrap().errors;
    assert_eq!(errors.len(), ERRORS_LIMIT);
    assert!(
        errors
            .iter()
            .all(|error| error.len() < 1100 && !error.contains('\n'))
    );

    for garbage in [
        json!(3),
        json!([]),
        json!({ "status": 7, "error": "x", "rule": ["r"] }),
    ] {
        let judgement = judge(
            &look(&json!({ "routers": { "r@http": garbage } })),
            &merged,
            true,
        );
        assert_eq!(statuses(&judgement, &merged), ["r Waiting"]);
    }
}
