use super::*;
use crate::compile::CompiledEngine;
use tether_proto::{Container, DEFAULT_ENV, Drain, Engine, EngineId, PriorState, RouteSet};
use traefik_config::{Code, Problem, TraefikVersion};

pub(super) const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

pub(super) fn fleet(now: Instant) -> Fleet {
    let readiness = Readiness::new(Duration::from_secs(10), None, now);
    Fleet::new(Some(Duration::from_secs(60)), readiness)
}

pub(super) fn hello(agent: &str, instance: &str, engine: &str) -> Hello {
    Hello {
        agent: agent.to_owned(),
        instance: instance.to_owned(),
        version: "1".to_owned(),
        env: DEFAULT_ENV.to_owned(),
        engines: vec![EngineId {
            endpoint: "unix:///d".to_owned(),
            id: Some(engine.to_owned()),
            name: None,
        }],
        roster: None,
    }
}

pub(super) fn compiled(listed: bool, containers: &[&str]) -> CompiledRoutes {
    let container = |name: &&str| Container {
        name: name.to_string(),
        // Any problem will do.
        problems: vec![Problem::info(Code::Renamed, "")],
        ..Container::default()
    };
    let engine = Engine {
        endpoint: "unix:///d".to_owned(),
        listed,
        containers: containers.iter().map(container).collect(),
        ..Engine::default()
    };
    let routes = RouteSet {
        engines: vec![engine],
    };
    CompiledRoutes::new("a", &routes, TraefikVersion::NEWEST)
}

fn containers(fleet: &Fleet) -> Vec<String> {
    let told = fleet
        .members()
        .flat_map(|(_, member)| &member.routes.engines)
        .flat_map(CompiledEngine::problems);
    told.filter_map(|problem| problem.origin.container.clone())
        .collect()
}

#[test]
fn a_restarted_agent_takes_over_and_its_last_word_stands_until_the_next() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, old) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    assert!(fleet.replace(&id, old, 1, compiled(true, &["c"]), now));
    let (_, new) = fleet.connect(hello("a", "two", "E"), PEER, now).unwrap();
    assert_eq!(containers(&fleet), ["c"]);
    assert!(
        !fleet.replace(&id, old, 2, compiled(true, &["late"]), now),
        "the old session is over"
    );
    assert!(!fleet.disconnect(&id, old, now), "its loss is nobody's");
    assert!(fleet.replace(&id, new, 1, compiled(true, &["d"]), now));
    assert_eq!(containers(&fleet), ["d"]);
}

#[test]
fn clones_never_take_turns() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    let (id, two) = fleet.connect(hello("a", "two", "E"), PEER, now).unwrap();
    let rejection = fleet
        .connect(hello("a", "one", "E"), PEER, now)
        .unwrap_err();
    assert_eq!(rejection.code, RejectCode::Superseded);
    fleet.disconnect(&id, two, now);
    assert!(
        fleet.connect(hello("a", "one", "E"), PEER, now).is_ok(),
        "its successor is lost"
    );
}

#[test]
fn another_host_of_the_same_name_is_refused_while_the_first_lives() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, first) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    let rejection = fleet
        .connect(hello("a", "two", "F"), PEER, now)
        .unwrap_err();
    assert_eq!(rejection.code, RejectCode::NameTaken);
    assert!(
        rejection.message.contains("TETHERD_NAME"),
        "{}",
        rejection.message
    );
    fleet.disconnect(&id, first, now);
    assert!(fleet.connect(hello("a", "two", "F"), PEER, now).is_ok());
}

#[test]
fn what_another_host_of_the_name_said_before_opens_no_door() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, first) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    let mut routes = compiled(true, &["c"]);
    routes.engines[0].id = Some("E".to_owned());
    fleet.replace(&id, first, 1, routes, now);
    fleet.disconnect(&id, first, now);
    fleet.connect(hello("a", "two", "F"), PEER, now).unwrap();
    let rejection = fleet
        .connect(hello("a", "three", "E"), PEER, now)
        .unwrap_err();
    assert_eq!(rejection.code, RejectCode::NameTaken);
}

#[test]
fn an_engine_that_cannot_be_listed_keeps_its_last_word() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, session) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(true, &["c"]), now);
    fleet.replace(&id, session, 2, compiled(false, &[]), now);
    assert_eq!(containers(&fleet), ["c"]);
    fleet.replace(&id, session, 3, compiled(true, &[]), now);
    assert!(containers(&fleet).is_empty(), "an empty engine is empty");
}

#[test]
fn a_lost_agent_is_held_for_the_lease() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, session) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(true, &["c"]), now);
    fleet.disconnect(&id, session, now);
    assert_eq!(fleet.deadline(now), Some(now + SETTLE_DELAY));
    fleet.tick(now + SETTLE_DELAY);
    assert_eq!(containers(&fleet), ["c"]);
    assert_eq!(fleet.roster(), ["a"], "held ones are on the roster");
    assert!(fleet.tick(now + Duration::from_secs(60)));
    assert!(containers(&fleet).is_empty());
    assert!(fleet.roster().is_empty());
}

#[test]
fn a_slow_engine_does_not_keep_the_hub_from_being_ready_for_ever() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let mut back = hello("a", "one", "E");
    back.roster = Some(vec!["a".to_owned()]);
    let (id, session) = fleet.connect(back, PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(false, &[]), now);
    fleet.tick(now);
    assert!(!fleet.readiness().is_ready());
    fleet.tick(now + SYNC_LIMIT);
    assert!(fleet.readiness().is_ready());
}

#[test]
fn a_name_that_cannot_be_shown_is_refused() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    for name in ["", "a/b", "a\nb", &"x".repeat(300)] {
        let rejection = fleet.connect(hello(name, "i", "E"), PEER, now).unwrap_err();
        assert_eq!(rejection.code, RejectCode::BadName);
    }
}

#[test]
fn a_roster_is_heard_and_not_kept() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let mut hello = hello("a", "one", "E");
    hello.roster = Some(vec!["a".to_owned(), "b".to_owned()]);
    fleet.connect(hello, PEER, now).unwrap();
    fleet.tick(now);
    let missing: Vec<_> = fleet.readiness().missing().iter().cloned().collect();
    assert_eq!(missing, ["a", "b"]);
    assert!(
        fleet
            .members()
            .all(|(_, member)| member.hello.roster.is_none())
    );
}

fn order(agent: &str, engine: Option<&str>) -> Drain {
    Drain {
        agent: agent.to_owned(),
        env: DEFAULT_ENV.to_owned(),
        engines: hello(agent, "", engine.unwrap_or_default())
            .engines
            .into_iter()
            .filter(|_| engine.is_some())
            .collect(),
    }
}

#[test]
fn a_drained_agents_processes_stay_out_and_a_new_one_is_welcome() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    fleet.connect(hello("a", "clone", "E"), PEER, now).unwrap();
    let (id, session) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(true, &["c"]), now);
    let (_, was) = fleet.drain_by(&order("a", Some("E"))).unwrap();
    assert_eq!(was, PriorState::Live);
    assert!(containers(&fleet).is_empty() && fleet.roster().is_empty());
    assert_eq!(fleet.current_session(&id), None);
    assert_eq!(fleet.end_reason(&id, "one").code, RejectCode::Drained);
    assert!(!fleet.disconnect(&id, session, now), "its end is no loss");
    for process in ["one", "clone"] {
        let back = fleet.connect(hello("a", process, "E"), PEER, now);
        assert_eq!(back.unwrap_err().code, RejectCode::Drained);
    }
    assert_eq!(
        fleet.drain_by(&order("a", None)).unwrap().1,
        PriorState::Drained
    );
    fleet.connect(hello("a", "new", "E"), PEER, now).unwrap();
    let old = fleet.connect(hello("a", "one", "E"), PEER, now);
    assert_eq!(old.unwrap_err().code, RejectCode::Drained);
}

#[test]
fn a_connected_agent_is_drained_from_its_own_host_only_and_a_lost_one_from_any() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, session) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    for (engine, words) in [
        (Some("F"), "with another engine than this host's"),
        (None, "whose engine does not answer"),
    ] {
        let rejection = fleet.drain_by(&order("a", engine)).unwrap_err();
        assert_eq!(rejection.code, RejectCode::NameTaken);
        assert!(rejection.message.contains(words), "{}", rejection.message);
    }
    assert_eq!(fleet.current_session(&id), Some(session));
    fleet.disconnect(&id, session, now);
    assert_eq!(
        fleet.drain_by(&order("a", None)).unwrap().1,
        PriorState::Held
    );
    assert_eq!(
        fleet.drain_by(&order("b", None)).unwrap().1,
        PriorState::Nobody
    );
    assert_eq!(
        fleet.drain_by(&order("a/b", None)).unwrap_err().code,
        RejectCode::BadName
    );
}

#[test]
fn nobody_waits_for_a_drained_agent_after_a_restart_of_the_hub() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let mut back = hello("a", "one", "E");
    back.roster = Some(vec!["a".to_owned(), "b".to_owned()]);
    let (id, session) = fleet.connect(back, PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(true, &["c"]), now);
    fleet.tick(now);
    assert!(!fleet.readiness().is_ready());
    assert_eq!(
        fleet.drain_by(&order("b", None)).unwrap().1,
        PriorState::Awaited
    );
    fleet.tick(now);
    assert!(fleet.readiness().is_ready());
    assert_eq!(
        fleet.drain_by(&order("b", None)).unwrap().1,
        PriorState::Nobody
    );
}

#[test]
fn a_lost_agent_can_be_forgotten_and_is_welcome_when_it_is_back() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let (id, session) = fleet.connect(hello("a", "one", "E"), PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(true, &["c"]), now);
    assert_eq!(fleet.forget(&id), Err(ForgetError::Live));
    fleet.disconnect(&id, session, now);
    assert_eq!(fleet.forget(&id), Ok(()));
    assert!(containers(&fleet).is_empty() && fleet.roster().is_empty());
    assert_eq!(fleet.forget(&id), Err(ForgetError::NotFound));
    assert!(fleet.connect(hello("a", "one", "E"), PEER, now).is_ok());
}

#[test]
fn the_alarm_for_an_agent_that_left_for_good_can_be_ended() {
    let now = Instant::now();
    let mut fleet = fleet(now);
    let mut back = hello("a", "one", "E");
    back.roster = Some(vec!["a".to_owned(), "b".to_owned()]);
    let (id, session) = fleet.connect(back, PEER, now).unwrap();
    fleet.replace(&id, session, 1, compiled(true, &["c"]), now);
    let later = now + Duration::from_secs(10);
    fleet.tick(later);
    assert!(fleet.readiness().is_ready() && fleet.readiness().missing().contains("b"));
    let gone = AgentId::new(DEFAULT_ENV, "b").unwrap();
    assert_eq!(fleet.forget(&gone), Ok(()));
    fleet.tick(later);
    assert!(fleet.readiness().missing().is_empty());
}

#[test]
fn a_process_that_names_itself_at_length_is_refused() {
    let now = Instant::now();
    let rejection = fleet(now).connect(hello("a", &"x".repeat(300), "E"), PEER, now);
    assert_eq!(rejection.unwrap_err().code, RejectCode::BadMessage);
}

#[test]
fn who_is_not_known_is_nobody_once_all_had_the_time_to_come_back() {
    let now = Instant::now();
    let with = |lease| Fleet::new(lease, Readiness::new(Duration::ZERO, None, now));
    let long = with(None);
    assert!(!long.is_complete(now) && !long.is_complete(now + RETURN_LIMIT / 2));
    assert!(long.is_complete(now + RETURN_LIMIT));
    // With this lease a lost agent is forgotten at once, though it may be reconnecting.
    let short = with(Some(Duration::ZERO));
    assert!(!short.is_complete(now + RETURN_LIMIT));
}
