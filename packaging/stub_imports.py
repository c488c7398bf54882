"""Runtime hook of PyInstaller: stands in for what Open3D imports for notebooks and a web view.

`import open3d` loads dash, plotly, flask and others, 100 MB that nothing here uses; left out, the
import fails. These modules let it pass; whoever called one of them would get an error that says so.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

LEFT_OUT = ("dash", "plotly", "flask", "werkzeug", "ipywidgets", "nbformat", "IPython")


class _Missing:
    """Any name of a module that was left out."""

    def __init__(self, *_words, **_settings):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(f"{name} needs a package that this program was made without")


class _Empty(ModuleType):
    """A module that was left out: every name can be imported from it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_Missing,), {})


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname, _path=None, _target=None):
        if fullname.partition(".")[0] in LEFT_OUT:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Empty(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.append(_Finder())
