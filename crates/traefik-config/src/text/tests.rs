use super::*;

#[test]
fn what_yaml_cannot_hold_is_named() {
    for good in ["Host(`é.example`)", "a\tb\nc\r", "😀", "\u{FFFD}"] {
        assert_eq!(forbidden(good), None, "{good:?}");
    }
    for bad in [
        "\0", "\u{7f}", "\u{85}", "\u{9f}", "\u{2028}", "\u{FEFF}", "a║b",
    ] {
        assert!(forbidden(bad).is_some(), "{bad:?}");
    }
}
