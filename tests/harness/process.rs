//! A command in, a running child out, whose lines can be read and which dies with its value.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use super::soon;
use super::wait::eventually;

/// One child process.
///
/// Its lines also go to the test's own output, so that a failed test shows what its programs
/// said and a passed one is silent.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    // Only a helper that ends by itself when this is closed has one.
    input: Option<ChildStdin>,
    lines: Arc<Mutex<Vec<String>>>,
    // Says that nobody writes any more.
    silence: Receiver<()>,
}

impl Process {
    /// Starts it, with nothing on its standard input.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        Self::spawn(name, command.stdin(Stdio::null()))
    }

    /// Starts a helper of the harness that reads lines and ends by itself when there are no more.
    pub(crate) fn held(name: &str, command: &mut Command) -> Result<Self> {
        Self::spawn(name, command.stdin(Stdio::piped()))
    }

    fn spawn(name: &str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let lines = Arc::default();
        let (speaks, silence) = channel();
        if let Some(pipe) = child.stdout.take() {
            read(name, pipe, &lines, speaks.clone());
        }
        if let Some(pipe) = child.stderr.take() {
            read(name, pipe, &lines, speaks.clone());
        }
        let input = child.stdin.take();
        Ok(Self {
            name: name.to_owned(),
            child,
            input,
            lines,
            silence,
        })
    }

    /// Writes a line to its standard input.
    pub(crate) fn say(&self, line: &str) -> Result<()> {
        let input = self.input.as_ref();
        let mut input = input.with_context(|| format!("{} does not read", self.name))?;
        Ok(writeln!(input, "{line}")?)
    }

    /// What it said until now, on both outputs.
    pub(crate) fn lines(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    /// Waits for a line that has all of `words` in it.
    pub(crate) async fn line(&self, words: &[&str]) -> Result<String> {
        soon(
            &format!("a line of {} with {words:?}", self.name),
            async || {
                let lines = self.lines();
                let found = lines
                    .into_iter()
                    .find(|line| words.iter().all(|word| line.contains(word)));
                found.context("no such line")
            },
        )
        .await
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The memory that it has, in MiB.
    pub(crate) fn resident(&self) -> Result<f64> {
        let mut ps = Command::new("ps");
        let output = ps
            .args(["-o", "rss=", "-p", &self.id().to_string()])
            .output()?;
        let kibibytes = String::from_utf8(output.stdout)?;
        let kibibytes: f64 = kibibytes.trim().parse().context("ps says no size")?;
        Ok(kibibytes / 1024.0)
    }

    /// Kills it as the kernel does when memory is short: at once, without a word.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends it SIGTERM.
    pub(crate) fn terminate(&self) -> Result<()> {
        let id = self.id().to_string();
        let status = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(status.success(), "cannot send {} a signal", self.name);
        Ok(())
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        let child = &mut self.child;
        eventually(limit, &what, async || {
            child.try_wait()?.context("it still runs")
        })
        .await
    }

    /// Ends it as an operator does, for a program that has children of its own to end.
    pub(crate) fn end(&mut self, limit: Duration) {
        // What is not ended by this is killed on drop.
        if self.check().is_ok() && self.terminate().is_ok() {
            let _ = self.silence.recv_timeout(limit);
        }
    }

    /// An error if it has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(anyhow!("{} has ended: {status}", self.name)),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What could fail here: it has ended already, which is as good.
        let _ = match self.input.take() {
            // Its end clears up behind it, so it is not cut short.
            Some(input) => {
                drop(input);
                self.child.wait().map(drop)
            }
            None => self.child.kill().and_then(|()| self.child.wait()).map(drop),
        };
    }
}

fn read(
    name: &str,
    pipe: impl Read + Send + 'static,
    lines: &Arc<Mutex<Vec<String>>>,
    speaks: Sender<()>,
) {
    let (name, lines) = (name.to_owned(), Arc::clone(lines));
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // A measurement prints numbers only.
            if env!("CARGO_CRATE_NAME") == "tests" {
                println!("[{name}] {line}");
            }
            lock(&lines).push(line);
        }
        drop(speaks);
    });
}

fn lock(lines: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
