use serde_json::json;

use super::*;

#[test]
fn the_length_counts_where_nothing_is_said() {
    for (section, body, expected) in [
        (Section::Http, json!({ "rule": "Host(`é`)" }), Some(10)),
        (
            Section::Http,
            json!({ "rule": "Host(`a`)", "priority": 3 }),
            Some(3),
        ),
        (
            Section::Http,
            json!({ "rule": "Host(`a`)", "priority": 0 }),
            Some(9),
        ),
        (
            Section::Http,
            json!({ "rule": "Host(`a`)", "priority": -3 }),
            Some(-3),
        ),
        (Section::Tcp, json!({ "rule": "HostSNI(`*`)" }), Some(-1)),
        (
            Section::Tcp,
            json!({ "rule": "(!hostsni( \"*\"))" }),
            Some(-1),
        ),
        (Section::Tcp, json!({ "rule": "HostSNI(`a`)" }), Some(12)),
        (
            Section::Tcp,
            json!({ "rule": "HostSNI(`*`) && ALPN(`h2`)" }),
            Some(26),
        ),
        (Section::Udp, json!({ "service": "a" }), None),
    ] {
        assert_eq!(priority(section, &body), expected, "{body}");
    }
}
