"""Values that the user chose: read by undo, by sessions and by settings, and given back to them.

A state object that holds such values derives from `Remembered`, declares each as a `Chosen` and is
named in the registry of `AppState`. Everything else (snapshots, undo, sessions) follows from that.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QObject, Signal

Value = TypeVar("Value")


class Chosen(Generic[Value]):
    """One value: what it is at first, how to read it from JSON, and who sets it.

    `read` raises ValueError or TypeError for what it cannot take. `in_history` is False for values
    that a session keeps, but that undo leaves alone (the photo that is looked at).
    """

    def __init__(
        self,
        default: Value,
        read: Callable[[object], Value],
        setter: str = "",
        *,
        in_history: bool = True,
    ) -> None:
        self.default, self.read, self.in_history = default, read, in_history
        self._setter = setter

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.setter = self._setter or f"set_{name}"

    @overload
    def __get__(self, owner: None, kind: type) -> "Chosen[Value]": ...
    @overload
    def __get__(self, owner: QObject, kind: type) -> Value: ...
    def __get__(self, owner: QObject | None, kind: type) -> "Chosen[Value] | Value":
        if owner is None:
            return self
        return owner.__dict__.get(f"_{self.name}", self.default)

    def __set__(self, owner: QObject, value: Value) -> None:
        raise AttributeError(f"{self.name} is set by {self.setter}")


class Remembered(QObject):
    """A state object whose `Chosen` values outlive it; setters change them by `_keep`."""

    changed = Signal(str)
    """Name of the value that changed, or the name of a change of several values."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_one_change = False

    @classmethod
    @cache
    def chosen_values(cls) -> tuple[Chosen[Any], ...]:
        """Every value of this class, in the order of their names."""
        names = sorted(name for kind in cls.__mro__ for name in vars(kind))
        found = (getattr(cls, name) for name in dict.fromkeys(names))
        return tuple(item for item in found if isinstance(item, Chosen))

    def to_json(self) -> dict[str, object]:
        """Every value in the words of JSON."""
        return {item.name: plain(getattr(self, item.name)) for item in self.chosen_values()}

    def restore(self, values: Mapping[str, object]) -> None:
        """Take what `to_json` gave; missing, unknown and impossible values change nothing."""
        with self.one_change("restored"):
            for item in self.chosen_values():
                if item.name in values:
                    try:
                        value = item.read(values[item.name])
                    except (TypeError, ValueError, OverflowError):
                        continue
                    getattr(self, item.setter)(value)

    @contextmanager
    def one_change(self, name: str) -> Iterator[None]:
        """Several values are set by one act of the user: told, and undone, as one."""
        before = self.to_json()
        was, self._is_one_change = self._is_one_change, True
        try:
            yield
        finally:
            self._is_one_change = was
        if not was and self.to_json() != before:
            self.changed.emit(name)

    def _keep(self, name: str, value: object) -> bool:
        """Take a new value; whether it is another one. For setters, which then tell more."""
        if value == getattr(self, name):
            return False
        self.__dict__[f"_{name}"] = value
        if not self._is_one_change:
            self.changed.emit(name)
        return True


class RememberedRegistry(QObject):
    """All state objects that remember, by the name of their part of a snapshot."""

    changed = Signal(str, str)
    """Name of the part, and what changed in it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: dict[str, Remembered] = {}
        self._undoable: dict[str, dict[str, object]] = {}
        """Of the parts that have not changed since they were asked."""

    def add(self, name: str, part: Remembered) -> None:
        """Let this object's values be part of every snapshot."""
        assert name not in self._parts
        self._parts[name] = part
        part.changed.connect(self._relay(name))

    def __getitem__(self, name: str) -> Remembered:
        return self._parts[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Parts of a snapshot."""
        return tuple(self._parts)

    def snapshot(self) -> dict[str, dict[str, object]]:
        """Every value of every part."""
        return {name: part.to_json() for name, part in self._parts.items()}

    def undoable(self) -> dict[str, dict[str, object]]:
        """A snapshot of what undo can change: without what is only looked at."""
        for name, part in self._parts.items():
            if name not in self._undoable:
                self._undoable |= self.only_undoable({name: part.to_json()})
        return {name: self._undoable[name] for name in self._parts}

    def only_undoable(
        self, snapshot: Mapping[str, Mapping[str, object]]
    ) -> dict[str, dict[str, object]]:
        """A snapshot without what undo leaves alone."""
        return {
            part: {name: value for name, value in values.items() if self.in_history(part, name)}
            for part, values in snapshot.items()
        }

    def restore(self, snapshot: Mapping[str, object]) -> None:
        """Take an earlier snapshot; parts that it does not hold stay as they are."""
        for name, part in self._parts.items():
            values = snapshot.get(name)
            if isinstance(values, Mapping):
                part.restore(values)

    def in_history(self, name: str, value_name: str) -> bool:
        """Whether a change of this value can be undone."""
        item = getattr(type(self._parts[name]), value_name, None)
        return not isinstance(item, Chosen) or item.in_history

    def _relay(self, name: str) -> Callable[[str], None]:
        def tell(value_name: str) -> None:
            self._undoable.pop(name, None)
            self.changed.emit(name, value_name)

        return tell


def plain(value: object) -> object:
    """A value in the words of JSON."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, str) else value
