#!/usr/bin/env bash
# Holds the dependencies against deny.toml. ADVISORIES=1 also asks the advisory database, which
# has to be fetched.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=0.20.2

deny=$(command -v cargo-deny || echo target/tools/bin/cargo-deny)
if [ ! -x "$deny" ]; then
    echo "building cargo-deny $VERSION into target/tools: some minutes, once"
    cargo install --quiet --locked --root target/tools "cargo-deny@$VERSION"
fi
what=(bans licenses sources)
[ -z "${ADVISORIES:-}" ] || what+=(advisories)
"$deny" --workspace check "${what[@]}"
