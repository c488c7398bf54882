#!/bin/sh
# Installs the programs that open our exports in `make interop`: Debian packages as root or with
# sudo; into build/interop the glTF validator by npm and a newer Blender (bpy) by pip, of the Python
# that is named as the first word. What cannot be installed is said, with the line to type; its
# tests are then skipped with the reason.
set -u
here=$(dirname "$0")
root=$(cd "$here/.." && pwd)
missing=
if command -v dpkg-query >/dev/null 2>&1; then
  for package in $(grep -v '^#' "$here/interop_packages.txt"); do
    case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)" in
      *" installed") ;;
      *) missing="$missing $package" ;;
    esac
  done
else
  echo "No Debian system: install colmap, CloudCompare and blender yourself to run their tests." >&2
fi
if [ -n "$missing" ]; then
  line="apt-get install -y --no-install-recommends$missing"
  if [ "$(id -u)" = 0 ]; then
    sudo=
  elif command -v sudo >/dev/null 2>&1 && sudo -v; then
    sudo=sudo
  else
    sudo=none
    echo "Programs are missing; their tests are skipped. To run them, type:" >&2
    echo "    sudo apt-get update && sudo $line" >&2
  fi
  if [ "$sudo" != none ]; then
    echo "Installing:$missing"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo $line >/dev/null ||
      echo "Not installed; their tests are skipped: $line" >&2
  fi
fi
if [ ! -d "$root/build/interop/node_modules/gltf-validator" ]; then
  if command -v npm >/dev/null 2>&1; then
    mkdir -p "$root/build/interop"
    npm install --prefix "$root/build/interop" --no-audit --no-fund --loglevel=error \
      gltf-validator@2.0.0-dev.3.10 ||
      echo "The glTF validator could not be installed; its tests are skipped." >&2
  else
    echo "npm is not there: the glTF validator's tests are skipped (install Node.js)." >&2
  fi
fi
if [ -n "${1:-}" ] && [ ! -d "$root/build/interop/bpy/bpy" ]; then
  if "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
    echo "Installing Blender's Python package (370 MB) into build/interop"
    "$1" -m pip install --quiet --target "$root/build/interop/bpy" bpy==4.5.15 2>/dev/null ||
      echo "The package bpy could not be installed; its tests are skipped." >&2
  else
    echo "The package bpy needs Python 3.11; its tests are skipped." >&2
  fi
fi
exit 0
