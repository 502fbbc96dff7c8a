//! Fleet and merger against a naive model: random lives of a few agents in, the same answer of
//! both after every event.
//!
//! The model keeps what happened and works everything out anew; time is a number that events add
//! to. Three names, each with three processes that want it: two of one machine, one of another.

mod events;
mod expected;
mod world;

use proptest::prelude::*;

use events::event;
use world::World;

proptest! {
    // 400 lives of 250 events on average: 100,000.
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
            world.happen(event)?;
        }
    }
}
