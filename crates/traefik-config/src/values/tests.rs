//! Values of middlewares, and what is said about them.

use serde_json::json;

use super::*;
use crate::Code;
use crate::Severity;

fn faults(section: Section, body: &Value) -> Vec<Fault> {
    check(&Element {
        section,
        kind: Kind::Middlewares,
        name: "m".to_owned(),
        body: body.clone(),
        implicit: false,
    })
}

fn only(body: &Value) -> Fault {
    let mut faults = faults(Section::Http, body);
    assert_eq!(faults.len(), 1, "{body}: {faults:?}");
    faults.remove(0)
}

#[test]
fn what_traefik_cannot_build_is_an_error_of_its_field() {
    let lines = include_str!("tests/refused.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let (field, body) = line.split_once(' ').expect("a field and a body");
        let body: Value = serde_json::from_str(body).expect(line);
        let fault = only(&body);
        assert_eq!(fault.field, field, "{body}");
        assert_eq!(fault.problem.severity, Severity::Error, "{body}");
        assert_eq!(fault.problem.code, Code::BadMiddleware);
        assert_eq!(fault.problem.element.as_deref(), Some("http.middlewares.m"));
    }
    let tcp = faults(
        Section::Tcp,
        &json!({ "ipAllowList": { "sourceRange": ["x"] } }),
    );
    assert_eq!(tcp.len(), 1);
}

#[test]
fn a_password_that_nobody_has_is_a_warning_that_does_not_show_it() {
    for (user, hint) in [
        ("test:/", "write every `$` twice"),
        ("test:hunter2", "htpasswd"),
        ("test:$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/", "doubled"),
        ("test:$apr1$", "a part of it is missing"),
        ("test:$2y$05$short", "a part of it is missing"),
    ] {
        let fault = only(&json!({ "basicAuth": { "users": [user] } }));
        let Problem {
            severity, message, ..
        } = fault.problem;
        assert_eq!(severity, Severity::Warning, "{user}");
        assert!(message.contains(hint), "{user}: {message}");
        let secret = user.split_once(':').unwrap().1;
        assert!(!message.contains(secret) || secret == "/", "{message}");
    }
    let file = only(&json!({ "digestAuth": { "usersFile": "/etc/users" } }));
    assert!(file.problem.message.contains("on the gateway"));
}

#[test]
fn good_values_are_fine() {
    for body in [
        json!({ "ipAllowList": { "sourceRange": ["10.0.0.0/8", "::1", "fd00::/8"], "ipStrategy": { "depth": 1 } } }),
        json!({ "redirectRegex": { "regex": "^https?://a\\.(b|c)/(.*)", "replacement": "https://x/${2}" } }),
        json!({ "basicAuth": { "users": ["a:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/", "b:{SHA}d95o2uzYI7q7tY7bHI4U1xBug7s="] } }),
        json!({ "basicAuth": { "users": ["c:$2y$05$YsKiT0Gp1Q6xsaPn4qGpVuf5jrv1ZGrbtUXBS0ENQpWxLTSdzPBqO"] } }),
        json!({ "digestAuth": { "users": ["test:traefik:a2688e031edb4be6a3797f3882655c05"] } }),
        json!({ "redirectScheme": { "scheme": "https", "permanent": true } }),
        json!({ "circuitBreaker": { "expression": "LatencyAtQuantileMS(50.0) > 100 || ResponseCodeRatio(500, 600, 0, 600) > 0.25" } }),
        json!({ "buffering": { "retryExpression": "IsNetworkError() && Attempts() < 2 && RequestMethod() == \"GET\"" } }),
        json!({ "buffering": { "maxRequestBodyBytes": 10 } }),
        json!({ "rateLimit": { "average": 10, "sourceCriterion": { "requestHost": true } } }),
        json!({ "compress": {} }),
        json!({ "compress": { "encodings": ["gzip", "br"] } }),
        json!({ "retry": { "attempts": 3 } }),
        json!({ "errors": { "status": ["404", "500-599"], "service": "s", "query": "/{status}" } }),
        json!({ "headers": { "frameDeny": true } }),
        json!({ "plugin": { "x": { "regex": "(" } } }),
    ] {
        assert_eq!(faults(Section::Http, &body), [], "{body}");
    }
}
