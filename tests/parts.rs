//! The parts of this machine in, a line for each out: what is real in this run and what not.

use anyhow::Result;

use crate::harness::{Part, present, say};

const ALL: [Part; 7] = [
    Part::Machines,
    Part::Docker,
    Part::Podman,
    Part::Rootless,
    Part::Traefik,
    Part::Browser,
    Part::Web,
];

#[test]
fn every_part_is_named_and_all_are_here_where_they_are_required() -> Result<()> {
    for part in ALL {
        match part.find() {
            Ok(what) => say(&format!("real: {what}"))?,
            Err(reason) => say(&format!("missing: {reason:#}"))?,
        }
    }
    present(&ALL)?;
    Ok(())
}
