//! Finds what a file imports: by its `use` lines, and by paths within its code.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use crate::source::Source;

/// For each module the other modules whose items it names. The crates' roots, which put the
/// parts together, are left out.
pub(crate) fn graph(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<&str> = sources.iter().map(Source::module).collect();
    let mut graph = BTreeMap::new();
    for source in sources {
        let own = source.module();
        if is_root(own) {
            continue;
        }
        let mut targets = BTreeSet::new();
        for path in paths(source) {
            let found = absolute(own, &path, &modules).and_then(|path| file_of(&path, &modules));
            targets.extend(found.filter(|found| found != own));
        }
        graph.insert(own.to_owned(), targets);
    }
    graph
}

/// The crates that a file names at the head of a path.
pub(crate) fn crates(source: &Source) -> BTreeSet<String> {
    let heads = paths(source)
        .into_iter()
        .map(|mut path| path.swap_remove(0));
    heads.collect()
}

fn is_root(module: &str) -> bool {
    matches!(module, "lib" | "main") || module.starts_with("bin/")
}

/// Every path of two segments and more, and every `use`, segment by segment.
fn paths(source: &Source) -> Vec<Vec<String>> {
    let mut found = Paths(Vec::new());
    found.visit_file(&source.file);
    found.0
}

struct Paths(Vec<Vec<String>>);

impl Paths {
    fn tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) if name.ident == "self" => self.0.push(before.to_vec()),
            syn::UseTree::Name(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Rename(name) if name.ident == "self" => self.0.push(before.to_vec()),
            syn::UseTree::Rename(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Glob(_) => self.0.push(before.to_vec()),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, before);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let segments = path.segments.iter().map(|one| one.ident.to_string());
            self.0.push(segments.collect());
        }
        visit::visit_path(self, path);
    }
}

/// The path from the crate's root, if it leads into this crate.
fn absolute(own: &str, path: &[String], modules: &BTreeSet<&str>) -> Option<Vec<String>> {
    let mut base: Vec<String> = own.split('/').map(str::to_owned).collect();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => {
            base.clear();
            rest = &rest[1..];
        }
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|segment| segment == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        // A child of this module, or else another crate or a local name.
        child => {
            let child = format!("{own}/{child}");
            modules.get(child.as_str())?;
        }
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// The longest beginning of the path that is a module.
fn file_of(path: &[String], modules: &BTreeSet<&str>) -> Option<String> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].join("/"))
        .find(|module| modules.contains(module.as_str()))
}
