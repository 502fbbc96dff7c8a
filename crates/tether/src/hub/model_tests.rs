//! Compares fleet and merger with a naive model, over random events of a few agents.
//!
//! The model keeps all events and computes everything from scratch; time is a number that events
//! add to. There are three names, each used by three processes: two on one machine, one on another.
//! The first two names share their machine, as a host does that is renamed.

mod events;
mod expected;
mod world;

use proptest::prelude::*;

use events::event;
use world::World;

proptest! {
    // 400 runs of 250 events on average: 100,000.
    #![proptest_config(ProptestConfig {
        cases: 400,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_hub_says_what_a_naive_model_says(events in proptest::collection::vec(event(), 0..=500)) {
        let mut world = World::new();
        for event in &events {
            world.apply(event)?;
        }
    }
}
