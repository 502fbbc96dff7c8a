//! A secret on the command line: a pair of arguments, one for the secret itself and one for a file
//! that contains it.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use tether_proto::Token;

/// The names of a secret's two arguments: the secret itself first, its file second.
#[derive(Debug, Clone, Copy)]
pub struct SecretNames {
    /// The short flag of the secret itself.
    pub short: Option<char>,
    /// The flags, without the dashes.
    pub flags: [&'static str; 2],
    /// The environment variables.
    pub variables: [&'static str; 2],
    /// The help texts.
    pub help: [&'static str; 2],
    /// Completes "set it to …" in an error.
    pub expected: &'static str,
}

/// A type that stands for one secret.
pub trait SecretName {
    /// The names of its arguments.
    const NAMES: SecretNames;
}

/// The arguments of one secret as they were given. It prints without the secret.
#[derive(Clone)]
pub struct Secret<N> {
    text: Option<String>,
    file: Option<PathBuf>,
    name: PhantomData<N>,
}

impl<N> Secret<N> {
    /// A secret that is given as text.
    pub fn text(text: &str) -> Self {
        Self {
            text: Some(text.to_owned()),
            ..Self::default()
        }
    }

    /// A secret that is given in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            file: Some(path.into()),
            ..Self::default()
        }
    }
}

impl<N: SecretName> Secret<N> {
    /// Reads the secret; none if it is not given.
    ///
    /// # Errors
    /// If it is blank or given twice, or if the file cannot be read or is empty.
    pub fn read(&self) -> anyhow::Result<Option<Token>> {
        let [name, file_name] = N::NAMES.variables;
        let token = match (&self.text, &self.file) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => bail!("{name} and {file_name} are both set: remove one of them"),
            (Some(text), None) => Token::new(text)
                .with_context(|| format!("{name} is blank: set it to {}", N::NAMES.expected))?,
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("{file_name}: cannot read {}", path.display()))?;
                Token::new(&text)
                    .with_context(|| format!("{file_name}: {} is empty", path.display()))?
            }
        };
        Ok(Some(token))
    }
}

impl<N: SecretName> Args for Secret<N> {
    fn augment_args(command: Command) -> Command {
        let SecretNames {
            short,
            flags,
            variables,
            help,
            ..
        } = N::NAMES;
        let [text, file] = [0, 1].map(|index| {
            let argument = Arg::new(flags[index]).long(flags[index]);
            argument.env(variables[index]).help(help[index])
        });
        let text = text.short(short).hide_env_values(true).value_name("TOKEN");
        let file = file.value_name("FILE").value_parser(value_parser!(PathBuf));
        command.args([text, file])
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<N: SecretName> FromArgMatches for Secret<N> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let [text, file] = N::NAMES.flags;
        Ok(Self {
            text: matches.get_one(text).cloned(),
            file: matches.get_one(file).cloned(),
            name: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<N> Default for Secret<N> {
    fn default() -> Self {
        Self {
            text: None,
            file: None,
            name: PhantomData,
        }
    }
}

impl<N> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret")
            .field("text", &self.text.as_ref().map(|_| "***"))
            .field("file", &self.file)
            .finish()
    }
}

#[cfg(test)]
mod tests;
