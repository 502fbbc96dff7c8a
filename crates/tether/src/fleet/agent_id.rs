//! Names of agents, and rejections.

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

/// The number of a session, larger than those of all earlier sessions.
pub type Generation = u64;

/// The reason why an agent is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// For the agent.
    pub code: RejectCode,
    /// For people.
    pub message: String,
}

impl AgentId {
    /// The name in a hello.
    ///
    /// # Errors
    /// If it is empty, too long or not printable.
    pub fn of(hello: &Hello) -> Result<Self, Rejection> {
        // It is remembered for a long time, and tetherd's are shorter.
        if hello.instance.len() > NAME_LIMIT {
            return Err(Rejection {
                code: RejectCode::BadMessage,
                message: "the instance in hello is too long: is this a tetherd?".to_owned(),
            });
        }
        Self::new(&hello.env, &hello.agent)
    }

    /// An id of this name in this environment.
    ///
    /// # Errors
    /// If either is empty, too long or not printable.
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
