//! Two states in, what changed between them out; and changes in a row joined into one.

use std::collections::BTreeMap;

use crate::view::{AgentView, Change, ProblemView, Removed, RouteView, State};

impl State {
    /// What must change for this state to become `newer`.
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
    /// Both changes as one: first this, then `later`.
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

    /// How many rows it bears, those that are gone included.
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

/// What a table of the dashboard has: rows that are told apart by their id.
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

/// New and changed rows, and the ids of those that are gone.
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
pub(crate) mod tests {
    use proptest::prelude::*;
    use traefik_config::{Code, Origin, Section, Severity};

    use super::*;
    use crate::view::Liveness;

    /// What the dashboard does with a change.
    fn apply(state: &mut State, change: &Change) {
        fn rows<R: Row>(rows: &mut Vec<R>, changed: &[R], gone: &[String]) {
            rows.retain(|row| {
                !gone.iter().any(|id| id == row.id())
                    && !changed.iter().any(|new| new.id() == row.id())
            });
            rows.extend_from_slice(changed);
            rows.sort_by(|a, b| a.id().cmp(b.id()));
        }
        state.hub.clone_from(&change.hub);
        rows(&mut state.agents, &change.agents, &change.removed.agents);
        rows(&mut state.routes, &change.routes, &change.removed.routes);
        rows(
            &mut state.problems,
            &change.problems,
            &change.removed.problems,
        );
    }

    /// A state with one route, agent and problem for each of these ids, told apart by `mark`.
    pub(crate) fn state(snapshot: u64, rows: &BTreeMap<u8, u8>) -> State {
        let mut state = State::empty();
        state.hub.snapshot = snapshot;
        for (id, mark) in rows {
            let (id, mark) = (format!("default/{id:03}"), mark.to_string());
            state.agents.push(AgentView {
                id: id.clone(),
                name: id.clone(),
                env: "default".to_owned(),
                state: Liveness::Live,
                since: 0,
                version: mark.clone(),
                peer: String::new(),
                engines: Vec::new(),
                routes: 0,
                problems: 0,
            });
            state.routes.push(RouteView {
                id: id.clone(),
                env: "default".to_owned(),
                section: Section::Http,
                name: id.clone(),
                rule: mark.clone(),
                fault: None,
                entry_points: Vec::new(),
                middlewares: Vec::new(),
                service: String::new(),
                tls: false,
                links: Vec::new(),
                servers: Vec::new(),
                origins: Vec::new(),
                state: Liveness::Live,
            });
            state.problems.push(ProblemView {
                id,
                env: None,
                origin: Origin::default(),
                code: Code::NoPort,
                severity: Severity::Error,
                message: mark,
            });
        }
        state
    }

    fn any_state() -> impl Strategy<Value = State> {
        let rows = proptest::collection::btree_map(0..8u8, 0..3u8, 0..8);
        (0..9u64, rows).prop_map(|(snapshot, rows)| state(snapshot, &rows))
    }

    proptest! {
        #[test]
        fn a_state_and_the_difference_make_the_newer_state(old in any_state(), new in any_state()) {
            let mut patched = old.clone();
            apply(&mut patched, &old.diff(&new));
            prop_assert_eq!(patched, new);
        }

        #[test]
        fn two_changes_joined_do_what_they_do_in_turn(
            a in any_state(), b in any_state(), c in any_state(),
        ) {
            let mut joined = a.diff(&b);
            joined.then(&b.diff(&c));
            let mut patched = a;
            apply(&mut patched, &joined);
            prop_assert_eq!(patched, c);
        }

        #[test]
        fn what_is_equal_differs_in_no_row(state in any_state()) {
            prop_assert_eq!(state.diff(&state).rows(), 0);
        }
    }
}
