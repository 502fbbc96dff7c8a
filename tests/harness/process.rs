//! Child processes whose output can be read, and which are killed when dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::command::{command, run};
use super::wait::{eventually, soon};

/// One child process.
///
/// Its output is part of the test's own output, so a failed test shows what its programs wrote.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    // Only helpers that exit when it is closed have one.
    input: Option<ChildStdin>,
    lines: Arc<Mutex<Vec<String>>>,
    // Disconnected once the output is closed.
    closed: Receiver<()>,
}

impl Process {
    /// Starts a program, without stdin.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        Self::spawn(name, command.stdin(Stdio::null()))
    }

    /// Starts a helper that reads lines from stdin and exits when it is closed.
    pub(crate) fn with_input(name: &str, command: &mut Command) -> Result<Self> {
        Self::spawn(name, command.stdin(Stdio::piped()))
    }

    fn spawn(name: &str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let lines = Arc::default();
        let (writing, closed) = channel();
        if let Some(pipe) = child.stdout.take() {
            read(name, pipe, &lines, writing.clone());
        }
        if let Some(pipe) = child.stderr.take() {
            read(name, pipe, &lines, writing.clone());
        }
        let input = child.stdin.take();
        Ok(Self {
            name: name.to_owned(),
            child,
            input,
            lines,
            closed,
        })
    }

    /// Writes a line to its stdin.
    pub(crate) fn send(&self, line: &str) -> Result<()> {
        let input = self.input.as_ref();
        let mut input = input.with_context(|| format!("{} has no stdin", self.name))?;
        Ok(writeln!(input, "{line}")?)
    }

    /// The lines that it has written so far, to stdout and stderr.
    pub(crate) fn lines(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    /// Waits for a line that contains all of `words`.
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

    /// Its resident memory in MiB.
    pub(crate) fn resident(&self) -> Result<f64> {
        let mut ps = command("ps");
        let kibibytes = run(ps.args(["-o", "rss=", "-p", &self.id().to_string()]))?;
        Ok(kibibytes.parse::<f64>().context("ps prints no size")? / 1024.0)
    }

    /// Kills it at once, as the kernel does when memory is short.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends it SIGTERM.
    pub(crate) fn terminate(&self) -> Result<()> {
        signal("TERM", self.id())
    }

    /// Waits for its exit.
    pub(crate) async fn exited(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("{} exits", self.name);
        let child = &mut self.child;
        eventually(limit, &what, async || {
            child.try_wait()?.context("it is still running")
        })
        .await
    }

    /// Terminates it and waits for its end, for a program that has to end children of its own.
    pub(crate) fn stop(&mut self, limit: Duration) {
        // At the limit it is killed on drop.
        if self.ensure_running().is_ok() && self.terminate().is_ok() {
            let _ = self.closed.recv_timeout(limit);
        }
    }

    /// Fails if it has exited.
    pub(crate) fn ensure_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(anyhow!("{} has exited: {status}", self.name)),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error here means that it has exited already.
        let _ = match self.input.take() {
            // It cleans up before it exits.
            Some(input) => {
                drop(input);
                self.child.wait().map(drop)
            }
            None => self.child.kill().and_then(|()| self.child.wait()).map(drop),
        };
    }
}

/// Sends a signal to a process. The shell's own `kill` needs no package.
fn signal(name: &str, id: u32) -> Result<()> {
    run(command("sh").args(["-c", &format!("kill -{name} {id}")])).map(drop)
}

fn read(
    name: &str,
    pipe: impl Read + Send + 'static,
    lines: &Arc<Mutex<Vec<String>>>,
    writing: Sender<()>,
) {
    let (name, lines) = (name.to_owned(), Arc::clone(lines));
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // A benchmark prints numbers only.
            if env!("CARGO_CRATE_NAME") == "tests" {
                println!("[{name}] {line}");
            }
            lock(&lines).push(line);
        }
        drop(writing);
    });
}

fn lock(lines: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
