//! Compares generated pages of the book with the files.

use anyhow::{Result, ensure};

use crate::harness::root;

/// Checks that a page of the book has this text, or writes it if `UPDATE_EXPECT` is set.
pub(super) fn expect(name: &str, text: &str) -> Result<()> {
    let path = root().join("docs/src").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, text)?;
        return Ok(());
    }
    let committed = std::fs::read_to_string(&path)?;
    let differs = || {
        let lines = committed.lines().zip(text.lines());
        let pair = lines.into_iter().find(|(old, new)| old != new);
        pair.map_or_else(
            || "one of them is longer".to_owned(),
            |(old, new)| format!("{old}\n{new}"),
        )
    };
    ensure!(
        committed == text,
        "{name} is not what the code says (page, code):\n{}\nUPDATE_EXPECT=1 cargo test -p \
         tether-tests --test tests docs writes it",
        differs()
    );
    Ok(())
}

/// A cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A cell of code.
pub(super) fn code(text: &str) -> String {
    let marks = if text.contains('`') { "``" } else { "`" };
    format!("{marks}{}{marks}", cell(text))
}
