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

#[test]
fn a_secret_comes_from_the_setting_or_its_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "s3cret\n").unwrap();
    let read = |text, file| secret(text, file, "X", "one of your own");
    let revealed = |token: Option<Token>| token.map(|token| token.reveal().to_owned());
    let expected = Some("s3cret".to_owned());
    assert_eq!(revealed(read(None, Some(file.path())).unwrap()), expected);
    assert_eq!(revealed(read(Some("s3cret"), None).unwrap()), expected);
    assert_eq!(revealed(read(None, None).unwrap()), None);
    let error = read(Some("s3cret"), Some(file.path())).unwrap_err();
    assert!(error.to_string().contains("X and X_FILE are both set"));
    assert!(read(Some(" "), None).is_err());
}
