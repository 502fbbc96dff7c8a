//! Has the hub built again when the dashboard was.

use std::path::Path;

fn main() {
    let dist = Path::new("../../web/dist");
    // Cargo runs a script anew at every build while something that it names is missing. Where
    // the folder cannot be made, that is all that happens.
    let _ = std::fs::create_dir_all(dist);
    println!("cargo::rerun-if-changed={}", dist.display());
}
