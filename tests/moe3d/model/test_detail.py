import torch

from moe3d.model.detail import DetailPath


def step_photos(count, generator):
    """Dark left, bright right, each with its edge at a column of its own."""
    columns = torch.randint(3, 13, (count, 1), generator=generator)
    is_right = (torch.arange(16) >= columns).float()[:, None, None].expand(count, 1, 16, 16)
    noise = 0.05 * torch.randn(count, 3, 16, 16, generator=generator)
    return is_right + noise, is_right


def test_it_learns_to_put_an_edge_where_the_photo_has_it_to_the_pixel():
    """The decoder's map is a sixteenth of the photo and knows nothing of the edge."""
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    path = DetailPath((4, 8), features=8, units=1)
    optimizer = torch.optim.Adam(path.parameters(), lr=1e-2)
    features = torch.randn(1, 8, 4, 4)
    for _ in range(60):
        photos, truth = step_photos(8, generator)
        out = path(features.expand(8, -1, -1, -1), path.read_image(photos)).mean(1, keepdim=True)
        loss = (out - truth).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    photos, truth = step_photos(20, generator)
    out = path(features.expand(20, -1, -1, -1), path.read_image(photos)).mean(1, keepdim=True)
    assert ((out > 0.5) == (truth > 0.5)).float().mean() > 0.995


def test_without_units_the_keys_are_those_of_older_checkpoints():
    keys = set(DetailPath((4, 8), features=8).state_dict())
    assert keys == {
        f"{part}.{level}.{kind}"
        for part in ("stem", "join")
        for level in (0, 1)
        for kind in ("weight", "bias")
    }
