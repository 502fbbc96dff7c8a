//! Checks the users of basic and digest authentication.

use go_compat::excerpt::as_written;

use super::found::{Fields, Found, refused};

/// The field with the path of a file of users.
pub(super) const FILE: &str = "usersFile";

/// The schemes of password hashes that Traefik knows, by their beginning.
const HASHES: [&str; 7] = ["{SHA}", "$2a$", "$2b$", "$2x$", "$2y$", "$apr1$", "$1$"];

/// Users with their passwords, which are not shown. `parts` is the number of parts between colons.
pub(super) fn users(fields: &Fields<'_>, parts: usize) -> Vec<Found> {
    let users = fields.list("users");
    let file = fields.text(FILE);
    // Traefik builds digestAuth without users.
    if parts == 2 && users.is_empty() && file.is_empty() {
        return refused("users", "it has no users");
    }
    let form = match parts {
        2 => "USER:HASH, as `htpasswd -nB USER` prints it",
        _ => "USER:REALM:HASH, as `htdigest` writes it",
    };
    for (at, user) in users.iter().enumerate() {
        if user.split(':').count() != parts {
            let message = format!("user {} does not have the form {form}", at + 1);
            return refused("users", message);
        }
    }
    let mut found = Vec::new();
    let hash = |user: &&str| user.split(':').nth(1).unwrap_or_default().to_owned();
    let wrong = users.iter().position(|user| !is_hash(&hash(user)));
    if let Some(at) = wrong.filter(|_| parts == 2) {
        let hint = match &hash(&users[at]) {
            hash if hash.contains("$$") => {
                "its `$` are doubled, which only compose undoes: write each once"
            }
            hash if hash.contains('$') => {
                "a part of it is missing: in a compose file write every `$` twice"
            }
            _ => "write what `htpasswd -nB USER` prints; in a compose file write every `$` twice",
        };
        found.push(Found {
            field: "users",
            message: format!(
                "nobody can sign in as user {}: no password has this hash; {hint}",
                at + 1
            ),
            is_built: true,
        });
    }
    if !file.is_empty() {
        found.push(Found {
            field: FILE,
            message: format!(
                "Traefik reads `{}` on the gateway, not on this host: put the file there, or write \
                 the users in the label",
                as_written(file)
            ),
            is_built: true,
        });
    }
    found
}

/// True if a scheme that Traefik knows could have made this hash.
fn is_hash(hash: &str) -> bool {
    let Some(scheme) = HASHES.iter().find(|scheme| hash.starts_with(**scheme)) else {
        return false;
    };
    let rest = &hash[scheme.len()..];
    match *scheme {
        "{SHA}" => !rest.is_empty(),
        // Salt and digest.
        "$apr1$" | "$1$" => rest
            .split_once('$')
            .is_some_and(|(_, digest)| !digest.is_empty()),
        // Cost, and 53 characters of salt and digest.
        _ => rest
            .split_once('$')
            .is_some_and(|(_, digest)| digest.len() == 53),
    }
}
