//! Reads Rust files, and finds the functions and the modules in them.

use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One Rust file.
pub(crate) struct Source {
    /// From the crate's `src`, such as `merge/output.rs`.
    pub(crate) path: String,
    /// Its content without test modules.
    pub(crate) file: syn::File,
}

/// All files below a folder, but those that only tests are made of.
pub(crate) fn read(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(folder).expect("it is below");
                let text = std::fs::read_to_string(&path).expect("a source is UTF-8");
                sources.push(Source::of(&name.to_string_lossy(), &text));
            }
        }
    }
    sources.retain(|source| !source.is_test());
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

impl Source {
    /// A file with this text.
    pub(crate) fn of(path: &str, text: &str) -> Self {
        let mut file = syn::parse_file(text).expect("the compiler takes it");
        let is_library = !path.starts_with("tests/") && !path.contains("/tests/");
        if is_library {
            file.items.retain(|item| !is_for_tests(attributes(item)));
        }
        Self {
            path: path.to_owned(),
            file,
        }
    }

    /// Its module's path, such as `merge/output`; `lib` and `main` for the crates' roots.
    pub(crate) fn module(&self) -> &str {
        let path = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        path.strip_suffix("/mod").unwrap_or(path)
    }

    /// True if it is this module, or inside of it.
    pub(crate) fn is_in(&self, module: &str) -> bool {
        let rest = self.module().strip_prefix(module);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn is_test(&self) -> bool {
        let mut parts = self.module().split('/');
        parts.any(|part| part == "tests" || part.ends_with("_tests"))
    }

    /// Every function with a body, and its length in lines.
    pub(crate) fn functions(&self) -> Vec<(String, usize)> {
        let mut found = Functions(Vec::new());
        found.visit_file(&self.file);
        found.0
    }
}

struct Functions(Vec<(String, usize)>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let begin = signature.span().start().line;
        let end = block.span().end().line;
        let name = signature.ident.to_string();
        self.0.push((name, end + 1 - begin));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg");
        is_cfg
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|word| word == "test")
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
