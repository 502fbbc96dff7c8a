//! Implements sprig's functions on lists. As in sprig, most return a list without a type.

use super::function::{Function, Param, any, int, text, truth};
use super::numbers;
use crate::template::limits::{Budget, MAX_ITEMS, Text};
use crate::template::print;
use crate::template::value::{ItemType, List, Value};

const TWO: &[Param] = &[Param::Any, Param::Any];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::with_rest("list", &[], Param::Any, |values, _| {
        Value::list(values.to_vec(), ItemType::Any)
    }),
    Function::with_rest("tuple", &[], Param::Any, |values, _| {
        Value::list(values.to_vec(), ItemType::Any)
    }),
    Function::new("splitList", &[Param::Text, Param::Text], |values, _| {
        Value::texts(parts(text(values, 1), text(values, 0)))
    }),
    Function::new("split", &[Param::Text, Param::Text], |values, _| {
        numbered(parts(text(values, 1), text(values, 0)))
    }),
    Function::new(
        "splitn",
        &[Param::Text, Param::Int, Param::Text],
        |values, _| splitn(values),
    ),
    Function::new("join", &[Param::Text, Param::Any], join),
    Function::new("toStrings", &[Param::Any], |values, budget| {
        Value::list(strings(any(values, 0), budget)?, ItemType::Text)
    }),
    Function::new("sortAlpha", &[Param::Any], sort_alpha),
    Function::new("first", &[Param::Any], |values, _| {
        end(values, <[Value]>::first)
    }),
    Function::new("mustFirst", &[Param::Any], |values, _| {
        end(values, <[Value]>::first)
    }),
    Function::new("last", &[Param::Any], |values, _| {
        end(values, <[Value]>::last)
    }),
    Function::new("mustLast", &[Param::Any], |values, _| {
        end(values, <[Value]>::last)
    }),
    Function::new("rest", &[Param::Any], |values, _| rest(values)),
    Function::new("mustRest", &[Param::Any], |values, _| rest(values)),
    Function::new("initial", &[Param::Any], |values, _| initial(values)),
    Function::new("mustInitial", &[Param::Any], |values, _| initial(values)),
    Function::new("append", TWO, |values, _| push(values)),
    Function::new("mustAppend", TWO, |values, _| push(values)),
    Function::new("push", TWO, |values, _| push(values)),
    Function::new("mustPush", TWO, |values, _| push(values)),
    Function::new("prepend", TWO, |values, _| prepend(values)),
    Function::new("mustPrepend", TWO, |values, _| prepend(values)),
    Function::with_rest("concat", &[], Param::Any, |values, _| concat(values)),
    Function::new("has", TWO, has),
    Function::new("mustHas", TWO, has),
    Function::with_rest("without", &[Param::Any], Param::Any, without),
    Function::with_rest("mustWithout", &[Param::Any], Param::Any, without),
    Function::new("uniq", &[Param::Any], uniq),
    Function::new("mustUniq", &[Param::Any], uniq),
    Function::new("compact", &[Param::Any], |values, _| compact(values)),
    Function::new("mustCompact", &[Param::Any], |values, _| compact(values)),
    Function::new("reverse", &[Param::Any], |values, _| reverse(values)),
    Function::new("mustReverse", &[Param::Any], |values, _| reverse(values)),
    Function::with_rest("slice", &[Param::Any], Param::Any, |values, _| {
        slice(values)
    }),
    Function::with_rest("mustSlice", &[Param::Any], Param::Any, |values, _| {
        slice(values)
    }),
    Function::new("until", &[Param::Int], |values, _| {
        let count = int(values, 0);
        until(0, count, if count < 0 { -1 } else { 1 })
    }),
    Function::new(
        "untilStep",
        &[Param::Int, Param::Int, Param::Int],
        |values, _| until(int(values, 0), int(values, 1), int(values, 2)),
    ),
];

/// The items of a list without nil, or the value itself, as texts.
pub(super) fn strings(value: &Value, budget: &Budget) -> Result<Vec<Value>, String> {
    let items = match value {
        Value::List(list) => &list.items[..],
        other => std::slice::from_ref(other),
    };
    items
        .iter()
        .filter(|item| !matches!(item, Value::Nil))
        .map(|item| print::text(item, budget).map(Value::Text))
        .collect()
}

/// Go's `strings.Split`: a text, then the separator. Sprig's function of this name is another one.
pub const STRINGS_SPLIT: Function =
    Function::new("split", &[Param::Text, Param::Text], |values, _| {
        Value::texts(parts(text(values, 0), text(values, 1)))
    });

/// Go's `strings.Split`: an empty separator splits after each letter.
fn parts<'a>(text: &'a str, separator: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    if separator.is_empty() {
        let ends = text
            .char_indices()
            .map(|(at, c)| &text[at..at + c.len_utf8()]);
        return Box::new(ends);
    }
    Box::new(text.split(separator))
}

fn numbered<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Value, String> {
    let entries = parts
        .take(MAX_ITEMS + 1)
        .enumerate()
        .map(|(i, part)| (format!("_{i}").into(), Value::Text(part.into())));
    Value::map(entries.collect(), ItemType::Text)
}

fn splitn(values: &[Value]) -> Result<Value, String> {
    let (separator, whole) = (text(values, 0), text(values, 2));
    let Ok(count) = usize::try_from(int(values, 1)) else {
        return numbered(parts(whole, separator));
    };
    if !separator.is_empty() {
        return numbered(whole.splitn(count, separator));
    }
    let last = whole
        .char_indices()
        .nth(count.saturating_sub(1))
        .map(|(at, _)| at);
    let at = last.unwrap_or(whole.len());
    let tail = (count > 0 && at < whole.len()).then_some(&whole[at..]);
    let head = if count > 0 { &whole[..at] } else { "" };
    numbered(parts(head, "").chain(tail))
}

fn join(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let mut out = Text::default();
    for (i, part) in strings(any(values, 1), budget)?.iter().enumerate() {
        out.push(if i > 0 { text(values, 0) } else { "" })?;
        if let Value::Text(part) = part {
            out.push(part)?;
        }
    }
    Value::text(out.into_string())
}

fn sort_alpha(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let mut texts = strings(any(values, 0), budget)?;
    budget.spend(texts.len())?;
    texts.sort_by(|a, b| match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    Value::list(texts, ItemType::Text)
}

fn list(values: &[Value], index: usize) -> Result<&List, String> {
    match any(values, index) {
        Value::List(list) => Ok(list),
        other => Err(format!("expects a list, got {}", other.described())),
    }
}

fn end(values: &[Value], which: fn(&[Value]) -> Option<&Value>) -> Result<Value, String> {
    Ok(which(&list(values, 0)?.items)
        .cloned()
        .unwrap_or(Value::Nil))
}

fn rest(values: &[Value]) -> Result<Value, String> {
    let items = list(values, 0)?.items.iter();
    Value::list(items.skip(1).cloned().collect(), ItemType::Any)
}

fn initial(values: &[Value]) -> Result<Value, String> {
    let mut items = list(values, 0)?.to_vec();
    items.pop();
    Value::list(items, ItemType::Any)
}

fn push(values: &[Value]) -> Result<Value, String> {
    let mut items = list(values, 0)?.to_vec();
    items.push(any(values, 1).clone());
    Value::list(items, ItemType::Any)
}

fn prepend(values: &[Value]) -> Result<Value, String> {
    let mut items = list(values, 0)?.to_vec();
    items.insert(0, any(values, 1).clone());
    Value::list(items, ItemType::Any)
}

fn concat(values: &[Value]) -> Result<Value, String> {
    let mut items = Vec::new();
    for index in 0..values.len() {
        items.extend(list(values, index)?.to_vec());
        if items.len() > MAX_ITEMS {
            break;
        }
    }
    Value::list(items, ItemType::Any)
}

fn has(values: &[Value], budget: &Budget) -> Result<Value, String> {
    if matches!(any(values, 1), Value::Nil) {
        return truth(false);
    }
    truth(contains(&list(values, 1)?.items, any(values, 0), budget)?)
}

fn contains(items: &[Value], wanted: &Value, budget: &Budget) -> Result<bool, String> {
    for item in items {
        if item.same(wanted, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let mut kept = Vec::new();
    for item in list(values, 0)?.items.iter() {
        if !contains(&values[1..], item, budget)? {
            kept.push(item.clone());
        }
    }
    Value::list(kept, ItemType::Any)
}

fn uniq(values: &[Value], budget: &Budget) -> Result<Value, String> {
    let mut kept: Vec<Value> = Vec::new();
    for item in list(values, 0)?.items.iter() {
        if !contains(&kept, item, budget)? {
            kept.push(item.clone());
        }
    }
    Value::list(kept, ItemType::Any)
}

fn compact(values: &[Value]) -> Result<Value, String> {
    let mut items = list(values, 0)?.to_vec();
    items.retain(Value::is_true);
    Value::list(items, ItemType::Any)
}

fn reverse(values: &[Value]) -> Result<Value, String> {
    let mut items = list(values, 0)?.to_vec();
    items.reverse();
    Value::list(items, ItemType::Any)
}

fn slice(values: &[Value]) -> Result<Value, String> {
    let list = list(values, 0)?;
    if list.items.is_empty() {
        return Ok(Value::Nil);
    }
    let place = |index: usize, or: usize| match values.get(index) {
        Some(value) => usize::try_from(numbers::to_int(value)).ok(),
        None => Some(or),
    };
    let (from, to) = (place(1, 0), place(2, list.items.len()));
    match from.zip(to).and_then(|(from, to)| list.items.get(from..to)) {
        Some(items) => Value::list(items.to_vec(), list.item_type),
        None => Err(format!("the list has only {} items", list.items.len())),
    }
}

fn until(from: i64, to: i64, step: i64) -> Result<Value, String> {
    let mut items = Vec::new();
    let mut next = from;
    while (step > 0 && from <= to && next < to) || (step < 0 && to < from && next > to) {
        items.push(Value::Int(next));
        let Some(following) = next.checked_add(step).filter(|_| items.len() <= MAX_ITEMS) else {
            break;
        };
        next = following;
    }
    Value::list(items, ItemType::Int)
}
