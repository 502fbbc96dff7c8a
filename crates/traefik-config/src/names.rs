//! Makes names of elements from the names of containers, as Traefik does.

use go_compat::letters;

/// The default name of a container's service and router.
pub fn default_name(name: &str, project: Option<&str>, service: Option<&str>) -> String {
    let written = |label: Option<&str>| label.is_some_and(|label| !label.is_empty());
    match (project, service) {
        (Some(project), Some(compose)) if written(Some(project)) && written(service) => {
            normalize(&format!("{compose}-{project}"))
        }
        _ => normalize(name),
    }
}

/// Traefik's `normalize`: keeps letters and digits, and replaces each run of other characters by
/// one `-`, except at both ends.
pub fn normalize(name: &str) -> String {
    let words = name.split(|c| !letters::is_letter_or_number(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}
