use super::{Code, TEXTS};

#[test]
fn names_are_those_of_the_wire() {
    for code in Code::ALL.into_iter().chain([Code::Unknown]) {
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
    }
}

#[test]
fn every_code_is_listed_once() {
    let mut codes = Code::ALL.to_vec();
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), Code::Unknown as usize, "in ALL: {codes:?}");
}

#[test]
fn every_code_has_its_own_texts() {
    for (at, (code, ..)) in TEXTS.iter().enumerate() {
        assert_eq!(*code as usize, at, "{code:?}");
    }
}
