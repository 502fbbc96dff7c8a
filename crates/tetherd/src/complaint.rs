//! Faults in, one line for each new cause out: retries repeat the fault, not the line.

/// The fault that was complained of last.
#[derive(Debug, Default)]
pub(crate) struct Complaint(Option<String>);

impl Complaint {
    /// True if this is another fault than the last one.
    pub(crate) fn is_new(&mut self, text: &str) -> bool {
        let new = self.0.as_deref() != Some(text);
        if new {
            self.0 = Some(text.to_owned());
        }
        new
    }

    /// True if there was a fault, which now is over.
    pub(crate) fn settled(&mut self) -> bool {
        self.0.take().is_some()
    }
}
