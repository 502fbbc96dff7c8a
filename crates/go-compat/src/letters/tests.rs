use super::*;

#[test]
fn names_are_equal_whatever_their_case() {
    assert!(equal_fold("stsSeconds", "STSSECONDS"));
    assert!(equal_fold("\u{212A}ey", "key"));
    assert!(!equal_fold("ı", "i"));
    assert!(!equal_fold("a", "ab"));
}
