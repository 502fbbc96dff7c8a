use super::*;

const FUNCTIONS: [Function; 2] = [
    Function {
        name: "IsNetworkError",
        arguments: &[],
        result: None,
    },
    Function {
        name: "Attempts",
        arguments: &[Type::Whole, Type::Text],
        result: Some(Type::Decimal),
    },
];

#[test]
fn the_first_fault_is_told() {
    for (text, said) in [
        ("", "ends where"),
        ("IsNetworkError() &&", "ends where"),
        (
            "Attempts(1, `a`) >",
            "not compared with a number with a dot",
        ),
        (
            "Attempts(1, `a`) > 1",
            "not compared with a number with a dot",
        ),
        ("Attempts(1, `a`)", "has to be compared"),
        ("Attempts(1) > 0.5", "argument 2"),
        ("Attempts(1.0, `a`) > 0.5", "argument 1"),
        ("IsNetworkError(1)", "never closed"),
        ("Attempts < 0.2", "write `Attempts()`"),
        ("(IsNetworkError()", "never closed"),
        ("IsNetworkErrors()", "not one of its functions"),
        ("IsNetworkError() IsNetworkError()", "missing"),
        ("2 < Attempts()", "does not begin"),
        ("Attempts(1, `a`) < -1", "`-1` is not understood"),
        ("Attempts(1, `a`) = 1", "`= 1` is not understood"),
        ("$Attempts() < 1", "not understood"),
        ("Attempts(\"a) < 1", "not understood"),
    ] {
        let fault = fault(text, &FUNCTIONS).expect(text);
        assert!(fault.contains(said), "{text}: {fault}");
    }
}

#[test]
fn what_is_fine_has_no_fault() {
    for text in [
        "IsNetworkError()",
        "!IsNetworkError() || (Attempts(2, \"a b\") <= 2.5 && Attempts(1, `a`) != 0.1)",
        "Attempts(1, `a`,) < .5",
    ] {
        assert_eq!(fault(text, &FUNCTIONS), None, "{text}");
    }
}
