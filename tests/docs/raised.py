"""Every message that the program can give when something is wrong, read from its source.

A message is a template: words as they are, `…` where the program puts a name or a number. Found are
the texts given to `MoE3DError` and every class below it wherever one is made, the faults that the
guard around readers names (`moe3d.io.files.outside_files.reading`), and the titles over errors in
the window.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from moe3d import errors

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("moe3d", "app")
ROOTS = frozenset(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.MoE3DError)
)
GUARD, GUARD_FAULT = "reading", "is damaged"
HANDED_IN = "FileFormatError"
"""Kind of messages whose class the caller chooses: readers of files."""
Answers = Mapping[str, tuple[ast.FunctionDef, Sequence[ast.expr]]]
WINDOW = "window"
FILLED = "…"


@dataclass(frozen=True, order=True)
class Message:
    """A template, the class of its error, and the file that makes it."""

    template: str
    kind: str
    place: str

    @property
    def words(self) -> int:
        """Words that are always the same."""
        return len(re.findall(r"[A-Za-z]{2,}", self.template))


@cache
def all_messages() -> tuple[Message, ...]:
    """Every message, each once a kind and file, in the order of their words."""
    kinds, answers = error_classes(), answers_of(sources().values())
    return tuple(
        sorted(
            {
                message
                for place, tree in sources().items()
                for message in messages_of(tree, place, kinds, answers)
            }
        )
    )


@cache
def sources() -> Mapping[str, ast.Module]:
    """Every file of the program, by its place in the repository."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def answers_of(trees: Iterable[ast.Module]) -> Answers:
    """What functions return, by name; those whose name several have are left out."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(node)
    return {
        name: (homes[0], [node.value for node in ast.walk(homes[0]) if _gives(node)])
        for name, homes in found.items()
        if len(homes) == 1
    }


def _gives(node: ast.AST) -> bool:
    return isinstance(node, ast.Return) and node.value is not None


@cache
def error_classes() -> Mapping[str, str]:
    """Every class of ours by name, and the class of `moe3d/errors.py` that it is or belongs to."""
    found = {name: name for name in ROOTS}
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in found:
                bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
                for base in bases:
                    if base in found:
                        found[node.name] = found[base]
    return found


def messages_of(
    tree: ast.Module, place: str, kinds: Mapping[str, str], answers: Answers
) -> Iterator[Message]:
    """Messages of one file. What its caller says of which class it is, is taken for any file."""
    answers = {**answers, **answers_of([tree])}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name, home = _name(call.func), _innermost(functions, call)
        if name == GUARD and len(call.args) > 1:
            fault = call.args[2] if len(call.args) > 2 else ast.Constant(GUARD_FAULT)
            kind = kinds.get(_name(call.args[1]), HANDED_IN)
            for template in templates(fault, home, answers):
                yield Message(_tidy(f"{FILLED}: {template}"), kind, place)
            continue
        kind = {"raise_error": WINDOW, "kind": HANDED_IN, **kinds}.get(name)
        if kind and call.args:
            for template in templates(call.args[0], home, answers):
                yield Message(_tidy(template), kind, place)


def templates(
    node: ast.expr, home: ast.FunctionDef | None, answers: Answers, depth: int = 3
) -> list[str]:
    """Texts that an expression can be; names and functions are followed to what they hold."""
    if depth == 0:
        return [FILLED]
    if isinstance(node, ast.IfExp):
        either = (templates(part, home, answers, depth) for part in (node.body, node.orelse))
        return [text for texts in either for text in texts]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = (templates(part, home, answers, depth) for part in (node.left, node.right))
        return [first + second for first in left for second in right]
    followed: list[str] = []
    if isinstance(node, ast.Name) and home is not None:
        for value in _assigned(node.id, home):
            followed += templates(value, None, answers, depth - 1)
    if isinstance(node, ast.Call) and _name(node.func) in answers:
        there, values = answers[_name(node.func)]
        for value in values:
            followed += templates(value, there, answers, depth - 1)
        for part in node.args:  # words handed on to a function that makes the sentence
            if isinstance(part, ast.Call | ast.Constant):
                handed = templates(part, home, answers, depth - 1)
                followed += [f"{FILLED}: {text}" for text in handed]
    said = [text for text in followed if text.strip(FILLED + " :;()")]
    return said or [_text(node)]


def _assigned(name: str, home: ast.FunctionDef) -> list[ast.expr]:
    return [
        statement.value
        for statement in ast.walk(home)
        if isinstance(statement, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id == name for to in statement.targets)
    ]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part) if isinstance(part, ast.Constant) else FILLED for part in node.values
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format":
            return re.sub(r"\{[^}]*\}", FILLED, _text(node.func.value))
        if node.func.attr in ("tr", "translate") and node.args:
            return _text(node.args[-1])
    return FILLED


def _tidy(text: str) -> str:
    return re.sub(rf"{FILLED}(\s*{FILLED})+", FILLED, " ".join(text.split()))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _innermost(functions: Sequence[ast.FunctionDef], call: ast.Call) -> ast.FunctionDef | None:
    around = [
        node for node in functions if node.lineno <= call.lineno <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno, default=None)
