use serde_json::json;

use super::*;

#[test]
fn three_formats_say_the_same() {
    let expected = json!({ "a": { "b": [1, true, "x", 1.5] } });
    for (name, text) in [
        ("x.yml", "a:\n  b: [1, true, x, 1.5]\n"),
        ("x.YAML", "a: {b: [1, true, 'x', 1.5]}"),
        (
            "x.json",
            "\u{feff}{\"a\":\n\t{\"b\": [1, true, \"x\", 1.5]}}",
        ),
        ("x.toml", "[a]\nb = [1, true, 'x', 1.5]"),
    ] {
        assert_eq!(
            values(name, text.as_bytes()),
            Ok(expected.clone()),
            "{name}"
        );
    }
}

#[test]
fn what_stands_in_several_places_may_be_written_once() {
    let text = "x-one: &one { a: 1, b: 2 }\ntwo: { <<: *one, b: 3 }\nthree: *one";
    let value = values("x.yml", text.as_bytes()).unwrap();
    assert_eq!(value["two"], json!({ "a": 1, "b": 3 }));
    assert_eq!(value["three"], json!({ "a": 1, "b": 2 }));
}

#[test]
fn an_empty_file_says_nothing() {
    for name in ["x.yml", "x.json"] {
        assert_eq!(values(name, b" \n"), Ok(Value::Null), "{name}");
    }
    assert_eq!(values("x.toml", b""), Ok(json!({})));
}

#[test]
fn a_fault_says_where_it_is_and_keeps_values_to_itself() {
    let cases: [(&str, &[u8], &str); 9] = [
        (
            "x.yml",
            b"a: !!int hunter2\n",
            "line 1, column 4: a value does not match its tag",
        ),
        ("x.yml", b"a: 1\nb: [hunter2\nc: 3\n", "line 3, column 2: "),
        ("x.yml", b"a: hunter2\na: 2\n", "line 1, column 1: "),
        ("x.yml", b"a: *hunter\n", "line 1, column 4: unknown anchor"),
        (
            "x.json",
            b"{\"a\": hunter2}",
            "line 1, column 7: expected value",
        ),
        (
            "x.json",
            b"{\"a\": \"hunter2\",\n\"a\": 2}",
            "line 2, column 7: the name `a` occurs twice",
        ),
        ("x.toml", b"a = 1\nb = hunter2\n", "line 2, column 5: "),
        (
            "x.toml",
            b"a = 'hunter2'\na = 2\n",
            "line 2, column 1: duplicate key",
        ),
        (
            "x.yml",
            b"a: 1\nb: \xff\n",
            "line 2, column 4: it is not UTF-8",
        ),
    ];
    for (name, text, expected) in cases {
        let fault = values(name, text).unwrap_err().to_string();
        assert!(fault.starts_with(expected), "{name}: {fault}");
        assert!(!fault.contains("hunter2"), "{fault}");
    }
}

#[test]
fn depth_has_an_end() {
    let deep = "[".repeat(100_000);
    for name in ["x.yml", "x.json", "x.toml"] {
        let text = format!("{}{deep}", if name == "x.toml" { "a = " } else { "" });
        assert!(values(name, text.as_bytes()).is_err(), "{name}");
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let below = format!("*a{}, ", at - 1).repeat(9);
        bomb += &format!("a{at}: &a{at} [{below}]\n");
    }
    assert!(values("x.yml", bomb.as_bytes()).is_err());
}
