//! Foreign text and its printable form.

use super::*;

#[test]
fn control_characters_become_spaces() {
    assert_eq!(printable("a\nb\u{1b}[31mc"), "a b [31mc");
}

#[test]
fn only_text_that_is_cut_ends_with_an_ellipsis() {
    assert_eq!(printable_up_to("abc", 3), "abc");
    assert_eq!(printable_up_to("abcd", 3), "abc…");
    assert_eq!(printable_up_to("", 0), "");
    assert_eq!(printable(&"x".repeat(401)), format!("{}…", "x".repeat(400)));
}
