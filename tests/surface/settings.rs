//! `tether settings` and `tetherd settings`, by the table in `settings.yml`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::docs::variables_in;
use crate::harness::{Authority, Binaries, command, root};

/// A secret of the table, which no output shows.
const SECRETS: [&str; 4] = ["some-secret", "a-secret", "b-secret", "hunter2"];

#[test]
fn the_settings_command_shows_each_value_and_its_source() -> Result<()> {
    let table = Table::read()?;
    for (name, program) in [("tether", &table.tether), ("tetherd", &table.tetherd)] {
        for (flag, row) in &program.settings {
            let with = row.with.as_ref().unwrap_or(&program.with);
            check(name, with, flag, row).with_context(|| format!("{name} {flag}"))?;
        }
    }
    Ok(())
}

#[test]
fn every_setting_has_a_row_in_the_table() -> Result<()> {
    let table = Table::read()?;
    let none = Variables::new();
    for (name, program) in [("tether", &table.tether), ("tetherd", &table.tetherd)] {
        let report = report(&run(name, &none, &["settings", "--json"])?)?;
        let in_report = flags(&report)?;
        let in_table: BTreeSet<String> = program.settings.keys().cloned().collect();
        assert_eq!(in_table, in_report, "the table (left), {name} (right)");
        let help = run(name, &none, &["--help"])?;
        assert_eq!(
            variables(&report)?,
            variables_in(&String::from_utf8(help.stdout)?),
            "{name} settings (left), --help (right)"
        );
    }
    let with_agent = run("tether", &none, &["settings", "--json", "--docker"])?;
    let inside = flags(&report(&with_agent)?["agent"])?;
    let all: BTreeSet<String> = table.tetherd.settings.keys().cloned().collect();
    let missing: BTreeSet<String> = all.difference(&inside).cloned().collect();
    assert_eq!(missing, table.not_inside);
    Ok(())
}

#[test]
fn settings_that_depend_on_each_other_are_reported() -> Result<()> {
    let table = Table::read()?;
    for case in &table.together {
        let mut variables = case.variables.clone();
        if case.program == "tether" {
            variables.extend(table.tether.with.clone());
        }
        let arguments = case.arguments.iter().map(String::as_str);
        let arguments: Vec<&str> = ["settings", "--json"]
            .into_iter()
            .chain(arguments)
            .collect();
        let output = run(&case.program, &variables, &arguments)?;
        let report = report(&output)?;
        for (report, expected) in [(&report, &case.is), (&report["agent"], &case.agent)] {
            for (flag, (value, source)) in expected {
                let found = setting(report, flag)?;
                let by = [&found["source_name"], &found["source"]];
                let by = by.into_iter().find_map(Value::as_str);
                ensure!(
                    found["value"] == *value && by == Some(source),
                    "{case:?}: {found}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn the_settings_command_rejects_what_the_start_rejects() -> Result<()> {
    let table = Table::read()?;
    for case in &table.wrong {
        for arguments in [&[][..], &["settings"], &["settings", "--json"]] {
            let output = run(&case.program, &case.variables, arguments)?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(
                output.status.code() == Some(2) && said.contains(&case.says),
                "{case:?} {arguments:?}: {} {said}",
                output.status
            );
        }
    }
    Ok(())
}

/// The table.
#[derive(Debug, Deserialize)]
struct Table {
    #[serde(skip)]
    folder: Option<TempDir>,
    tether: Program,
    tetherd: Program,
    #[serde(rename = "not inside the hub")]
    not_inside: BTreeSet<String>,
    together: Vec<Together>,
    wrong: Vec<Wrong>,
}

type Variables = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    with: Variables,
    settings: BTreeMap<String, Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    with: Option<Variables>,
    unset: Value,
    #[serde(rename = "unset exit", default)]
    unset_exit: i32,
    variable: (String, Value),
    flag: (String, Value),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    program: String,
    #[serde(default)]
    variables: Variables,
    #[serde(default)]
    arguments: Vec<String>,
    is: BTreeMap<String, (Value, String)>,
    #[serde(default)]
    agent: BTreeMap<String, (Value, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    program: String,
    variables: Variables,
    says: String,
}

impl Table {
    fn read() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        Authority::new("table")?.issue(folder.path(), &["localhost"])?;
        std::fs::write(folder.path().join("secret"), "a-secret\n")?;
        std::fs::write(folder.path().join("user"), "me:hunter2\n")?;
        let text = std::fs::read_to_string(root().join("tests/surface/settings.yml"))?;
        let text = text.replace("{folder}", &folder.path().display().to_string());
        let mut table: Self = serde_yaml_ng::from_str(&text)?;
        table.folder = Some(folder);
        Ok(table)
    }
}

/// Holds one setting against its row: not set, set to nothing, set by each way and by both.
fn check(name: &str, with: &Variables, flag: &str, row: &Row) -> Result<()> {
    let settings = report(&run(name, with, &["settings", "--json"])?)?;
    let variable = setting(&settings, flag)?["variable"].as_str();
    let variable = variable.context("no variable")?;
    let look = |value: Option<&str>, by_flag: bool, exit: i32| {
        let mut variables = with.clone();
        variables.extend(value.map(|value| (variable.to_owned(), value.to_owned())));
        let value = Some(row.flag.0.as_str()).filter(|value| !value.is_empty());
        let arguments = [flag].into_iter().chain(value);
        let arguments = arguments.filter(|_| by_flag);
        let arguments: Vec<&str> = ["settings", "--json"]
            .into_iter()
            .chain(arguments)
            .collect();
        let output = run(name, &variables, &arguments)?;
        ensure!(output.status.code() == Some(exit), "{output:?}");
        let report = report(&output)?;
        let setting = setting(&report, flag)?;
        Ok((setting["value"].clone(), setting["source"].clone()))
    };
    let unset = if row.unset.is_null() {
        "unset"
    } else {
        "default"
    };
    let unset = (row.unset.clone(), json!(unset));
    let by_variable = (row.variable.1.clone(), json!("variable"));
    let by_flag = (row.flag.1.clone(), json!("flag"));
    let (value, empty) = (Some(row.variable.0.as_str()), Some(""));
    for (found, expected, what) in [
        (look(None, false, row.unset_exit)?, &unset, "nothing"),
        (
            look(empty, false, row.unset_exit)?,
            &unset,
            "an empty variable",
        ),
        (look(value, false, 0)?, &by_variable, "the variable"),
        (look(None, true, 0)?, &by_flag, "the flag"),
        (
            look(empty, true, 0)?,
            &by_flag,
            "the flag and an empty variable",
        ),
        (look(value, true, 0)?, &by_flag, "both"),
    ] {
        ensure!(found == *expected, "{what}: {found:?}, not {expected:?}");
    }
    Ok(())
}

/// Runs a program with just these variables. Secrets are in none of its output.
fn run(name: &str, variables: &Variables, arguments: &[&str]) -> Result<Output> {
    let binaries = Binaries::get()?;
    let program = match name {
        "tether" => &binaries.tether,
        _ => &binaries.tetherd,
    };
    let mut program = command(program);
    let output = program.envs(variables).args(arguments).output()?;
    for text in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(text);
        let leak = SECRETS.iter().find(|secret| text.contains(**secret));
        ensure!(leak.is_none(), "{leak:?} is in the output of {arguments:?}");
    }
    Ok(output)
}

fn report(output: &Output) -> Result<Value> {
    serde_json::from_slice(&output.stdout).with_context(|| format!("{output:?}"))
}

fn list(report: &Value) -> Result<&Vec<Value>> {
    report["settings"].as_array().context("no settings")
}

fn setting<'a>(report: &'a Value, flag: &str) -> Result<&'a Value> {
    let found = list(report)?.iter().find(|row| row["flag"] == flag);
    found.with_context(|| format!("{flag} is not in the report"))
}

fn flags(report: &Value) -> Result<BTreeSet<String>> {
    column(report, "flag")
}

fn variables(report: &Value) -> Result<BTreeSet<String>> {
    column(report, "variable")
}

fn column(report: &Value, name: &str) -> Result<BTreeSet<String>> {
    let cells = list(report)?.iter().map(|row| row[name].as_str());
    let cells = cells.map(|cell| cell.map(str::to_owned).context("no text"));
    cells.collect()
}
