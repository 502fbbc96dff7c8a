//! Reads a file or all files of a directory.
//!
//! Directories are read as in Traefik's file provider: recursively, only files with a known
//! extension, without links to directories. Unlike there, hidden files are left out: a Kubernetes
//! config map has all files again below `..data`, and editors keep their temporary files there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The limit for all files together.
pub const SIZE_LIMIT: u64 = 8 * 1024 * 1024;

/// The most files in a directory.
const FILES_LIMIT: usize = 1000;

/// The deepest directory below the configured one.
const DEPTH_LIMIT: usize = 16;

/// The extensions of configuration files, in any case.
const EXTENSIONS: [&str; 4] = ["yml", "yaml", "json", "toml"];

/// The content of a file, or the reason why it cannot be read.
pub type Content = Result<Vec<u8>, String>;

/// The files at one moment: by name, the path below the directory if there is one.
pub type Reading = Result<BTreeMap<String, Content>, Unreadable>;

/// The reason why nothing can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// There is no such file or directory.
    Missing,
    /// Another reason, as a sentence.
    Bad(String),
}

/// Reads the file, or all files of the directory.
///
/// # Errors
/// If nothing exists there, or it cannot be read as a whole. Errors of single files are in the
/// result.
pub fn read(path: &Path) -> Reading {
    let about = fs::metadata(path).map_err(|error| unreadable(&error))?;
    let mut folder = Folder::default();
    if about.is_dir() {
        folder.read(path, "", 0)?;
    } else {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy();
        if !is_configuration(&name) {
            return Err(Unreadable::Bad(format!(
                "its name must end in one of .{}",
                EXTENSIONS.join(", .")
            )));
        }
        folder.add(name.into_owned(), path)?;
    }
    Ok(folder.files)
}

#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Content>,
    size: u64,
}

impl Folder {
    fn read(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<(), Unreadable> {
        if depth > DEPTH_LIMIT {
            let message = format!("directories are nested deeper than {DEPTH_LIMIT}");
            return Err(Unreadable::Bad(message));
        }
        let entries = fs::read_dir(path).map_err(|error| unreadable(&error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let plain_name = entry.file_name().to_string_lossy().into_owned();
            if plain_name.starts_with('.') {
                continue;
            }
            let name = format!("{prefix}{plain_name}");
            let kind = entry.file_type().map_err(|error| unreadable(&error))?;
            if kind.is_dir() {
                self.read(&entry.path(), &format!("{name}/"), depth + 1)?;
            } else if is_configuration(&plain_name) {
                if self.files.len() >= FILES_LIMIT {
                    let message = format!("it holds more than {FILES_LIMIT} files");
                    return Err(Unreadable::Bad(message));
                }
                self.add(name, &entry.path())?;
            }
        }
        Ok(())
    }

    /// Adds a file, or the reason why it cannot be read.
    fn add(&mut self, name: String, path: &Path) -> Result<(), Unreadable> {
        let content = match bytes(path, SIZE_LIMIT - self.size) {
            Ok(bytes) => {
                self.size += bytes.len() as u64;
                Ok(bytes)
            }
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let limit = SIZE_LIMIT / 1024 / 1024;
                return Err(Unreadable::Bad(format!("it is larger than {limit} MiB")));
            }
            Err(error) => Err(error.to_string()),
        };
        self.files.insert(name, content);
        Ok(())
    }
}

fn bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Opening a pipe would block until somebody writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is neither a file nor a directory"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if read as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Bad(error.to_string()),
    }
}

fn is_configuration(name: &str) -> bool {
    let (_, end) = name.rsplit_once('.').unwrap_or_default();
    EXTENSIONS.iter().any(|one| end.eq_ignore_ascii_case(one))
}
