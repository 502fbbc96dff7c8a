use super::render;

fn rendered(source: &str) -> Result<String, String> {
    render("app.yml", source, &|name| match name {
        "DOMAIN" => Ok("example.com".to_owned()),
        "EMPTY" => Ok(String::new()),
        other => Err(format!("`{other}` may not be read")),
    })
}

#[test]
fn templates_are_evaluated_as_in_traefiks_file_provider() {
    for (source, expected) in [
        ("Host(`app.{{env \"DOMAIN\"}}`)", "Host(`app.example.com`)"),
        ("{{ env `EMPTY` | default `home.lan` }}", "home.lan"),
        ("{{ range split `a,b` `,` }}[{{ . }}]{{ end }}", "[a][b]"),
        ("{{ if env `EMPTY` }}a{{ else }}b{{ end }}", "b"),
        ("{{ normalize `A b/c` }}", "A-b-c"),
        (
            "{{ range $i, $e := until 3 }}r{{ $i }} {{ end }}",
            "r0 r1 r2 ",
        ),
        ("{{ if . }}a{{ else }}b{{ end }}", "b"),
    ] {
        assert_eq!(rendered(source).as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (source, expected) in [
        (
            "a\n{{ env `SECRET` }}",
            "at line 2, character 4: `env`: `SECRET` may not be read",
        ),
        ("{{ now }}", "the function `now` cannot be used here"),
        ("{{ if }}", "at character"),
    ] {
        let why = rendered(source).unwrap_err();
        assert!(why.contains(expected), "{source}: {why}");
    }
}

#[test]
fn a_large_file_is_no_rule() {
    let line = "# {{ `x` }} and a comment of some length, as people write them\n";
    let large = line.repeat(20_000);
    assert!(rendered(&large).is_ok_and(|text| text.len() > 1_000_000));
    let endless = "{{ range until 4000 }}{{ range until 4000 }}{{ . }}{{ end }}{{ end }}";
    assert!(rendered(endless).unwrap_err().contains("more than"));
}
