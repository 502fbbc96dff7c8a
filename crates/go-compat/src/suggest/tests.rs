use super::*;

#[test]
fn typos_are_found_and_other_words_are_not() {
    let known = ["rule", "service", "entryPoints", "tls"];
    assert_eq!(nearest("rul", known), Some("rule"));
    assert_eq!(nearest("RUEL", known), Some("rule"));
    assert_eq!(nearest("entrypoint", known), Some("entryPoints"));
    assert_eq!(nearest("priority", known), None);
    assert_eq!(nearest("", known), None);
}
