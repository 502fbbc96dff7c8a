//! Writes elements as labels, the inverse of decoding. Only the laws use it.

use serde_json::{Map, Value};
use traefik_config::Element;

/// The labels of these elements; none if labels cannot express them: an empty list or server, an
/// item with a comma, and one that is empty or begins or ends with a space.
pub(super) fn encode(elements: &[Element]) -> Option<super::Labels> {
    let mut labels = super::Labels::new();
    for element in elements {
        let (section, kind) = (element.section, element.kind);
        let path = format!("traefik.{section}.{kind}.{}", element.name);
        write(&path, &element.body, &mut labels)?;
    }
    Some(labels)
}

fn write(path: &str, value: &Value, labels: &mut super::Labels) -> Option<()> {
    match value {
        Value::Object(fields) if fields.is_empty() => {
            labels.insert(path.to_owned(), "true".to_owned());
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value.as_array()) {
                    // The one list that labels set as its only item.
                    ("servers", Some(servers)) if path.ends_with(".loadBalancer") => {
                        let [server] = &servers[..] else {
                            return None;
                        };
                        if server.as_object().is_none_or(Map::is_empty) {
                            return None;
                        }
                        write(&format!("{path}.server"), server, labels)?;
                    }
                    _ => write(&format!("{path}.{name}"), value, labels)?,
                }
            }
        }
        // A plugin's lists of texts have indexes too.
        Value::Array(items) if items.iter().any(Value::is_object) || path.contains(".plugin.") => {
            for (at, item) in items.iter().enumerate() {
                write(&format!("{path}[{at}]"), item, labels)?;
            }
        }
        Value::Array(items) => {
            let texts: Vec<&str> = items.iter().map(Value::as_str).collect::<Option<_>>()?;
            let plain =
                |text: &&str| !text.is_empty() && text.trim() == *text && !text.contains(',');
            if texts.is_empty() || !texts.iter().all(plain) {
                return None;
            }
            labels.insert(path.to_owned(), texts.join(","));
        }
        Value::String(text) => {
            labels.insert(path.to_owned(), text.clone());
        }
        Value::Bool(_) | Value::Number(_) => {
            labels.insert(path.to_owned(), value.to_string());
        }
        Value::Null => return None,
    }
    Some(())
}
