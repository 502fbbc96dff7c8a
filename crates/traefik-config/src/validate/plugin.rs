//! Finds the reasons why Traefik could not read a plugin's settings.

use serde_json::Value;

use super::checker::Checker;
use crate::text::is_index;

/// The deepest nesting of a plugin's settings; they must be written and read again as JSON.
const MAX_DEPTH: usize = 64;

impl Checker<'_> {
    /// Checks a plugin's settings, which are free, apart from limits of Traefik's encoding of
    /// lists.
    pub(super) fn raw(&mut self, name: &str, value: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            self.fault("it is nested too deeply");
            return;
        }
        if is_index(name) {
            self.fault("Traefik would read this name as the index of a list");
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.name(name);
                    self.raw(name, value, depth + 1);
                }
            }
            Value::Array(items) => {
                if !is_carried(items) {
                    self.fault("a plugin's list must have items of one type, and no lists");
                }
                for item in items {
                    self.raw("", item, depth + 1);
                }
            }
            Value::Null => {}
            scalar => drop(self.text(scalar)),
        }
    }
}

/// True for a list that survives Traefik's encoding: one text that begins with the type of its
/// items, or objects.
fn is_carried(items: &[Value]) -> bool {
    let all = |is: fn(&Value) -> bool| items.iter().all(is);
    let scalar = |item: &Value| !matches!(item, Value::Null | Value::Array(_) | Value::Object(_));
    all(Value::is_object)
        || all(Value::is_boolean)
        // Traefik stops updating after a number that needs 64 bits without a sign.
        || all(|item| item.is_i64() || item.is_f64())
        // One text among numbers converts them all to texts.
        || items.iter().all(scalar) && items.iter().any(Value::is_string)
}
