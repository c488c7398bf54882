#!/bin/sh
# Makes the program without Python: package.sh PYTHON. Into out/package go an environment of its own
# (venv), PyInstaller's folder (dist/moe3d-viewer), on Linux also MoE3D_Viewer.AppDir and its
# squashfs, and an AppImage when APPIMAGE_RUNTIME names the file "runtime-x86_64" of the AppImage
# project (no Debian or PyPI package has it). PIP_ARGS is passed on to pip for torch: name an index
# with its CPU build, since the CUDA build makes a bundle of 5 GB.
set -eu
cd "$(dirname "$0")/.."
python=$1
made=out/package
venv=$made/venv
bundle=$made/dist/moe3d-viewer
identifier=io.github.moe3d.Viewer
test -x $venv/bin/python || "$python" -m venv $venv
pip="$venv/bin/python -m pip"
$pip install --quiet -c constraints.txt pip setuptools
$pip install --quiet -c constraints.txt ${PIP_ARGS:-} torch
$pip install --quiet -c constraints.txt ${PIP_ARGS:-} pyinstaller
$pip uninstall --quiet --yes moe3d-viewer
$pip install --quiet -c constraints.txt ${PIP_ARGS:-} ".[las,e57,raw]"
rm -rf build/lib build/bdist.*
$venv/bin/python -c 'import sys, torch; sys.exit(torch.version.cuda and "This torch is a CUDA build, \
which makes a bundle of 5 GB; name an index with the CPU build: make package PIP_ARGS=...")'
$venv/bin/pyinstaller packaging/moe3d.spec --noconfirm --log-level WARN \
  --distpath $made/dist --workpath $made/build
if [ "$(uname -s)" = Linux ]; then
  $venv/bin/python packaging/share_libraries.py $bundle
  $venv/bin/python packaging/stub_encoders.py $bundle
fi
$venv/bin/python packaging/notices.py --build $made/build/moe3d --bundle $bundle \
  --output $bundle/THIRD_PARTY_NOTICES.txt
[ "$(uname -s)" = Linux ] || exit 0

# The AppDir: links instead of copies, so that a gigabyte is not there twice.
app=$made/MoE3D_Viewer.AppDir
rm -rf $app
share=$app/usr/share
mkdir -p $app/usr/lib $app/usr/bin $share/applications $share/metainfo \
  $share/icons/hicolor/512x512/apps $share/icons/hicolor/scalable/apps
cp -al $bundle $app/usr/lib/moe3d-viewer
for name in moe3d moe3d-viewer; do ln -s ../lib/moe3d-viewer/$name $app/usr/bin/$name; done
cp packaging/linux/$identifier.desktop $share/applications/
cp packaging/linux/$identifier.metainfo.xml $share/metainfo/
cp app/art/icon-512.png $share/icons/hicolor/512x512/apps/$identifier.png
cp app/art/icon.svg $share/icons/hicolor/scalable/apps/$identifier.svg
cp packaging/linux/AppRun $app/AppRun
ln -s usr/share/applications/$identifier.desktop $app/$identifier.desktop
ln -s usr/share/icons/hicolor/512x512/apps/$identifier.png $app/$identifier.png
ln -s $identifier.png $app/.DirIcon
if ! command -v mksquashfs >/dev/null 2>&1; then
  echo "mksquashfs is not there (Debian: squashfs-tools): the AppDir was made, no AppImage."
  exit 0
fi
squashfs=$made/MoE3D_Viewer-x86_64.squashfs
rm -f $squashfs
mksquashfs $app $squashfs -root-owned -noappend -comp zstd -b 1M -quiet -no-progress
if [ -n "${APPIMAGE_RUNTIME:-}" ]; then
  image=$made/MoE3D_Viewer-x86_64.AppImage
  cat "$APPIMAGE_RUNTIME" $squashfs >$image
  chmod +x $image
  echo "Made $image"
else
  echo "Made $squashfs; with APPIMAGE_RUNTIME=runtime-x86_64 it becomes an AppImage."
fi
