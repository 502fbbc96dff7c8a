//! Values of settings.

use super::*;

#[test]
fn flags_are_read_as_people_write_them() {
    for text in ["1", " True ", "yes", "ON"] {
        assert_eq!(yes_or_no(text), Ok(true), "{text}");
    }
    for text in ["0", "false", "No", "off"] {
        assert_eq!(yes_or_no(text), Ok(false), "{text}");
    }
    assert!(yes_or_no("").is_err());
}
