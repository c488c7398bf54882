"""Saved predictions: exact round trip, and every way in which a file can be bad."""

import dataclasses
import io
import json
import pickle
import zipfile

import numpy as np
import pytest

import moe3d
from moe3d.errors import OutputError, PredictionFileError, UsageError
from moe3d.io.scenes.prediction_file import prediction_arrays, read_prediction, write_prediction
from moe3d.scene.multiview import Agreement, Tracks
from moe3d.scene.records import PredictionMetadata, ScenePrediction
from tests.scenes import step_prediction

SCENE = dataclasses.replace(
    step_prediction(num_views=2, height=6, width=8),
    names=("größe 🏠.jpg", "two words.jpg"),
    metadata=PredictionMetadata(
        model="mini",
        sources=("/photos/größe 🏠.jpg", ""),
        seconds_by_stage={"backbone": 0.1 + 0.2},
        notes=("a refused photo",),
    ),
)


def assert_same(first, second) -> None:
    for item in dataclasses.fields(first):
        left, right = getattr(first, item.name), getattr(second, item.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(left, right)
        elif dataclasses.is_dataclass(left):
            assert_same(left, right)
        else:
            assert left == right, item.name


def saved(tmp_path, scene: ScenePrediction = SCENE):
    return write_prediction(scene, tmp_path / "scene.npz")


def rewrite(path, **changes: np.ndarray | None) -> None:
    arrays = {**prediction_arrays(SCENE), **changes}
    with path.open("wb") as stream:
        np.savez(stream, **{name: array for name, array in arrays.items() if array is not None})


@pytest.mark.parametrize("with_baseline", [True, False])
def test_a_prediction_comes_back_exactly(tmp_path, with_baseline):
    scene = SCENE if with_baseline else dataclasses.replace(SCENE, baseline=None)
    scene.depth[0, 0, :3] = [np.nan, np.inf, -0.0]
    assert_same(read_prediction(saved(tmp_path, scene)), scene)


def compared(scene: ScenePrediction = SCENE) -> ScenePrediction:
    """The scene after its photos were compared with each other."""
    assert scene.baseline is not None
    support = np.arange(scene.depth.size, dtype=np.uint8).reshape(scene.depth.shape) % 3
    return dataclasses.replace(
        scene,
        refined_depth=scene.depth * np.float32(1.1),
        support=support,
        baseline=dataclasses.replace(
            scene.baseline,
            refined_depth=scene.depth * np.float32(0.9),
            support=support[::-1].copy(),
        ),
        tracks=Tracks(
            np.eye(3, dtype=np.float32)[:1],
            np.zeros(2, np.int32),
            np.arange(2, dtype=np.int32),
            np.array([[1.5, 2.0], [3.0, 4.25]], np.float32),
        ),
        agreement=Agreement(
            ("reference", "bundle adjustment"),
            np.array([3, 4]),
            np.array([0.5, np.nan]),
            np.array([0.25, 0.5]),
            np.array([0.01, np.nan]),
            scene_residual_px=0.4,
            scene_disagreement=0.02,
            depth_refined=True,
            sentence="größe 🏠.jpg was not compared",
        ),
    )


def test_what_photos_say_of_each_other_comes_back_exactly(tmp_path):
    scene = compared()
    assert_same(read_prediction(saved(tmp_path, scene)), scene)


def test_a_file_of_an_older_version_has_no_refined_depth(tmp_path):
    old = read_prediction(saved(tmp_path))
    assert old.refined_depth is old.support is old.tracks is old.agreement is None
    with pytest.raises(UsageError, match="'refined' is not in this prediction"):
        moe3d.depth_layer(old, "refined")


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("depth_refined", np.ones((2, 6, 7), np.float32)),
        ("support", np.ones((2, 6, 8), np.float32)),
        ("track_view_index", np.array([0, 2], np.int32)),
        ("track_point_index", np.array([0, -1], np.int32)),
        ("track_pixels", None),
        ("agreement_matches", None),
        ("agreement_residual_px", np.zeros(3)),
    ],
)
def test_a_damaged_comparison_is_refused(tmp_path, name, array):
    arrays = {**prediction_arrays(compared()), name: array}
    path = tmp_path / "scene.npz"
    with path.open("wb") as stream:
        np.savez(stream, **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(PredictionFileError, match=r"scene\.npz"):
        read_prediction(path)


def test_layers_are_given_by_name():
    scene = compared()
    assert moe3d.layer_names(scene)[:2] == ("fused", "refined")
    np.testing.assert_array_equal(moe3d.depth_layer(scene, "refined"), scene.refined_depth)
    np.testing.assert_array_equal(moe3d.depth_layer(scene, "fused"), scene.depth)
    np.testing.assert_array_equal(
        moe3d.depth_layer(scene, "vggt-refined"), scene.baseline.refined_depth
    )
    np.testing.assert_array_equal(moe3d.depth_layer(scene, "expert:2"), scene.expert_depths[:, 1])


def test_plain_numpy_reads_vggts_names(tmp_path):
    with np.load(saved(tmp_path)) as arrays:
        np.testing.assert_array_equal(arrays["depth_conf"], SCENE.confidence)
        np.testing.assert_array_equal(arrays["extrinsic"], SCENE.camera_from_world[:, :3])
        np.testing.assert_array_equal(arrays["intrinsic"], SCENE.intrinsics)
        assert list(arrays["names"]) == list(SCENE.names)


def test_writing_twice_gives_the_same_bytes(tmp_path):
    first = saved(tmp_path).read_bytes()
    assert saved(tmp_path).read_bytes() == first
    with pytest.raises(OutputError, match="exists already"):
        write_prediction(SCENE, tmp_path / "scene.npz", overwrite=False)


def test_a_file_cut_anywhere_is_refused(tmp_path):
    data = saved(tmp_path).read_bytes()
    cut = tmp_path / "cut.npz"
    for percent in range(100):
        cut.write_bytes(data[: len(data) * percent // 100])
        with pytest.raises(PredictionFileError, match=r"cut\.npz"):
            read_prediction(cut)


def test_flipped_bytes_are_refused_or_harmless(tmp_path):
    data = np.frombuffer(saved(tmp_path).read_bytes(), np.uint8)
    bad = tmp_path / "bad.npz"
    generator = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        flipped = data.copy()
        flipped[generator.integers(len(data))] ^= generator.integers(1, 256, dtype=np.uint8)
        bad.write_bytes(flipped.tobytes())
        try:
            assert_same(read_prediction(bad), SCENE)
        except PredictionFileError:
            refused += 1
    assert refused > 100


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(PredictionFileError, match="there is no such file"):
        read_prediction(tmp_path / "none.npz")
    with pytest.raises(PredictionFileError, match="is a folder"):
        read_prediction(tmp_path)


def test_a_file_from_the_future_asks_for_an_update(tmp_path):
    meta = json.loads(str(prediction_arrays(SCENE)["meta"])) | {"version": 99}
    path = tmp_path / "scene.npz"
    rewrite(path, meta=np.array(json.dumps(meta)))
    with pytest.raises(PredictionFileError, match=r"newer program .format 99"):
        read_prediction(path)


def test_fields_of_a_later_version_are_passed_over(tmp_path):
    meta = json.loads(str(prediction_arrays(SCENE)["meta"]))
    meta["metadata"]["mood"] = "good"
    path = tmp_path / "scene.npz"
    rewrite(path, meta=np.array(json.dumps(meta)), extra=np.zeros(3))
    assert_same(read_prediction(path), SCENE)


@pytest.mark.parametrize("name", [name for name in prediction_arrays(SCENE) if name != "meta"])
def test_a_missing_array_is_named(tmp_path, name):
    path = tmp_path / "scene.npz"
    rewrite(path, **{name: None})
    with pytest.raises(PredictionFileError, match=f"no array '{name}'"):
        read_prediction(path)


def test_another_npz_is_recognised(tmp_path):
    np.savez(tmp_path / "other.npz", depth=np.zeros(3))
    with pytest.raises(PredictionFileError, match="no saved prediction"):
        read_prediction(tmp_path / "other.npz")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"depth": np.zeros((2, 6, 9), np.float32)}, "must be"),
        ({"depth": np.zeros((2, 6, 8), np.float64)}, "must hold f4"),
        ({"images": np.zeros((3, 6, 8, 3), np.uint8)}, "'depth' must be"),
        ({"names": np.array(["a"])}, "must be"),
        ({"meta": np.array("{")}, "description is damaged"),
        ({"meta": np.array("[1]")}, "description is damaged"),
        ({"meta": np.array("[" * 100000)}, "description is damaged"),
        ({"meta": np.zeros(4)}, "must hold U"),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path, changes, words):
    path = tmp_path / "scene.npz"
    rewrite(path, **changes)
    with pytest.raises(PredictionFileError, match=words):
        read_prediction(path)


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("extrinsic", np.inf),
        ("extrinsic_vggt", -np.inf),
        *((name, bad) for name in ("intrinsic", "intrinsic_vggt") for bad in (np.inf, 0.0, -3.0)),
    ],
)
def test_a_camera_that_cannot_be_is_refused_with_the_files_name(tmp_path, name, bad):
    array = prediction_arrays(SCENE)[name].copy()
    array[1, 0, 0] = bad
    path = tmp_path / "scene.npz"
    rewrite(path, **{name: array})
    with pytest.raises(PredictionFileError, match=r"scene\.npz: .*Prediction\..* wanted"):
        read_prediction(path)


def test_pixel_transforms_of_other_images_are_refused_with_the_files_name(tmp_path):
    meta = json.loads(str(prediction_arrays(SCENE)["meta"]))
    meta["pixel_transforms"][1]["width"] += 1
    path = tmp_path / "scene.npz"
    rewrite(path, meta=np.array(json.dumps(meta)))
    with pytest.raises(PredictionFileError, match=r"scene\.npz: .*pixel_transforms: wanted 2"):
        read_prediction(path)


def test_a_description_without_cameras_is_refused(tmp_path):
    meta = json.loads(str(prediction_arrays(SCENE)["meta"]))
    del meta["pixel_transforms"]
    path = tmp_path / "scene.npz"
    rewrite(path, meta=np.array(json.dumps(meta)))
    with pytest.raises(PredictionFileError, match="does not fit"):
        read_prediction(path)


SIDE = [10**400, "8", None, True, 8.5, 0, -1]


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (("gate_temperature",), [0, -1, float("nan"), float("inf"), "x", None, []]),
        (("pixel_transforms",), [3, [3], [], {}, [[]], None]),
        (("pixel_transforms", 0, "width"), SIDE),
        (("pixel_transforms", 0, "original_height"), SIDE),
        (("pixel_transforms", 0, "scale_x"), [0, -1.0, float("nan"), float("inf"), "1"]),
        (("pixel_transforms", 0, "offset_y"), [float("nan"), None, "0"]),
        (("metadata",), [3, [], None, {}]),
        (("metadata", "model"), [3, None, ["mini"]]),
        (("metadata", "notes"), [3, "text", [3], {"a": 1}, None]),
        (("metadata", "seconds_by_stage"), [3, [], {"load": "x"}, None]),
        (("metadata", "experts_trained"), [3, "yes", None]),
        (("metadata", "peak_memory_bytes"), ["x", 1.5, None]),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_description_of_other_types_is_refused(tmp_path, place, values):
    for value in values:
        meta = json.loads(str(prediction_arrays(SCENE)["meta"]))
        inner = meta
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        path = tmp_path / "scene.npz"
        rewrite(path, meta=np.array(json.dumps(meta)))
        with pytest.raises(PredictionFileError, match=r"does not fit|damaged"):
            read_prediction(path)


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("code of the file was run",))


def test_pickled_code_is_never_run(tmp_path):
    path = saved(tmp_path)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": (2,)}
    )
    arrays = prediction_arrays(SCENE)
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as stream:
                if name == "depth":
                    stream.write(header.getvalue() + pickle.dumps([Trap(), Trap()]))
                else:
                    np.lib.format.write_array(stream, array)
    with pytest.raises(PredictionFileError, match="Python objects"):
        read_prediction(path)


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.npy", bytes(80 * 2**20))
    with pytest.raises(PredictionFileError, match="would unpack"):
        read_prediction(path)


def test_a_header_that_promises_more_than_the_file_holds_allocates_nothing(tmp_path):
    path = saved(tmp_path)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6, 10**3)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in prediction_arrays(SCENE).items():
            with archive.open(f"{name}.npy", "w") as stream:
                if name == "depth":
                    stream.write(header.getvalue())
                else:
                    np.lib.format.write_array(stream, array)
    with pytest.raises(PredictionFileError, match="'depth' is damaged"):
        read_prediction(path)
