#!/usr/bin/env bash
# Builds the book in docs/ into target/book.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=0.5.4

mdbook=target/tools/bin/mdbook
if [ "$("$mdbook" --version 2>/dev/null)" != "mdbook v$VERSION" ]; then
    echo "building mdbook $VERSION into target/tools: about a minute, once"
    # Without optimisation it builds in a third of the time, and the book is small.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --quiet --locked --root target/tools \
        --no-default-features --features search "mdbook@$VERSION"
fi
"$mdbook" build docs
