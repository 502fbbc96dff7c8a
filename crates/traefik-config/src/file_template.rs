//! Evaluates the Go templates in a file, as Traefik's file provider does.

use go_compat::template::{Environment, Function, STRINGS_SPLIT, Template, Value};

use crate::names;

/// Traefik's own functions. Its `split` takes the place of sprig's.
const TRAEFIK: &[Function] = &[
    Function::of_text("normalize", |text| Value::text(names::normalize(text))),
    STRINGS_SPLIT,
    Function::environment("env"),
];

/// The content of a file of this name with its templates evaluated. The function `env` reads the
/// environment that is given.
///
/// # Errors
/// If a template is wrong, or the environment refuses a variable. The text says where.
pub fn render(name: &str, source: &str, environment: &Environment<'_>) -> Result<String, String> {
    let template = Template::parse_file(name, source, TRAEFIK)?;
    // Traefik's own data is `false`.
    template.render_in(&Value::Bool(false), environment)
}

#[cfg(test)]
mod tests;
