use super::*;

#[test]
fn a_version_is_read_as_people_write_it() {
    for text in ["3.3", "v3.3", "3.3.6", "v3.3.0"] {
        let version: TraefikVersion = text.parse().unwrap();
        assert_eq!(version.to_string(), "3.3", "{text}");
    }
    for text in [
        "", "v", "3", "latest", "3.", ".3", "3.x", "3.+3", "3.3.6.1", "3.3-rc1", "3.70000",
    ] {
        let error = text.parse::<TraefikVersion>().unwrap_err();
        assert!(error.contains("v3.3.6"), "{text}: {error}");
    }
}

#[test]
fn versions_are_ordered_as_numbers() {
    let version = |text: &str| text.parse::<TraefikVersion>().unwrap();
    assert!(version("3.10") > version("3.9"));
    assert!(version("2.11") < TraefikVersion::OLDEST);
    assert_eq!(version("3.10").nearest_known(), TraefikVersion::NEWEST);
    assert_eq!(version("2.11").nearest_known(), TraefikVersion::OLDEST);
    assert_eq!(version("3.3").nearest_known(), version("3.3"));
}

#[test]
fn all_known_ones_are_listed() {
    let known: Vec<TraefikVersion> = TraefikVersion::known().collect();
    assert_eq!(known.first(), Some(&TraefikVersion::OLDEST));
    assert_eq!(known.last(), Some(&TraefikVersion::NEWEST));
    assert!(known.is_sorted() && known.len() == 8);
}
