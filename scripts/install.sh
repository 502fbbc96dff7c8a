#!/usr/bin/env bash
# Installs Debian packages (the arguments) as root on Debian, and elsewhere names them.
set -euo pipefail
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: $* (installed by this script as root on Debian; the tests that need them are skipped)"
    exit 0
fi
echo "installing Debian packages: $*"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Where there is a service manager, Debian's docker.io starts an engine, which the tests do not
# use.
apt-get install -qq --yes --no-install-recommends "$@" >/dev/null
