use super::*;

fn schemas() -> impl Iterator<Item = (TraefikVersion, &'static Schema)> {
    TraefikVersion::known().map(|version| (version, Schema::of_version(version)))
}

fn version(text: &str) -> &'static Schema {
    Schema::of_version(text.parse().unwrap())
}

#[test]
fn every_element_has_a_type() {
    let router = SCHEMA.element(Section::Http, Kind::Routers);
    assert_eq!(router, Some("dynamic.Router"));
    assert_eq!(SCHEMA.element(Section::Udp, Kind::Middlewares), None);
    assert_eq!(
        SCHEMA.element(Section::Tls, Kind::Options),
        Some("tls.Options")
    );
    let certificate = SCHEMA.element(Section::Tls, Kind::Certificates);
    assert_eq!(certificate, Some("tls.CertAndStores"));
}

#[test]
fn an_object_that_must_not_be_empty_never_has_to_be() {
    for (version, schema) in schemas() {
        for field in schema.structs.values().flat_map(|one| &one.fields) {
            let (Shape::Struct(name), Access::Open) = (&field.shape, field.file) else {
                continue;
            };
            let known = schema.of(name);
            // Only an object with ignored fields can become empty.
            let loses = known.fields.iter().any(|field| field.file != Access::Open);
            assert!(
                known.nothing().is_some() || name.ends_with("Configuration") || !loses,
                "{name} in {version}"
            );
        }
    }
}

#[test]
fn labels_and_documents_have_their_own_names() {
    let balancer = SCHEMA.of("dynamic.ServersLoadBalancer");
    assert!(
        balancer
            .in_labels("SERVER")
            .is_some_and(|one| one.name == "servers")
    );
    assert!(balancer.in_labels("servers").is_none());
    assert!(balancer.in_file("servers").is_some());
    let server = SCHEMA.of("dynamic.Server");
    assert!(
        server
            .in_labels("port")
            .is_some_and(|one| one.file == Access::Ignored)
    );
}

#[test]
fn the_facts_are_of_known_versions_up_to_the_newest() {
    let mut newest = TraefikVersion::OLDEST;
    for source in SOURCES {
        let facts: BTreeMap<String, BTreeMap<String, Value>> =
            serde_json::from_str(source).unwrap();
        for field in facts.values().flat_map(BTreeMap::values) {
            let was = field["was"].as_array().into_iter().flatten();
            let versions = was.map(|was| &was["before"]).chain(field.get("since"));
            for version in versions {
                let version: TraefikVersion = version.as_str().unwrap().parse().unwrap();
                assert_eq!(version, version.nearest_known(), "{field}");
                newest = newest.max(version);
            }
        }
    }
    assert_eq!(newest, TraefikVersion::NEWEST);
}

#[test]
fn a_version_has_what_it_had() {
    let encodings = |text: &str| {
        let field = version(text).of("dynamic.Compress").in_file("encodings");
        field.map(|field| field.default.as_ref().unwrap()[0].clone())
    };
    assert_eq!(encodings("3.1"), None);
    assert_eq!(encodings("3.2"), Some("zstd".into()));
    assert_eq!(encodings("3.3"), Some("gzip".into()));
    let age = |text: &str| {
        let headers = version(text).of("dynamic.Headers");
        headers.in_file("stsSeconds").map(|field| field.pointer)
    };
    assert_eq!(age("3.5"), Some(false));
    assert_eq!(age("3.6"), Some(true));
    let forced = |text: &str| {
        let scheme = version(text).of("dynamic.RedirectScheme");
        scheme
            .in_file("forcePermanentRedirect")
            .map(|field| field.file)
    };
    assert_eq!(forced("3.5"), None);
    assert_eq!(forced("3.6"), Some(Access::Open));
    assert_eq!(forced("3.7"), Some(Access::Ignored));
}

#[test]
fn a_version_that_is_not_known_is_the_nearest() {
    assert!(std::ptr::eq(version("3.99"), *SCHEMA));
    assert!(std::ptr::eq(version("2.1"), version("3.0")));
}
