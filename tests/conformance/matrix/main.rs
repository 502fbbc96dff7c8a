//! The version matrix: compares `schema.json`, our own validation and real Traefiks of seven minor
//! versions, and reports every point on which the three disagree.

#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the other tests use all of it, this one little"
)]
#[path = "../../harness/mod.rs"]
mod harness;

// The documents and their expected results.
mod cases;

// Documents, and what a real Traefik makes of them.
mod verdict;

// The facts, read a second time.
mod language;

// One case on one version, and whether all agree.
mod trial;

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use traefik_config::TraefikVersion;

use harness::{report, traefik_of};
use language::Language;
use trial::Trial;

/// The versions of Traefik, the oldest first; `scripts/matrix.sh` installs them. There is no build
/// of 3.1: 3.0 rejects its fields and 3.2 accepts them.
const VERSIONS: [&str; 7] = [
    "3.0.4", "3.2.3", "3.3.6", "3.4.3", "3.5.3", "3.6.15", "3.7.15",
];

#[tokio::test]
#[ignore = "needs a Traefik of each minor version: `make test-matrix`"]
async fn facts_validation_and_traefik_agree_on_every_field_of_every_version() -> Result<()> {
    let start = Instant::now();
    let (oldest, newest) = (VERSIONS[0], VERSIONS[VERSIONS.len() - 1]);
    ensure!(newest.starts_with(&TraefikVersion::NEWEST.to_string()));
    ensure!(oldest.starts_with(&TraefikVersion::OLDEST.to_string()));
    let all = Language::of(newest)?;
    let mut together = Vec::new();
    let mut alone = Vec::new();
    for version in VERSIONS {
        traefik_of(version)?;
        let language = Language::of(version)?;
        together.push(Trial::all(version, cases::whole(&language)?));
        let mut cases = cases::newer(&language, &all)?;
        cases.extend(cases::invented(&language)?);
        // The versions in between have the reader of one of these.
        if version == oldest || version == newest {
            cases.extend(cases::values()?);
        }
        alone.extend(Trial::all(version, cases));
    }
    let mut wrong = Vec::new();
    let mut fields = BTreeMap::new();
    for trials in together {
        let version = trials.first().context("no elements")?.version;
        fields.insert(version, Language::of(version)?.count()?);
        wrong.extend(trial::together(trials).await?);
    }
    let trials = trial::alone(alone).await?;
    for version in VERSIONS {
        let trials = trials.iter().filter(|trial| trial.version == version);
        let (refused, accepted): (Vec<_>, Vec<_>) = trials.partition(|trial| trial.is_refused());
        report(&format!(
            "Traefik {version}: {} fields taken in one document; of single documents {} refused \
             and {} taken",
            fields[version],
            refused.len(),
            accepted.len()
        ))?;
    }
    wrong.extend(trials.iter().filter_map(Trial::disagreement));
    report(&format!(
        "matrix: {} fields × {} versions, {} documents, {} disagreements, {} s",
        fields[newest],
        VERSIONS.len(),
        trials.len() + VERSIONS.len(),
        wrong.len(),
        start.elapsed().as_secs()
    ))?;
    ensure!(
        wrong.is_empty(),
        "not as they should be:\n{}",
        wrong.join("\n")
    );
    Ok(())
}
