//! Bytes and their text.

use super::*;

#[test]
fn each_byte_has_two_digits() {
    assert_eq!(encode(&[0x00, 0x0f, 0xff]), "000fff");
    assert_eq!(encode(&[]), "");
}
