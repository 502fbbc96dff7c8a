//! Compares what `tetherd explain` says about a container with what a request through Traefik gets.
//!
//! The files of `truth/` hold containers of the kind that public bug reports show.

mod cases;
mod world;

use anyhow::{Result, ensure};

use crate::harness::{needs, report};
use cases::Case;
use world::{Answer, World};

/// The least number of containers.
const CASES: usize = 80;

/// What is known about one container.
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
    /// True if the verdict says what the request gets.
    fn agrees(&self) -> bool {
        self.answer.is_as_meant(&self.case) == (self.verdict == "routed")
    }
}

#[tokio::test]
async fn the_verdict_is_what_a_request_gets() -> Result<()> {
    needs!(Traefik);
    let rows = ask_everything().await?;
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
    report(&format!(
        "{} of {} verdicts are what a request gets",
        rows.len() - wrong.len(),
        rows.len()
    ))?;
    let alarms: Vec<String> = rows.iter().filter_map(false_alarm).collect();
    ensure!(alarms.is_empty(), "false alarms: {alarms:#?}");
    ensure!(wrong.len() * 10 <= rows.len(), "{} are wrong", wrong.len());
    Ok(())
}

async fn ask_everything() -> Result<Vec<Row>> {
    let cases = cases::read()?;
    ensure!(cases.len() >= CASES, "only {} containers are left", cases.len());
    let world = World::start(&cases).await?;
    world.settle(&cases).await?;
    let mut rows = Vec::new();
    let verdicts = world.verdicts().await?;
    for case in cases {
        let answer = world.answer(&case).await?;
        let (verdict, problems) = verdicts.get(&case.name).cloned().unwrap_or_default();
        rows.push(Row { case, answer, verdict, problems });
    }
    Ok(rows)
}

/// A problem of a container that gets what it asks for.
fn false_alarm(row: &Row) -> Option<String> {
    let served = row.answer.is_as_meant(&row.case);
    let text = format!("{}: {}", row.case.name, row.problems.join(" / "));
    (served && !row.problems.is_empty()).then_some(text)
}
