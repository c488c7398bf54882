"""Records refuse what does not fit, and say what was wanted and what came."""

import re
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from moe3d.errors import RecordError, ShapeError
from moe3d.scene.multiview import Agreement, Tracks
from moe3d.scene.records import (
    BaselinePrediction,
    Mesh,
    PointCloud,
    ScenePrediction,
    View,
)
from tests.scenes import refined_prediction

SCENE = replace(refined_prediction(), sky=np.zeros((4, 28, 42), bool))
CLOUD = PointCloud(
    points=np.zeros((5, 3), np.float32),
    colors=np.zeros((5, 3), np.uint8),
    confidence=np.ones(5, np.float32),
    view_index=np.zeros(5, np.int32),
    pixel_index=np.arange(5, dtype=np.int64),
    expert_index=np.zeros(5, np.uint8),
    normals=np.zeros((5, 3), np.float32),
    support=np.zeros(5, np.uint8),
)
MESH = Mesh(
    vertices=np.zeros((4, 3), np.float32),
    faces=np.array([[0, 1, 2], [1, 2, 3]]),
    vertex_colors=np.zeros((4, 3), np.uint8),
    vertex_uvs=np.zeros((4, 2), np.float32),
    texture=np.zeros((8, 9, 3), np.uint8),
    vertex_normals=np.zeros((4, 3), np.float32),
)
VIEW = View("a.png", 6, 5, pixels=np.zeros((5, 6, 3), np.uint8))
RECORDS = {type(record): record for record in (SCENE, SCENE.baseline, SCENE.tracks, CLOUD, MESH)}
RECORDS |= {type(record): record for record in (SCENE.agreement, VIEW)}

AXES: dict[type, dict[str, str]] = {
    ScenePrediction: {
        "images": "S H W 3",
        "depth": "S H W",
        "confidence": "S H W",
        "camera_from_world": "S 4 4",
        "intrinsics": "S 3 3",
        "valid_mask": "S H W",
        "expert_depths": "S E H W",
        "gate_logits": "S E H W",
        "refined_depth": "S H W",
        "support": "S H W",
        "sky": "S H W",
    },
    BaselinePrediction: {
        "depth": "S H W",
        "confidence": "S H W",
        "camera_from_world": "S 4 4",
        "intrinsics": "S 3 3",
        "refined_depth": "S H W",
        "support": "S H W",
    },
    PointCloud: {
        "points": "N 3",
        "colors": "N 3",
        "confidence": "N",
        "view_index": "N",
        "pixel_index": "N",
        "expert_index": "N",
        "normals": "N 3",
        "support": "N",
    },
    Mesh: {
        "vertices": "V 3",
        "faces": "F 3",
        "vertex_colors": "V 3",
        "vertex_uvs": "V 2",
        "texture": "TH TW 3",
        "vertex_normals": "V 3",
    },
    View: {"pixels": "H W C"},
    Tracks: {"points": "P 3", "point_index": "M", "view_index": "M", "pixels": "M 2"},
    Agreement: {
        "matches": "S",
        "residual_px": "S",
        "confirmed_share": "S",
        "disagreement": "S",
    },
}
FREE = {"F", "TH", "TW", "P"}
"""Letters that one field alone has."""
ARRAYS = [(record, name) for record, axes in AXES.items() for name in axes]
AXES_OF_ARRAYS = [
    (record, name, axis)
    for record, name in ARRAYS
    for axis, letter in enumerate(AXES[record][name].split())
    if letter not in FREE
]


def spoilt(record: type, name: str, array: Any) -> Any:
    """The whole record of this kind with one field replaced."""
    return replace(RECORDS[record], **{name: array})


def whole(record: type, name: str) -> np.ndarray:
    return getattr(RECORDS[record], name)


def test_every_array_field_of_every_record_is_in_the_table():
    for record, whole_record in RECORDS.items():
        found = {
            item.name
            for item in fields(record)
            if isinstance(getattr(whole_record, item.name), np.ndarray)
        }
        assert found == set(AXES[record])


@pytest.mark.parametrize(("record", "name", "axis"), AXES_OF_ARRAYS)
def test_an_axis_that_is_too_short_is_named_with_what_was_wanted(record, name, axis):
    array = whole(record, name)
    short = array.take(range(array.shape[axis] - 1), axis=axis)
    with pytest.raises(ShapeError) as caught:
        spoilt(record, name, short)
    # Two fields alone have experts: which one is wrong cannot be known.
    is_either = AXES[record][name].split()[axis] == "E"
    blamed = {f"{record.__name__}.{n}" for n in (("gate_logits",) if is_either else (name,))}
    message = str(caught.value)
    assert message.split(":")[0] in blamed
    if not is_either and record is not View:
        assert f" = {array.shape}" in message or f"wanted {array.shape}" in message
        assert f"got {short.shape}" in message


@pytest.mark.parametrize(("record", "name"), ARRAYS)
@pytest.mark.parametrize("change", [lambda array: array[0], lambda array: array[None]])
def test_an_axis_too_few_or_too_many_is_named(record, name, change):
    wrong = np.asarray(change(whole(record, name)))
    pattern = (
        rf"^{record.__name__}\.{name}: wanted \(.*\) of \w+; got {re.escape(str(wrong.shape))}"
    )
    with pytest.raises(ShapeError, match=pattern):
        spoilt(record, name, wrong)


@pytest.mark.parametrize(("record", "name"), ARRAYS)
def test_another_element_type_is_named(record, name):
    wrong = whole(record, name).astype(np.complex128)
    with pytest.raises(ShapeError, match=rf"^{record.__name__}\.{name}: .* got .* of complex128$"):
        spoilt(record, name, wrong)


@pytest.mark.parametrize(("record", "name"), ARRAYS)
def test_what_is_no_array_is_named(record, name):
    with pytest.raises(ShapeError, match=rf"^{record.__name__}\.{name}: wanted .* got list$"):
        spoilt(record, name, whole(record, name).tolist())


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (record, item.name)
        for record in RECORDS
        for item in fields(record)
        if item.default is None and item.name in {**AXES[record], "baseline": "", "tracks": ""}
    ]
    + [(ScenePrediction, "agreement")],
)
def test_every_optional_field_may_be_none(record, name):
    assert getattr(spoilt(record, name, None), name) is None


@pytest.mark.parametrize(
    ("record", "name"),
    [(r, n) for r, n in ARRAYS if r.__dataclass_fields__[n].default is not None],
)
def test_a_field_that_must_be_there_is_not_none(record, name):
    with pytest.raises(ShapeError, match=rf"^{record.__name__}\.{name}: wanted .* got NoneType$"):
        spoilt(record, name, None)


def test_the_message_gives_the_letters_and_this_records_numbers():
    with pytest.raises(ShapeError) as caught:
        replace(SCENE, confidence=np.ones((4, 28, 41), np.float32))
    assert str(caught.value) == (
        "ScenePrediction.confidence: wanted (S, H, W) = (4, 28, 42) of float32; "
        "got (4, 28, 41) of float32"
    )


def test_of_a_wrong_image_size_the_images_are_blamed_though_they_come_first():
    with pytest.raises(ShapeError, match=r"^ScenePrediction\.images: .*got \(4, 27, 42, 3\)"):
        replace(SCENE, images=SCENE.images[:, 1:])


@pytest.mark.parametrize("names", [SCENE.names[:3], (*SCENE.names, "one more.jpg")])
def test_as_many_names_as_photos_are_wanted(names):
    with pytest.raises(ShapeError, match=rf"wanted \(S, H, W, 3\) = \({len(names)}, 28, 42, 3\)"):
        replace(SCENE, names=names)


def test_pixel_transforms_must_lead_to_every_photos_image():
    other = replace(SCENE.pixel_transforms[0], width=41)
    for transforms in (SCENE.pixel_transforms[:3], (other, *SCENE.pixel_transforms[1:])):
        with pytest.raises(ShapeError, match=r"pixel_transforms: wanted 4 .*= \(28, 42\); got"):
            replace(SCENE, pixel_transforms=transforms)


def test_baseline_agreement_and_tracks_must_be_of_this_scene():
    base, agreement, tracks = SCENE.baseline, SCENE.agreement, SCENE.tracks
    assert base is not None
    assert agreement is not None
    assert tracks is not None
    arrays = {name: getattr(base, name)[:3] for name in AXES[BaselinePrediction]}
    with pytest.raises(ShapeError, match=r"baseline: wanted .*\(4, 28, 42\); got \(3, 28, 42\)"):
        replace(SCENE, baseline=BaselinePrediction(**arrays))
    three = {name: getattr(agreement, name)[:3] for name in AXES[Agreement]}
    shorter = replace(agreement, camera_sources=agreement.camera_sources[:3], **three)
    with pytest.raises(ShapeError, match="agreement: wanted S = 4 photos; got 3"):
        replace(SCENE, agreement=shorter)
    far = replace(tracks, view_index=np.array([0, 4], np.int32))
    with pytest.raises(RecordError, match="tracks: wanted view_index of 0 to 3; got 0 to 4"):
        replace(SCENE, tracks=far)


@pytest.mark.parametrize("index", [-1, 1])
def test_an_observation_of_a_point_that_is_not_there_is_refused(index):
    with pytest.raises(RecordError, match=r"Tracks\.point_index: wanted 0 to 0"):
        replace(SCENE.tracks, point_index=np.array([0, index], np.int32))


@pytest.mark.parametrize("axis", range(4))
def test_a_scene_of_nothing_is_refused(axis):
    arrays = {
        name: getattr(SCENE, name)
        if (letter := "SEHW"[axis]) not in (axes := spec.split())
        else getattr(SCENE, name).take([], axis=axes.index(letter))
        for name, spec in AXES[ScenePrediction].items()
    }
    names = () if axis == 0 else SCENE.names
    with pytest.raises(ShapeError, match="at least one photo, expert and pixel"):
        replace(SCENE, names=names, **arrays)


@pytest.mark.parametrize("holder", [SCENE, SCENE.baseline])
@pytest.mark.parametrize("bad", [0.0, -5.0, np.inf, -np.inf])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_focal_length_that_cannot_be_is_refused(holder, bad, axis):
    intrinsics = holder.intrinsics.copy()
    intrinsics[2, axis, axis] = bad
    pattern = rf"{type(holder).__name__}\.intrinsics: wanted .* for photo 3$"
    with pytest.raises(RecordError, match=pattern):
        replace(holder, intrinsics=intrinsics)


@pytest.mark.parametrize("holder", [SCENE, SCENE.baseline])
@pytest.mark.parametrize(("place", "bad"), [((0, 3), np.inf), ((1, 1), -np.inf), ((3, 0), 0.5)])
def test_a_camera_that_cannot_be_is_refused(holder, place, bad):
    cameras = holder.camera_from_world.copy()
    cameras[1][place] = bad
    pattern = rf"{type(holder).__name__}\.camera_from_world: wanted .* for photo 2$"
    with pytest.raises(RecordError, match=pattern):
        replace(holder, camera_from_world=cameras)


def test_an_unknown_camera_is_nan():
    cameras, intrinsics = SCENE.camera_from_world.copy(), SCENE.intrinsics.copy()
    cameras[1] = intrinsics[1] = np.nan
    assert replace(SCENE, camera_from_world=cameras, intrinsics=intrinsics).num_views == 4


def test_unknown_depth_is_taken():
    depth = np.full_like(SCENE.depth, np.nan)
    assert replace(SCENE, depth=depth).num_experts == 4


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_temperature_that_cannot_be_is_refused(bad):
    with pytest.raises(RecordError, match="gate_temperature: wanted a number above 0; got"):
        replace(SCENE, gate_temperature=bad)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"height": -1},
        {"exif_orientation": 0},
        {"exif_orientation": 9},
        {"frame_s": np.nan},
    ],
)
def test_a_photo_that_cannot_be_is_refused(change):
    with pytest.raises(RecordError, match=r"View 'a\.png': wanted"):
        replace(replace(VIEW, pixels=None), **change)


def test_what_is_kept_of_a_frame_may_be_smaller_but_not_larger():
    frame = replace(VIEW, frame_s=1.5, width=60, height=50)
    assert frame.pixels is VIEW.pixels
    with pytest.raises(
        ShapeError, match=r"View\.pixels: wanted at most .*= \(4, 60\).*got \(5, 6\)"
    ):
        replace(frame, height=4)


def test_clouds_and_meshes_may_be_empty():
    arrays = {name: whole(PointCloud, name)[:0] for name in AXES[PointCloud]}
    assert len(PointCloud(**arrays)) == 0
    assert len(Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int64)).faces) == 0
