"""The fingerprint of a checkpoint's files."""

import hashlib
import re
from pathlib import Path

from moe3d.errors import CheckpointError
from moe3d.io.files.outside_files import reading
from moe3d.model.checkpoint.known_sums import KnownSums, state_of
from moe3d.progress import Progress

CHUNK_BYTES = 2**20
SHA256 = re.compile(r"^[0-9a-f]{64}$")


def sha256_of_files(
    paths: tuple[Path, ...],
    progress: Progress | None = None,
    stage: str = "check the model file",
    known: KnownSums | None = None,
) -> str:
    """Hash of the files' bytes, one file after the other, as 64 hexadecimal digits.

    A file in the hub's cache is named after its hash, and is not read again for it.

    Args:
        paths: of one checkpoint, in order.
        progress: told how far it is.
        stage: what that is called.
        known: fingerprints from earlier; None to read every file.

    Raises:
        JobCancelledError: the user stopped the job.
        CheckpointError: a file cannot be read.
    """
    target = paths[0].resolve()
    if len(paths) == 1 and target.parent.name == "blobs" and SHA256.match(target.name):
        return target.name
    with reading(paths[0], CheckpointError):
        before = state_of(paths)
    found = None if known is None else known.sum_of(paths)
    if found is not None:
        return found
    digest = _read_all(paths, progress, stage)
    if known is not None:
        known.remember(paths, digest, before)
    return digest


def _read_all(paths: tuple[Path, ...], progress: Progress | None, stage: str) -> str:
    total = sum(path.stat().st_size for path in paths)
    digest, done = hashlib.sha256(), 0
    for path in paths:
        with reading(path, CheckpointError), path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                done += len(chunk)
                if progress is not None:
                    progress.report(stage, done, total)
    return digest.hexdigest()
