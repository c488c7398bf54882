"""Which names of a file are the network's weights, whatever stands before them.

Trainers put words before a weight's own name: `module.` (several GPUs), `_orig_mod.`
(torch.compile), `model.` (Lightning); and they keep whole dictionaries under `state_dict`, `model`,
`ema` or `net`. With nested dictionaries written as dotted names all of these are the same thing,
stacked or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from moe3d.errors import CheckpointError
from moe3d.model.checkpoint.identify import OUR_PARTS, SKIPPED_PARTS

WRAPPERS = frozenset(
    {"module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"}
)
"""Words that say nothing; they may stand inside a name too."""
HOLDERS = (
    "model",
    "state_dict",
    "model_state_dict",
    "net",
    "network",
    "weights",
    "params",
    "generator",
    "ema",
    "ema_model",
    "model_ema",
    "ema_state_dict",
    "params_ema",
    "averaged_model",
    "shadow",
)
"""What the weights of one network are usually kept under; of several the first is taken."""
_PARTS = frozenset(part.rstrip(".") for part in (*OUR_PARTS, *SKIPPED_PARTS))

Prefix = tuple[str, ...]


@dataclass(frozen=True)
class NamedWeights:
    """The weights of one network among a file's names."""

    stored: dict[str, str]
    """The file's own name of every weight, by the network's name."""
    prefix: str = ""
    """What stood before the names, such as "state_dict.model"; empty for nothing."""
    left_out: tuple[str, ...] = ()
    """Prefixes under which the weights of other networks lie."""


def find_weights(names: Iterable[str], path: Path) -> NamedWeights:
    """The weights of our network, by its own names; all names where none is ours.

    Args:
        names: as in the file, words separated by dots.
        path: named in the message.

    Raises:
        CheckpointError: several networks lie in the file, and nothing says which one is meant.
    """
    ours: dict[Prefix, dict[str, str]] = {}
    others: dict[str, str] = {}
    for name in names:
        words = [word for word in name.split(".") if word not in WRAPPERS]
        start = next((at for at, word in enumerate(words[:-1]) if word in _PARTS), None)
        if start is None:
            others.setdefault(".".join(words), name)
        else:
            ours.setdefault(tuple(words[:start]), {}).setdefault(".".join(words[start:]), name)
    if not ours:
        return NamedWeights(others)
    chosen, *rest = sorted(ours, key=lambda prefix: (_rank(prefix), -len(ours[prefix]), prefix))
    if rest and _rank(chosen) == _rank(rest[0]) == len(HOLDERS):
        raise CheckpointError(
            f"{path} holds {len(ours)} networks, under {_listed((chosen, *rest))}, and nothing "
            "says which is meant; save the wanted one's weights alone"
        )
    left_out = tuple(".".join(prefix) for prefix in rest)
    # Strangers beside our weights are kept: they are counted, and named in a warning.
    strangers = {} if chosen else others
    return NamedWeights({**strangers, **ours[chosen]}, ".".join(chosen), left_out)


def _rank(prefix: Prefix) -> int:
    """Lower is likelier; a name that stands free is the likeliest."""
    ranks = [HOLDERS.index(word) if word in HOLDERS else len(HOLDERS) for word in prefix]
    return max(ranks, default=-1)


def _listed(prefixes: tuple[Prefix, ...]) -> str:
    names = [repr(".".join(prefix)) for prefix in prefixes[:3]]
    return ", ".join(names) + (", ..." if len(prefixes) > 3 else "")
