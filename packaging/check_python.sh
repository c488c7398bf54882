#!/bin/sh
# Says whether this Python can run the viewer: check_python.sh PYTHON [later]. With "later" a plain
# python3 may be missing on a Debian system, where the system packages bring it: then the version
# that they would bring counts, as far as apt knows it yet.
set -eu
here=$(dirname "$0")
python=$1
if ! command -v "$python" >/dev/null 2>&1; then
  if [ "${2:-}" = later ] && [ "$python" = python3 ] && command -v dpkg-query >/dev/null 2>&1; then
    coming=$(LC_ALL=C apt-cache policy python3 2>/dev/null |
      sed -n 's/^ *Candidate: \([0-9]*\.[0-9]*\).*/\1/p')
    case "$coming" in
      "" | 3.11 | 3.12 | 3.13) exit 0 ;;
    esac
    echo "Python 3.11, 3.12 or 3.13 is wanted; this system's own is $coming. Nothing was" \
      "installed. Install one of them, then try: make run PYTHON=python3.12" >&2
    exit 1
  fi
  echo "There is no $python: Python 3.11, 3.12 or 3.13 is wanted. Nothing was installed." \
    "Try: make run PYTHON=python3.12" >&2
  exit 1
fi
exec "$python" "$here/check_python.py" "$python"
