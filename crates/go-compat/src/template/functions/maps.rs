//! Implements sprig's functions on dictionaries. The order of keys is random in Go, and sorted
//! here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::function::{Function, Param, any, text, truth};
use crate::template::limits::Budget;
use crate::template::print;
use crate::template::value::{ItemType, Value};

const KEY: &[Param] = &[Param::Dict, Param::Text];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::with_rest("dict", &[], Param::Any, dict),
    Function::new("get", KEY, |values, _| {
        let found = entries(any(values, 0)).and_then(|entries| entries.get(text(values, 1)));
        Ok(found.cloned().unwrap_or_else(|| Value::Text("".into())))
    }),
    Function::new("hasKey", KEY, |values, _| {
        truth(entries(any(values, 0)).is_some_and(|entries| entries.contains_key(text(values, 1))))
    }),
    Function::with_rest("keys", &[], Param::Dict, |values, _| {
        let maps = values.iter().filter_map(entries);
        Value::texts(maps.flat_map(BTreeMap::keys).map(|key| &**key))
    }),
    Function::new("values", &[Param::Dict], |values, _| {
        let found = entries(any(values, 0))
            .into_iter()
            .flat_map(BTreeMap::values);
        Value::list(found.cloned().collect(), ItemType::Any)
    }),
    Function::with_rest("pick", &[Param::Dict], Param::Text, |values, _| {
        keep(values, true)
    }),
    Function::with_rest("omit", &[Param::Dict], Param::Text, |values, _| {
        keep(values, false)
    }),
    Function::with_rest("pluck", &[Param::Text], Param::Dict, |values, _| {
        let maps = values.iter().skip(1).filter_map(entries);
        let found = maps.filter_map(|entries| entries.get(text(values, 0)));
        Value::list(found.cloned().collect(), ItemType::Any)
    }),
    Function::with_rest(
        "dig",
        &[Param::Any, Param::Any, Param::Any],
        Param::Any,
        |values, _| dig(values),
    ),
];

fn entries(value: &Value) -> Option<&BTreeMap<Arc<str>, Value>> {
    match value {
        Value::Map(map) if map.item_type == ItemType::Any => Some(&map.entries),
        _ => None,
    }
}

fn dict(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let mut entries = BTreeMap::new();
    for pair in values.chunks(2) {
        let value = pair
            .get(1)
            .cloned()
            .unwrap_or_else(|| Value::Text("".into()));
        entries.insert(print::text(any(pair, 0), budget)?, value);
    }
    Value::map(entries, ItemType::Any)
}

fn keep(values: &[Value], named: bool) -> Result<Value, String> {
    let names = |key: &str| (1..values.len()).any(|index| text(values, index) == key);
    let found = entries(any(values, 0)).into_iter().flatten();
    let kept = found.filter(|(key, _)| names(key) == named);
    Value::map(
        kept.map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        ItemType::Any,
    )
}

/// `dig "a" "b" or dictionary`: the value under these keys.
fn dig(values: &[Value]) -> Result<Value, String> {
    let [keys @ .., or, whole] = values else {
        return Ok(Value::Nil);
    };
    let mut found = whole;
    for key in keys {
        let Value::Text(key) = key else {
            return Err(format!("a key must be a string, got {}", key.described()));
        };
        let inner = entries(found)
            .ok_or_else(|| format!("there is no dictionary that could have the key {key}"))?;
        match inner.get(key) {
            Some(value) => found = value,
            None => return Ok(or.clone()),
        }
    }
    Ok(found.clone())
}
