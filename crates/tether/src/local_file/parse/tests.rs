use super::*;

fn parse(name: &str, bytes: &[u8]) -> Parsed {
    super::parse(
        name,
        bytes,
        Some(&Templates::default()),
        TraefikVersion::NEWEST,
    )
}

fn names(parsed: &Parsed) -> Vec<String> {
    let names = parsed.elements.iter();
    names
        .map(|one| format!("{}.{}.{}", one.section, one.kind, one.name))
        .collect()
}

fn told(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|one| &*one.message).collect()
}

#[test]
fn every_kind_is_one_that_traefik_has() {
    for (section, kinds) in KINDS {
        for &kind in kinds {
            let element = Element {
                section,
                kind,
                name: "x".to_owned(),
                body: Map::new().into(),
                implicit: false,
            };
            let problems = admissible_for(&element, TraefikVersion::NEWEST)
                .err()
                .unwrap_or_default();
            let all = told(&problems).join(" ");
            assert!(
                !all.contains("Traefik has no such elements in this section"),
                "{all}"
            );
        }
    }
    let all: usize = KINDS.iter().map(|(_, kinds)| kinds.len()).sum();
    assert_eq!(all, 13);
}

#[test]
fn names_may_be_in_any_case_and_all_sections_are_read() {
    let parsed = parse(
        "x.yml",
        b"
HTTP:
  Routers: { web: { Rule: Host(`a.example`), SERVICE: web } }
  services: { web: { loadbalancer: { Servers: [{ URL: 'http://10.0.0.1' }] } } }
  serverstransports: { t: { insecureSkipVerify: true } }
  middlewares: { c: { compress: {} } }
tcp: { routers: { db: { rule: HostSNI(`*`), service: db } } }
udp: { services: { dns: { loadBalancer: { servers: [{ address: '10.0.0.1:53' }] } } } }
tls:
  options: { modern: { minVersion: VersionTLS13 } }
  stores: { default: { defaultCertificate: { certFile: a, keyFile: b } } }
  certificates: [{ certFile: a, keyFile: b, stores: [default] }]
",
    );
    assert_eq!(told(&parsed.errors), [""; 0]);
    assert_eq!(told(&parsed.warnings), [""; 0]);
    let names = names(&parsed);
    assert_eq!(names.len(), 9, "{names:?}");
    assert_eq!(names[0], "http.routers.web");
    let bodies: Vec<String> = parsed.elements.iter().map(|e| e.body.to_string()).collect();
    assert_eq!(bodies[0], r#"{"rule":"Host(`a.example`)","service":"web"}"#);
}

#[test]
fn what_is_empty_says_nothing() {
    for text in [
        "",
        "{}",
        "http:",
        "http: {routers: }",
        "http: {services: {}}",
        "tls: {certificates: }",
    ] {
        let parsed = parse("x.yml", text.as_bytes());
        assert!(
            parsed.elements.is_empty() && parsed.errors.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn every_error_is_told_with_its_file() {
    let parsed = parse(
        "x.yml",
        b"
http:
  routers: { a: { rul: x }, b: { rule: x, service: y } }
  services: { s: { loadBalancer: { servers: [{ weight: 1 }] } }, empty: {} }
  middleware: {}
tcp: [1]
tls: { certificates: [{ certFil: x }] }
",
    );
    let errors = told(&parsed.errors);
    for (problem, expected) in parsed.errors.iter().zip([
            "http router `a`, field `rul`: Traefik has no such field; did you mean `rule`?",
            "Traefik has no `middleware` in http: it knows routers, services, middlewares, serversTransports",
        ]) {
            assert_eq!(problem.origin.file.as_deref(), Some("x.yml"));
            assert!(errors.contains(&expected), "{errors:#?}");
        }
    for part in [
        "service `s`",
        "service `empty`",
        "tcp is not a mapping",
        "certificate `[0]`",
    ] {
        assert!(
            errors.iter().any(|one| one.contains(part)),
            "{part}: {errors:#?}"
        );
    }
}

#[test]
fn what_is_read_over_is_told() {
    let parsed = parse(
        "x.yml",
        b"
x-anchors: 1
entryPoints: { web: {} }
htttp: {}
http: { models: { a: {} }, routers: { r: , s: { rule: 'Host(`s`)', service: s } } }
",
    );
    assert_eq!(told(&parsed.errors), [""; 0]);
    let warnings = told(&parsed.warnings).join("\n");
    for part in [
        "static configuration",
        "`htttp`",
        "models",
        "http.routers.r is empty",
    ] {
        assert!(warnings.contains(part), "{part}: {warnings}");
    }
    assert!(!warnings.contains("x-anchors"), "{warnings}");
    assert_eq!(names(&parsed), ["http.routers.s"]);
}

#[test]
fn a_bad_rule_costs_its_router_only() {
    let text = b"http: { routers: { r: { rule: Hots(`a`), service: s }, s: { rule: Host(`a`), service: s } } }";
    let parsed = parse("x.yml", text);
    assert_eq!(names(&parsed), ["http.routers.r", "http.routers.s"]);
    assert_eq!(told(&parsed.errors), [""; 0]);
    let [problem] = &parsed.warnings[..] else {
        panic!("{:?}", parsed.warnings);
    };
    assert!(
        problem.message.contains("router `r`"),
        "{}",
        problem.message
    );
    assert_eq!(problem.origin.file.as_deref(), Some("x.yml"));
}

#[test]
fn a_middleware_that_traefik_cannot_build_is_a_warning() {
    let text = b"http: { middlewares: { m: { ipAllowList: { sourceRange: [ lan ] } }, u: { basicAuth: { usersFile: /users } } } }";
    let parsed = parse("x.yml", text);
    assert_eq!(told(&parsed.errors), [""; 0]);
    let [problem] = &parsed.warnings[..] else {
        panic!("{:?}", parsed.warnings);
    };
    assert!(problem.message.contains("`lan`"), "{}", problem.message);
}

#[test]
fn what_an_older_traefik_does_not_know_is_an_error_there() {
    let text = b"http: { routers: { r: { rule: Host(`a`), service: s, parentRefs: [ p ] } } }";
    assert_eq!(told(&parse("x.yml", text).errors), [""; 0]);
    let old = super::parse("x.yml", text, None, "3.3".parse().unwrap());
    assert!(old.elements.is_empty() && told(&old.errors)[0].contains("needs Traefik"));
}

#[test]
fn a_template_that_cannot_be_read_is_named_as_one() {
    let parsed = parse("x.yml", b"http: {{ env X }}: {{ end }} x: [\n");
    assert!(
        parsed.errors[0]
            .message
            .contains("its Go template at character")
    );
}

#[test]
fn what_templates_make_is_read() {
    let text = "http: { routers: { {{ range $i, $host := split `a b` ` ` }}
        r{{ $i }}: { rule: 'Host(`{{ $host }}`)', service: s }, {{ end }} } }";
    let parsed = parse("x.yml", text.as_bytes());
    assert_eq!(told(&parsed.errors), [""; 0]);
    assert_eq!(names(&parsed), ["http.routers.r0", "http.routers.r1"]);
    let parsed = parse("x.yml", b"http: { routers: [ {{ `x` }}");
    let message = &parsed.errors[0].message;
    assert!(message.contains("as its templates make it"), "{message}");
    // What a hub serves has none.
    let served = super::parse("x.yml", text.as_bytes(), None, TraefikVersion::NEWEST);
    assert!(!served.errors.is_empty());
}

#[test]
fn not_all_of_many_errors_are_told() {
    let routers: Vec<String> = (0..80).map(|at| format!("r{at}: {{ x: 1 }}")).collect();
    let text = format!("http: {{ routers: {{ {} }} }}", routers.join(", "));
    let errors = parse("x.yml", text.as_bytes()).errors;
    assert_eq!(errors.len(), PROBLEMS_LIMIT + 1);
    assert!(errors[PROBLEMS_LIMIT].message.contains("30 more errors"));
}
