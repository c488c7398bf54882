#!/bin/sh
# Reconstructs and exports the sample in a bare Debian, three ways: by `make run`, by the wheel in an
# environment of its own, and by the program without Python. As root, with debootstrap:
#
#     packaging/bare_root_test.sh trixie out/roots [out/package/dist/moe3d-viewer]
#
# The root stays in out/roots/trixie, so that a second call goes on; delete it for a bare one. SHARED
# names files and folders of this machine that the root is to see at the same place, such as pip's
# settings; variables that begin with PIP_ are passed on. Ends with 1 at the first way that fails.
set -eu
cd "$(dirname "$0")/.."
suite=$1
mkdir -p "$2"
root=$(cd "$2" && pwd)/$suite
bundle=${3:-}
inside=$root/home/stranger

if [ ! -x "$root/bin/sh" ]; then
  debootstrap --variant=minbase "$suite" "$root" http://deb.debian.org/debian >/dev/null
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"

# in_root PATH COMMAND: with processes, shared memory and mounts of its own, and a clean environment.
in_root() {
  unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" sh -eu -c '
    root=$1
    shift
    mount -t tmpfs none "$root/dev/shm"
    for place in $SHARED; do
      if [ -d "$place" ]; then
        mkdir -p "$root/$place"
      else
        mkdir -p "$root/$(dirname "$place")" && touch "$root/$place"
      fi
      mount -o bind,ro "$place" "$root/$place"
    done
    exec chroot "$root" env -i HOME=/home/stranger PATH="$1" LANG=C.UTF-8 \
      sh -eu -c ". ~/settings && $2"
  ' sh "$root" "$1" "$2"
}
export SHARED="${SHARED:-}"
usual=/usr/sbin:/usr/bin:/sbin:/bin

check() { # check WAY FOLDER: what was exported is there and holds points
  points=$(head -c 2000 "$inside/$2/room.ply" | LC_ALL=C sed -n 's/^element vertex //p')
  [ "${points:-0}" -gt 10000 ] || { echo "$suite, $1: ${points:-0} points"; exit 1; }
  echo "$suite, $1: $points points"
}

rm -rf "$inside"
mkdir -p "$inside/viewer"
export -p | grep "^export PIP_" >"$inside/settings" || true
git archive HEAD | tar -x -C "$inside/viewer"

if [ -n "$bundle" ]; then # first: so far the root has no Python
  ! in_root $usual 'command -v python3' || echo "$suite: this root has a Python"
  cp -a "$bundle" "$inside/program"
  in_root $usual 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $(grep -v "^#" ~/viewer/packaging/system_packages.txt | grep "^lib")' >/dev/null
  in_root $usual 'cd && program/moe3d run program/_internal/moe3d/assets/samples/room/images \
    --output frozen --export ply --quiet'
  check "the program without Python" frozen
  rm -rf "$inside/program"
fi

in_root $usual 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
  --no-install-recommends make ca-certificates' >/dev/null
in_root $usual 'cd ~/viewer && make run' >"$inside/make_run.txt" 2>&1 ||
  { tail -n 20 "$inside/make_run.txt"; exit 1; }
check "make run" viewer/out/sample

in_root $usual 'cd ~/viewer && .venv/bin/python -m pip wheel --quiet --no-deps -w ~/wheels . &&
  cd && python3 -m venv env && env/bin/python -m pip install --quiet -c viewer/constraints.txt pip &&
  env/bin/python -m pip install --quiet -c viewer/constraints.txt wheels/*.whl && mv viewer away &&
  env/bin/moe3d run env/lib/python3*/site-packages/moe3d/assets/samples/room/images --output wheel \
    --export ply --quiet' >"$inside/wheel.txt" 2>&1 || { tail -n 20 "$inside/wheel.txt"; exit 1; }
check "the wheel" wheel
