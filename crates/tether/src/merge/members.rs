//! Services outlive their members: one that nobody defines now is left out of a failover, of weights
//! and of mirrors, as long as another one is left. Everything else that a definition needs must be
//! there.

use serde_json::{Value, json};
use traefik_config::Kind;
use traefik_config::references::Role;

use super::plan::{Instance, Link, Plan};
use super::ranked::Ranked;
use crate::compile::{UNRESOLVED_PROVIDER, order, split};

/// Which elements Traefik cannot build, for want of others.
pub(super) struct Members<'a> {
    ranked: &'a Ranked<'a>,
    /// By instance; empty if there is none.
    broken: Vec<bool>,
}

impl<'a> Members<'a> {
    pub(super) fn of(ranked: &'a Ranked<'_>, plan: &Plan<'_>) -> Self {
        let mut members = Self {
            ranked,
            broken: Vec::new(),
        };
        let is_router = |one: &Instance<'_>| ranked.nodes[one.lead].node.key.kind == Kind::Routers;
        let others = plan.instances.iter().filter(|one| !is_router(one));
        if !others
            .flat_map(|one| &one.links)
            .any(|link| members.fails(link))
        {
            return members;
        }
        let edges: Vec<Vec<usize>> = plan.instances.iter().map(Instance::targets).collect();
        members.broken = vec![false; plan.instances.len()];
        // What others need comes first.
        for at in order(&edges).sequence {
            members.broken[at] = members.is_broken(&plan.instances[at]);
        }
        members
    }

    /// True if this reference of an instance is left out.
    pub(super) fn is_left_out(&self, at: usize, instance: &Instance<'_>, reference: usize) -> bool {
        !self.broken.is_empty()
            && !self.broken[at]
            && self.role(instance, reference) != Role::Needed
            && self.fails(&instance.links[reference])
    }

    fn is_broken(&self, instance: &Instance<'_>) -> bool {
        let (mut members, mut left) = (0, 0);
        for (reference, link) in instance.links.iter().enumerate() {
            let fails = self.fails(link);
            match self.role(instance, reference) {
                // It is there, and may not be used: that is for its owner to mend.
                _ if matches!(link, Link::Internal | Link::Ambiguous) => return true,
                Role::Needed if fails => return true,
                Role::Member => {
                    members += 1;
                    left += usize::from(!fails);
                }
                Role::Needed | Role::Copy => {}
            }
        }
        members > 0 && left == 0
    }

    fn role(&self, instance: &Instance<'_>, reference: usize) -> Role {
        let usages = &self.ranked.nodes[instance.lead].node.usages;
        usages
            .get(reference)
            .map_or(Role::Needed, |usage| usage.role)
    }

    fn fails(&self, link: &Link<'_>) -> bool {
        match link {
            Link::To(at) => self.broken.get(*at).copied().unwrap_or_default(),
            Link::Foreign => false,
            Link::Shared(_) | Link::Internal | Link::Ambiguous | Link::Missing => true,
        }
    }
}

/// The lists of members, and the field of each item that names the service.
const LISTS: [(&str, &str); 3] = [
    ("weighted", "services"),
    ("highestRandomWeight", "services"),
    ("mirroring", "mirrors"),
];

/// Removes the members that are written as unresolved from a service. A failover with one of its two
/// becomes a choice of this one.
pub(super) fn remove_unresolved(service: &mut Value) {
    for (form, list) in LISTS {
        let Some(form) = service.get_mut(form).and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(items) = form.get_mut(list).and_then(Value::as_array_mut) {
            items.retain(|item| !is_unresolved(&item["name"]));
            if items.is_empty() {
                form.remove(list);
            }
        }
    }
    let Some(failover) = service.get("failover") else {
        return;
    };
    let (first, second) = (&failover["service"], &failover["fallback"]);
    let only = match (is_unresolved(first), is_unresolved(second)) {
        (true, false) => second,
        (false, true) => first,
        _ => return,
    };
    let mut weighted = json!({ "services": [{ "name": only }] });
    if let Some(check) = failover.get("healthCheck") {
        weighted["healthCheck"] = check.clone();
    }
    if let Some(service) = service.as_object_mut() {
        service.remove("failover");
        service.insert("weighted".to_owned(), weighted);
    }
}

fn is_unresolved(name: &Value) -> bool {
    let provider = name.as_str().and_then(|name| split(name).1);
    provider == Some(UNRESOLVED_PROVIDER)
}
