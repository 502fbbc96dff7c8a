use super::*;

#[test]
fn both_forms_are_read() {
    for json in [
        r#"{"status":["running"]}"#,
        r#"{"status":{"running":true,"exited":false}}"#,
    ] {
        let filters = Filters::parse(Some(json)).unwrap();
        assert!(filters.exact("status", "running"), "{json}");
        assert!(!filters.exact("status", "exited"), "{json}");
    }
    assert!(Filters::parse(Some("xx")).is_err());
    assert!(Filters::parse(Some(r#"{"status":"running"}"#)).is_err());
    assert!(Filters::parse(None).unwrap().exact("status", "running"));
}

#[test]
fn names_match_by_part_or_anchored() {
    for (wanted, yes, no) in [
        ("eb", "web", "wob"),
        ("^/web$", "web", "web2"),
        ("^we", "web", "awe"),
        ("b$", "web", "bo"),
    ] {
        let filters = Filters::parse(Some(&format!(r#"{{"name":["{wanted}"]}}"#))).unwrap();
        assert!(filters.name(yes) && !filters.name(no), "{wanted}");
    }
}

#[test]
fn every_wanted_label_must_be_there() {
    let filters = Filters::parse(Some(r#"{"label":["a","b=1"]}"#)).unwrap();
    let labels = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect()
    };
    assert!(filters.labels(&labels(&[("a", ""), ("b", "1")])));
    assert!(!filters.labels(&labels(&[("a", ""), ("b", "2")])));
    assert!(!filters.labels(&labels(&[("b", "1")])));
}
