//! The results that the model expects.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::events::{APPS, CONTESTED, NAMES, element_name, machine};
use super::world::{GRACE, LEASE, Life, MENDED_LINK_LIMIT, World};
use crate::fleet::{DUPLICATE_LIFETIME, RETURN_LIMIT, SETTLE_DELAY, SYNC_LIMIT};

impl World {
    /// True if a roster names it and it has not been removed since.
    pub(super) fn awaits(&self, name: usize) -> bool {
        let mut rosters = self.rosters.iter().flatten();
        rosters.any(|one| one == NAMES[name])
    }

    pub(super) fn knows_drained(&self, name: usize) -> bool {
        self.drained
            .iter()
            .any(|one| one.starts_with(&format!("({name}, ")))
    }

    pub(super) fn remove(&mut self, name: usize) {
        if let Some(life) = self.lives.get(&name) {
            self.drained.extend(life.earlier.iter().cloned());
            self.drained.insert(life.instance.clone());
        }
        self.forget(name);
    }

    pub(super) fn forget(&mut self, name: usize) {
        self.lives.remove(&name);
        if !self.ready {
            self.left.insert(name);
        }
        if let Some(rosters) = &mut self.rosters {
            rosters.remove(NAMES[name]);
        }
    }

    /// Applies the passage of time to the model.
    pub(super) fn settle(&mut self) {
        let over = |life: &Life| life.lost.is_some_and(|lost| lost + LEASE <= self.now);
        let gone: Vec<usize> = self
            .lives
            .iter()
            .filter(|one| over(one.1))
            .map(|one| *one.0)
            .collect();
        gone.into_iter().for_each(|name| self.forget(name));
        for life in self.lives.values_mut() {
            let now = self.now;
            life.duplicates
                .retain(|_, rejection| *rejection + DUPLICATE_LIFETIME > now);
        }
        for life in self.lives.values_mut().filter(|life| life.lost.is_none()) {
            life.synced |= life.connected + SYNC_LIMIT <= self.now;
        }
        let renamed = |life: &Life| {
            let lost = life.lost.filter(|lost| *lost + RETURN_LIMIT <= self.now);
            lost.is_some() && self.successors(life).any(|one| one.synced)
        };
        let lives = self.lives.iter();
        let gone: Vec<usize> = lives
            .filter(|one| renamed(one.1))
            .map(|one| *one.0)
            .collect();
        gone.into_iter().for_each(|name| self.forget(name));
        let synced = |name: &String| {
            let at = NAMES.iter().position(|one| one == name);
            at.and_then(|at| self.lives.get(&at))
                .is_some_and(|life| life.synced)
        };
        if self.first_sync.is_none() && self.lives.values().any(|life| life.synced) {
            self.first_sync = Some(self.now);
        }
        let whole = self
            .rosters
            .as_ref()
            .is_some_and(|names| names.iter().all(synced));
        let waited = self.grace_end().is_some_and(|end| end <= self.now);
        self.ready |= (whole && self.first_sync.is_some()) || waited;
    }

    /// The next time at which something changes by itself.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let mut all = Vec::new();
        for life in self.lives.values() {
            match life.lost {
                Some(lost) => {
                    all.extend([lost + SETTLE_DELAY, lost + LEASE]);
                    all.extend(self.successors(life).map(|_| lost + RETURN_LIMIT));
                }
                None if !life.synced => all.push(life.connected + SYNC_LIMIT),
                None => {}
            }
            all.extend(
                life.duplicates
                    .values()
                    .map(|rejection| *rejection + DUPLICATE_LIFETIME),
            );
        }
        all.extend(self.grace_end().filter(|_| !self.ready));
        let next = all.into_iter().filter(|at| *at > self.now).min();
        next.map(|at| self.start + at)
    }

    /// The connected agents that are this lost one's machine under another name.
    fn successors(&self, life: &Life) -> impl Iterator<Item = &Life> {
        self.lives.values().filter(move |one| {
            let is_new = life.lost.is_some_and(|lost| lost < one.first);
            one.lost.is_none() && is_new && machine(one.process) == machine(life.process)
        })
    }

    /// True if another connected agent runs on the same machine.
    pub(super) fn shares_engine(&self, life: &Life) -> bool {
        self.lives.values().any(|one| {
            let is_other = one.process.0 != life.process.0 && one.lost.is_none();
            is_other && machine(one.process) == machine(life.process)
        })
    }

    /// The end of the grace: shorter if no agent has ever known others, and the hub has been up for
    /// a while.
    fn grace_end(&self) -> Option<Duration> {
        let first = self.first_sync?;
        let new_fleet = (self.hub_start + GRACE).max(first + MENDED_LINK_LIMIT);
        let end = first + GRACE;
        Some(self.rosters.as_ref().map_or(new_fleet.min(end), |_| end))
    }

    /// The expected configuration.
    pub(super) fn config(&self) -> Value {
        let (mut routers, mut services) = (json!({}), json!({}));
        self.contested(&mut routers, &mut services);
        for app in APPS.into_iter().filter(|app| *app != CONTESTED) {
            let mut servers: Vec<(&String, Option<Duration>)> = Vec::new();
            for life in self.lives.values() {
                servers.extend(life.server(app).map(|server| (server, life.lost)));
            }
            if servers.iter().any(|server| server.1.is_none()) {
                servers.retain(|(_, lost)| !self.is_settled(*lost));
            }
            servers.sort();
            if !servers.is_empty() {
                let servers: Vec<Value> =
                    servers.iter().map(|one| json!({ "url": one.0 })).collect();
                routers[app] = json!({ "rule": format!("Host(`{app}`)"), "service": app });
                services[app] = json!({ "loadBalancer": { "servers": servers } });
            }
        }
        if routers == json!({}) {
            return routers;
        }
        json!({ "http": { "routers": routers, "services": services } })
    }

    /// Adds the app that several agents claim: the first that is not lost for long gets the
    /// requests, else the first.
    fn contested(&self, routers: &mut Value, services: &mut Value) {
        let mut claims = Vec::new();
        for (&name, life) in &self.lives {
            if let Some(server) = life.server(CONTESTED) {
                let service = element_name(name, CONTESTED);
                services[&service] = json!({ "loadBalancer": { "servers": [{ "url": server }] } });
                claims.push((self.is_settled(life.lost), service));
            }
        }
        if let Some((_, winner)) = claims.into_iter().min() {
            routers[&winner] = json!({ "rule": format!("Host(`{CONTESTED}`)"), "service": winner });
        }
    }

    fn is_settled(&self, lost: Option<Duration>) -> bool {
        lost.is_some_and(|lost| lost + SETTLE_DELAY <= self.now)
    }
}

impl Life {
    /// The server of an app, from the last push whose engine was listed.
    fn server(&self, app: &str) -> Option<&String> {
        let push = self.pushes.iter().rev().find(|push| push.1)?;
        push.0.get(app)
    }
}
