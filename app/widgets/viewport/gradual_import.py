"""Imports a module part by part, so that the window answers in between."""

import ast
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType


class _UnfinishedModule(ModuleType):
    """Is finished at once when somebody asks it for what it does not have yet."""

    def __getattr__(self, name: str) -> object:
        finish: Callable[[], None] | None = self.__dict__.get("_finish")
        if finish is None or name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        finish()
        return getattr(self, name)


def import_gradually(name: str) -> Iterator[None]:
    """Run the statements of a module one by one; a turn of the iterator is one of them.

    Whoever imports the module meanwhile has it: what is missing is run when it is asked for; the
    iterator is then at its end. A module without source is imported at once.

    Raises:
        ImportError: as the import of the module raises it, and any other error; the module is then
            not kept.
    """
    spec = None if name in sys.modules else find_spec(name)
    source = getattr(spec.loader, "get_source", lambda _name: None)(name) if spec else None
    if spec is None or spec.origin is None or source is None:
        import_module(name)
        return
    module = module_from_spec(spec)
    module.__class__ = _UnfinishedModule
    rest = [
        compile(ast.Module([part], []), spec.origin, "exec", dont_inherit=True)
        for part in ast.parse(source).body
    ]

    def run_next() -> None:
        try:
            exec(rest.pop(0), module.__dict__)
        except BaseException:
            rest.clear()
            sys.modules.pop(name, None)
            raise

    def finish() -> None:
        module.__dict__.pop("_finish", None)  # while it runs, what is missing is missing
        while rest:
            run_next()
        module.__class__ = ModuleType

    sys.modules[name] = module
    while rest:
        module.__dict__.pop("_finish", None)
        run_next()
        if rest:
            module.__dict__["_finish"] = finish
            yield
    finish()


def for_a_moment(parts: Iterator[None], moment_s: float) -> bool:
    """Go on for about so long of this thread's own time; whether there is more to do."""
    began = time.thread_time()
    return any(time.thread_time() - began >= moment_s for _ in parts)
