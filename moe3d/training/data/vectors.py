"""Products of 3-vectors written out, so that a result does not depend on what is beside it.

A matrix product rounds by the size of its batch, and on a GPU by the machine's tensor-core setting;
one multiplication after the other does not.
"""

from jaxtyping import Float
from torch import Tensor


def dot(a: Float[Tensor, "... 3"], b: Float[Tensor, "... 3"]) -> Float[Tensor, "..."]:
    """Scalar products along the last axis."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def length(a: Float[Tensor, "... 3"]) -> Float[Tensor, "..."]:
    """Lengths along the last axis."""
    return dot(a, a).sqrt()


def unit(a: Float[Tensor, "... 3"]) -> Float[Tensor, "... 3"]:
    """Vectors of length 1 in the same directions."""
    return a / length(a).clamp(min=1e-12)[..., None]


def turn(
    matrix: Float[Tensor, "... 3 3"], vector: Float[Tensor, "... 3"]
) -> Float[Tensor, "... 3"]:
    """Matrix times vector; leading axes broadcast."""
    x, y, z = vector[..., 0:1], vector[..., 1:2], vector[..., 2:3]
    return matrix[..., 0] * x + matrix[..., 1] * y + matrix[..., 2] * z


def turn_columns(
    matrix: Float[Tensor, "P 3 3"], columns: Float[Tensor, "P 3 R"]
) -> Float[Tensor, "P 3 R"]:
    """Matrix times R vectors that lie in columns."""
    first = matrix[:, :, 0:1] * columns[:, 0:1]
    second = matrix[:, :, 1:2] * columns[:, 1:2]
    return first + second + matrix[:, :, 2:3] * columns[:, 2:3]
