"""Who imports whom, read from the files; circles and the longest chain.

Circles count every import, wherever it stands and be it for types alone; the chain counts imports
at the top of files, those that are followed when a program starts.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Source:
    """A file: what it imports when it is loaded, and what it imports at all."""

    path: Path
    num_lines: int
    at_start: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)


def read_sources(root: Path, folders: Mapping[str, str]) -> dict[str, Source]:
    """Every module below some folders, with its imports of other such modules.

    Args:
        root: the folder that holds them.
        folders: each one's name and the package that it is imported as.
    """
    sources = {}
    for folder, package in folders.items():
        for path in sorted((root / folder).rglob("*.py")):
            parts = [package, *path.relative_to(root / folder).with_suffix("").parts]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            sources[name] = Source(path, len(path.read_text(encoding="utf-8").splitlines()))
    for name, source in sources.items():
        is_package = source.path.name == "__init__.py"
        package = name if is_package else name.rpartition(".")[0]
        tree = ast.parse(source.path.read_text(encoding="utf-8"))
        ever = list(ast.walk(tree))
        if (stub := source.path.with_suffix(".pyi")).is_file():  # names that are loaded when used
            ever += ast.walk(ast.parse(stub.read_text(encoding="utf-8")))
        source.ever = set(_imported(ever, package, sources)) - {name}
        source.at_start = set(_imported(_loaded(tree), package, sources)) - {name}
    return sources


def _loaded(tree: ast.AST) -> Iterable[ast.AST]:
    """Nodes that run when the file is loaded."""
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not is_for_types and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _loaded(node)


def _imported(nodes: Iterable[ast.AST], package: str, known: Mapping[str, Source]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, *filter(None, [node.module])]) if node.level else node.module
            for alias in node.names:
                inside = f"{base}.{alias.name}"
                if inside in known or base in known:
                    yield inside if inside in known else str(base)


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Groups of names that import each other, directly or by others (Tarjan 1972)."""
    return [sorted(group) for group in _groups(graph) if len(group) > 1]


def longest_chain(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """The most names of which each imports the next; a circle counts as one, by its first name."""
    groups = _groups(graph)
    number = {name: index for index, group in enumerate(groups) for name in group}
    best: list[list[str]] = []
    for index, group in enumerate(groups):  # what a group imports comes before it
        below = {number[other] for name in group for other in graph[name]} - {index}
        rest = max((best[other] for other in sorted(below)), key=len, default=[])
        best.append([min(group), *rest])
    return max(best, key=len, default=[])


def _groups(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_names: list[str] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        open_names.append(name)
        for other in sorted(graph[name]):
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in open_names:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            place = open_names.index(name)
            found.append(open_names[place:])
            del open_names[place:]

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return found
