//! Compares what `tetherd explain` says about a container with what a request through Traefik gets.
//!
//! The files of `truth/` hold containers of the kind that public bug reports show.

mod cases;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Error, Result, ensure};

use crate::harness::{NEWEST_TRAEFIK, eventually, needs, report};
use cases::Case;
use world::{Answer, World};

/// The longest time until the verdicts are final.
const SETTLING: Duration = Duration::from_secs(60);

/// The least number of containers.
const CASES: usize = 80;

/// What is known about one container.
#[derive(Clone)]
struct Row {
    case: Case,
    /// What a request gets.
    answer: Answer,
    /// What `tetherd explain` says.
    verdict: String,
    /// The warnings and errors, for people.
    problems: Vec<String>,
}

impl Row {
    /// The same container with its newest verdict.
    fn with(&self, verdicts: &BTreeMap<String, (String, Vec<String>)>) -> Self {
        let (verdict, problems) = verdicts.get(&self.case.name).cloned().unwrap_or_default();
        Self {
            verdict,
            problems,
            ..self.clone()
        }
    }

    /// True if the verdict says what the request gets.
    fn agrees(&self) -> bool {
        self.answer.is_as_meant(&self.case) == (self.verdict == "routed")
    }
}

#[tokio::test]
async fn with_traefiks_api_the_verdict_is_what_a_request_gets() -> Result<()> {
    needs!(Traefik);
    compare(NEWEST_TRAEFIK, true, 100).await
}

#[tokio::test]
async fn without_traefiks_api_nearly_every_verdict_is_what_a_request_gets() -> Result<()> {
    needs!(Traefik);
    compare(NEWEST_TRAEFIK, false, 90).await
}

#[tokio::test]
#[ignore = "needs a Traefik of each minor version: `make test-matrix`"]
async fn the_verdicts_of_an_older_traefik_are_what_a_request_gets() -> Result<()> {
    for version in ["3.0.4", "3.3.6"] {
        report(version)?;
        compare(version, true, 100).await?;
        compare(version, false, 90).await?;
    }
    Ok(())
}

/// Compares all containers. Fails for a false alarm, or if less than `least` percent agree.
async fn compare(version: &str, asks: bool, least: usize) -> Result<()> {
    let rows = ask_everything(version, asks, least).await?;
    let wrong: Vec<&Row> = rows.iter().filter(|row| !row.agrees()).collect();
    for row in &wrong {
        report(&format!(
            "{}: `{}`, and a request gets {}: {}",
            row.case.name,
            row.verdict,
            row.answer.status,
            row.problems.join(" / ")
        ))?;
    }
    let right = rows.len() - wrong.len();
    let with = if asks { "with" } else { "without" };
    report(&format!(
        "{right} of {} verdicts {with} Traefik's API are what a request gets",
        rows.len()
    ))?;
    let alarms: Vec<String> = rows.iter().filter_map(false_alarm).collect();
    ensure!(alarms.is_empty(), "false alarms: {alarms:#?}");
    ensure!(right * 100 >= rows.len() * least, "{right} are right");
    Ok(())
}

/// Asks until enough verdicts agree, or the time is over.
async fn ask_everything(version: &str, asks: bool, least: usize) -> Result<Vec<Row>> {
    let cases = cases::read(version.parse().map_err(Error::msg)?)?;
    ensure!(
        cases.len() >= CASES,
        "only {} containers are left",
        cases.len()
    );
    let world = World::start(&cases, version, asks).await?;
    world.settle(&cases).await?;
    let mut rows = Vec::new();
    for case in cases {
        rows.push(Row {
            answer: world.answer(&case).await?,
            case,
            verdict: String::new(),
            problems: Vec::new(),
        });
    }
    let mut last = Vec::new();
    // A server is given time to start before it counts as failed.
    let enough_agree = eventually(SETTLING, "the verdicts are what requests get", async || {
        let verdicts = world.verdicts().await?;
        last = rows.iter().map(|row| row.with(&verdicts)).collect();
        let right = last.iter().filter(|row| row.agrees()).count();
        ensure!(right * 100 >= last.len() * least, "{right} are right");
        Ok(())
    });
    drop(enough_agree.await);
    Ok(last)
}

/// A problem of a container that gets what it asks for.
fn false_alarm(row: &Row) -> Option<String> {
    let served = row.answer.is_as_meant(&row.case);
    let text = format!("{}: {}", row.case.name, row.problems.join(" / "));
    (served && !row.problems.is_empty()).then_some(text)
}
