//! What the rows of servers say of their answers.

use crate::dashboard::state::Reachability;
use crate::probe;

/// Whether a server answers, and what is wrong with it.
pub(super) fn of_server(
    (known, address): &(probe::Reachability, String),
) -> (Reachability, Option<String>) {
    match known {
        probe::Reachability::Waiting => (Reachability::Waiting, None),
        probe::Reachability::Answers => (Reachability::Answers, None),
        probe::Reachability::Fails(failure) => {
            (Reachability::Fails, Some(failure.message(address)))
        }
        probe::Reachability::NotTried(why) => {
            (Reachability::Untried, Some(why.message().to_owned()))
        }
    }
}
