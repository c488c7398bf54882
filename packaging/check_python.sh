#!/bin/sh
# Says whether this Python can run the viewer: check_python.sh PYTHON [later]. With "later" a plain
# python3 may be missing on a Debian system, where the system packages bring it.
set -eu
here=$(dirname "$0")
python=$1
if ! command -v "$python" >/dev/null 2>&1; then
  if [ "${2:-}" = later ] && [ "$python" = python3 ] && command -v dpkg-query >/dev/null 2>&1; then
    exit 0
  fi
  echo "There is no $python: Python 3.11, 3.12 or 3.13 is wanted. Nothing was installed." \
    "Try: make run PYTHON=python3.12" >&2
  exit 1
fi
exec "$python" "$here/check_python.py" "$python"
