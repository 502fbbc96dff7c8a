//! Names and numbers of signals.

use super::*;

#[test]
fn signals() {
    assert_eq!(signal("15"), Some(15));
    assert_eq!(signal("SIGQUIT"), Some(3));
    assert_eq!(signal("quit"), Some(3));
    assert_eq!(signal("SIGRTMIN+3"), Some(37));
    assert_eq!(signal(""), None);
}
