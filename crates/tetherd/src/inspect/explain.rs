//! Engines, hubs and settings in; what becomes of each container, and why, out.
//!
//! Read in this order: `view` (what is told, as `--json` prints it), `make` (from what the agent
//! knows to that; pure) with `outcome`, `text` over `words` and `layout` (from that to lines for people; pure).

mod layout;
mod make;
mod outcome;
mod text;
mod view;
mod words;

pub use crate::hub::status::{HubState, HubView};
pub(crate) use make::{Known, make};
pub use text::{Style, text};
pub use view::{ContainerView, EngineView, Explanation, RoutingState, VerdictView};
