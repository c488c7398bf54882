"""A profile as a table: a column for every depth that is known."""

import csv

from moe3d.scene.profile import ProfileLine, sample_profile
from moe3d_viewer.rendering.pictures.profile_table import profile_csv
from tests.scenes import refined_prediction, step_prediction


def table(prediction) -> list[dict[str, str]]:
    profile = sample_profile(prediction, ProfileLine(0, (20, 4), (21, 4)))
    return list(csv.DictReader(profile_csv(profile).splitlines()))


def test_refined_depths_have_columns_beside_the_networks_own():
    near, far = table(refined_prediction())
    names = ("fused", "refined", "vggt_refined")
    assert [near[name] for name in names] == ["1", "1", "1"]
    assert [far[name] for name in names] == ["2", "2.0999999", "2"]
    assert not {"refined", "vggt_refined"} & set(table(step_prediction())[0])
