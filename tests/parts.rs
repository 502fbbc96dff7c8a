//! Reports which real programs this run uses.

use anyhow::Result;

use crate::harness::{Part, present, report};

const ALL: [Part; 8] = [
    Part::Machines,
    Part::Docker,
    Part::Swarm,
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
            Ok(what) => report(&format!("real: {what}"))?,
            Err(reason) => report(&format!("missing: {reason:#}"))?,
        }
    }
    present(&ALL)?;
    Ok(())
}
