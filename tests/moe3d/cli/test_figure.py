"""`moe3d figure` draws what the window draws."""

from pathlib import Path

import pytest
from PIL import Image

import moe3d
from moe3d.cli.figure import FigureCommand, chosen_photos
from moe3d.errors import OutputError, UsageError
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder
from tests.scenes import step_prediction


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return moe3d.write_prediction(step_prediction(), tmp_path / "room.npz")


def test_a_grid_of_chosen_photos_and_maps(result: Path, capsys):
    target = result.with_name("maps.pdf")
    command = FigureCommand(result, target, photos="2", maps="photo,fused,flying:fused")
    assert command.run() == 0
    assert target.read_bytes().startswith(b"%PDF")
    assert "17.5 cm wide" in capsys.readouterr().out


def test_a_profile_along_a_line_one_column_wide(result: Path):
    target = result.with_name("edge.png")
    FigureCommand(result, target, line="12,9,30,9", width="column").run()
    with Image.open(target) as image:
        assert image.width == pytest.approx(8.5 / 2.54 * 300, abs=1)


def test_with_truth_the_grid_has_it_and_the_errors(result: Path, tmp_path):
    target, truth = result.with_name("errors.svg"), truth_folder(tmp_path / "truth")
    FigureCommand(result, target, maps="truth,error:fused,error:vggt", truth=truth).run()
    assert ">Error [%]<" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"output": "a.gif"}, "ends with .pdf, .svg or .png; got .gif"),
        ({"photos": "9"}, "there is no photo '9'"),
        ({"maps": "fused,sharp"}, "there is no map 'sharp'"),
        ({"line": "1,2,3"}, "a line is x0,y0,x1,y1"),
        ({"line": "1,2,900,4"}, "image of 42 x 28"),
    ],
)
def test_wrong_wishes_are_named_and_nothing_is_written(result: Path, wrong, message):
    target = result.with_name(wrong.pop("output", "a.pdf"))
    with pytest.raises(UsageError, match=message):
        FigureCommand(result, target, **wrong).run()
    assert not target.exists()


def test_a_figure_that_is_there_is_not_replaced_unasked(result: Path):
    target = result.with_name("a.svg")
    target.write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        FigureCommand(result, target).run()
    assert target.read_text() == "mine"


def test_photos_are_named_or_numbered():
    names = ("a.jpg", "b.jpg", "7.png")
    assert chosen_photos("b.jpg,1", names) == (1, 0)
    assert chosen_photos("7", names) == (2,)
    assert chosen_photos("", names) == (0, 1, 2)
