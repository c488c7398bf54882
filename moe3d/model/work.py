"""Operations of the network's parts, so that progress is told in shares of the whole."""

from collections.abc import Callable

from torch import nn

OnBlock = Callable[[int, int, float], None]
"""Told (steps done, steps in all, share of the operations done, 0 to 1); may raise to stop."""
OnWork = Callable[[float], None]
"""Told the operations since the last call; may raise to stop."""


def no_work(_operations: float) -> None:
    """Where nobody asks how far a computation is."""


def linear_work(width: int, tokens: int) -> float:
    """Operations of a transformer block's linear layers.

    Args:
        width: of a token.
        tokens: of all groups.
    """
    return 24.0 * width * width * tokens


def attention_work(width: int, tokens: int, keys: int) -> float:
    """Operations of a block's attention.

    Args:
        width: of a token.
        tokens: of all groups.
        keys: tokens that each attends to.
    """
    return 4.0 * width * tokens * keys


def block_work(width: int, groups: int, tokens: int) -> float:
    """Operations of a transformer block on so many groups of so many tokens."""
    count = groups * tokens
    return linear_work(width, count) + attention_work(width, count, tokens)


def map_work(pixels: float, *modules: nn.Module | None) -> float:
    """Operations of convolutions on maps of so many pixels: two a weight and pixel."""
    weights = sum(
        parameter.numel()
        for module in modules
        if module is not None
        for parameter in module.parameters()
    )
    return 2.0 * weights * pixels


class Counter:
    """Counts steps and operations, and tells the caller."""

    def __init__(self, on_block: OnBlock | None, steps: int, operations: float) -> None:
        """Set up.

        Args:
            on_block: told after every step, and after parts of long ones.
            steps: in all.
            operations: in all.
        """
        self._on_block = on_block
        self.steps = 0
        """So far."""
        self.operations = 0.0
        """So far."""
        self._all_steps, self._all_operations = steps, operations

    def part(self, operations: float) -> None:
        """Count a part of a step."""
        self.operations += operations
        self._tell()

    def step(self, operations: float = 0.0) -> None:
        """Count the rest of a step."""
        self.steps += 1
        self.part(operations)

    def _tell(self) -> None:
        if self._on_block is not None:
            share = 1.0 if self.steps == self._all_steps else self.operations / self._all_operations
            self._on_block(self.steps, self._all_steps, min(share, 1.0))
