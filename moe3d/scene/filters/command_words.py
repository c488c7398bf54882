"""The filters as options of the command line: a record for its parser, and back to words."""

import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import field, make_dataclass
from typing import Annotated, Any

from moe3d.scene.filters.point_filter import FilterOption, Settings, Words
from moe3d.scene.filters.registry import OPTIONS


def words_of(option: FilterOption) -> Words:
    """How an option stands on the command line, completed."""
    own = option.words or Words()
    kind = option.kind if own.kind is None else own.kind
    default = own.default
    if default is None:
        default = option.default
    return Words(
        name=own.name or option.name.replace("_", "-"),
        kind=_spoken(kind),
        default=default,
        read=own.read,
        write=own.write,
    )


def command_record(
    name: str,
    doc: str,
    described: Callable[[str], Any],
    before: Sequence[tuple[str, Any, Any, str]] = (),
    after: Sequence[tuple[str, Any, Any, str]] = (),
    without: Sequence[str] = (),
) -> type:
    """A frozen dataclass with one field an option, as a parser of command lines takes it.

    Args:
        name: of the class.
        doc: its docstring.
        described: makes what the parser wants beside a type, of a help text.
        before: fields that come first: (name, type, default, help).
        after: and last.
        without: options that have no field.
    """
    options = [
        (_field_name(words), words.kind, words.default, option.help)
        for option in OPTIONS.values()
        for words in (words_of(option),)
        if option.name not in without
    ]
    fields = [
        (key, Annotated[kind, described(text)], field(default=default))
        for key, kind, default, text in (*before, *options, *after)
    ]
    namespace = {"__doc__": doc, "__module__": __name__}
    return make_dataclass(name, fields, namespace=namespace, frozen=True)


def settings_of(words: Any) -> dict[str, Any]:
    """The settings that a record of words means, by the names of the options; those without a
    field are as they would be unsaid.

    Raises:
        UsageError: words that cannot be meant.
    """
    found = {}
    for option in OPTIONS.values():
        spoken = words_of(option)
        word = getattr(words, _field_name(spoken), spoken.default)
        found[option.name] = spoken.read(word)
    return found


def without_filters() -> dict[str, Any]:
    """The fields of a record of words at which no filter takes a point."""
    found = {}
    for option in OPTIONS.values():
        spoken = words_of(option)
        is_worded = spoken.write is not Words().write and option.off is not None
        found[_field_name(spoken)] = spoken.write(option.off)[0] if is_worded else option.off
    return found


def filter_words(settings: Settings) -> tuple[str, ...]:
    """What is said on the command line for these settings; an option that is as it would be unsaid
    is left out."""
    found: list[str] = []
    for option in OPTIONS.values():
        spoken, value = words_of(option), getattr(settings, option.name)
        if value == spoken.read(spoken.default) and spoken.default == option.off:
            continue
        found.append(f"--{spoken.name}")
        if value is not True or option.kind is not bool:
            found += spoken.write(value)
    return tuple(found)


def _field_name(words: Words) -> str:
    return words.name.replace("-", "_")


def _spoken(kind: Any) -> Any:
    """A type as a parser reads it: a number is a float, a tuple of words one of them."""
    if isinstance(kind, tuple):
        return typing.Literal[kind]
    arguments = typing.get_args(kind)
    if isinstance(kind, types.UnionType) and float in arguments and int in arguments:
        return float | None if type(None) in arguments else float
    return kind
