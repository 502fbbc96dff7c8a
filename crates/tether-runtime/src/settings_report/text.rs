//! Writes a report as a table for people.

use std::fmt::Write as _;

use serde_json::Value;

use super::report::{Report, Setting, Source};
use crate::text::printable_up_to;

/// Values longer than this move the source to the right instead of widening the column.
const VALUE_WIDTH_MAX: usize = 40;

/// The report as lines of flag, value and source below their headings.
pub fn text(report: &Report) -> String {
    let mut text = table(report, |setting| setting.flag.as_str());
    if let Some(agent) = &report.agent {
        // These flags are the agent's: the program has only the variables.
        text.push_str("\nThe agent inside the hub\n\n");
        text.push_str(&table(agent, |setting| {
            setting.variable.as_deref().unwrap_or(&setting.flag)
        }));
    }
    text
}

fn table(report: &Report, name: fn(&Setting) -> &str) -> String {
    let rows: Vec<[String; 3]> = report
        .settings
        .iter()
        .map(|setting| row(setting, name(setting)))
        .collect();
    let names = rows.iter().map(|[name, ..]| name.len()).max();
    let names = names.unwrap_or_default();
    let with_source = rows.iter().filter(|[.., source]| !source.is_empty());
    let values = with_source.map(|[_, value, _]| value.chars().count());
    let values = values.filter(|width| *width <= VALUE_WIDTH_MAX).max();
    let values = values.unwrap_or_default();
    let mut text = String::new();
    for group in groups(report) {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{group}");
        for (setting, [name, value, source]) in report.settings.iter().zip(&rows) {
            if setting.group == group {
                let line = format!("  {name:names$}  {value:values$}  {source}");
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
    }
    text
}

/// The headings, in the order of their first settings.
fn groups(report: &Report) -> Vec<&str> {
    let mut groups: Vec<&str> = Vec::new();
    for setting in &report.settings {
        if !groups.contains(&setting.group.as_str()) {
            groups.push(&setting.group);
        }
    }
    groups
}

fn row(setting: &Setting, name: &str) -> [String; 3] {
    let value = match (&setting.source, &setting.when_unset) {
        (Source::Unset, Some(what)) => format!("not set: {what}"),
        (Source::Unset, None) => "not set".to_owned(),
        _ => shown(&setting.value),
    };
    let source = match &setting.source {
        Source::Unset => String::new(),
        Source::Default => "default".to_owned(),
        Source::Variable(name) => name.clone(),
        Source::Flag(flag) => flag.clone(),
        Source::File(path) => format!("file {path}"),
    };
    [name.to_owned(), line(&value), line(&source)]
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Keeps a value on its line, whatever it contains.
fn line(text: &str) -> String {
    printable_up_to(text, usize::MAX)
}
