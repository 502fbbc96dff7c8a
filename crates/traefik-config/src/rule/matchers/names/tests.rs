use super::*;

#[test]
fn a_name_has_four_spellings() {
    let named = |written| named(Section::Http, Syntax::V3, written);
    for good in ["HostRegexp", "hostregexp", "HOSTREGEXP", "Hostregexp"] {
        assert_eq!(named(good), Some("HostRegexp"), "{good}");
    }
    for bad in ["hostRegexp", "HostRegExp", "HOSTregexp", "Hosts", "", "h"] {
        assert_eq!(named(bad), None, "{bad}");
    }
}
