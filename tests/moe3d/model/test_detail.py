import torch

from moe3d.model.detail import DetailPath


def test_the_finest_level_sees_single_pixels_and_the_way_up_keeps_them():
    torch.manual_seed(0)
    path = DetailPath((4, 8), features=8, units=1)
    photo = torch.zeros(1, 3, 16, 16)
    features = torch.randn(1, 8, 4, 4)
    changed = photo.clone()
    changed[..., 5, 9] = 1
    before, after = (path(features, path.read_image(image)) for image in (photo, changed))
    assert before.shape == (1, 4, 16, 16)
    difference = (after - before).abs().sum(1)[0]
    assert difference.max() == difference[4:7, 8:11].max()


def test_without_units_the_keys_are_those_of_older_checkpoints():
    keys = set(DetailPath((4, 8), features=8).state_dict())
    assert keys == {
        f"{part}.{level}.{kind}"
        for part in ("stem", "join")
        for level in (0, 1)
        for kind in ("weight", "bias")
    }
