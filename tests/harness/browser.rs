//! Drives one page of a real Chromium.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::parts::chromium_program;
use super::{Process, command, root, soon};

/// The variable that names a folder for screenshots; without it there are none.
const SCREENSHOTS: &str = "TETHER_TEST_PICTURES";

/// One browser with one page.
#[derive(Debug)]
pub(crate) struct Browser {
    process: Process,
    next: AtomicU64,
    // Holds all that the browser writes.
    _folder: TempDir,
}

impl Browser {
    /// Starts it.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = command("node");
        command
            .arg(root().join("tests/harness/browser/driver.mjs"))
            .arg(chromium_program()?)
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .env("TZ", "UTC");
        let process = Process::with_input("browser", &mut command)?;
        Ok(Self {
            process,
            next: AtomicU64::new(1),
            _folder: folder,
        })
    }

    /// Opens a page in place of the current one.
    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        self.call(json!({ "do": "open", "url": url })).await?;
        Ok(())
    }

    /// Evaluates a JavaScript expression in the page.
    pub(crate) async fn eval(&self, script: &str) -> Result<Value> {
        self.call(json!({ "do": "eval", "script": script })).await
    }

    /// Waits until an expression is true; returns its value.
    pub(crate) async fn until(&self, script: &str) -> Result<Value> {
        soon(&format!("in the page: {script}"), async || {
            match self.eval(script).await? {
                Value::Null | Value::Bool(false) => {
                    let text = self.eval("document.body.innerText").await?;
                    Err(anyhow!("the page shows: {text}"))
                }
                value => Ok(value),
            }
        })
        .await
    }

    /// The page's errors: scripts that failed, files that did not load.
    pub(crate) async fn errors(&self) -> Result<Vec<String>> {
        let list = self.call(json!({ "do": "errors" })).await?;
        Ok(serde_json::from_value(list)?)
    }

    /// Takes a screenshot, if the environment names a folder for them.
    pub(crate) async fn screenshot(&self, name: &str) -> Result<()> {
        let Some(folder) = std::env::var_os(SCREENSHOTS) else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder)?;
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        self.call(json!({ "do": "screenshot", "path": path }))
            .await?;
        Ok(())
    }

    async fn call(&self, mut call: Value) -> Result<Value> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        call["id"] = json!(id);
        self.process.send(&call.to_string())?;
        let answer = self.process.line(&[&format!(r#"{{"id":{id},"#)]).await;
        let answer: Value = serde_json::from_str(&answer.context("the browser does not answer")?)?;
        match answer["error"].as_str() {
            None => Ok(answer["value"].clone()),
            Some(error) => bail!("the browser: {error}"),
        }
    }
}
