//! Who an agent is: its hello in, a name that can be shown, or a refusal, out.

use std::fmt;

use tether_proto::{DEFAULT_ENV, Hello, NAME_LIMIT, RejectCode};

/// An agent's name within its environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentId {
    /// The environment.
    pub env: String,
    /// The name.
    pub name: String,
}

/// The number of a session: a later session of the same agent has a larger one.
pub type Generation = u64;

/// Why an agent is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// For the agent.
    pub code: RejectCode,
    /// For people.
    pub message: String,
}

impl AgentId {
    /// The name that a hello bears.
    ///
    /// # Errors
    /// If it is empty, too long, or cannot be shown.
    pub fn of(hello: &Hello) -> Result<Self, Rejection> {
        // It is remembered for long, and no honest one is longer.
        if hello.instance.len() > NAME_LIMIT {
            return Err(Rejection {
                code: RejectCode::BadMessage,
                message: "the instance in hello is too long: is this a tetherd?".to_owned(),
            });
        }
        Self::new(&hello.env, &hello.agent)
    }

    /// This name in this environment.
    ///
    /// # Errors
    /// If either is empty, too long, or cannot be shown.
    pub fn new(env: &str, name: &str) -> Result<Self, Rejection> {
        for (what, name) in [("name", name), ("environment", env)] {
            let fault = if name.is_empty() {
                "is empty"
            } else if name.len() > NAME_LIMIT {
                "is too long"
            } else if name.chars().any(|c| c.is_control() || c == '/') {
                "has a slash or a control character"
            } else {
                continue;
            };
            return Err(Rejection {
                code: RejectCode::BadName,
                message: format!("the agent's {what} {fault}: set another one"),
            });
        }
        Ok(Self {
            env: env.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.env == DEFAULT_ENV {
            f.write_str(&self.name)
        } else {
            write!(f, "{}/{}", self.env, self.name)
        }
    }
}
