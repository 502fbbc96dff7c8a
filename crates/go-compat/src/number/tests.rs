use super::*;

#[test]
fn numbers_have_a_sign_or_not_and_nothing_else() {
    assert_eq!(parse_int("+5"), Some(5));
    assert_eq!(parse_int("-5"), Some(-5));
    for text in [
        "",
        "+",
        " 5",
        "5 ",
        "5.0",
        "1_000",
        "0x10",
        "9223372036854775808",
    ] {
        assert_eq!(parse_int(text), None, "{text}");
    }
    assert_eq!(parse_uint("5", 32), Some(5));
    assert_eq!(parse_uint("+5", 32), None);
    assert_eq!(parse_uint("4294967296", 32), None);
}
