//! Merges many engines and the local file into one configuration: the merge rules in their order.
//!
//! Pure: the outcome depends on the agents' routes, on which agents are held, on the local file and
//! on the policy, never on the order of arrival. Whatever concerns one engine alone (rule 1, its
//! own references, signatures) is done in [`compile`](crate::compile), once for each push.

mod conflicts;
mod elements;
mod equivalence;
mod health_check;
mod members;
mod merged;
mod names;
mod output;
mod plan;
mod policy;
mod ranked;
mod reference;
mod servers;
mod swarms;
mod unresolved;

use crate::compile::AgentRoutes;
use members::Members;
use output::Output;
use ranked::Ranked;

pub use elements::Elements;
pub use merged::Merged;
pub use policy::Policy;

/// Merges the agents of one environment, and the local file if it is among them.
pub fn merge(agents: &[AgentRoutes], policy: &Policy) -> Merged {
    let ranked = Ranked::of(agents, policy);
    let classes = equivalence::classes(&ranked, policy);
    let plan = plan::plan(&ranked, &classes);
    let members = Members::of(&ranked, &plan);
    let names = names::names(&ranked, &classes, &plan);
    let resolution = conflicts::resolve(&ranked, &plan, &names, policy);
    let output = Output {
        ranked: &ranked,
        classes: &classes,
        plan: &plan,
        members: &members,
        names: &names,
        resolution: &resolution,
    };
    output.write()
}
