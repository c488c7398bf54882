"""What the rows of the filters hold, set, and find in sessions."""

import pytest

from moe3d.scene.filters import PointFilters
from moe3d.scene.filters.registry import FILTERS
from moe3d_viewer.state.points.filters import FiltersState
from tests.app.signals import record

OF_AN_OLDER_SESSION = {
    "black_hidden": True,
    "edge_on": True,
    "edge_rtol": 0.1,
    "flying_hidden": True,
    "hidden_photos": [1],
    "min_support": 2,
    "sky_hidden": False,
    "white_hidden": True,
}


def test_a_session_of_an_older_program_opens():
    filters = FiltersState()
    filters.restore(OF_AN_OLDER_SESSION)
    kept = filters.to_json()
    assert {name: kept[name] for name in OF_AN_OLDER_SESSION} == OF_AN_OLDER_SESSION
    found = PointFilters(**filters.options())
    wanted = {"hide_black": True, "hide_white": True, "hide_flying": True}
    assert found.edge_rtol == pytest.approx(0.1, rel=0.02)  # the nearest step
    assert found == PointFilters(**wanted, edge_rtol=found.edge_rtol)


def test_impossible_values_of_a_session_change_nothing():
    filters = FiltersState()
    filters.restore({"edge_on": 1, "edge_rtol": "wide", "flying_hidden": None, "sky_hidden": 3})
    assert filters.to_json() == FiltersState().to_json()


def test_nothing_is_hidden_at_first_and_the_sky_is_left_to_the_result():
    assert PointFilters(**FiltersState().options()) == PointFilters(hide_sky="auto")


def test_a_filter_is_cleared_by_one_change():
    filters = FiltersState()
    filters.restore(OF_AN_OLDER_SESSION)
    now = PointFilters(**filters.options())
    told = record(filters.changed)
    for item in FILTERS:
        if item.controls:
            filters.clear(item)
    assert told == [(item.name,) for item in FILTERS if item.controls and item.is_on(now)]
    assert PointFilters(**filters.options()) == PointFilters()
