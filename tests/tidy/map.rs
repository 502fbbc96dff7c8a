//! Reads the tables of ARCHITECTURE.md: the folders that it names, and each crate's stages.

use std::collections::{BTreeMap, BTreeSet};

/// The tree as ARCHITECTURE.md describes it.
pub(crate) struct Map {
    /// By crate, its stages.
    pub(crate) orders: BTreeMap<String, Order>,
    named: BTreeSet<String>,
}

/// The stages of one crate: each imports from itself and from those before it.
#[derive(Default)]
pub(crate) struct Order {
    stages: Vec<BTreeSet<String>>,
}

impl Map {
    /// Reads the whole page. The stages stand below the heading `## Stages`, each crate's in the
    /// first table below `### CRATE`, with its modules as code in the second column.
    pub(crate) fn read(text: &str) -> Self {
        let mut map = Self {
            orders: BTreeMap::new(),
            named: BTreeSet::new(),
        };
        let mut in_stages = false;
        let mut crate_name = String::new();
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                in_stages = heading == "Stages";
            } else if let Some(heading) = line.strip_prefix("### ") {
                crate_name = heading.trim_matches('`').to_owned();
            }
            let codes = codes(line);
            if !in_stages {
                map.named.extend(codes);
                continue;
            }
            let cells: Vec<&str> = line.split('|').collect();
            if let [_, number, modules, ..] = &cells[..]
                && number.trim().parse::<usize>().is_ok()
            {
                let order = map.orders.entry(crate_name.clone()).or_default();
                order.stages.push(self::codes(modules).collect());
            }
        }
        map
    }

    /// True if the page names this folder, with or without a slash at its end.
    pub(crate) fn names(&self, folder: &str) -> bool {
        let last = folder.rsplit('/').next().unwrap_or(folder);
        [folder, last]
            .iter()
            .any(|name| self.named.contains(*name) || self.named.contains(&format!("{name}/")))
    }
}

impl Order {
    /// The number of the module's stage, from 1.
    pub(crate) fn stage(&self, module: &str) -> Option<usize> {
        let mut names = Some(module);
        while let Some(name) = names {
            let found = self.stages.iter().position(|stage| stage.contains(name));
            if let Some(found) = found {
                return Some(found + 1);
            }
            names = name.rsplit_once('/').map(|(outer, _)| outer);
        }
        None
    }

    /// True if a stage is this folder or in it.
    pub(crate) fn names_in(&self, folder: &str) -> bool {
        let mut modules = self.stages.iter().flatten();
        modules.any(|module| module.split('/').next() == Some(folder))
    }
}

/// The texts in backquotes.
fn codes(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}
