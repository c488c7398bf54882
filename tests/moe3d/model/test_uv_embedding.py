import math

import pytest
import torch

from moe3d.model.dpt import add_uv_embedding, build_uv_tables


@pytest.mark.parametrize(
    ("channels", "size", "aspect"), [(8, (3, 5), 1.5), (32, (4, 5), 182 / 140), (4, (1, 1), 0.5)]
)
def test_the_embedding_is_the_formula(channels: int, size: tuple[int, int], aspect: float):
    height, width = size
    tables = build_uv_tables(channels, size, aspect, torch.device("cpu"))
    result = add_uv_embedding(torch.zeros(1, channels, height, width), tables)[0]
    quarter = channels // 4
    span_x = aspect / math.sqrt(aspect**2 + 1)
    span_y = 1 / math.sqrt(aspect**2 + 1)
    for row in range(height):
        for column in range(width):
            # From -span (n - 1) / n to +span (n - 1) / n in n steps.
            x = span_x * (2 * column - (width - 1)) / width
            y = span_y * (2 * row - (height - 1)) / height
            for k in range(quarter):
                frequency = 100 ** (-k / quarter)
                wanted = [
                    math.sin(x * frequency), math.cos(x * frequency),
                    math.sin(y * frequency), math.cos(y * frequency),
                ]  # fmt: skip
                got = result[k::quarter, row, column]
                torch.testing.assert_close(got, 0.1 * torch.tensor(wanted), atol=1e-6, rtol=0)
