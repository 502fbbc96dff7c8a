//! The elements of one configuration, sorted by key.

use std::ops::Index;
use std::sync::Arc;

use traefik_config::{Key, Kind, Section};

use crate::compile::MergedElement;

/// Elements, sorted by key, without duplicates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Elements(Vec<Arc<MergedElement>>);

impl Elements {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All elements.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Arc<MergedElement>)> {
        self.0.iter().map(|element| (&*element.key, element))
    }

    /// The element with this key.
    pub fn get(&self, key: &Key) -> Option<&Arc<MergedElement>> {
        let found = self.0.binary_search_by(|element| (*element.key).cmp(key));
        found.ok().and_then(|at| self.0.get(at))
    }

    /// The elements of one section and kind.
    pub fn of(&self, section: Section, kind: Kind) -> &[Arc<MergedElement>] {
        let part = |element: &Arc<MergedElement>| (element.key.section, element.key.kind);
        let from = self.0.partition_point(|one| part(one) < (section, kind));
        let rest = &self.0[from..];
        &rest[..rest.partition_point(|one| part(one) == (section, kind))]
    }
}

/// Of two elements with one key the later one stays.
impl FromIterator<Arc<MergedElement>> for Elements {
    fn from_iter<T: IntoIterator<Item = Arc<MergedElement>>>(elements: T) -> Self {
        // The start of each name is stored with its element, so that most comparisons touch nothing
        // else.
        let mut prefixed: Vec<_> = elements
            .into_iter()
            .map(|element| (prefix(&element.key), element))
            .collect();
        prefixed.sort_by(|(one, first), (other, second)| {
            let by_prefix = one.cmp(other);
            by_prefix.then_with(|| first.key.name.cmp(&second.key.name))
        });
        let mut sorted: Vec<Arc<MergedElement>> = Vec::with_capacity(prefixed.len());
        for (_, element) in prefixed {
            match sorted.last_mut().filter(|last| last.key == element.key) {
                Some(last) => *last = element,
                None => sorted.push(element),
            }
        }
        Self(sorted)
    }
}

/// The length of the prefix that is compared first.
const PREFIX_BYTES: usize = 22;

fn prefix(key: &Key) -> (Section, Kind, [u8; PREFIX_BYTES]) {
    let mut start = [0; PREFIX_BYTES];
    let len = key.name.len().min(PREFIX_BYTES);
    start[..len].copy_from_slice(&key.name.as_bytes()[..len]);
    (key.section, key.kind, start)
}

impl Index<&Key> for Elements {
    type Output = Arc<MergedElement>;

    fn index(&self, key: &Key) -> &Self::Output {
        self.get(key).expect("there is such an element")
    }
}
