//! The rows of a report.

use serde::Serialize;
use serde_json::Value;

/// The settings of one program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The program's name.
    pub program: &'static str,
    /// All of its settings, in the order of `--help`.
    pub settings: Vec<Setting>,
    /// The settings of the agent that runs inside this program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<Report>>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its flag, such as `--port`.
    pub flag: String,
    /// Its environment variable.
    pub variable: Option<String>,
    /// Its heading in `--help`.
    pub group: String,
    /// Its effective value, with secrets redacted; null if it is not set.
    pub value: Value,
    /// The source of the value.
    #[serde(flatten)]
    pub source: Source,
    /// The effect of not setting it, if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when_unset: Option<String>,
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "source", content = "source_name", rename_all = "lowercase")]
pub enum Source {
    /// The setting is not set and has no default.
    Unset,
    /// The program's default.
    Default,
    /// The environment variable of this name.
    Variable(String),
    /// This flag.
    Flag(String),
    /// The file at this path.
    File(String),
}

impl Report {
    /// The setting with this flag.
    pub fn setting(&mut self, flag: &str) -> Option<&mut Setting> {
        let mut settings = self.settings.iter_mut();
        settings.find(|setting| setting.flag == flag)
    }

    /// Adds the effect of a setting that is not set; does nothing if it is set.
    pub fn when_unset(&mut self, flag: &str, what: &str) {
        if let Some(setting) = self.setting(flag) {
            let is_unset = setting.source == Source::Unset;
            setting.when_unset = is_unset.then(|| what.to_owned());
        }
    }
}
