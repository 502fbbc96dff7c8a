//! A path in, the bytes of the files there out, or why they cannot be had.
//!
//! A directory is read as Traefik's file provider reads one: with all that is below it, only what
//! ends as a configuration does, no links to directories. Hidden files are left out, unlike
//! there: a Kubernetes config map has all files twice, below `..data` too, and editors keep
//! theirs beside the real one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of all files together.
pub const SIZE_LIMIT: u64 = 8 * 1024 * 1024;

/// The most files in a directory.
const FILES_LIMIT: usize = 1000;

/// The deepest directory below the one that was named.
const DEPTH_LIMIT: usize = 16;

/// What files end in, in any case.
const ENDINGS: [&str; 4] = ["yml", "yaml", "json", "toml"];

/// The files at one moment: by name, the path below the directory if there is one.
pub type Reading = Result<BTreeMap<String, Result<Vec<u8>, String>>, Unreadable>;

/// Why nothing can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing is there.
    Missing,
    /// Something is there; a sentence about it.
    Bad(String),
}

/// Reads the file, or all files of the directory.
///
/// # Errors
/// If nothing is there, or the whole cannot be read. What concerns one file of several is in its
/// place.
pub fn read(path: &Path) -> Reading {
    let about = fs::metadata(path).map_err(|error| unreadable(&error))?;
    let mut folder = Folder::default();
    if about.is_dir() {
        folder.read(path, "", 0)?;
    } else {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        if !is_configuration(&name) {
            return Err(Unreadable::Bad(format!(
                "its name must end in one of .{}",
                ENDINGS.join(", .")
            )));
        }
        let bytes = folder.file(path)?;
        folder.files.insert(name, bytes);
    }
    Ok(folder.files)
}

#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Result<Vec<u8>, String>>,
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
            let plain = entry.file_name().to_string_lossy().into_owned();
            if plain.starts_with('.') {
                continue;
            }
            let name = format!("{prefix}{plain}");
            let kind = entry.file_type().map_err(|error| unreadable(&error))?;
            if kind.is_dir() {
                self.read(&entry.path(), &format!("{name}/"), depth + 1)?;
            } else if is_configuration(&plain) {
                if self.files.len() >= FILES_LIMIT {
                    let message = format!("it holds more than {FILES_LIMIT} files");
                    return Err(Unreadable::Bad(message));
                }
                let bytes = self.file(&entry.path())?;
                self.files.insert(name, bytes);
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<Result<Vec<u8>, String>, Unreadable> {
        let bytes = match bytes(path, SIZE_LIMIT - self.size) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let limit = SIZE_LIMIT / 1024 / 1024;
                return Err(Unreadable::Bad(format!("it is larger than {limit} MiB")));
            }
            Err(error) => return Ok(Err(error.to_string())),
        };
        self.size += bytes.len() as u64;
        Ok(Ok(bytes))
    }
}

fn bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // To open a pipe would wait for who writes into it.
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
    ENDINGS.iter().any(|one| end.eq_ignore_ascii_case(one))
}
