//! Runs `tether config`, `check`, `healthcheck` and `settings`.

mod fetch;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use tether_runtime::server_url::ServerUrl;
use tether_runtime::settings_report::{self, Report};
use traefik_config::{Problem, Severity, shown};

use crate::local_file::{CheckReport, Templates, check_document, check_path};
use crate::settings::{CheckSettings, ConfigSettings, HealthSettings, ReaderSettings};
use fetch::fetch;

/// The check has findings.
const EXIT_PROBLEMS: u8 = 1;

/// It cannot be read.
const EXIT_UNREADABLE: u8 = 2;

/// Prints the configuration that a running hub serves.
pub async fn config(settings: ConfigSettings) -> ExitCode {
    let url = match &settings.url {
        Some(url) => url.clone(),
        None => format!("http://127.0.0.1:{}", settings.reader.port),
    };
    let document = match fetch_config(&url, &settings.format, &settings.reader).await {
        Ok(document) => document,
        Err(error) => return fail(&error),
    };
    let text = match settings.format.as_str() {
        "json" => pretty(&document),
        _ => document,
    };
    match io::stdout().write_all(&text) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has closed the pipe, for example `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&error.into()),
    }
}

/// Checks a file, a directory, or the configuration that a hub serves.
pub async fn check(settings: CheckSettings) -> ExitCode {
    let what = &settings.what;
    let version = settings.traefik_version.or_newest().nearest_known();
    let checked = if what.contains("://") {
        let document = fetch_config(what, "json", &settings.reader).await;
        document.map(|document| check_document(what, &document, version))
    } else {
        let templates = Templates::of(&settings.template_env, std::env::vars_os());
        check_path(Path::new(what), &templates, version).map_err(anyhow::Error::msg)
    };
    match checked {
        Ok(checked) => report(what, &checked),
        Err(error) => fail(&error),
    }
}

/// Prints every setting, as JSON or as a table.
pub fn settings(report: &Report, json: bool) {
    let text = if json {
        let json = serde_json::to_vec(report).unwrap_or_default();
        pretty(&json)
    } else {
        settings_report::text(report).into_bytes()
    };
    // The reader may have closed the pipe, for example `head`.
    let _ = io::stdout().write_all(&text);
}

/// Checks the hub on this machine.
pub async fn healthcheck(settings: HealthSettings) -> ExitCode {
    let address = settings
        .address
        .filter(|address| !address.is_unspecified())
        .unwrap_or(Ipv4Addr::LOCALHOST.into());
    let url = format!("http://{}", SocketAddr::new(address, settings.port));
    let answer = match url.parse() {
        Ok(server) => fetch(&server, "/healthz", None, None).await,
        Err(why) => Err(anyhow::Error::msg(why)),
    };
    let (line, code) = match answer {
        Ok(_) => (format!("the hub at {url} is healthy"), ExitCode::SUCCESS),
        Err(error) => (format!("{error:#}"), ExitCode::FAILURE),
    };
    // The exit code is what counts.
    let _ = writeln!(io::stdout(), "{line}");
    code
}

/// Prints one line for each problem, and a summary.
fn report(what: &str, checked: &CheckReport) -> ExitCode {
    let mut text = String::new();
    for problem in &checked.problems {
        let _ = writeln!(text, "{}", line(problem));
    }
    let of = |severity| {
        let all = checked.problems.iter();
        all.filter(|problem| problem.severity == severity).count()
    };
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let _ = writeln!(
        text,
        "{}: {}, {}, {}",
        shown(what),
        count(checked.elements, "good element"),
        count(errors, "error"),
        count(warnings, "warning"),
    );
    // The reader may have closed the pipe.
    let _ = io::stdout().write_all(text.as_bytes());
    match errors + warnings {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(EXIT_PROBLEMS),
    }
}

fn line(problem: &Problem) -> String {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let file = problem.origin.file.as_deref().unwrap_or_default();
    format!("{severity}: {}: {}", shown(file), problem.message)
}

fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}

async fn fetch_config(url: &str, format: &str, reader: &ReaderSettings) -> anyhow::Result<Vec<u8>> {
    // The URL in Traefik's own configuration ends like this.
    let trimmed = url.trim_end_matches('/');
    let base = trimmed.strip_suffix("/config").unwrap_or(trimmed);
    let server: ServerUrl = base.parse().map_err(anyhow::Error::msg)?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("format", format)
        .append_pair("env", &reader.env);
    let path = format!("/config?{}", query.finish());
    let token = reader.token()?;
    fetch(&server, &path, token.as_ref(), reader.ca_file.as_deref()).await
}

/// One field per line.
fn pretty(document: &[u8]) -> Vec<u8> {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(document);
    let mut text = value
        .and_then(|value| serde_json::to_vec_pretty(&value))
        .unwrap_or_else(|_| document.to_vec());
    text.push(b'\n');
    text
}

fn fail(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {error:#}");
    ExitCode::from(EXIT_UNREADABLE)
}
