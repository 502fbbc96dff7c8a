//! Computes the differences between states, and combines them.

use std::collections::BTreeMap;

use super::state::{AgentView, Change, ProblemView, Removed, RouteView, State};

impl State {
    /// The changes from this state to `newer`.
    pub fn diff(&self, newer: &Self) -> Change {
        let (agents, agents_gone) = diff(&self.agents, &newer.agents);
        let (routes, routes_gone) = diff(&self.routes, &newer.routes);
        let (problems, problems_gone) = diff(&self.problems, &newer.problems);
        let removed = Removed {
            agents: agents_gone,
            routes: routes_gone,
            problems: problems_gone,
        };
        Change {
            hub: newer.hub.clone(),
            agents,
            routes,
            problems,
            removed,
        }
    }
}

impl Change {
    /// Combines this change with a later one.
    pub fn then(&mut self, later: &Self) {
        self.hub.clone_from(&later.hub);
        join(
            &mut self.agents,
            &mut self.removed.agents,
            &later.agents,
            &later.removed.agents,
        );
        join(
            &mut self.routes,
            &mut self.removed.routes,
            &later.routes,
            &later.removed.routes,
        );
        join(
            &mut self.problems,
            &mut self.removed.problems,
            &later.problems,
            &later.removed.problems,
        );
    }

    /// The number of rows, including removed ones.
    pub fn rows(&self) -> usize {
        let Removed {
            agents,
            routes,
            problems,
        } = &self.removed;
        self.agents.len()
            + self.routes.len()
            + self.problems.len()
            + agents.len()
            + routes.len()
            + problems.len()
    }
}

/// A row of a table of the dashboard, identified by its id.
trait Row: Clone + PartialEq {
    fn id(&self) -> &str;
}

impl Row for AgentView {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Row for RouteView {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Row for ProblemView {
    fn id(&self) -> &str {
        &self.id
    }
}

/// The new and changed rows, and the ids of the removed ones.
fn diff<R: Row>(old: &[R], new: &[R]) -> (Vec<R>, Vec<String>) {
    let mut before: BTreeMap<&str, &R> = old.iter().map(|row| (row.id(), row)).collect();
    let changed = new
        .iter()
        .filter(|row| before.remove(row.id()).is_none_or(|old| old != *row))
        .cloned()
        .collect();
    (changed, before.into_keys().map(str::to_owned).collect())
}

fn join<R: Row>(rows: &mut Vec<R>, gone: &mut Vec<String>, later: &[R], later_gone: &[String]) {
    let mut by_id: BTreeMap<String, Option<R>> = gone.drain(..).map(|id| (id, None)).collect();
    for row in rows.drain(..).chain(later.iter().cloned()) {
        by_id.insert(row.id().to_owned(), Some(row));
    }
    by_id.extend(later_gone.iter().map(|id| (id.clone(), None)));
    for (id, row) in by_id {
        match row {
            Some(row) => rows.push(row),
            None => gone.push(id),
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
