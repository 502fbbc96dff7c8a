//! Compares our reading of labels with that of Traefik's own Docker provider, element by element,
//! with one list of the intended differences.

mod churn;
mod compare;
mod corpus;
mod each;
mod elements;
mod fields;
mod random;
mod rig;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::harness::{needs, root, soon};
use compare::Reasons;
use corpus::{Corpus, Round};
use random::Dice;
use rig::{Rig, Settings};

/// The setting that gives the random containers another seed.
const SEED: &str = "DIFFERENTIAL_SEED";

/// The number of rounds with different settings that run at once.
const SIDE_BY_SIDE: usize = 4;

/// The number of random containers.
const RANDOM: usize = 500;

/// The number of containers that are then changed.
const CHANGED: usize = 160;

/// The number of times that they are changed and compared.
const ROUNDS: usize = 3;

#[test]
fn every_reason_is_needed() -> Result<()> {
    let mut differs = Corpus::read(&folder().join("corpus"))?.differs;
    let rounds = Round::read(&folder().join("rounds"), &folder().join("corpus"))?;
    differs.extend(rounds.into_iter().flat_map(|round| round.corpus.differs));
    let reasons = reasons()?;
    let unused: Vec<&str> = reasons.unused(&differs).collect();
    ensure!(unused.is_empty(), "nothing differs because of {unused:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_label_gives_traefiks_elements() -> Result<()> {
    needs!(Traefik);
    let mut corpus = Corpus::read(&folder().join("corpus"))?;
    corpus.containers.extend(each::containers()?);
    compare("the corpus", &corpus, &Settings::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_mean_what_they_mean_to_traefik() -> Result<()> {
    needs!(Traefik);
    let rounds = Round::read(&folder().join("rounds"), &folder().join("corpus"))?;
    // They mostly wait, so some run side by side.
    stream::iter(rounds)
        // An async closure here breaks the compiler (1.95) when it builds a change upon the last.
        .map(|round| async move {
            let done = compare(&round.name, &round.corpus, &round.settings).await;
            done.with_context(|| round.name)
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn random_labels_give_traefiks_elements() -> Result<()> {
    needs!(Traefik);
    let seed = seed()?;
    let corpus = Corpus {
        containers: random::containers(seed, RANDOM)?,
        differs: Vec::new(),
    };
    let round = format!("{SEED}={seed}");
    compare(&round, &corpus, &Settings::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_follow_changes_in_the_same_way() -> Result<()> {
    needs!(Traefik);
    let seed = seed()?;
    let mut dice = Dice(seed);
    let containers = random::containers(seed, CHANGED)?;
    let mut rig = Rig::start(&containers, &Settings::default()).await?;
    for round in 1..=ROUNDS {
        churn::change(&rig.engine, &mut dice, CHANGED / 4).await?;
        rig.sentinel().await?;
        // A container that restarted during a list of the agent comes back with the next one: this
        // one may show its former ports.
        let report = soon("both sides say the same", async || {
            let report = compare::compare(&rig.sides().await?, &[], &reasons()?)?;
            report.check().map(|()| report)
        });
        let report = report.await?;
        let containers = rig.engine.names().len();
        report.print(&format!("{SEED}={seed}, changes {round}"), containers)?;
    }
    Ok(())
}

/// Runs one round.
async fn compare(round: &str, corpus: &Corpus, settings: &Settings) -> Result<()> {
    let mut rig = Rig::start(&corpus.containers, settings).await?;
    let report = compare::compare(&rig.sentinel().await?, &corpus.differs, &reasons()?)?;
    report.print(round, corpus.containers.len())?;
    report.check()
}

fn seed() -> Result<u64> {
    let seed = std::env::var(SEED).ok();
    Ok(seed.map_or(Ok(1), |seed| seed.parse())?)
}

fn reasons() -> Result<Reasons> {
    Reasons::read(&folder().join("reasons.yml"))
}

fn folder() -> PathBuf {
    root().join("tests/conformance/differential")
}
