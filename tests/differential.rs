//! Labels in, what Traefik's own Docker provider makes of them against what we make of them out:
//! element by element, with one list of the differences that are meant.

mod compare;
mod corpus;
mod elements;
mod rig;

use anyhow::Result;

use crate::harness::{Part, need, root};
use compare::Reasons;
use corpus::Corpus;
use rig::Settings;

#[tokio::test(flavor = "multi_thread")]
async fn every_label_means_what_it_means_to_traefik() -> Result<()> {
    if !need(&[Part::Traefik])? {
        return Ok(());
    }
    let folder = root().join("tests/differential");
    let reasons = Reasons::read(&folder.join("reasons.yml"))?;
    let corpus = Corpus::read(&folder.join("corpus"))?;
    let sides = rig::run(&corpus.containers, &Settings::default()).await?;
    let report = compare::compare(&sides, &corpus.differs, &reasons)?;
    report.say(corpus.containers.len())?;
    report.check()
}
