//! Finds the known name that an unknown one was probably meant to be.

use crate::letters;

/// The nearest known name, if it is near enough for a typo.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: String = letters::folded(name).chars().take(MAX_NAME).collect();
    // One error in a short name, more in a longer one.
    let allowed = 1 + name.chars().count() / 5;
    let distances = known.into_iter().map(|known| {
        let distance = strsim::osa_distance(&name, &letters::folded(known));
        (distance, known)
    });
    distances
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, known)| known)
}

/// The number of characters that are compared. No known name is longer, but a label can be.
const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests;
