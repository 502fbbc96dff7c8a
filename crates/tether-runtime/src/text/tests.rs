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

#[test]
fn passwords_are_taken_out_of_addresses() {
    let check = |given: &str, expected: &str| assert_eq!(without_passwords(given), expected);
    check("http://hub:3000/a@b", "http://hub:3000/a@b");
    check("tcp://me:p@ss@far:1", "tcp://***@far:1");
    check("a://b@c,d://e@f/g", "a://***@c,d://***@f/g");
    check("a://b:c'd,e@f", "a://***@f");
    check("me@host", "me@host");
    check("`http://u@h`: wrong", "`http://***@h`: wrong");
}
