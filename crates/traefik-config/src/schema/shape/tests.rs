use super::*;

#[test]
fn a_duration_without_a_unit_is_in_seconds() {
    for (text, written) in [("10", "10s"), ("0", "0s"), ("-3", "-3s"), ("90s", "1m30s")] {
        assert_eq!(Shape::Duration.read(text), Ok(written.into()), "{text}");
    }
    assert!(Shape::Duration.read("1d").is_err());
}
