use super::*;

#[test]
fn it_matches_itself_only_and_never_shows() {
    let token = Token::new(" s3cret\n").unwrap();
    assert!(token.matches("s3cret"));
    assert!(!token.matches("s3cre"));
    assert!(!token.matches(""));
    assert_eq!(format!("{token:?}"), "***");
    assert!(Token::new("  ").is_none());
}
