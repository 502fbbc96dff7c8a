//! Collects the problems of one container's labels.

use go_compat::excerpt::shown;

use crate::{Code, Problem};

/// The problems of a container's labels.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    /// True if one of them takes out the whole container.
    pub(super) rejected: bool,
}

impl Findings {
    /// Reports a label that Traefik rejects: the whole container is taken out.
    pub(super) fn reject(&mut self, code: Code, label: &str, message: &str) {
        self.rejected = true;
        self.report(Problem::error, code, label, message);
    }

    /// Reports a label that Traefik reads differently than intended.
    pub(super) fn report(
        &mut self,
        severity: fn(Code, String) -> Problem,
        code: Code,
        label: &str,
        message: &str,
    ) {
        let message = format!("label {}: {message}", shown(label));
        self.problems.push(severity(code, message).of_label(label));
    }
}
