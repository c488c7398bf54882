#!/bin/sh
# Installs the Debian packages of system_packages.txt, or of the list that is named, that are
# missing: as root or with sudo. Without either it stops with the exact line to type. Other systems
# are left alone.
set -eu
here=$(dirname "$0")
list=${1:-system_packages.txt}
[ "$(uname -s)" = Linux ] || exit 0
if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "This is not a Debian system: if the viewer does not start, install the packages named in" \
    "$here/$list under your system's names." >&2
  exit 0
fi
missing=
for package in $(grep -v '^#' "$here/$list"); do
  if [ "$package" = python3-venv ] && "${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null; then
    continue # Python from elsewhere that can make environments
  fi
  case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)" in
    *" installed") ;;
    *)
      # Ubuntu and Debian 13 renamed some libraries: libglib2.0-0t64 provides libglib2.0-0.
      case "$(dpkg-query -W -f '${Status}' "${package}t64" 2>/dev/null || true)" in
        *" installed") ;;
        *) missing="$missing $package" ;;
      esac
      ;;
  esac
done
[ -n "$missing" ] || exit 0
line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -v; then
  sudo=sudo
else
  echo "System libraries are missing. Type this, then run the same command again:" >&2
  echo "    sudo apt-get update && sudo $line" >&2
  exit 1
fi
$sudo apt-get update -qq
"$here/check_python.sh" "${PYTHON:-python3}" later # apt may know only now which Python it has
echo "Installing system libraries:$missing"
DEBIAN_FRONTEND=noninteractive $sudo $line >/dev/null
