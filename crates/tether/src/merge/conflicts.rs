//! The routers that are written in, which of them must give way to another out (rule 6).
//!
//! Traefik takes any of two routers that claim the same requests, and another one after each
//! reload; and where two routers of one host name disagree about TLS options it heeds neither.
//! Over engines the first in precedence has it. Within one engine both stay, as Traefik's own
//! provider leaves them, with a warning.

mod entry_points;
mod loss;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ahash::AHashMap;
use smallvec::SmallVec;

use traefik_config::{Code, Kind, Problem, Section, shown};

use super::names::Names;
use super::plan::Plan;
use super::policy::Policy;
use super::ranked::Ranked;
use super::reference::final_reference;
use crate::compile::{Claim, Hash, Signature};
use entry_points::EntryPoints;
use loss::{Dispute, Kept, Loss, Losses};

/// Who gives way.
#[derive(Default)]
pub(super) struct Conflicts {
    /// The routers that are not written.
    pub(super) lost: HashSet<usize>,
    /// The routers that are written with these entry points only.
    pub(super) reduced: HashMap<usize, Vec<String>>,
    /// Who lost what to whom.
    pub(super) problems: Vec<Problem>,
}

pub(super) fn conflicts(
    ranked: &Ranked<'_>,
    plan: &Plan<'_>,
    names: &Names<'_>,
    policy: &Policy,
) -> Conflicts {
    let mut judge = Judge {
        ranked,
        plan,
        names,
        policy,
        by_match_key: AHashMap::new(),
        options: AHashMap::new(),
        conflicts: Conflicts::default(),
    };
    let mut routers: Vec<usize> = (0..plan.instances.len())
        .filter(|&at| judge.claim(at).is_some() && !plan.cycles.contains_key(&at))
        .collect();
    routers.sort_unstable_by_key(|&at| plan.instances[at].nodes.first());
    judge.by_match_key.reserve(routers.len());
    for router in routers {
        judge.hear(router);
    }
    judge.conflicts
}

struct Judge<'a> {
    ranked: &'a Ranked<'a>,
    plan: &'a Plan<'a>,
    names: &'a Names<'a>,
    policy: &'a Policy,
    /// Who has which match_key below which routers, by the digest of both.
    by_match_key: AHashMap<Signature, Holders<'a>>,
    /// Who has which host name, each with a digest of the TLS options that it names.
    options: AHashMap<&'a str, SmallVec<[(Signature, Holder<'a>); 1]>>,
    conflicts: Conflicts,
}

/// A router that stays, with the entry points it stays at.
#[derive(Clone)]
struct Holder<'a> {
    router: usize,
    at: EntryPoints<'a>,
}

/// The first in precedence first; most are alone.
type Holders<'a> = SmallVec<[Holder<'a>; 1]>;

impl<'a> Judge<'a> {
    fn claim(&self, router: usize) -> Option<&'a Claim> {
        let lead = self.plan.instances[router].lead;
        self.ranked.nodes[lead].node.claim.as_deref()
    }

    /// Decides what this router keeps; all that come before it in precedence were heard.
    fn hear(&mut self, router: usize) {
        let Some(claim) = self.claim(router) else {
            return;
        };
        let mut left = self.entry_points(router, claim);
        let mut losses = Losses::default();
        let place = self.key_digest(router, claim);
        for rival in self.by_match_key.get(&place).into_iter().flatten() {
            if !self.is_the_same(rival.router, router) {
                losses.add(self.give_way(router, rival, &mut left, Dispute::Requests));
            }
        }
        let options = (!claim.hosts.is_empty()).then(|| self.options_of(router));
        for host in &claim.hosts {
            for (other, rival) in self.options.get(&**host).into_iter().flatten() {
                if Some(*other) != options {
                    losses.add(self.give_way(router, rival, &mut left, Dispute::Options(host)));
                }
            }
        }
        let losses = losses.0;
        let kept = match &left {
            EntryPoints::Some(left) if left.is_empty() => Kept::Nothing,
            EntryPoints::Some(left) if losses.iter().any(|loss| loss.taken) => Kept::Only(left),
            _ => Kept::All,
        };
        for loss in &losses {
            self.tell(router, loss, &kept);
        }
        match kept {
            Kept::Nothing => {
                self.conflicts.lost.insert(router);
                return;
            }
            Kept::Only(names) => {
                let names = names.to_vec();
                self.conflicts.reduced.insert(router, names);
            }
            Kept::All => {}
        }
        let (plan, ranked) = (self.plan, self.ranked);
        let is_beside =
            |rival: &Holder<'_>| rival.at == left && is_local(plan, ranked, [rival.router, router]);
        let at = left.clone();
        let holder = Holder { router, at };
        for host in &claim.hosts {
            let Some(options) = options else { break };
            let holders = self.options.entry(host).or_default();
            let others = holders.iter().filter(|(_, rival)| is_beside(rival));
            if counts(others.map(|(other, _)| *other == options)) {
                holders.push((options, holder.clone()));
            }
        }
        let others = self.by_match_key.get(&place).into_iter().flatten();
        let others = others.filter(|rival| is_beside(rival));
        if counts(others.map(|rival| self.is_the_same(rival.router, router))) {
            self.by_match_key.entry(place).or_default().push(holder);
        }
    }

    /// Takes from `left` what a rival of another engine has; none if the two never meet.
    fn give_way(
        &self,
        router: usize,
        rival: &Holder<'_>,
        left: &mut EntryPoints<'_>,
        over: Dispute<'a>,
    ) -> Option<Loss<'a>> {
        if !rival.at.meets(left) {
            return None;
        }
        let taken = !is_local(self.plan, self.ranked, [rival.router, router]);
        if taken {
            left.remove(&rival.at);
        }
        Some(Loss {
            to: rival.router,
            over,
            taken,
        })
    }

    fn entry_points(&self, router: usize, claim: &'a Claim) -> EntryPoints<'a> {
        let lead = self.plan.instances[router].lead;
        let section = self.ranked.nodes[lead].node.key.section;
        let default = &self.policy.default_entry_points;
        match &claim.entry_points {
            Some(names) => EntryPoints::Some(Cow::Borrowed(names)),
            // Those of UDP have no default.
            None if default.is_empty() || section == Section::Udp => EntryPoints::All,
            None => EntryPoints::Some(Cow::Borrowed(default)),
        }
    }

    /// The final name of each reference of these kinds.
    fn finals(&self, router: usize, kinds: &[Kind]) -> Vec<String> {
        let instance = &self.plan.instances[router];
        let references = &self.ranked.nodes[instance.lead].node.references;
        let both = references.iter().zip(&instance.links);
        both.filter(|(reference, _)| kinds.contains(&reference.kind))
            .map(|(reference, link)| final_reference(&reference.name, link, self.names))
            .collect()
    }

    /// A digest of the match_key that a router claims and the routers that it is below.
    fn key_digest(&self, router: usize, claim: &Claim) -> Signature {
        let parents = self.finals(router, &[Kind::Routers]);
        if parents.is_empty() {
            return claim.match_key;
        }
        let mut hash = Hash::default();
        hash.add_bytes(&claim.match_key);
        for parent in &parents {
            hash.add(parent);
        }
        hash.finish()
    }

    /// A digest of the TLS options that it names; of Traefik's own unless it names some.
    fn options_of(&self, router: usize) -> Signature {
        let named = self.finals(router, &[Kind::Options]).pop();
        let mut hash = Hash::default();
        hash.add(named.as_deref().unwrap_or("default"));
        hash.finish()
    }

    /// True if it makes no difference which of the two has a request.
    fn is_the_same(&self, one: usize, other: usize) -> bool {
        let action_key = |at| self.claim(at).map(|claim| claim.action_key);
        action_key(one) == action_key(other)
            && self.finals(one, &Kind::ALL) == self.finals(other, &Kind::ALL)
    }

    fn tell(&mut self, router: usize, loss: &Loss<'_>, kept: &Kept<'_>) {
        let nodes = &self.plan.instances[router].nodes;
        let rival = &self.ranked.nodes[self.plan.instances[loss.to].lead];
        let section = rival.node.key.section;
        let lead = &self.ranked.nodes[self.plan.instances[router].lead];
        let [name, winner] = [lead, rival].map(|placed| shown(&placed.node.key.name));
        let owner = match (loss.taken, rival.is_local()) {
            (true, _) => rival.called(),
            (false, true) => "the same file".to_owned(),
            (false, false) => "the same engine".to_owned(),
        };
        let what = match loss.over {
            Dispute::Requests => format!(
                "{section} router `{name}` asks for the same requests as router `{winner}` of \
                 {owner}"
            ),
            Dispute::Options(host) => format!(
                "{section} router `{name}` wants other tls.options for the host name `{host}` \
                 than router `{winner}` of {owner}",
                host = shown(host)
            ),
        };
        let outcome = match (loss.taken, kept) {
            (false, _) => match loss.over {
                Dispute::Requests => "Traefik takes either of them".to_owned(),
                Dispute::Options(_) => "Traefik heeds neither".to_owned(),
            },
            (true, Kept::Only(names)) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!(
                    "the other comes first, so this one is served at {} only",
                    shown(&names.join(", "))
                )
            }
            (true, Kept::Nothing | Kept::All) => {
                "the other comes first, so this one is left out".to_owned()
            }
        };
        let remedy = match loss.over {
            Dispute::Requests => "give one of them another rule, priority or entry point",
            Dispute::Options(_) => "give both the same",
        };
        let message = format!("{what}: {outcome}; {remedy}");
        let problem = match (loss.taken, kept) {
            (true, Kept::Nothing) => Problem::error(Code::RouterConflict, message),
            _ => Problem::warning(Code::RouterConflict, message),
        };
        let placed = nodes.iter().map(|&at| &self.ranked.nodes[at]);
        let problems = placed.flat_map(|placed| placed.blame(&problem));
        self.conflicts.problems.extend(problems);
    }
}

/// True if a router can make a difference to those that come later, beside others of its engine at
/// its entry points, of which it is said whether they are the same. Two that differ stand for all:
/// whoever meets any meets one of them, and thousands would meet each other a million times.
fn counts(others: impl Iterator<Item = bool>) -> bool {
    let mut different = 0;
    for is_the_same in others {
        different += 1;
        if is_the_same || different == 2 {
            return false;
        }
    }
    true
}

/// True if both routers come from one and the same engine only.
fn is_local(plan: &Plan<'_>, ranked: &Ranked<'_>, both: [usize; 2]) -> bool {
    let nodes = both.map(|at| &plan.instances[at].nodes);
    let mut engines = nodes.into_iter().flatten().map(|&at| ranked.nodes[at].base);
    let first = engines.next();
    engines.all(|engine| Some(engine) == first)
}
