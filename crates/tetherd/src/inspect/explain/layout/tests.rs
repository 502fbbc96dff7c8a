//! Wrapped and coloured lines.

use super::*;

#[test]
fn words_stay_whole() {
    assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
    assert_eq!(wrap("toolongforit a", 4), ["toolongforit", "a"]);
    assert_eq!(wrap("", 4), [""]);
}

#[test]
fn colour_is_for_terminals_only() {
    let page = |colour| {
        let mut page = Page::new(Style { width: 40, colour });
        page.line(&[(Ink::Bad, "no"), (Ink::Bold, "web")]);
        page.done()
    };
    assert_eq!(page(false), "no web\n");
    assert_eq!(page(true), "\u{1b}[31mno\u{1b}[0m \u{1b}[1mweb\u{1b}[0m\n");
}
