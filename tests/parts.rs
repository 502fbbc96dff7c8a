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
fn every_part_is_reported_and_required_parts_are_present() -> Result<()> {
    for part in ALL {
        match part.find() {
            Ok(what) => report(&format!("real: {what}"))?,
            Err(reason) => report(&format!("missing: {reason:#}"))?,
        }
    }
    present(&ALL)?;
    Ok(())
}
