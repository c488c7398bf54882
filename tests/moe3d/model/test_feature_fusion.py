import torch

from moe3d.model.feature_fusion import FusionBlock, ResidualUnit, resize


def test_the_skip_of_a_residual_unit_adds_the_positive_part():
    unit = ResidualUnit(1)
    for parameter in unit.parameters():
        torch.nn.init.zeros_(parameter)
    x = torch.tensor([[[[-2.0, 3.0]]]])
    assert torch.equal(unit(x), torch.tensor([[[[0.0, 3.0]]]]))
    assert torch.equal(x, torch.tensor([[[[-2.0, 3.0]]]]))  # and the input is left alone


def test_enlarging_keeps_the_corners():
    x = torch.tensor([[[[0.0, 2.0], [4.0, 6.0]]]])
    expected = torch.tensor([[[[0.0, 1, 2], [2, 3, 4], [4, 5, 6]]]])
    torch.testing.assert_close(resize(x, (3, 3)), expected)


def test_a_fusion_block_projects_after_enlarging():
    torch.manual_seed(0)
    block = FusionBlock(2)
    for unit in (block.resConfUnit1, block.resConfUnit2):
        for parameter in unit.parameters():
            torch.nn.init.zeros_(parameter)
    x, skip = torch.rand(1, 2, 2, 2), torch.rand(1, 2, 2, 2)
    enlarged = resize(x + skip, (3, 3))
    weight, bias = block.out_conv.weight[:, :, 0, 0], block.out_conv.bias
    expected = torch.einsum("oc,nchw->nohw", weight, enlarged) + bias[:, None, None]
    torch.testing.assert_close(block(x, (3, 3), skip), expected)
