//! Generates `web/src/lib/wire.ts` from the types of the dashboard, and checks that it is
//! committed.
//!
//! traefik-config has no dependency on TypeScript, so its types are mirrored here. The mirrors
//! cannot drift: they must read every value that serde writes for the originals, and the matches
//! below do not compile after a variant or a field is added.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ts_rs::{Config, TS};

use super::state;

/// A part of Traefik's configuration.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub(super) enum Section {
    Http,
    Tcp,
    Udp,
    Tls,
}

/// How bad a problem is for its owner.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    Info,
    Warning,
    Error,
}

/// The origin of something; unknown fields are left out.
#[derive(Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub(super) struct Origin {
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl From<traefik_config::Section> for Section {
    fn from(section: traefik_config::Section) -> Self {
        match section {
            traefik_config::Section::Http => Self::Http,
            traefik_config::Section::Tcp => Self::Tcp,
            traefik_config::Section::Udp => Self::Udp,
            traefik_config::Section::Tls => Self::Tls,
        }
    }
}

impl From<traefik_config::Severity> for Severity {
    fn from(severity: traefik_config::Severity) -> Self {
        match severity {
            traefik_config::Severity::Info => Self::Info,
            traefik_config::Severity::Warning => Self::Warning,
            traefik_config::Severity::Error => Self::Error,
        }
    }
}

impl From<traefik_config::Origin> for Origin {
    fn from(origin: traefik_config::Origin) -> Self {
        let traefik_config::Origin {
            agent,
            engine,
            container,
            label,
            file,
        } = origin;
        Self {
            agent,
            engine,
            container,
            label,
            file,
        }
    }
}

#[test]
fn the_mirrors_read_and_write_what_the_originals_do() {
    fn check<T, M>(original: T)
    where
        T: Clone + Serialize,
        M: From<T> + std::fmt::Debug + PartialEq + Serialize + DeserializeOwned,
    {
        let written = serde_json::to_value(original.clone()).unwrap();
        assert_eq!(
            serde_json::from_value::<M>(written.clone()).unwrap(),
            M::from(original.clone())
        );
        assert_eq!(serde_json::to_value(M::from(original)).unwrap(), written);
    }
    for section in traefik_config::Section::ALL {
        check::<_, Section>(section);
    }
    use traefik_config::Severity::{Error, Info, Warning};
    for severity in [Info, Warning, Error] {
        check::<_, Severity>(severity);
    }
    let some = || Some("x".to_owned());
    check::<_, Origin>(traefik_config::Origin::default());
    check::<_, Origin>(traefik_config::Origin {
        agent: some(),
        engine: some(),
        container: some(),
        label: some(),
        file: some(),
    });
}

/// `UPDATE_EXPECT=1` writes the file.
#[test]
fn the_dashboard_knows_the_wire() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/lib/wire.ts");
    let rendered = rendered();
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &rendered).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        rendered, committed,
        "web/src/lib/wire.ts is not what dashboard/state.rs says: run the tests with UPDATE_EXPECT=1"
    );
}

fn rendered() -> String {
    // Milliseconds and snapshots stay below 2^53, so JavaScript numbers are exact.
    let config = Config::new().with_large_int("number");
    let mut text = String::from(
        "// Rendered from crates/tether/src/dashboard/state.rs by its tests. Do not edit:\n\
         // change the Rust types and run `UPDATE_EXPECT=1 cargo test -p tether wire`.\n",
    );
    let mut add = |docs: Option<String>, declaration: String| {
        let docs = docs.unwrap_or_default();
        text.push_str(&tidy(&format!("\n{docs}export {declaration}\n")));
    };
    macro_rules! add {
        ($($type:ty),* $(,)?) => { $(add(<$type>::docs(), <$type>::decl(&config));)* };
    }
    add!(
        state::State,
        state::Change,
        state::Removed,
        state::HubView,
        state::GatewayRow,
        state::GatewayState,
        state::AgentView,
        state::EngineView,
        state::RouteView,
        state::RouteStatus,
        state::RouterStatus,
        state::Reachability,
        state::ServerView,
        state::ProblemView,
        state::Liveness,
        Section,
        Severity,
        Origin,
    );
    text
}

/// One field per line, one line per comment.
fn tidy(text: &str) -> String {
    let text = text.replace("/**\n * ", "/** ").replace("\n */", " */");
    let mut tidied = String::new();
    let mut in_braces = false;
    for line in text.lines().map(str::trim_end) {
        let is_edge = line.ends_with('{') || line == "};" || line.is_empty();
        tidied += if in_braces && !is_edge { "  " } else { "" };
        // A type with comments ends in the line of its last field.
        match line.strip_suffix(" };") {
            Some(last) if in_braces => tidied.extend([last, "\n};\n"]),
            _ => tidied.extend([line, "\n"]),
        }
        in_braces = (in_braces || line.ends_with('{')) && !line.ends_with("};");
    }
    tidied
}
