"""Every reader of outside files, with whole files for it and how it is called."""

import functools
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.scenes import step_prediction


@dataclass(frozen=True)
class FuzzedReader:
    """One reader; whole files are made once, damaged, and read."""

    name: str
    file_name: str
    kind: str
    """Which envelope `mutations.damaged` looks into."""
    make: Callable[[Path], None]
    """Writes a whole file to a path."""
    read: Callable[[Path], object]
    """Reads a file as far as the program does, values too."""
    memory_mb: int = 600
    """What reading a small file may ask for."""


def _small_prediction():
    return step_prediction(num_views=2, height=6, width=8, num_experts=2)


def _make_prediction(path: Path) -> None:
    from moe3d.io.scenes.prediction_file import write_prediction

    write_prediction(_small_prediction(), path)


def _read_prediction(path: Path) -> object:
    from moe3d.io.scenes.prediction_file import read_prediction

    return read_prediction(path)


def _make_session(path: Path) -> None:
    from moe3d.io.scenes.session_file import PhotoReference, SessionRecord, write_session

    photos = (PhotoReference("a.jpg", "/x/a.jpg", "a.jpg", "0" * 64, 12, 8, 6, 1),)
    remembered = {"view": {"expert": 1, "size": 2.5}, "filters": [1, 2, None]}
    write_session(SessionRecord("room", photos, ("/x",), remembered, _small_prediction()), path)


def _read_session(path: Path) -> object:
    from moe3d.io.scenes.session_file import read_session

    return read_session(path)


def _make_array(path: Path) -> None:
    np.save(path, np.linspace(0, 1, 48, dtype=np.float32).reshape(6, 8))


def _read_array(path: Path) -> object:
    from moe3d.io.files.array_file import read_array

    return read_array(path)


def _read_depth(path: Path) -> object:
    from moe3d.io.scenes.truth_files import read_depth

    return read_depth(path)


def _make_depth_png(path: Path) -> None:
    cv2.imwrite(str(path), np.arange(48, dtype=np.uint16).reshape(6, 8) * 100)


def _make_ply(path: Path) -> None:
    from moe3d.io.formats.ply import write_ply
    from moe3d.scene.cloud import point_cloud

    write_ply(path, point_cloud(_small_prediction()), overwrite=True)


def _make_ascii_ply(path: Path) -> None:
    rows = "\n".join(f"{i}.5 {i} -1e-3 {i % 256} 7 9" for i in range(12))
    names = "".join(f"property float {axis}\n" for axis in "xyz")
    names += "".join(f"property uchar {color}\n" for color in ("red", "green", "blue"))
    path.write_text(f"ply\nformat ascii 1.0\nelement vertex 12\n{names}end_header\n{rows}\n")


def _read_ply(path: Path) -> object:
    from moe3d.io.formats.ply import read_ply

    vertices = read_ply(path)
    return vertices.points, vertices.colors


def _make_mesh_ply(path: Path) -> None:
    from moe3d.io.formats.ply_mesh import write_mesh_ply
    from moe3d.scene.records import Mesh

    points = np.arange(12, dtype=np.float32).reshape(4, 3)
    write_mesh_ply(path, Mesh(points, np.array([[0, 1, 2], [1, 2, 3]]), None))


def _read_mesh_ply(path: Path) -> object:
    from moe3d.io.formats.ply_mesh import read_mesh_ply

    return read_mesh_ply(path)


def _read_cloud(path: Path) -> object:
    from moe3d.evaluation.metrics.cloud_file import read_cloud

    return read_cloud(path)


def _make_exr(path: Path) -> None:
    from moe3d.io.formats.exr import write_exr

    write_exr(path, {"Z": np.linspace(1, 2, 48, dtype=np.float32).reshape(6, 8)})


def _read_exr(path: Path) -> object:
    from moe3d.io.formats.exr import read_exr

    return {name: values.sum() for name, values in read_exr(path).items()}


def _make_glb(path: Path) -> None:
    from moe3d.io.formats.glb import GlbBuilder

    builder = GlbBuilder(("note",))
    points = np.arange(30, dtype=np.float32).reshape(10, 3)
    builder.add_points(points, np.full((10, 3), 90, np.uint8), "points")
    with path.open("wb") as stream:
        builder.write(stream)


def _read_glb(path: Path) -> object:
    from moe3d.io.exporters.glb import reread_glb

    return reread_glb(path)


def _make_cameras(path: Path) -> None:
    views = [
        {
            "image": name,
            "camera_from_world": np.eye(4).tolist(),
            "intrinsics": [[8.0, 0, 4], [0, 8, 3], [0, 0, 1]],
        }
        for name in ("a.jpg", "b.jpg")
    ]
    path.write_text(json.dumps({"views": views}, indent=1))


def _read_cameras(path: Path) -> object:
    from moe3d.io.scenes.truth_files import read_truth_files

    return read_truth_files(path, ("a.jpg", "b.jpg"))


def _make_sample(path: Path) -> None:
    path.write_text(json.dumps({"title": "Room", "licence": "CC0-1.0", "num_photos": 3}))


def _read_sample(path: Path) -> object:
    from moe3d.io.photos.samples import sample_scenes

    return sample_scenes(path.parent.parent)


def _make_dpt(path: Path) -> None:
    from moe3d.io.datasets.sintel import TAG

    values = np.ones(48, "<f4").tobytes()
    path.write_bytes(struct.pack("<fii", TAG, 8, 6) + values)


def _read_dpt(path: Path) -> object:
    from moe3d.io.datasets.sintel import read_dpt

    return read_dpt(path)


def _make_numbers(path: Path) -> None:
    path.write_text("".join(f"{i} 0.5 1e-3 -7\n" for i in range(12)))


def _read_numbers(path: Path) -> object:
    from moe3d.io.datasets.records import Source, read_numbers

    return read_numbers(path, Source("T", "x"), 4)


def _make_photo(suffix: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        from tests.heic import learn_to_write_heic

        rows, columns = np.mgrid[:40, :48]
        if suffix == ".heic":
            learn_to_write_heic()
        pixels = np.stack([rows * 6, columns * 5, rows * 0 + 90], -1).astype(np.uint8)
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 6, "Maker"
        extra = {"save_all": True} if suffix in (".gif", ".tiff") else {}
        Image.fromarray(pixels).save(path, exif=exif, **extra)

    return make


def _read_photo(path: Path) -> object:
    from moe3d.io.photos.images import read_camera_name, read_pixels, read_views, thumbnail

    view = read_views(path).views[0]
    return read_pixels(view), thumbnail(view, 16), read_camera_name(view)


def _make_video(path: Path) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    for number in range(12):
        writer.write(np.roll(noise, number, axis=1))
    writer.release()


def _read_video(path: Path) -> object:
    from moe3d.io.photos.images import read_pixels, read_views

    return [read_pixels(view) for view in read_views(path).views]


def _make_mp4(path: Path) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 48))
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    for number in range(12):
        writer.write(np.roll(noise, number, axis=1))
    writer.release()


def _make_las(path: Path) -> None:
    import laspy

    las = laspy.LasData(laspy.LasHeader(point_format=7, version="1.4"))
    las.x, las.y, las.z = np.arange(30, dtype=float).reshape(3, 10)
    las.write(str(path))


def _make_e57(path: Path) -> None:
    import pye57

    with pye57.E57(str(path), mode="w") as file:
        columns = {f"cartesian{axis}": np.arange(10, dtype=float) for axis in "XYZ"}
        file.write_scan_raw(columns)


def _make_object_mesh(path: Path) -> None:
    import trimesh

    trimesh.creation.box().export(str(path))


def _make_array_cloud(path: Path) -> None:
    np.save(path, np.arange(60, dtype=np.float32).reshape(10, 6))


def _make_object_npz(path: Path) -> None:
    points = np.arange(30, dtype=np.float32).reshape(10, 3)
    np.savez(path, points=points, colors=points / 30)


def _read_object(path: Path) -> object:
    from moe3d.io.objects.read import read_object

    return read_object(path)


LIGHT = (
    FuzzedReader("prediction", "scene.npz", "zip", _make_prediction, _read_prediction),
    FuzzedReader("session", "scene.moe3d", "zip", _make_session, _read_session),
    FuzzedReader("npy", "depth.npy", "npy", _make_array, _read_array),
    FuzzedReader("depth npy", "depth.npy", "npy", _make_array, _read_depth),
    FuzzedReader("depth png", "depth.png", "", _make_depth_png, _read_depth),
    FuzzedReader("ply", "cloud.ply", "ply", _make_ply, _read_ply),
    FuzzedReader("ascii ply", "cloud.ply", "text", _make_ascii_ply, _read_ply),
    FuzzedReader("mesh ply", "mesh.ply", "ply", _make_mesh_ply, _read_mesh_ply),
    FuzzedReader("truth ply", "cloud.ply", "ply", _make_ply, _read_cloud),
    FuzzedReader("object ply", "cloud.ply", "ply", _make_ply, _read_object),
    FuzzedReader("object mesh ply", "mesh.ply", "ply", _make_object_mesh, _read_object, 1500),
    FuzzedReader("object glb", "mesh.glb", "glb", _make_object_mesh, _read_object, 1500),
    FuzzedReader("object obj", "mesh.obj", "text", _make_object_mesh, _read_object, 1500),
    FuzzedReader("object stl", "mesh.stl", "", _make_object_mesh, _read_object, 1500),
    FuzzedReader("object off", "mesh.off", "text", _make_object_mesh, _read_object, 1500),
    FuzzedReader("object xyz", "cloud.xyz", "text", _make_numbers, _read_object),
    FuzzedReader("object npz", "cloud.npz", "zip", _make_object_npz, _read_object),
    FuzzedReader("object npy", "cloud.npy", "npy", _make_array_cloud, _read_object),
    FuzzedReader("object las", "cloud.las", "", _make_las, _read_object, 1500),
    FuzzedReader("object e57", "cloud.e57", "", _make_e57, _read_object, 1500),
    FuzzedReader("exr", "depth.exr", "", _make_exr, _read_exr),
    FuzzedReader("glb", "cloud.glb", "glb", _make_glb, _read_glb),
    FuzzedReader("cameras json", "cameras.json", "text", _make_cameras, _read_cameras),
    FuzzedReader("sample json", "sample.json", "text", _make_sample, _read_sample),
    FuzzedReader("sintel depth", "a.dpt", "", _make_dpt, _read_dpt),
    FuzzedReader("numbers text", "a.txt", "text", _make_numbers, _read_numbers),
    FuzzedReader("jpeg", "a.jpg", "", _make_photo(".jpg"), _read_photo, 3000),
    FuzzedReader("png", "a.png", "", _make_photo(".png"), _read_photo, 3000),
    FuzzedReader("tiff", "a.tiff", "", _make_photo(".tiff"), _read_photo, 3000),
    FuzzedReader("webp", "a.webp", "", _make_photo(".webp"), _read_photo, 3000),
    FuzzedReader("gif", "a.gif", "", _make_photo(".gif"), _read_photo, 3000),
    FuzzedReader("heic", "a.heic", "", _make_photo(".heic"), _read_photo, 3000),
    FuzzedReader("avi", "a.avi", "", _make_video, _read_video, 3000),
    FuzzedReader("mp4", "a.mp4", "", _make_mp4, _read_video, 3000),
)


@functools.cache
def _tiny_network():
    import torch

    from moe3d.model.moe3d import MoE3DNetwork
    from tests.fuzz.tiny import TINY

    torch.manual_seed(0)
    return MoE3DNetwork(TINY)


def _make_safetensors(path: Path) -> None:
    from moe3d.model.checkpoint import CheckpointInfo, write_checkpoint
    from tests.fuzz.tiny import TINY

    write_checkpoint(_tiny_network(), path, CheckpointInfo("tiny", TINY))


def _make_pt(path: Path) -> None:
    import torch

    torch.save({"model": _tiny_network().state_dict(), "epoch": 3}, path)


def _make_old_pt(path: Path) -> None:
    import torch

    torch.save(_tiny_network().state_dict(), path, _use_new_zipfile_serialization=False)


def _read_checkpoint(path: Path) -> object:
    from moe3d.model.checkpoint import ReadOptions, read_checkpoint
    from tests.fuzz.tiny import TINY

    return read_checkpoint(path, ReadOptions(TINY))


def _make_index(path: Path) -> None:
    shard = path.with_name("m-00001-of-00001.safetensors")
    shard.touch()
    names = {f"aggregator.{i}.weight": shard.name for i in range(4)}
    path.write_text(json.dumps({"metadata": {"total_size": 12}, "weight_map": names}))


def _read_index(path: Path) -> object:
    from moe3d.model.checkpoint.files import locate_files

    return locate_files(path)


def _make_record(path: Path) -> None:
    from moe3d.model.checkpoint.info import CheckpointInfo, metadata_from_info
    from tests.fuzz.tiny import TINY

    path.write_text(metadata_from_info(CheckpointInfo("tiny", TINY), "plain")["moe3d"])


def _read_record(path: Path) -> object:
    """The record of a safetensors file, and the network that it describes."""
    from safetensors.torch import save_file

    from moe3d.model.checkpoint import read_info

    target = path.with_suffix(".safetensors")
    text = path.read_bytes().decode("utf-8", "replace")
    save_file(_tiny_network().state_dict(), target, {"moe3d": text})
    return read_info(target)


def _make_config(path: Path) -> None:
    from moe3d.training.config import TrainingConfig
    from moe3d.training.config_file import config_text

    path.write_text(config_text(TrainingConfig()))


def _read_config(path: Path) -> object:
    from moe3d.training.config_file import read_config

    return read_config(path)


def _make_plan(path: Path) -> None:
    path.write_text(
        'seeds = [0, 1]\n[shared]\nseed = 3\n[[run]]\ngroup = "a"\nname = "b"\n'
        '[[run]]\ngroup = "a"\nname = "c"\n'
    )


def _read_plan(path: Path) -> object:
    from moe3d.research.ablations import read_plan

    return read_plan(path, path.parent)


def _make_state(path: Path) -> None:
    import torch

    torch.save({"preset": "mini", "step": 3, "values": {"a": torch.zeros(8)}}, path)


def _read_state(path: Path) -> object:
    from moe3d.training.state import load_state

    return load_state(path.parent)


HEAVY = (
    FuzzedReader(
        "safetensors", "m.safetensors", "safetensors", _make_safetensors, _read_checkpoint
    ),
    FuzzedReader("pt", "m.pt", "zip", _make_pt, _read_checkpoint),
    FuzzedReader("old pt", "m.pt", "", _make_old_pt, _read_checkpoint),
    FuzzedReader("model record", "record.json", "text", _make_record, _read_record),
    FuzzedReader("index json", "m.safetensors.index.json", "text", _make_index, _read_index),
    FuzzedReader("training toml", "config.toml", "text", _make_config, _read_config),
    FuzzedReader("plan toml", "plan.toml", "text", _make_plan, _read_plan),
    FuzzedReader("training state", "state.pt", "zip", _make_state, _read_state),
)
READERS = {reader.name: reader for reader in (*LIGHT, *HEAVY)}
