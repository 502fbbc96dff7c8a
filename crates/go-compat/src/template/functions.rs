//! Lists the functions that a template can call: Go's own, and those of sprig whose result does not
//! depend on the time, the host or random numbers.

mod choices;
pub(super) mod function;
mod go;
pub(super) mod lists;
mod maps;
mod numbers;
mod patterns;
mod refused;
mod texts;

use function::Function;

use crate::excerpt::shown;
use crate::suggest;

/// All functions, in groups with a title.
pub const GROUPS: [(&str, &[Function]); 7] = [
    ("Go's own", go::FUNCTIONS),
    ("Texts", texts::FUNCTIONS),
    ("Regular expressions", patterns::FUNCTIONS),
    ("Choices", choices::FUNCTIONS),
    ("Lists", lists::FUNCTIONS),
    ("Dictionaries", maps::FUNCTIONS),
    ("Numbers", numbers::FUNCTIONS),
];

/// The function of this name, among `more` and all of [`GROUPS`].
///
/// # Errors
/// If there is none. The text names the nearest one, or says why it is missing.
pub(super) fn find(name: &str, more: &'static [Function]) -> Result<&'static Function, String> {
    let own = || GROUPS.iter().flat_map(|(_, functions)| functions.iter());
    // More may replace one of these.
    let all = || more.iter().chain(own());
    if let Some(function) = all().find(|function| function.name == name) {
        return Ok(function);
    }
    let shown = shown(name);
    if let Some(why) = refused::why(name) {
        return Err(format!("the function `{shown}` cannot be used here: {why}"));
    }
    Err(
        match suggest::nearest(name, all().map(|function| function.name)) {
            Some(nearest) => format!("there is no function `{shown}`; did you mean `{nearest}`?"),
            None => format!("there is no function `{shown}`"),
        },
    )
}
