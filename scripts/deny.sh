#!/usr/bin/env bash
# Checks the dependencies against deny.toml. With ADVISORIES=1 it downloads the advisory database
# and checks that, too.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=0.20.2

deny=$(command -v cargo-deny || echo target/tools/bin/cargo-deny)
if [ ! -x "$deny" ]; then
    echo "building cargo-deny $VERSION into target/tools: a few minutes, once"
    cargo install --quiet --locked --root target/tools "cargo-deny@$VERSION"
fi
what=(bans licenses sources)
[ -z "${ADVISORIES:-}" ] || what+=(advisories)
"$deny" --workspace check "${what[@]}"
