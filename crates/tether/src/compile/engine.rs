//! Compiles the containers of one engine: joins their elements, resolves references within the
//! engine (rule 2), and computes signatures (rule 3).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tether_proto::Engine;
use traefik_config::engine::{UnitedElement, UnitedServer, unite_for};
use traefik_config::references::{
    Reference, Usage, is_checked, map_references, references, usages,
};
use traefik_config::{Key, Kind, Problem, TraefikVersion};

use super::claim::Claim;
use super::cycles::{Order, order};
use super::definition::Definition;
use super::digest::{Hash, Signature, key_digest};
use super::problems::{cycle_problem, own_by_another_provider};
use super::provider::split;
use super::rendered::MergedElement;
use super::target::{NameScope, Target};

/// The elements of one engine.
#[derive(Debug)]
pub(crate) struct EngineElements {
    /// Sorted by key.
    pub(crate) nodes: Vec<Node>,
    /// Problems of its containers; each origin names the container.
    pub(crate) problems: Vec<Problem>,
}

/// One element of one engine.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its section, kind and name.
    pub(crate) key: Arc<Key>,
    /// A digest of the key.
    pub(crate) key_digest: Signature,
    /// Its definition.
    pub(crate) definition: Definition,
    /// True if no container defines it explicitly.
    pub(crate) implicit: bool,
    /// The names of the containers that ask for it, by precedence.
    pub(crate) owners: Box<[Arc<str>]>,
    /// The servers of its load balancer, sorted, without duplicates.
    pub(crate) servers: Box<[Server]>,
    /// The references as they are written.
    pub(crate) references: Box<[Reference]>,
    /// The target of each reference.
    pub(crate) targets: Box<[Target]>,
    /// How it uses each of them.
    pub(crate) usages: Box<[Usage]>,
    /// True for a service with a health check.
    pub(crate) checked: bool,
    /// Equal for elements whose definitions are equal, with everything that they reach.
    pub(crate) signature: Signature,
    /// Equal for elements whose names and signatures are equal.
    pub(crate) named_signature: Signature,
    /// For a router: the name of its service, if that is defined explicitly.
    pub(crate) service: Option<String>,
    /// For a router: what it matches and does, if its rule is valid.
    pub(crate) claim: Option<Box<Claim>>,
    /// For a router with TLS: what it is without.
    pub(crate) without_tls: Option<Box<WithoutTls>>,
    /// The rendered element, for elements that are not merged with others and keep all names. Most
    /// are such, so most of a document is reused by the next merge.
    pub(crate) rendered_cache: OnceLock<Arc<MergedElement>>,
    /// True if it is a service or reaches one.
    pub(crate) serves: bool,
    /// True if it is part of a cycle: such elements cannot be used.
    pub(crate) cyclic: bool,
}

/// A router with TLS, apart from that.
#[derive(Debug)]
pub(crate) struct WithoutTls {
    /// Its signature without the TLS.
    pub(crate) signature: Signature,
    /// Its TLS as JSON, without Traefik's own defaults.
    pub(crate) tls: Box<str>,
}

/// One server of a load balancer.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its URL or address.
    pub(crate) address: Arc<str>,
    /// Its definition as JSON.
    pub(crate) body: Box<str>,
    /// The container behind it.
    pub(crate) container: Arc<str>,
    /// True if that container is about to stop.
    pub(crate) stopping: bool,
    /// The reason for this address and port; empty if a label sets them.
    pub(crate) reason: Arc<str>,
    /// The container's own port, if its host publishes it as another one.
    pub(crate) container_port: Option<u16>,
    /// Its port of the service's health check, if it is another one than written; 0 if it cannot be
    /// reached.
    pub(crate) health_port: Option<u16>,
}

impl EngineElements {
    /// Compiles an engine.
    pub(crate) fn of(engine: &Engine, scope: NameScope, version: TraefikVersion) -> Self {
        let united = unite_for(engine, version);
        let keys = united.elements.keys().enumerate();
        let index: BTreeMap<Key, usize> = keys.map(|(at, key)| (key.clone(), at)).collect();
        let mut interner = Interner::default();
        let mut normalized_bodies = Vec::with_capacity(index.len());
        let mut nodes = Vec::with_capacity(index.len());
        for (key, element) in united.elements {
            let (node, normalized) = Node::new(key, element, &index, scope, &mut interner);
            nodes.push(node);
            normalized_bodies.push(normalized);
        }
        let mut problems = united.problems;
        problems.extend(nodes.iter().flat_map(Node::hints));
        let order = order(&nodes.iter().map(Node::own_targets).collect::<Vec<_>>());
        problems.extend(cut_cycles(&mut nodes, &order));
        for at in order.sequence {
            let normalized = std::mem::take(&mut normalized_bodies[at]);
            let described = nodes[at].describe(normalized, &nodes);
            let node = &mut nodes[at];
            node.signature = described.signature;
            node.without_tls = described.without_tls;
            (node.service, node.serves) = (described.service, described.serves);
            let mut hash = Hash::default();
            hash.add_bytes(&node.signature).add(&node.key.name);
            node.named_signature = hash.finish();
        }
        Self { nodes, problems }
    }

    /// The index of the element with this key.
    pub(crate) fn find(&self, key: &Key) -> Option<usize> {
        self.nodes
            .binary_search_by(|node| node.key.as_ref().cmp(key))
            .ok()
    }
}

/// Shares texts that the elements of one engine have in common.
#[derive(Default)]
struct Interner(HashMap<String, Arc<str>>);

impl Interner {
    fn intern(&mut self, text: String) -> Arc<str> {
        let entry = self.0.entry(text);
        Arc::clone(entry.or_insert_with_key(|text| Arc::from(text.as_str())))
    }
}

impl Server {
    fn new(server: UnitedServer, interner: &mut Interner) -> Self {
        Self {
            address: server.address.into(),
            body: server.body.to_string().into(),
            container: interner.intern(server.container),
            stopping: server.stopping,
            reason: interner.intern(server.reason),
            container_port: server.container_port,
            health_port: server.health_port,
        }
    }
}

impl Node {
    /// Returns the element as far as it does not depend on others, and its normalized definition.
    fn new(
        key: Key,
        element: UnitedElement,
        index: &BTreeMap<Key, usize>,
        scope: NameScope,
        interner: &mut Interner,
    ) -> (Self, Value) {
        let Key { section, kind, .. } = key;
        let mut normalized = element.normalized;
        let references = references(section, kind, &element.body);
        let usages = usages(section, kind, &element.body);
        let checked = kind == Kind::Services && is_checked(&element.body);
        let targets = references
            .iter()
            .map(|reference| Target::of(reference, index, scope))
            .collect();
        let claim = match kind {
            Kind::Routers => Claim::of(section, &element.body, &mut normalized).map(Box::new),
            _ => None,
        };
        let owners = element.owners.into_iter();
        let servers = element.servers.into_iter();
        let node = Self {
            key_digest: key_digest(&key),
            key: Arc::new(key),
            definition: Definition::of(section, kind, element.body),
            implicit: element.implicit,
            owners: owners.map(|owner| interner.intern(owner)).collect(),
            servers: servers
                .map(|server| Server::new(server, interner))
                .collect(),
            references: references.into(),
            targets,
            usages: usages.into(),
            checked,
            signature: Signature::default(),
            named_signature: Signature::default(),
            service: None,
            claim,
            without_tls: None,
            rendered_cache: OnceLock::new(),
            serves: false,
            cyclic: false,
        };
        (node, normalized)
    }

    fn own_targets(&self) -> Vec<usize> {
        let own = self.targets.iter().filter_map(|target| match target {
            Target::Own(at) => Some(*at),
            _ => None,
        });
        own.collect()
    }

    /// The hints about its references, once for each container that asks for it.
    fn hints(&self) -> Vec<Problem> {
        let all = self.references.iter().zip(&self.targets);
        let own = all.filter(|(_, target)| matches!(target, Target::Own(_)));
        let hints = own.filter_map(|(reference, _)| own_by_another_provider(&self.key, reference));
        hints
            .flat_map(|hint| {
                let owners = self.owners.iter();
                owners.map(move |owner| hint.clone().of_container(&**owner))
            })
            .collect()
    }

    /// Describes it by all that it reaches, which must have been described before.
    fn describe(&self, mut normalized: Value, nodes: &[Self]) -> Described {
        let Key { section, kind, .. } = *self.key;
        map_references(section, kind, &mut normalized, |_| "@".to_owned());
        normalized.sort_all_objects();
        let tls = match (kind, normalized.as_object_mut()) {
            (Kind::Routers, Some(fields)) => fields.remove("tls"),
            _ => None,
        };
        let mut hash = Hash::default();
        hash.add(section.as_str())
            .add(kind.as_str())
            .add(&normalized.to_string());
        let mut service = None;
        let mut serves = kind == Kind::Services;
        for (reference, target) in self.references.iter().zip(&self.targets) {
            let (name, _) = split(&reference.name);
            match target {
                Target::Foreign | Target::File(_) | Target::Agent(..) => {
                    hash.add("foreign").add(&reference.name)
                }
                Target::Shared(_) => hash.add("shared").add(name),
                Target::Local(_) => hash.add("local").add(name),
                Target::Missing => hash.add("missing").add(name),
                Target::Own(at) => {
                    let target = &nodes[*at];
                    serves |= target.serves;
                    let written = (!target.implicit).then_some(name);
                    hash.add("own").add_bytes(&target.signature);
                    match (kind, target.key.kind) {
                        // The name of a router's service is compared later, since an implicit one
                        // matches any name.
                        (Kind::Routers, Kind::Services) => {
                            service = written.map(ToOwned::to_owned);
                            &mut hash
                        }
                        _ => hash
                            .add(written.unwrap_or_default())
                            .add(target.service.as_deref().unwrap_or_default()),
                    }
                }
            };
        }
        let Some(tls) = tls else {
            return Described {
                signature: hash.finish(),
                without_tls: None,
                service,
                serves,
            };
        };
        let without = hash.clone().finish();
        let names_options = tls.get("options").is_some();
        let tls: Box<str> = tls.to_string().into();
        hash.add("tls").add(&tls);
        Described {
            signature: hash.finish(),
            without_tls: (!names_options).then(|| {
                Box::new(WithoutTls {
                    signature: without,
                    tls,
                })
            }),
            service,
            serves,
        }
    }
}

/// What is known of an element together with all that it reaches.
struct Described {
    signature: Signature,
    without_tls: Option<Box<WithoutTls>>,
    /// The explicit name of a router's service.
    service: Option<String>,
    /// True if it is a service or reaches one.
    serves: bool,
}

/// Marks the elements of cycles and removes references to them: Traefik cannot build them.
fn cut_cycles(nodes: &mut [Node], order: &Order) -> Vec<Problem> {
    let mut cycles: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, cycle) in order.cycle.iter().enumerate() {
        if let Some(cycle) = cycle {
            cycles.entry(*cycle).or_default().push(at);
            nodes[at].cyclic = true;
        }
    }
    for node in nodes.iter_mut() {
        for target in &mut node.targets {
            if matches!(target, Target::Own(at) if order.cycle[*at].is_some()) {
                *target = Target::Missing;
            }
        }
    }
    let problem = |at: usize, members: &[usize]| {
        let members: Vec<&Key> = members.iter().map(|at| &*nodes[*at].key).collect();
        let owners = nodes[at].owners.iter();
        let problem = cycle_problem(&nodes[at].key, &members);
        owners
            .map(move |owner| problem.clone().of_container(&**owner))
            .collect::<Vec<_>>()
    };
    let members = cycles.values();
    members
        .flat_map(|members| members.iter().flat_map(|at| problem(*at, members)))
        .collect()
}
