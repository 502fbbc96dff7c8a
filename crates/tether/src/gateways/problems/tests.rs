use serde_json::json;
use traefik_config::Severity;

use super::*;
use crate::gateways::testing::{element, key, merged};
use crate::gateways::{GatewayState, Note, Verdicts};

fn gateway(name: &str, verdicts: Verdicts) -> GatewayView {
    GatewayView {
        name: name.to_owned(),
        env: "default".to_owned(),
        state: GatewayState::Current,
        version: Some("3.7.15".to_owned()),
        snapshot: Some(1),
        was_empty: false,
        note: None,
        entry_points: Arc::default(),
        files: Arc::default(),
        verdicts: Arc::new(verdicts),
    }
}

fn router() -> Value {
    json!({ "rule": "Hostt(`a`)", "service": "s", "entryPoints": ["web"] })
}

fn served() -> Merged {
    merged(&json!({ "http.routers.r": router() }))
}

/// The verdict about the router, or about an older one.
fn verdicts(merged: &Merged, status: Status, errors: &[&str]) -> Verdicts {
    let verdict = Verdict {
        element: Arc::clone(&merged.elements[&key("http.routers.r")]),
        status,
        errors: errors.iter().map(|&error| error.to_owned()).collect(),
        down: Vec::new(),
    };
    [verdict].into_iter().collect()
}

#[test]
fn a_refused_router_is_a_problem_of_its_container_and_label() {
    let merged = served();
    let said = "error while parsing rule Hostt(`a`): unsupported function: Hostt";
    let one = gateway("a", verdicts(&merged, Status::Disabled, &[said]));
    let problems = problems(&[&one], Some(&merged));
    let [problem] = &problems[..] else {
        panic!("{problems:?}");
    };
    assert_eq!(problem.code, Code::TraefikRefuses);
    assert_eq!(problem.severity, Severity::Error);
    assert_eq!(problem.element.as_deref(), Some("http.routers.r"));
    let origin = &problem.origin;
    assert_eq!(origin.agent.as_deref(), Some("host"));
    assert_eq!(origin.container.as_deref(), Some("app"));
    assert_eq!(origin.label.as_deref(), Some("traefik.http.routers.r.rule"));
    assert!(problem.message.contains(said), "{}", problem.message);
    assert!(!problem.message.contains("gateway"), "{}", problem.message);
}

#[test]
fn gateways_that_differ_are_told_apart_by_name() {
    let merged = served();
    let said = "entryPoint \"web\" doesn't exist";
    let fine = gateway("inner", verdicts(&merged, Status::Enabled, &[]));
    let bad = gateway("outer", verdicts(&merged, Status::Disabled, &[said]));
    let worse = gateway("third", verdicts(&merged, Status::Disabled, &[said]));
    let texts = |gateways: &[&GatewayView]| -> Vec<String> {
        let problems = problems(gateways, Some(&merged));
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    };
    let differing = texts(&[&fine, &bad]);
    assert_eq!(differing.len(), 1);
    assert!(
        differing[0].contains("at gateway `outer`: "),
        "{differing:?}"
    );
    let two = texts(&[&fine, &bad, &worse]);
    assert!(two[0].contains("at gateway `outer`, `third`: "), "{two:?}");
    let same = texts(&[&bad, &worse]);
    assert!(!same[0].contains("gateway"), "{same:?}");
    let other = gateway("third", verdicts(&merged, Status::Warning, &["other"]));
    assert_eq!(texts(&[&bad, &other]).len(), 2);
}

#[test]
fn a_verdict_about_another_definition_does_not_count() {
    let old = merged(&json!({ "http.routers.r": { "rule": "old", "service": "s" } }));
    let one = gateway("a", verdicts(&old, Status::Disabled, &["no"]));
    assert_eq!(problems(&[&one], Some(&served())), []);
    assert_eq!(problems(&[&one], Some(&Merged::default())), []);
    assert_eq!(problems(&[&one], None), []);
}

#[test]
fn a_gateway_that_does_not_answer_is_one_note() {
    let mut silent = gateway("a", Verdicts::default());
    let note = |lasting| Note {
        message: "nothing listens".to_owned(),
        lasting,
    };
    for (lasting, severity) in [(false, Severity::Info), (true, Severity::Warning)] {
        silent.note = Some(note(lasting));
        let problems = problems(&[&silent], Some(&served()));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].severity, severity);
        assert_eq!(problems[0].code, Code::TraefikApi);
        assert_eq!(problems[0].element, None);
        assert_eq!(problems[0].message, "gateway `a`: nothing listens");
    }
}

#[test]
fn the_label_is_the_one_that_the_error_is_about() {
    let label_of =
        |name: &str, body: Value, error: &str| label(&element(name, &body), &[error.to_owned()]);
    let body = || {
        let mut body = router();
        body["middlewares"] = json!(["m"]);
        body["tls"] = json!({ "options": "x" });
        body
    };
    for (error, field) in [
        ("entryPoint \"web\" doesn't exist", "entryPoints"),
        ("middleware \"m@http\" does not exist", "middlewares"),
        ("the service \"s@http\" does not exist", "service"),
        (
            "building router handler: unknown TLS options: x@http",
            "tls.options",
        ),
    ] {
        let found = label_of("http.routers.r", body(), error);
        let expected = format!("traefik.http.routers.r.{field}");
        assert_eq!(found.as_deref(), Some(expected.as_str()), "{error}");
    }
    assert_eq!(label_of("http.routers.r", router(), "something else"), None);
    let middleware = json!({ "ipAllowList": { "sourceRange": ["x"] } });
    assert_eq!(
        label_of("http.middlewares.m", middleware, "cannot parse").as_deref(),
        Some("traefik.http.middlewares.m.ipAllowList")
    );
    let mut implicit = element("http.routers.r", &router());
    implicit.implicit = true;
    assert_eq!(label(&implicit, &["rule".to_owned()]), None);
}

#[test]
fn a_router_that_a_gateway_lacks_for_long_is_a_problem_of_its_container() {
    let merged = served();
    let note = |lasting| {
        Some(Note {
            message: "it is behind".to_owned(),
            lasting,
        })
    };
    let mut behind = gateway("a", verdicts(&merged, Status::Waiting, &[]));
    behind.state = GatewayState::Behind;
    behind.note = note(false);
    let codes = |view: &GatewayView| -> Vec<Code> {
        let problems = problems(&[view], Some(&merged));
        problems.iter().map(|problem| problem.code).collect()
    };
    assert_eq!(codes(&behind), [Code::TraefikApi]);
    behind.note = note(true);
    assert_eq!(codes(&behind), [Code::TraefikApi, Code::NotApplied]);
    // It cannot be asked, so nothing is known about its routes.
    behind.state = GatewayState::Unreachable;
    assert_eq!(codes(&behind), [Code::TraefikApi]);
}
