"""Settings to words of the command line and back, by the real parser."""

import pytest
import tyro

from moe3d.cli.export import ExportCommand
from moe3d.errors import UsageError
from moe3d.scene.filters import PointFilters
from moe3d.scene.filters.command_words import filter_words, settings_of, words_of
from moe3d.scene.filters.registry import OPTIONS
from tests.filter_scenes import example


def parsed(*words: str) -> PointFilters:
    command = tyro.cli(ExportCommand, args=["scene.npz", *words])
    return PointFilters(**settings_of(command.points))


@pytest.mark.parametrize("name", OPTIONS)
def test_every_setting_comes_back_from_its_words(name):
    settings = PointFilters(**{name: example(name)})
    assert parsed(*filter_words(settings)) == settings


def test_all_settings_and_none_come_back():
    for settings in (PointFilters(), PointFilters(**{name: example(name) for name in OPTIONS})):
        assert parsed(*filter_words(settings)) == settings


def test_what_is_unsaid_is_what_the_command_line_says_is_usual():
    usual = {"confidence_percentile": 20.0, "min_support": "auto", "hide_sky": "auto"}
    assert parsed() == PointFilters(**usual)
    assert filter_words(PointFilters()) == (
        *("--confidence-percentile", "0", "--min-support", "0", "--hide-sky", "off"),
    )


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ("0 0 0 1 1", "got 5"),
        ("0 0 0 1 1 nan", "box"),
        ("0 0 0 1 1 1 1 0 0 1 0 0 0 0 1", "right angles"),
    ],
)
def test_a_box_that_is_none_is_refused(numbers, message):
    with pytest.raises(UsageError, match=message):
        parsed("--section-box", *numbers.split())


def test_every_option_is_explained():
    assert all(option.help.endswith(".") and words_of(option).name for option in OPTIONS.values())
