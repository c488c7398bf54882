"""Writers that are killed or interrupted at any line, and what the next one makes of it."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from moe3d.errors import OutputError
from moe3d.io.files import workplace
from moe3d.io.files.atomic import new_file, new_folder, new_together
from moe3d.io.files.workplace import sweep

WATCHED = ("moe3d/io/files/workplace.py", "moe3d/io/files/atomic.py")
unix = pytest.mark.skipif(sys.platform == "win32", reason="no fork there")


def write_pair(folder: Path, word: str, is_folder: bool) -> None:
    """Data and its description, as an export has them."""
    data, side = folder / "scene", folder / "scene.json"
    folders = (data,) if is_folder else ()
    with new_together((data, side), folders, overwrite=True) as (part, side_part):
        (part / "points" if is_folder else part).write_text(word)
        if is_folder:
            (part / f"only in {word}").write_text(word)
        side_part.write_text(word)


def write_one(folder: Path, word: str, is_folder: bool) -> None:
    """Data alone."""
    make = new_folder if is_folder else new_file
    with make(folder / "scene", overwrite=True) as part:
        (part / "points" if is_folder else part).write_text(word)


def found(folder: Path) -> tuple[str | None, str | None]:
    """The words in data and description; None where there is none."""
    data, side = folder / "scene", folder / "scene.json"
    data = data / "points" if data.is_dir() else data
    return tuple(path.read_text() if path.exists() else None for path in (data, side))  # type: ignore[return-value]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def at_line(number: int, act: Callable[[], None]) -> Callable:
    """A tracer that acts at this line of the code under test, counted as it is run."""
    count = 0

    def trace(frame, event, _argument):
        nonlocal count
        if not frame.f_code.co_filename.replace("\\", "/").endswith(WATCHED):
            return None
        if event == "line":
            count += 1
            if count == number:
                act()
        return trace

    return trace


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    raise KeyboardInterrupt


def run_until(number: int, act: Callable[[], None], work: Callable[[], None]) -> bool:
    """Work in a child until this line; whether it came that far."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sys.settrace(at_line(number, act))
            work()
            code = 0
        except KeyboardInterrupt:
            code = 2
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) in (0, 2)
    return os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 2


def stop_at_lines(folder: Path, write: Callable, is_folder: bool, step: int) -> None:
    """Kill and interrupt a writer at every such line, with and without exchange."""
    os.fsync = lambda _descriptor: None  # slow, and no matter for a kill
    can = workplace._exchanged
    cases = itertools.product((True, False), (die, interrupt))
    for first, (can_exchange, act) in enumerate(cases):
        workplace._exchanged = can if can_exchange else lambda *_: False
        side = "scene.json" if write is write_pair else None
        whole = {(word, word if side else None) for word in ("old", "new")}
        seen, line = set(), 1 + first % step
        while True:
            write(folder, "old", is_folder)
            if not run_until(line, act, lambda: write(folder, "new", is_folder)):
                break
            where = f"{act.__name__} at line {line}, exchange {can_exchange}"
            data, told = found(folder)
            assert told in (data, None), f"{where}: {told} beside {data}"
            assert data is not None or (is_folder and not can_exchange), where
            sweep(folder)
            assert found(folder) in whole, where
            assert names(folder) == ["scene", "scene.json"][: 2 if side else 1], where
            seen.add(found(folder))
            line += step
        assert seen == whole
        assert line > 30


@unix
@pytest.mark.parametrize("is_folder", [True, False])
@pytest.mark.parametrize("write", [write_pair, write_one])
def test_stopped_at_any_line_old_or_new_and_nothing_is_left(tmp_path, write, is_folder):
    # A process of its own, small and thus quickly copied; `make kills` takes every line.
    step = int(os.environ.get("MOE3D_KILL_STEP", "5"))
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); "
        "from tests.moe3d.io.files.test_workplace import *; "
        f"stop_at_lines(Path(sys.argv[2]), {write.__name__}, {is_folder}, {step})"
    )
    words = [sys.executable, "-c", code, str(Path(__file__).parents[4]), str(tmp_path)]
    told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=3000)
    assert told.returncode == 0, told.stderr[-2000:]


@unix
def test_a_living_writer_is_left_alone(tmp_path):
    with new_file(tmp_path / "a") as part:
        part.write_text("mine")
        with new_file(tmp_path / "b") as other:  # of this process
            other.write_text("too")
        assert run_until(10**9, die, lambda: sweep(tmp_path)) is False  # of another process
    assert (tmp_path / "a").read_text() == "mine"
    assert names(tmp_path) == ["a", "b"]


@unix
def test_what_a_killed_writer_left_goes_with_the_next_writing_beside_it(tmp_path):
    def work() -> None:
        with new_folder(tmp_path / "x") as part:
            (part / "deep").mkdir()
            (part / "deep" / "file").write_bytes(bytes(1000))
            die()

    run_until(10**9, die, work)
    assert len(names(tmp_path)) == 1
    with new_file(tmp_path / "something else"):
        pass
    assert names(tmp_path) == ["something else"]


def leave(folder: Path, mark: str) -> Path:
    """What a killed writer leaves."""
    place = folder / f".scene.ply.{mark}"
    (place / "new-0").mkdir(parents=True)
    (place / "new-0" / "scene.ply").write_text("half")
    return place


def test_the_place_of_another_machine_goes_when_it_is_old(tmp_path):
    place = leave(tmp_path, "00000000-1-12345678.part")
    sweep(tmp_path)
    assert place.exists()
    days_ago = time.time() - 3 * 24 * 3600
    for path in [*place.rglob("*"), place]:
        os.utime(path, (days_ago, days_ago))
    sweep(tmp_path)
    assert not place.exists()


def test_what_only_looks_like_a_working_place_stays(tmp_path):
    kept = [".scene.part", "scene.ply.part", ".hidden", f".a.{workplace._this_host()}-1-12345678"]
    for name in kept:
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert names(tmp_path) == sorted(kept)


@pytest.mark.parametrize("plan", ["", "[]", "[1]", '[{"name": "scene"}]', "{", '{"name": 3}'])
def test_a_damaged_plan_is_no_error_and_touches_nothing(tmp_path, plan):
    (tmp_path / "scene").write_text("old")
    place = leave(tmp_path, f"{workplace._this_host()}-1-12345678.done")
    (place / "plan.json").write_text(plan)
    sweep(tmp_path)
    assert (tmp_path / "scene").read_text() == "old"


def test_a_plan_never_leads_out_of_its_folder(tmp_path):
    inside = tmp_path / "inside"
    place = leave(inside, f"{workplace._this_host()}-1-12345678.done")
    inode = (place / "new-0" / "scene.ply").stat().st_ino
    plan = [{"name": "../../inside/../scene.ply", "inode": inode}]
    (place / "plan.json").write_text(json.dumps(plan))
    sweep(inside)
    assert names(tmp_path) == ["inside"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_when_the_second_cannot_be_placed_the_first_is_taken_back(
    tmp_path, monkeypatch, can_exchange
):
    write_pair(tmp_path, "old", is_folder=True)
    if not can_exchange:
        monkeypatch.setattr(workplace, "_exchanged", lambda *_: False)
    replace = Path.replace

    def fail(self, target):
        if self.parent.name == "new-1":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="nothing was changed"):
        write_pair(tmp_path, "new", is_folder=True)
    assert found(tmp_path) == ("old", "old")
    assert names(tmp_path / "scene") == ["only in old", "points"]
    assert names(tmp_path) == ["scene", "scene.json"]


@unix
def test_two_processes_that_write_the_same_never_mix_it(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    write_pair(tmp_path, "old", is_folder=True)

    def work() -> None:
        for _ in range(100):
            write_pair(tmp_path, "new", is_folder=True)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    for _ in range(100):
        write_pair(tmp_path, "old", is_folder=True)
    assert os.waitpid(child, 0)[1] == 0
    assert found(tmp_path) in (("old", "old"), ("new", "new"))
    assert names(tmp_path) == ["scene", "scene.json"]
