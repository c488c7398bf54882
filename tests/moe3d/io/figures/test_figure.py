"""Figures for papers: sizes, fonts, words, colours, and lines that survive grey print."""

import io
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import moe3d
from moe3d.errors import OutputError, UsageError
from moe3d.io.figures.content import FigureOptions, GridContent, ProfileContent, figure_maps
from moe3d.io.figures.figure import figure_bytes, write_figure
from moe3d.io.figures.line_styles import lightness_of, line_styles, with_lightness
from moe3d.io.figures.map_grid import cell_corner, grid_legends, plan_grid
from moe3d.io.figures.profile_figure import profile_curves
from tests.scenes import refined_prediction

KEYS = ("photo", "fused", "refined", "difference", "gating")
DPI, CM = 300, 2.54


def grid(keys=KEYS, photos=(0, 1)) -> GridContent:
    prediction = refined_prediction()
    style = moe3d.MapStyle(
        moe3d.depth_range([prediction.depth], [prediction.valid_mask]),
        other_ranges=moe3d.map_ranges(prediction),
    )
    sources = tuple(moe3d.MapSource(prediction, index, prediction.depth) for index in photos)
    return GridContent(sources, keys, style)


def profile(**others) -> ProfileContent:
    prediction = refined_prediction()
    line = moe3d.ProfileLine(0, (12, 9), (30, 9))
    read = moe3d.sample_profile(prediction, line, truth=prediction.depth * np.float32(1.05))
    return ProfileContent(read, **others)


def pdf_streams(pdf: bytes) -> bytes:
    """All that is compressed in a PDF, in the clear."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    clear = []
    for part in parts:
        try:
            clear.append(zlib.decompress(part))
        except zlib.error:
            clear.append(part)
    return b"\n".join(clear)


@pytest.fixture(scope="module")
def grid_png() -> np.ndarray:
    with Image.open(io.BytesIO(figure_bytes(grid()))) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(("width", "centimetres"), [("column", 8.5), ("page", 17.5)])
def test_a_png_has_three_hundred_dots_an_inch_at_its_printed_width(width, centimetres):
    with Image.open(io.BytesIO(figure_bytes(profile(), FigureOptions(width)))) as image:
        assert image.width == pytest.approx(centimetres / CM * DPI, abs=1)
        assert image.info["dpi"][0] == pytest.approx(DPI, abs=0.1)
        assert image.info["Software"] == "MoE3D Viewer", "a later run does not take it for a photo"
        corner = np.asarray(image.convert("RGB"))[:4, :4]
    assert (corner == 255).all()


def test_every_cell_has_the_colours_of_its_map(grid_png):
    content, options = grid(), FigureOptions()
    plan = plan_grid(content, options, len(grid_legends(content)))
    height, width = content.prediction.depth.shape[1:]
    for row, source in enumerate(content.sources):
        for column, key in enumerate(content.keys):
            picture = moe3d.map_picture(source, key, content.style)
            left, top = cell_corner(plan, row, column)
            for x, y in ((3, 4), (10, 20), (35, 6), (38, 23)):
                across = left + (x + 0.5) / width * plan.cell_width
                down = top + (y + 0.5) / height * plan.cell_height
                seen = grid_png[round(down / CM * DPI), round(across / CM * DPI)].astype(int)
                nearest = picture[y, x].astype(int)
                assert np.abs(seen - nearest).max() <= 6, (key, x, y)


def test_columns_and_rows_change_places():
    content = grid()
    tall = plan_grid(content, FigureOptions(photos_as="columns"), 0)
    assert (len(tall.columns), len(tall.rows)) == (2, len(KEYS))
    assert "Refined" in tall.rows


def test_there_is_one_colour_bar_a_kind_of_map():
    kinds = [legend.kind for legend in grid_legends(grid())]
    assert kinds == ["depth", "difference", "gating"]


def test_a_grid_of_many_photos_still_fits_on_a_page():
    content = replace(grid(), sources=grid().sources * 20)
    assert plan_grid(content, FigureOptions(), 3).height <= 23.2


def test_a_pdf_embeds_true_type_letters_and_no_date():
    pdf = figure_bytes(profile(units="metres"), kind="pdf")
    assert pdf.startswith(b"%PDF")
    clear = pdf + pdf_streams(pdf)
    assert b"/FontFile2" in clear, "TrueType is embedded"
    assert b"/Type3" not in clear
    assert b"DejaVuSans" in clear
    assert b"/CreationDate" not in clear
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", clear)
    assert box is not None
    assert float(box[1]) == pytest.approx(17.5 / CM * 72, abs=0.1)
    assert pdf == figure_bytes(profile(units="metres"), kind="pdf"), "equal figures, equal bytes"


def test_a_pdf_keeps_every_pixel_of_a_map():
    content = grid(("fused",), (0,))
    clear = figure_bytes(content, kind="pdf")
    height, width = content.prediction.depth.shape[1:]
    assert f"/Width {width}".encode() in clear
    assert f"/Height {height}".encode() in clear


def test_an_svg_has_its_words_as_words_and_their_letters_inside():
    svg = figure_bytes(profile(units="metres"), FigureOptions("column"), "svg").decode()
    words = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {"Depth [m]", "Position along the line [px]", "Weight"} <= set(words)
    assert {"Fused", "VGGT", "Refined", "Expert 1", "Expert 4", "Truth"} <= set(words)
    assert "@font-face" in svg
    assert "data:font/ttf;base64," in svg
    assert re.search(r'width="240\.9\d*pt"', svg)


def test_a_grid_names_photos_maps_and_units():
    svg = figure_bytes(grid(), kind="svg").decode()
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    for word in ("Photo", "Fused", "Refined", "Difference", "Depth [relative units]", "[%]"):
        assert word in words


@pytest.mark.parametrize("experts", [1, 4, 8])
@pytest.mark.parametrize("palette", ["okabe-ito", "paper"])
def test_lines_differ_in_dashes_or_marker_and_in_lightness(experts, palette):
    names = ["fused", "vggt", "refined", "vggt-refined"]
    names += [f"expert:{index + 1}" for index in range(experts)] + ["truth"]
    styles = list(line_styles(names, palette).values())
    drawn = [(style.dashes, style.marker, style.width_pt) for style in styles]
    assert len(set(drawn)) == len(drawn)
    for one, other in combinations(styles, 2):
        assert abs(lightness_of(one.color) - lightness_of(other.color)) > 4.5
    assert max(lightness_of(style.color) for style in styles) < 81, "all stand out from paper"


def test_a_colour_takes_the_lightness_it_is_told():
    for rgb in ((230, 159, 0), (0, 114, 178), (0, 0, 0)):
        for wanted in (10.0, 40.0, 75.0):
            assert lightness_of(with_lightness(rgb, wanted)) == pytest.approx(wanted, abs=0.01)


def test_the_curves_are_the_depths_along_the_line():
    content = profile()
    curves = profile_curves(content.profile)
    prediction = refined_prediction()
    np.testing.assert_array_equal(curves["fused"], prediction.depth[0, 9, 12:31])
    np.testing.assert_array_equal(curves["expert:3"], prediction.expert_depths[0, 2, 9, 12:31])
    assert list(curves)[-1] == "truth"


def test_notes_are_printed_with_the_curves():
    note = "Experts untrained: their curves are noise"
    assert note in figure_bytes(profile(notes=(note,)), kind="svg").decode()


def test_wrong_wishes_are_refused_and_files_stay(tmp_path: Path):
    with pytest.raises(UsageError, match="there is no map 'sharpness'"):
        grid(("sharpness",))
    with pytest.raises(UsageError, match="at least one photo"):
        grid(())
    with pytest.raises(UsageError, match="as wide as column, page"):
        FigureOptions("poster")
    with pytest.raises(UsageError, match="pdf, svg, png"):
        write_figure(profile(), tmp_path / "a.bmp")
    (tmp_path / "a.pdf").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        write_figure(profile(), tmp_path / "a.pdf")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_the_usual_figure_compares_both_networks():
    assert figure_maps(refined_prediction(), has_truth=True) == (
        "photo",
        "refined",
        "vggt-refined",
        "truth",
        "difference",
        "gating",
    )


def test_matplotlib_waits_until_a_figure_is_drawn():
    code = (
        "import sys, moe3d, moe3d.cli.commands, moe3d_viewer.state.app_state\n"
        "from moe3d import FigureOptions, GridContent\n"
        "sys.exit('matplotlib' in sys.modules)"
    )
    root = Path(__file__).parents[4]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_row_too_low_for_its_words_has_smaller_letters():
    content = grid(("photo", "gating", "fused"), (0, 1, 0))
    options = FigureOptions("column", "columns")
    assert b">Gating overlay<" in figure_bytes(content, options, "svg")
