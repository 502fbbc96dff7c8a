//! Names what keeps two routers apart that look like one: of the same name, with services of the same
//! name. People who run a service on two hosts expect it to be balanced over both.

use std::collections::BTreeMap;

use serde_json::Value;
use traefik_config::defaults::without_defaults;
use traefik_config::engine::LOAD_BALANCER;
use traefik_config::{Key, Kind, TraefikVersion};

use crate::merge::plan::{Instance, Link, Plan};
use crate::merge::ranked::Ranked;

/// The fields of a router that are compared elsewhere, or say where its requests go.
const NOT_COMPARED: [&str; 4] = ["rule", "entryPoints", "service", "servers"];

/// The list of a router's middlewares.
const MIDDLEWARES: &str = "middlewares";

/// The most fields that a message names.
const FIELDS_SHOWN: usize = 4;

/// What two routers do differently, as the end of a sentence; none if they do not look like one.
pub(super) fn differences(
    ranked: &Ranked<'_>,
    plan: &Plan<'_>,
    version: TraefikVersion,
    routers: [usize; 2],
) -> Option<String> {
    let both = routers.map(|at| &plan.instances[at]);
    let lead = |one: &Instance<'_>| &ranked.nodes[one.lead];
    let [one, other] = both.map(|router| service(ranked, plan, router));
    let (one, other) = (one?, other?);
    let name = |at: &Instance<'_>| &lead(at).node.key.name;
    if name(both[0]) != name(both[1]) || name(one) != name(other) {
        return None;
    }
    let used = both.map(|router| middlewares(ranked, plan, router));
    let used_alike = used[0] == used[1];
    let fields = |router, service, used: &BTreeMap<String, String>| {
        let mut all = fields(ranked, version, router);
        // Their order matters only if they are the same.
        all.retain(|name, _| name != MIDDLEWARES || used_alike);
        all.extend(fields_of_balancer(ranked, version, service));
        all.extend(used.clone());
        all
    };
    let [mine, theirs] = [
        fields(both[0], one, &used[0]),
        fields(both[1], other, &used[1]),
    ];
    let only = |some: &BTreeMap<String, String>, others: &BTreeMap<String, String>| {
        let keys = some.keys().filter(|key| !others.contains_key(*key));
        listed(keys)
    };
    let unlike = mine.iter().filter_map(|(key, value)| {
        let differs = theirs.get(key).is_some_and(|other| other != value);
        differs.then_some(key)
    });
    let mut said = Vec::new();
    for (owner, fields) in [
        (both[0], only(&mine, &theirs)),
        (both[1], only(&theirs, &mine)),
    ] {
        said.extend(fields.map(|fields| format!("{} has {fields}", lead(owner).describe_owner())));
    }
    said.extend(listed(unlike).map(|fields| format!("both have different {fields}")));
    (!said.is_empty()).then(|| said.join(", "))
}

fn listed<'a>(keys: impl Iterator<Item = &'a String>) -> Option<String> {
    let keys: Vec<String> = keys
        .take(FIELDS_SHOWN)
        .map(|key| format!("`{key}`"))
        .collect();
    (!keys.is_empty()).then(|| keys.join(" and "))
}

/// The service of a router, if it has servers of its own.
fn service<'a, 'b>(
    ranked: &Ranked<'_>,
    plan: &'a Plan<'b>,
    router: &Instance<'_>,
) -> Option<&'a Instance<'b>> {
    let references = ranked.nodes[router.lead].node.references.iter();
    let mut links = references.zip(&router.links);
    links.find_map(|(reference, link)| match link {
        Link::To(at) if reference.kind == Kind::Services => Some(&plan.instances[*at]),
        _ => None,
    })
}

/// The fields of an element without defaults.
fn fields(
    ranked: &Ranked<'_>,
    version: TraefikVersion,
    instance: &Instance<'_>,
) -> BTreeMap<String, String> {
    let value = definition(ranked, version, instance);
    compared(&value)
}

fn fields_of_balancer(
    ranked: &Ranked<'_>,
    version: TraefikVersion,
    service: &Instance<'_>,
) -> BTreeMap<String, String> {
    let value = definition(ranked, version, service);
    compared(&value[LOAD_BALANCER])
}

fn compared(value: &Value) -> BTreeMap<String, String> {
    let fields = value.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}

fn definition(ranked: &Ranked<'_>, version: TraefikVersion, instance: &Instance<'_>) -> Value {
    let node = ranked.nodes[instance.lead].node;
    let names = node.references.iter().map(|one| one.name.clone());
    let text = node.definition.write(&names.collect::<Vec<_>>(), &[]);
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let Key { section, kind, .. } = *node.key;
    let mut value = without_defaults(section, kind, &value, version);
    value.sort_all_objects();
    value
}

/// Each middleware of a router by its name, with the class of what it means.
fn middlewares(
    ranked: &Ranked<'_>,
    plan: &Plan<'_>,
    router: &Instance<'_>,
) -> BTreeMap<String, String> {
    let references = ranked.nodes[router.lead].node.references.iter();
    let links = references.zip(&router.links);
    let used = links.filter_map(|(reference, link)| match link {
        Link::To(at) if reference.kind == Kind::Middlewares => {
            let class = plan.instances[*at].class.to_string();
            Some((format!("middleware {}", reference.name), class))
        }
        _ => None,
    });
    used.collect()
}
