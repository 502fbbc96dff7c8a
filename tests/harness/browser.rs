//! A URL in, a page in a real Chromium out: scripts in, their values out.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::parts::chromium_program;
use super::{Process, root, soon};

/// The folder that pictures go to, if somebody wants some.
const PICTURES: &str = "TETHER_TEST_PICTURES";

/// One browser with one page.
#[derive(Debug)]
pub(crate) struct Browser {
    process: Process,
    next: AtomicU64,
    // What the browser writes goes with it.
    _folder: TempDir,
}

impl Browser {
    /// Starts it.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("node");
        command
            .arg(root().join("tests/harness/browser/driver.mjs"))
            .arg(chromium_program()?)
            .env("TMPDIR", folder.path());
        let process = Process::held("browser", &mut command)?;
        Ok(Self {
            process,
            next: AtomicU64::new(1),
            _folder: folder,
        })
    }

    /// Opens a page, in place of the one before.
    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        self.order(json!({ "do": "open", "url": url })).await?;
        Ok(())
    }

    /// What a JavaScript expression gives in the page.
    pub(crate) async fn eval(&self, script: &str) -> Result<Value> {
        self.order(json!({ "do": "eval", "script": script })).await
    }

    /// Waits until an expression gives something true, and gives that.
    pub(crate) async fn until(&self, script: &str) -> Result<Value> {
        soon(&format!("in the page: {script}"), async || {
            match self.eval(script).await? {
                Value::Null | Value::Bool(false) => {
                    let text = self.eval("document.body.innerText").await?;
                    Err(anyhow!("the page says {text}"))
                }
                value => Ok(value),
            }
        })
        .await
    }

    /// What the page complained of: scripts that failed, files that did not load.
    pub(crate) async fn complaints(&self) -> Result<Vec<String>> {
        let list = self.order(json!({ "do": "complaints" })).await?;
        Ok(serde_json::from_value(list)?)
    }

    /// Takes a picture, if the environment names a folder for them.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        let Some(folder) = std::env::var_os(PICTURES) else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder)?;
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        self.order(json!({ "do": "picture", "path": path })).await?;
        Ok(())
    }

    async fn order(&self, mut order: Value) -> Result<Value> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        order["id"] = json!(id);
        self.process.say(&order.to_string())?;
        let answer = self.process.line(&[&format!(r#"{{"id":{id},"#)]).await;
        let answer: Value = serde_json::from_str(&answer.context("the browser says nothing")?)?;
        match answer["error"].as_str() {
            None => Ok(answer["value"].clone()),
            Some(error) => bail!("the browser: {error}"),
        }
    }
}
