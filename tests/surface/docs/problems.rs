//! Makes the book's page of problem codes from their texts in the code, and compares it.

use std::fmt::Write as _;

use anyhow::Result;
use traefik_config::Code;

use super::page::expect;

const INTRODUCTION: &str = "\
# Problem codes

What each code means, and what to do about it.
A problem has a code, a message that names the thing and the remedy, and an origin: the agent, the
engine, the container and the label, or the local file.
The dashboard lists problems; `tetherd explain` and `tether check` print them;
[Troubleshooting](troubleshooting.md) starts from the symptom.

| severity | means |
|---|---|
| `error` | something is not routed |
| `warning` | it works, but less than was asked for |
| `info` | nothing is lost; something is not quite as it was written |
";

#[test]
fn the_book_has_every_problem_code() -> Result<()> {
    let mut page = INTRODUCTION.to_owned();
    for code in Code::ALL {
        write!(
            page,
            "\n## `{}`\n\n{}\n\n**What to do.** {}\n",
            code.name(),
            code.meaning(),
            code.remedy()
        )?;
    }
    expect("problems.md", &page)
}
