use super::*;

#[test]
fn a_link_names_the_port_only_where_it_must() {
    let ports = BTreeMap::from([("web".to_owned(), 80), ("alt".to_owned(), 8080)]);
    let link = |tls, used: &[&str]| {
        let used: Vec<_> = used.iter().map(ToString::to_string).collect();
        links(
            Section::Http,
            &["a.localhost".to_owned()],
            tls,
            &used,
            &ports,
        )
    };
    assert_eq!(link(false, &[]), ["http://a.localhost/"]);
    assert_eq!(link(false, &["alt"]), ["http://a.localhost:8080/"]);
    assert_eq!(link(true, &[]), ["https://a.localhost/"]);
    assert!(links(Section::Tcp, &["a".to_owned()], true, &[], &ports).is_empty());
}
