use super::*;

const FUNCTIONS: [Function; 2] = [
    Function {
        name: "IsNetworkError",
        is_condition: true,
    },
    Function {
        name: "Attempts",
        is_condition: false,
    },
];

#[test]
fn the_first_fault_is_told() {
    for (text, said) in [
        ("", "ends where"),
        ("IsNetworkError() &&", "ends where"),
        ("Attempts() >", "compared with nothing"),
        ("Attempts()", "has to be compared"),
        ("Attempts < 2", "write `Attempts()`"),
        ("(IsNetworkError()", "never closed"),
        ("IsNetworkErrors()", "not one of its functions"),
        ("IsNetworkError() Attempts() < 2", "missing"),
        ("2 < Attempts()", "does not begin"),
    ] {
        let fault = fault(text, &FUNCTIONS).expect(text);
        assert!(fault.contains(said), "{text}: {fault}");
    }
}

#[test]
fn what_is_fine_or_unknown_has_no_fault() {
    for text in [
        "IsNetworkError()",
        "!IsNetworkError() || (Attempts() <= 2 && Attempts() != 1)",
        "Attempts(50.0, \"a b\") == \"GET\"",
        "Attempts() < -1",
        "Attempts() + 1 < 2",
    ] {
        assert_eq!(fault(text, &FUNCTIONS), None, "{text}");
    }
}
