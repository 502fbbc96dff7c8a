#!/usr/bin/env bash
# Installs Debian packages (the arguments), or says who can.
set -euo pipefail
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: $* (installed by this script as root on Debian; the tests that need them are passed over)"
    exit 0
fi
echo "installing Debian packages: $*"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Debian's docker.io starts a Docker of its own where there is a service manager; the tests do
# not use that one.
apt-get install -qq --yes --no-install-recommends "$@" >/dev/null
