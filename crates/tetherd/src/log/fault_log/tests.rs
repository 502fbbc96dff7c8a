//! Repeated errors and the ones that are logged.

use super::*;

#[test]
fn a_restart_is_one_line_and_a_lasting_fault_another() {
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let mut fault_log = FaultLog::default();
    assert!(fault_log.is_new("lost", at(0)));
    assert!(!fault_log.is_new("nothing listens", at(1)));
    assert!(fault_log.clear());
    assert!(fault_log.is_new("lost", at(2)));
    assert!(!fault_log.is_new("nothing listens", at(3)));
    assert!(fault_log.is_new("nothing listens", at(12)));
    assert!(!fault_log.is_new("nothing listens", at(100)));
}
