"""Every kind of job that a state asks for has its function, found without a list."""

import pkgutil
from importlib import import_module

import moe3d_viewer.state
from moe3d_viewer.state.job import JobKind
from moe3d_viewer.workers.jobs import window_functions


def declared_kinds() -> set[JobKind]:
    """Of all modules of the state."""
    path, begin = moe3d_viewer.state.__path__, "moe3d_viewer.state."
    modules = [import_module(found.name) for found in pkgutil.walk_packages(path, begin)]
    return {item for module in modules for item in vars(module).values() if type(item) is JobKind}


def test_every_kind_of_job_has_a_function_and_every_function_is_asked_for():
    kinds = declared_kinds()
    assert len(kinds) > 15
    assert kinds == set(window_functions())


def test_names_tell_the_kinds_apart():
    assert len({kind.name for kind in declared_kinds()}) == len(declared_kinds())
