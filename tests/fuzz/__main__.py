"""Read damaged files, and say what came that is no error of ours.

    python -m tests.fuzz --files 600 [--first 0] [--reader NAME ...]

Runs with its memory and time limited. A line of JSON a reader goes to standard output; the exit
code is 4 where anything was found.
"""

import argparse
import contextlib
import faulthandler
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

from moe3d.errors import MoE3DError
from tests.fuzz.mutations import damaged
from tests.fuzz.readers import READERS, FuzzedReader

LONGEST_S = 60
"""A file that takes longer hangs; the process says where and ends."""
MB = 2**20
FOUND = 4


def main() -> int:
    """Fuzz the readers that were asked for."""
    options = _arguments()
    warnings.simplefilter("ignore")
    found = False
    for name in options.reader or READERS:
        reader = READERS[name]
        with _folder() as folder:
            whole = _whole_file(reader, folder)
            failures = _fuzz(
                reader, whole, folder, range(options.first, options.first + options.files)
            )
        print(
            json.dumps({"reader": name, "files": options.files, "failures": failures}), flush=True
        )
        found = found or bool(failures)
    return FOUND if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=600, help="damaged files a reader")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--reader", action="append", choices=list(READERS), help="only this one")
    return parser.parse_args()


@contextlib.contextmanager
def _folder():
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _whole_file(reader: FuzzedReader, folder: Path) -> bytes:
    """The undamaged file; its reader must read it."""
    path = folder / reader.file_name
    reader.make(path)
    whole = path.read_bytes()
    with (
        contextlib.suppress(MoE3DError) if reader.name == "index json" else contextlib.nullcontext()
    ):
        reader.read(path)
    return whole


def _fuzz(reader: FuzzedReader, whole: bytes, folder: Path, seeds: range) -> dict[str, list[int]]:
    """Seeds by what came of them."""
    failures: dict[str, list[int]] = {}
    with _memory_limited(reader.memory_mb):
        for seed in seeds:
            place = folder / "one"
            place.mkdir()
            path = place / reader.file_name
            path.write_bytes(damaged(reader.kind, whole, random.Random(f"{reader.name} {seed}")))
            print(f"{reader.name} {seed}", file=sys.stderr, flush=True)
            faulthandler.dump_traceback_later(LONGEST_S, exit=True)
            before = _peak_bytes()
            what = _outcome(reader, path)
            faulthandler.cancel_dump_traceback_later()
            if what is None and _peak_bytes() - before > reader.memory_mb * MB // 2:
                what = "memory: it grew by more than half of its limit"
            if what is not None:
                failures.setdefault(what, []).append(seed)
            shutil.rmtree(place)
    return failures


def _outcome(reader: FuzzedReader, path: Path) -> str | None:
    """None where the file was read, or refused by an error of ours."""
    try:
        reader.read(path)
    except MoE3DError as error:
        return _fault_of(error, path)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
    return None


def _fault_of(error: MoE3DError, path: Path) -> str | None:
    """What is wrong with an error of ours: it must name the file, on one line."""
    text = str(error)
    if "\n" in text or len(text) > 2000:
        return "message of several lines or over 2,000 characters"
    if path.name not in text and path.stem not in text and str(path.parent) not in text:
        return f"message without the file's name: {text[:40]}"
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, MemoryError):
            return "memory: an allocation failed"
        cause = cause.__cause__
    return None


def _peak_bytes() -> int:
    """The most memory that this process has ever held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextlib.contextmanager
def _memory_limited(megabytes: int):
    """Let this process grow by so much and no more."""
    if not sys.platform.startswith("linux"):
        yield
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * os.sysconf("SC_PAGE_SIZE") + megabytes * MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


if __name__ == "__main__":
    sys.exit(main())
