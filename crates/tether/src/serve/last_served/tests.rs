use super::*;

#[test]
fn the_last_version_of_each_environment_and_format_counts() {
    let (old, new) = (
        HeaderValue::from_static("\"1\""),
        HeaderValue::from_static("\"2\""),
    );
    let served = LastServed::default();
    assert!(!served.has("a", Format::Json, &old));
    served.record("a", Format::Json, &old);
    assert!(served.has("a", Format::Json, &old));
    assert!(!served.has("a", Format::Yaml, &old));
    assert!(!served.has("b", Format::Json, &old));
    served.record("a", Format::Json, &new);
    assert!(!served.has("a", Format::Json, &old));
    assert!(served.has("a", Format::Json, &new));
}

#[test]
fn the_memory_is_bounded_and_forgets_the_oldest() {
    let (served, tag) = (LastServed::default(), HeaderValue::from_static("\"1\""));
    for number in 0..=ENTRIES_LIMIT {
        served.record(&number.to_string(), Format::Json, &tag);
    }
    assert!(!served.has("0", Format::Json, &tag));
    assert!(served.has("1", Format::Json, &tag));
    assert_eq!(served.entries.lock().unwrap().len(), ENTRIES_LIMIT);
}
