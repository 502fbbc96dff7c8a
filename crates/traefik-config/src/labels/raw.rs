//! Converts the labels of a plugin to JSON. Names and nesting are free there.

use serde_json::{Map, Value};

use super::tree::Node;
use crate::text::is_index;

/// The values below a node; the error is the node of a list that a document cannot contain.
pub(super) fn raw_map<'n, 'a>(node: &'n Node<'a>) -> Result<Map<String, Value>, &'n Node<'a>> {
    let members = node.children.iter();
    members
        .map(|child| Ok((child.name.to_owned(), raw(child)?)))
        .collect()
}

fn raw<'n, 'a>(node: &'n Node<'a>) -> Result<Value, &'n Node<'a>> {
    if node.children.is_empty() {
        return Ok(node.value.into());
    }
    let indexes = node.children.iter().filter(|child| is_index(child.name));
    if indexes.count() == 0 {
        return raw_map(node).map(Value::Object);
    }
    let items: Vec<Value> = node.children.iter().map(raw).collect::<Result<_, _>>()?;
    let pure = node.children.iter().all(|child| is_index(child.name));
    let texts = items.iter().filter(|item| item.is_string()).count();
    if pure && (texts == 0 || texts == items.len()) {
        Ok(items.into())
    } else {
        Err(node)
    }
}
