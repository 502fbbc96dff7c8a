use super::*;

#[test]
fn shown_text_is_short_and_of_one_line() {
    assert_eq!(shown("a\nb\\"), "a\\nb\\\\");
    assert_eq!(as_written("a\nb\\"), "a\\nb\\");
    for cut in [shown, as_written] {
        assert_eq!(cut(&"x".repeat(90)), format!("{}…", "x".repeat(80)));
    }
}
