//! A name that nobody knows and the known ones in, the one that was probably meant out.

use crate::go;

/// The known name that is nearest, if it is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = go::folded(name).chars().take(MAX_NAME).collect();
    // One slip in a short name, more in a longer one.
    let allowed = 1 + name.len() / 5;
    let distances = known.into_iter().map(|known| {
        let folded: Vec<char> = go::folded(known).chars().collect();
        (distance(&name, &folded), known)
    });
    distances
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, known)| known)
}

/// No known name is longer, and a label can be.
const MAX_NAME: usize = 64;

/// How many letters to insert, drop, change or swap with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["rule", "service", "entryPoints", "tls"];
        assert_eq!(nearest("rul", known), Some("rule"));
        assert_eq!(nearest("RUEL", known), Some("rule"));
        assert_eq!(nearest("entrypoint", known), Some("entryPoints"));
        assert_eq!(nearest("priority", known), None);
        assert_eq!(nearest("", known), None);
    }
}
