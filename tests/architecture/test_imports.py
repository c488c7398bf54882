"""On a house small enough to know the answers by hand."""

import pytest

from tests.architecture.imports import circles, longest_chain, read_sources
from tests.architecture.picture import house_of, picture
from tests.architecture.rooms import implied, rooms_of

FILES = {
    "moe3d/__init__.py": '"""The face."""\n',
    "moe3d/__init__.pyi": "from .io.read import read as read\n",
    "moe3d/errors.py": "",
    "moe3d/io/__init__.py": '"""Files."""\n',
    "moe3d/io/read.py": "import moe3d.errors\nfrom moe3d.scene import cloud\n",
    "moe3d/scene/__init__.py": '"""Scenes."""\n',
    "moe3d/scene/cloud.py": "import numpy\nfrom moe3d.scene.views import View\n",
    "moe3d/scene/views.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from moe3d.scene.cloud import Cloud\n"
        "def use():\n    from moe3d.errors import Wrong\n"
    ),
    "app/__init__.py": "",
    "app/main.py": (
        "from moe3d_viewer.widgets.maps.map import Map\nfrom moe3d_viewer.state import now\n"
    ),
    "app/state/__init__.py": '"""What is known."""\n',
    "app/state/now.py": "from moe3d.io.read import read\n",
    "app/widgets/__init__.py": "",
    "app/widgets/maps/__init__.py": '"""Maps < 3D & more."""\n',
    "app/widgets/maps/map.py": "from moe3d_viewer.state.now import Now\n",
}


@pytest.fixture
def sources(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_sources(tmp_path, {"moe3d": "moe3d", "app": "moe3d_viewer"})


def test_imports_are_told_apart_by_when_they_are_followed(sources):
    views = sources["moe3d.scene.views"]
    assert views.ever == {"moe3d.scene.cloud", "moe3d.errors"}
    assert views.at_start == set()
    assert sources["moe3d.io.read"].at_start == {"moe3d.errors", "moe3d.scene.cloud"}


def test_names_that_a_stub_promises_count_but_are_not_followed_by_a_start(sources):
    assert sources["moe3d"].ever == {"moe3d.io.read"}
    assert sources["moe3d"].at_start == set()


def test_a_circle_is_found_even_if_it_is_there_for_types_alone(sources):
    ever = {name: source.ever for name, source in sources.items()}
    assert circles(ever) == [["moe3d.scene.cloud", "moe3d.scene.views"]]
    assert circles({name: source.at_start for name, source in sources.items()}) == []


def test_the_longest_chain_is_the_one_that_a_start_follows(sources):
    chain = longest_chain({name: source.at_start for name, source in sources.items()})
    assert chain == [
        "moe3d_viewer.main",
        "moe3d_viewer.widgets.maps.map",
        "moe3d_viewer.state.now",
        "moe3d.io.read",
        "moe3d.scene.cloud",
        "moe3d.scene.views",
    ]


def test_a_circle_counts_once_in_a_chain():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert circles(graph) == [["b", "c"]]
    assert longest_chain(graph) == ["a", "b", "d"]


def test_rooms_are_folders_and_know_what_their_files_import(sources):
    rooms = rooms_of(sources)
    knows = {name: sorted(room.knows) for name, room in rooms.items()}
    assert knows["moe3d_viewer.main"] == ["moe3d_viewer.state", "moe3d_viewer.widgets.maps"]
    assert knows["moe3d_viewer.widgets.maps"] == ["moe3d_viewer.state"]
    assert "moe3d.scene" in knows["moe3d.io"]
    assert rooms["moe3d.scene"].sentence == "Scenes."
    assert rooms["moe3d.scene"].largest_folder[0] == 3


def test_each_room_stands_above_what_it_knows_and_arrows_leave_out_what_is_implied(sources):
    rooms = rooms_of(sources)
    house = house_of(rooms, "moe3d_viewer", "the window")
    assert house.floors[0] == ["moe3d_viewer.main"]
    assert house.floors[-1] == ["moe3d_viewer.state"]
    assert house.arrows == [
        ["moe3d_viewer.main", "moe3d_viewer.widgets.maps"],
        ["moe3d_viewer.widgets.maps", "moe3d_viewer.state"],
    ]
    assert implied({"a": {"b", "c"}, "b": {"c"}, "c": set()}, "a") == {"c"}


def test_an_arrow_past_a_floor_has_a_lane_there(sources):
    rooms = rooms_of(sources)
    rooms["moe3d_viewer.state"].knows.clear()
    rooms["moe3d_viewer.widgets.maps"].knows = {"moe3d_viewer.help"}
    rooms["moe3d_viewer.help"] = type(rooms["moe3d.io"])("moe3d_viewer.help", "Help.")
    rooms["moe3d_viewer.help"].knows = {"moe3d_viewer.pages"}
    rooms["moe3d_viewer.pages"] = type(rooms["moe3d.io"])("moe3d_viewer.pages", "Pages.")
    house = house_of(rooms, "moe3d_viewer", "the window")
    lane = "moe3d_viewer.main > moe3d_viewer.state"
    assert [lane in floor for floor in house.floors] == [False, True, True, False]


def test_the_picture_is_well_formed_and_escapes_what_rooms_say(sources):
    from xml.etree import ElementTree

    text = picture(rooms_of(sources))
    ElementTree.fromstring(text)
    assert "Maps &lt; 3D &amp; more" in text
