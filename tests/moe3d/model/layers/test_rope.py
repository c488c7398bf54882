import math

import torch

from moe3d.model.layers.rope import RotaryTable, build_rotary_table, rotate

CPU = torch.device("cpu")


def rotated_at(x: torch.Tensor, table: RotaryTable, token: int) -> torch.Tensor:
    one = RotaryTable(table.cos[token : token + 1], table.sin[token : token + 1])
    return rotate(x.view(1, 1, 1, -1), one).flatten()


def test_products_depend_on_the_distance_between_patches_only():
    columns = 6
    table = build_rotary_table((5, columns), 0, 16, 100.0, CPU)
    query, key = torch.randn(2, 16, generator=torch.Generator().manual_seed(0)).unbind(0)

    def product(first: tuple[int, int], second: tuple[int, int]) -> float:
        first_token, second_token = (row * columns + column for row, column in (first, second))
        return float(rotated_at(query, table, first_token) @ rotated_at(key, table, second_token))

    assert math.isclose(product((0, 1), (2, 4)), product((2, 2), (4, 5)), abs_tol=1e-5)
    assert not math.isclose(product((0, 1), (2, 4)), product((0, 1), (3, 4)), abs_tol=1e-2)


def test_special_tokens_are_not_turned():
    table = build_rotary_table((2, 3), 5, 8, 100.0, CPU)
    x = torch.randn(1, 1, 11, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(rotate(x, table)[:, :, :5], x[:, :, :5])
    assert not torch.equal(rotate(x, table)[:, :, 5], x[:, :, 5])


def test_angles_by_hand():
    # Patch (row 1, column 2) of a grid with 3 columns is at position (2, 3). Head of 8 channels:
    # the row turns channel pairs (0, 2) and (1, 3), the column (4, 6) and (5, 7), by the position
    # times 100^0 and times 100^(-1/2) = 0.1.
    table = build_rotary_table((2, 3), 1, 8, 100.0, CPU)
    x = torch.tensor([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    turned = rotated_at(x, table, 1 + 1 * 3 + 2)
    angles = [2.0, 0.2, 3.0, 0.3]
    expected = [
        math.cos(angles[0]), math.cos(angles[1]), math.sin(angles[0]), math.sin(angles[1]),
        math.cos(angles[2]), math.cos(angles[3]), math.sin(angles[2]), math.sin(angles[3]),
    ]  # fmt: skip
    torch.testing.assert_close(turned, torch.tensor(expected))


def test_lengths_are_kept():
    table = build_rotary_table((3, 4), 2, 12, 100.0, CPU)
    x = torch.randn(1, 2, 14, 12, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(rotate(x, table).norm(dim=-1), x.norm(dim=-1))


def test_every_view_has_the_same_positions():
    table = build_rotary_table((2, 2), 1, 8, 100.0, CPU)
    repeated = table.repeated(3)
    assert torch.equal(repeated.cos.view(3, 5, 8), table.cos.expand(3, 5, 8))
