//! Decides which routers give way to another agent's (rule 6).
//!
//! If two routers match the same requests, Traefik uses either of them, and possibly the other one
//! after a reload. If two routers of one host name have different TLS options, Traefik applies
//! neither. Between engines the router of higher precedence wins, but one whose agents are all lost
//! gives way to a live one. Within one engine both stay, as in Traefik's own provider, with a
//! warning.

mod conflict;
mod differences;
mod entry_points;
mod report;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use ahash::AHashMap;
use smallvec::SmallVec;

use traefik_config::{Kind, Problem, Section};

use super::names::Names;
use super::plan::Plan;
use super::policy::Policy;
use super::ranked::{Placed, Ranked};
use super::reference::final_reference;
use crate::compile::{Claim, Hash, Signature};
use conflict::{Cause, Conflict, Conflicts, Outcome};
use differences::differences;
use entry_points::EntryPoints;
use report::Circumstances;

/// The routers that give way.
#[derive(Default)]
pub(super) struct Resolution {
    /// The routers that are not written.
    pub(super) dropped: HashSet<usize>,
    /// The routers that are written with only these entry points.
    pub(super) reduced: HashMap<usize, Vec<String>>,
    /// The conflicts.
    pub(super) problems: Vec<Problem>,
    /// The routers that take requests of others, each with these.
    winners: BTreeMap<usize, Vec<usize>>,
}

/// Resolves the conflicts of all routers of the plan.
pub(super) fn resolve(
    ranked: &Ranked<'_>,
    plan: &Plan<'_>,
    names: &Names<'_>,
    policy: &Policy,
) -> Resolution {
    let mut resolver = Resolver {
        ranked,
        plan,
        names,
        policy,
        by_requests: AHashMap::new(),
        by_host: AHashMap::new(),
        resolution: Resolution::default(),
    };
    let mut routers: Vec<usize> = (0..plan.instances.len())
        .filter(|&at| resolver.claim(at).is_some() && !plan.cycles.contains_key(&at))
        .collect();
    routers.sort_unstable_by_key(|&at| (resolver.is_lost(at), plan.instances[at].nodes.first()));
    resolver.by_requests.reserve(routers.len());
    for router in routers {
        resolver.resolve(router);
    }
    resolver.report_winners();
    resolver.resolution
}

struct Resolver<'a> {
    ranked: &'a Ranked<'a>,
    plan: &'a Plan<'a>,
    names: &'a Names<'a>,
    policy: &'a Policy,
    /// The holders of each match key below the same parent routers, by the digest of both.
    by_requests: AHashMap<Signature, Holders<'a>>,
    /// The holders of each host name, each with a digest of its TLS options.
    by_host: AHashMap<&'a str, SmallVec<[(Signature, Holder<'a>); 1]>>,
    resolution: Resolution,
}

/// A router that stays, with its remaining entry points.
#[derive(Clone)]
struct Holder<'a> {
    router: usize,
    entry_points: EntryPoints<'a>,
}

/// What a router's requests are found by.
type Requests = [Option<Signature>; 2];

/// Sorted by precedence; most routers have no conflict.
type Holders<'a> = SmallVec<[Holder<'a>; 1]>;

impl<'a> Resolver<'a> {
    fn claim(&self, router: usize) -> Option<&'a Claim> {
        let lead = self.plan.instances[router].lead;
        self.ranked.nodes[lead].node.claim.as_deref()
    }

    /// True if all agents that declare a router have been lost for some time.
    fn is_lost(&self, router: usize) -> bool {
        let mut nodes = self.plan.instances[router].nodes.iter();
        nodes.all(|&at| self.ranked.nodes[at].is_lost())
    }

    /// Decides what is left of a router. Routers that win over it come before it.
    fn resolve(&mut self, router: usize) {
        let Some(claim) = self.claim(router) else {
            return;
        };
        let requests = self.requests(router, claim);
        let options = (!claim.hosts.is_empty()).then(|| self.tls_options(router));
        let mut left = self.entry_points(router, claim);
        let conflicts = self.conflicts(router, claim, requests, options, &mut left);
        let outcome = match &left {
            EntryPoints::Some(left) if left.is_empty() => Outcome::Dropped,
            EntryPoints::Some(left) if conflicts.iter().any(|one| one.gives_way) => {
                Outcome::Reduced(left)
            }
            _ => Outcome::Kept,
        };
        for conflict in &conflicts {
            self.report(router, conflict, &outcome);
        }
        match outcome {
            Outcome::Dropped => {
                self.resolution.dropped.insert(router);
                return;
            }
            Outcome::Reduced(names) => {
                self.resolution.reduced.insert(router, names.to_vec());
            }
            Outcome::Kept => {}
        }
        let holder = Holder {
            router,
            entry_points: left,
        };
        self.hold(&holder, claim, requests, options);
    }

    /// The conflicts of a router with the holders. Removes from `left` what it has to give up.
    fn conflicts(
        &self,
        router: usize,
        claim: &'a Claim,
        requests: Requests,
        options: Option<Signature>,
        left: &mut EntryPoints<'a>,
    ) -> Vec<Conflict<'a>> {
        let mut conflicts = Conflicts::default();
        for key in requests.iter().flatten() {
            for holder in self.by_requests.get(key).into_iter().flatten() {
                let is_same = self.is_equivalent(holder.router, router);
                if !is_same && !self.is_settled_by_length(holder.router, router) {
                    conflicts.add(self.give_way(router, holder, left, Cause::Requests));
                }
            }
        }
        for host in &claim.hosts {
            for (other, holder) in self.by_host.get(&**host).into_iter().flatten() {
                if Some(*other) != options {
                    let cause = Cause::TlsOptions(host);
                    conflicts.add(self.give_way(router, holder, left, cause));
                }
            }
        }
        conflicts.0
    }

    /// Adds a router to the holders, where it makes a difference.
    fn hold(
        &mut self,
        holder: &Holder<'a>,
        claim: &'a Claim,
        requests: Requests,
        options: Option<Signature>,
    ) {
        let (plan, ranked) = (self.plan, self.ranked);
        let is_beside = |other: &Holder<'_>| {
            other.entry_points == holder.entry_points
                && is_local(plan, ranked, [other.router, holder.router])
        };
        for host in &claim.hosts {
            let Some(options) = options else { break };
            let holders = self.by_host.entry(host).or_default();
            let beside = holders.iter().filter(|(_, other)| is_beside(other));
            if makes_a_difference(beside.map(|(other, _)| *other == options)) {
                holders.push((options, holder.clone()));
            }
        }
        for key in requests.into_iter().flatten() {
            let holders = self.by_requests.get(&key).into_iter().flatten();
            let beside = holders.filter(|other| is_beside(other));
            let equivalent = beside.map(|other| self.is_equivalent(other.router, holder.router));
            if makes_a_difference(equivalent) {
                let holders = self.by_requests.entry(key).or_default();
                holders.push(holder.clone());
            }
        }
    }

    /// Removes from `left` the entry points that a holder on another engine has. Returns none
    /// without an entry point in common.
    fn give_way(
        &self,
        router: usize,
        holder: &Holder<'_>,
        left: &mut EntryPoints<'_>,
        cause: Cause<'a>,
    ) -> Option<Conflict<'a>> {
        if !holder.entry_points.overlaps(left) {
            return None;
        }
        let gives_way = !is_local(self.plan, self.ranked, [holder.router, router]);
        if gives_way {
            left.remove(&holder.entry_points);
        }
        Some(Conflict {
            winner: holder.router,
            cause,
            gives_way,
        })
    }

    fn entry_points(&self, router: usize, claim: &'a Claim) -> EntryPoints<'a> {
        let lead = self.plan.instances[router].lead;
        let section = self.ranked.nodes[lead].node.key.section;
        let default = &self.policy.default_entry_points;
        match &claim.entry_points {
            Some(names) => EntryPoints::Some(Cow::Borrowed(names)),
            // There is no default for UDP.
            None if default.is_empty() || section == Section::Udp => EntryPoints::All,
            None => EntryPoints::Some(Cow::Borrowed(default)),
        }
    }

    /// The final name of each reference of these kinds.
    fn final_names(&self, router: usize, kinds: &[Kind]) -> Vec<String> {
        let instance = &self.plan.instances[router];
        let references = &self.ranked.nodes[instance.lead].node.references;
        let both = references.iter().zip(&instance.links);
        both.filter(|(reference, _)| kinds.contains(&reference.kind))
            .map(|(reference, link)| final_reference(&reference.name, link, self.names))
            .collect()
    }

    /// Digests of the router's match keys, each with its parent routers.
    fn requests(&self, router: usize, claim: &Claim) -> Requests {
        let keys = [Some(claim.match_key), claim.normal_key];
        let parents = self.final_names(router, &[Kind::Routers]);
        if parents.is_empty() {
            return keys;
        }
        keys.map(|key| {
            let mut hash = Hash::default();
            hash.add_bytes(&key?);
            for parent in &parents {
                hash.add(parent);
            }
            Some(hash.finish())
        })
    }

    /// True for routers of one engine of which Traefik always uses the one with the longer rule.
    fn is_settled_by_length(&self, one: usize, other: usize) -> bool {
        let key = |at| self.claim(at).map(|claim| claim.match_key);
        key(one) != key(other) && is_local(self.plan, self.ranked, [one, other])
    }

    /// A digest of the name of its TLS options, which are Traefik's default ones unless named.
    fn tls_options(&self, router: usize) -> Signature {
        let named = self.final_names(router, &[Kind::Options]).pop();
        let mut hash = Hash::default();
        hash.add(named.as_deref().unwrap_or("default"));
        hash.finish()
    }

    /// True if both routers do the same with a request.
    fn is_equivalent(&self, one: usize, other: usize) -> bool {
        let action = |at| self.claim(at).map(|claim| claim.action_key);
        let references = |at| self.final_names(at, &Kind::ALL);
        action(one) == action(other) && references(one) == references(other)
    }

    fn report(&mut self, router: usize, conflict: &Conflict<'_>, outcome: &Outcome<'_>) {
        let [lead, winner] =
            [router, conflict.winner].map(|at| &self.ranked.nodes[self.plan.instances[at].lead]);
        let gives_way_to_live = self.is_lost(router) && !self.is_lost(conflict.winner);
        let routers = [router, conflict.winner];
        let differences = match conflict.cause {
            Cause::Requests if conflict.gives_way => {
                differences(self.ranked, self.plan, self.policy.traefik, routers)
            }
            Cause::Requests | Cause::TlsOptions(_) => None,
        };
        let circumstances = Circumstances {
            gives_way_to_live,
            differences,
        };
        if conflict.gives_way && matches!(conflict.cause, Cause::Requests) {
            let losers = self.resolution.winners.entry(conflict.winner);
            losers.or_default().push(router);
        }
        let problem = report::problem([lead, winner], conflict, outcome, &circumstances);
        let nodes = self.plan.instances[router].nodes.iter();
        let placed = nodes.map(|&at| &self.ranked.nodes[at]);
        let problems = placed.flat_map(|placed| placed.report(&problem));
        self.resolution.problems.extend(problems);
    }
}

impl Resolver<'_> {
    /// Tells those who take requests of others.
    fn report_winners(&mut self) {
        let lead = |at: usize| &self.ranked.nodes[self.plan.instances[at].lead];
        let mut problems = Vec::new();
        for (&winner, losers) in &self.resolution.winners {
            let losers: Vec<&Placed<'_>> = losers.iter().map(|&at| lead(at)).collect();
            let problem = report::takes_precedence(lead(winner), &losers);
            let nodes = self.plan.instances[winner].nodes.iter();
            let placed = nodes.map(|&at| &self.ranked.nodes[at]);
            problems.extend(placed.flat_map(|placed| placed.report(&problem)));
        }
        self.resolution.problems.extend(problems);
    }
}

/// True if a router makes a difference to later ones, next to other routers of its engine on the
/// same entry points. The argument says for each of them whether it is equivalent.
///
/// Two routers that differ are enough: a later router that conflicts with any of them conflicts
/// with one of the two. Comparing all of some thousands would take millions of steps.
fn makes_a_difference(equivalent: impl Iterator<Item = bool>) -> bool {
    let mut different = 0;
    for is_equivalent in equivalent {
        different += 1;
        if is_equivalent || different == 2 {
            return false;
        }
    }
    true
}

/// True if both routers come from a single engine.
fn is_local(plan: &Plan<'_>, ranked: &Ranked<'_>, both: [usize; 2]) -> bool {
    let nodes = both.map(|at| &plan.instances[at].nodes);
    let mut engines = nodes.into_iter().flatten().map(|&at| ranked.nodes[at].base);
    let first = engines.next();
    engines.all(|engine| Some(engine) == first)
}
