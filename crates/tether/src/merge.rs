//! Many engines and the local file in, one configuration out: the merge rules in their order.
//!
//! Pure: the outcome depends on the agents' words, on who is held, on the local file and on the
//! policy, never on the order in which they came. What concerns one engine alone (rule 1, its own
//! references, what its elements mean) is done once for each push, in
//! [`compile`](crate::compile).

mod conflicts;
mod elements;
mod equivalence;
mod merged;
mod names;
mod output;
mod plan;
mod policy;
mod ranked;
mod reference;
mod servers;
mod swarms;

use crate::compile::AgentRoutes;
use ranked::Ranked;

pub use elements::Elements;
pub use merged::Merged;
pub use policy::Policy;

/// Merges the agents of one environment, and the local file if it is among them.
pub fn merge(agents: &[AgentRoutes], policy: &Policy) -> Merged {
    let ranked = Ranked::of(agents, policy);
    let classes = equivalence::classes(&ranked);
    let plan = plan::plan(&ranked, &classes);
    let names = names::names(&ranked, &classes, &plan);
    let conflicts = conflicts::conflicts(&ranked, &plan, &names, policy);
    output::output(&ranked, &classes, &plan, &names, &conflicts)
}
