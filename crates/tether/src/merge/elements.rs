//! The elements of one configuration, in the order of their keys.

use std::ops::Index;
use std::sync::Arc;

use traefik_config::{Key, Kind, Section};

use crate::compile::MergedElement;

/// Elements, sorted by key, of which no two are equal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Elements(Vec<Arc<MergedElement>>);

impl Elements {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Arc<MergedElement>)> {
        self.0.iter().map(|element| (&*element.key, element))
    }

    /// The element of this key.
    pub fn get(&self, key: &Key) -> Option<&Arc<MergedElement>> {
        let found = self.0.binary_search_by(|element| (*element.key).cmp(key));
        found.ok().and_then(|at| self.0.get(at))
    }

    /// Those of one section and kind.
    pub fn of(&self, section: Section, kind: Kind) -> &[Arc<MergedElement>] {
        let part = |element: &Arc<MergedElement>| (element.key.section, element.key.kind);
        let from = self.0.partition_point(|one| part(one) < (section, kind));
        let rest = &self.0[from..];
        &rest[..rest.partition_point(|one| part(one) == (section, kind))]
    }
}

/// Of two of one key the later one counts.
impl FromIterator<Arc<MergedElement>> for Elements {
    fn from_iter<T: IntoIterator<Item = Arc<MergedElement>>>(elements: T) -> Self {
        // The start of a name beside its element: to compare two needs no look elsewhere.
        let elements = elements.into_iter().map(|element| {
            let (key, mut start) = (&*element.key, [0; START]);
            let len = key.name.len().min(START);
            start[..len].copy_from_slice(&key.name.as_bytes()[..len]);
            (key.section, key.kind, start, element)
        });
        let mut elements: Vec<_> = elements.collect();
        elements.sort_by(|one, other| {
            let start = (one.0, one.1, one.2).cmp(&(other.0, other.1, other.2));
            start.then_with(|| one.3.key.name.cmp(&other.3.key.name))
        });
        let mut sorted: Vec<Arc<MergedElement>> = Vec::with_capacity(elements.len());
        for (.., element) in elements {
            match sorted.last_mut().filter(|last| last.key == element.key) {
                Some(last) => *last = element,
                None => sorted.push(element),
            }
        }
        Self(sorted)
    }
}

/// How much of a name is looked at first, in bytes.
const START: usize = 22;

impl Index<&Key> for Elements {
    type Output = Arc<MergedElement>;

    fn index(&self, key: &Key) -> &Self::Output {
        self.get(key).expect("there is such an element")
    }
}
