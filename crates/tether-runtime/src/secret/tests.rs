//! A made-up secret.

use super::*;

#[derive(Clone)]
struct Key;

impl SecretName for Key {
    const NAMES: SecretNames = SecretNames {
        short: Some('k'),
        flags: ["key", "key-file"],
        variables: ["X_KEY", "X_KEY_FILE"],
        help: ["The key.", "A file with the key."],
        expected: "one of your own",
    };
}

fn parse(arguments: &[&str]) -> Secret<Key> {
    let command = Secret::<Key>::augment_args(Command::new("x"));
    let matches = command.try_get_matches_from([&["x"], arguments].concat());
    Secret::from_arg_matches(&matches.unwrap()).unwrap()
}

fn read(secret: &Secret<Key>) -> Result<Option<String>, String> {
    let token = secret.read().map_err(|error| format!("{error:#}"))?;
    Ok(token.map(|token| token.reveal().to_owned()))
}

#[test]
fn a_secret_comes_from_its_argument_or_its_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    assert!(
        read(&parse(&["--key-file", path]))
            .unwrap_err()
            .contains("is empty")
    );
    std::fs::write(path, "s3cret\n").unwrap();
    let expected = Ok(Some("s3cret".to_owned()));
    assert_eq!(read(&parse(&["--key-file", path])), expected);
    assert_eq!(read(&Secret::file(path)), expected);
    assert_eq!(read(&parse(&["-k", "s3cret"])), expected);
    assert_eq!(read(&Secret::text("s3cret")), expected);
    assert_eq!(read(&parse(&[])), Ok(None));
}

#[test]
fn a_secret_is_not_given_twice_and_not_blank() {
    let twice = read(&parse(&["--key", "a", "--key-file", "/b"])).unwrap_err();
    assert_eq!(
        twice,
        "X_KEY and X_KEY_FILE are both set: remove one of them"
    );
    let blank = read(&parse(&["--key", " "])).unwrap_err();
    assert_eq!(blank, "X_KEY is blank: set it to one of your own");
}

#[test]
fn a_secret_is_not_printed() {
    let text = format!("{:?}", parse(&["--key", "s3cret"]));
    assert_eq!(text, r#"Secret { text: Some("***"), file: None }"#);
}
