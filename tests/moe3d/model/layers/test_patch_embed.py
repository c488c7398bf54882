import dataclasses

import torch

from moe3d.model.config import ModelConfig
from moe3d.model.layers.patch_embed import PatchEmbed, resize_positions


def run_block(block: torch.nn.Module, tokens: torch.Tensor) -> torch.Tensor:
    return block(tokens)


def without_blocks(config: ModelConfig, **settings: object) -> ModelConfig:
    return dataclasses.replace(
        config, patch_embed=dataclasses.replace(config.patch_embed, depth=0, **settings)
    )


def test_a_patch_is_projected_and_gets_its_own_position(tiny_config: ModelConfig):
    torch.manual_seed(0)
    embed = PatchEmbed(without_blocks(tiny_config)).double()
    torch.nn.init.normal_(embed.pos_embed)
    images = torch.rand(1, 3, 42, 42, dtype=torch.float64)  # 3 x 3 patches: the table's own size
    tokens = embed(images, run_block)
    patch = images[0, :, 14:28, 28:42]  # row 1, column 2
    projection = embed.patch_embed.proj
    summed = (projection.weight * patch).sum(dim=(1, 2, 3)) + projection.bias
    summed = summed + embed.pos_embed[0, 1 + 1 * 3 + 2]
    centred = summed - summed.mean()
    expected = centred / (centred.square().mean() + 1e-6).sqrt()
    torch.testing.assert_close(tokens[0, 5], expected)


def test_registers_get_no_position_and_are_dropped(tiny_config: ModelConfig):
    torch.manual_seed(0)
    images = torch.rand(1, 3, 28, 42)
    with_registers = PatchEmbed(without_blocks(tiny_config))
    without = PatchEmbed(without_blocks(tiny_config, num_register_tokens=0))
    assert without.register_tokens is None
    weights = {k: v for k, v in with_registers.state_dict().items() if k != "register_tokens"}
    without.load_state_dict(weights)
    torch.testing.assert_close(with_registers(images, run_block), without(images, run_block))


def test_a_constant_table_stays_constant_in_any_size():
    table = torch.full((1, 1 + 25, 3), 0.5)
    for antialias in (True, False):
        resized = resize_positions(table, (3, 7), antialias=antialias)
        torch.testing.assert_close(resized, torch.full((1, 1 + 21, 3), 0.5))


def test_resizing_keeps_rows_and_columns_apart():
    # A table that is its own row number: enlarged, every row is constant and rows increase.
    rows = torch.arange(4.0).repeat_interleave(4)
    table = torch.cat([torch.tensor([9.0]), rows])[None, :, None]
    resized = resize_positions(table, (8, 6), antialias=True)
    assert resized[0, 0, 0] == 9.0
    grid = resized[0, 1:, 0].view(8, 6)
    torch.testing.assert_close(grid, grid[:, :1].expand(8, 6))
    assert (grid.diff(dim=0)[1:-1] > 0).all()
    torch.testing.assert_close(grid[3:5, 0].mean(), torch.tensor(1.5))  # centre stays the centre
