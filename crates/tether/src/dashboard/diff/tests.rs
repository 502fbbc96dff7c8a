use proptest::prelude::*;
use traefik_config::{Code, Origin, Section, Severity};

use super::*;
use crate::dashboard::state::Liveness;
use crate::hub::Published;

/// Applies a change as the dashboard does.
fn apply(state: &mut State, change: &Change) {
    fn rows<R: Row>(rows: &mut Vec<R>, changed: &[R], gone: &[String]) {
        rows.retain(|row| {
            !gone.iter().any(|id| id == row.id()) && !changed.iter().any(|new| new.id() == row.id())
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

/// A state with one route, agent and problem for each of these ids, whose content is `mark`.
pub(crate) fn state(snapshot: u64, rows: &BTreeMap<u8, u8>) -> State {
    let mut state = crate::dashboard::rows::rows(&Published::default(), None);
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
            gateways: Vec::new(),
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
