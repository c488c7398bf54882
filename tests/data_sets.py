"""Tiny copies of public data sets: one analytic room rendered into each layout."""

import struct
from pathlib import Path

import cv2
import numpy as np

from moe3d.io.datasets.nrgbd import CENTRE_PX, FOCAL_PX
from moe3d.io.datasets.seven_scenes import COLOUR_FOCAL_PX, COLOUR_FROM_DEPTH, DEPTH_FOCAL_PX

WALL_M, FLOOR_M, SIDE_M = 4.0, 1.0, -1.5
BOX_M = (2.5, 0.4, 0.3)
"""Depth, half width and half height of a board that stands in the room."""


def intrinsics(focal_px: float, centre_px: tuple[float, float]) -> np.ndarray:
    return np.array([[focal_px, 0, centre_px[0]], [0, focal_px, centre_px[1]], [0, 0, 1.0]])


def cameras(count: int) -> np.ndarray:
    """camera_from_world of a short walk with a slow turn."""
    matrices = []
    for index in range(count):
        angle = 0.04 * index
        matrix = np.eye(4)
        matrix[0, [0, 2]] = np.cos(angle), np.sin(angle)
        matrix[2, [0, 2]] = -np.sin(angle), np.cos(angle)
        centre = np.array([0.15 * index, 0.02 * index**2, 0.05 * index])
        matrix[:3, 3] = -matrix[:3, :3] @ centre
        matrices.append(matrix)
    return np.stack(matrices)


def room_depth(camera_from_world: np.ndarray, matrix: np.ndarray, height: int, width: int):
    """Exact z-depth of a wall, a floor, a side wall and a board."""
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(matrix).T
    rotation = camera_from_world[:3, :3]
    centre = -rotation.T @ camera_from_world[:3, 3]
    turned = rays @ rotation  # world directions with z = 1 in the camera
    depth = np.full((height, width), np.inf)
    for axis, place in ((2, WALL_M), (1, FLOOR_M), (0, SIDE_M)):
        with np.errstate(divide="ignore"):
            distance = (place - centre[axis]) / turned[..., axis]
        depth = np.where((distance > 0) & (distance < depth), distance, depth)
    board = (BOX_M[0] - centre[2]) / turned[..., 2]
    hit = centre + board[..., None] * turned
    on_board = (np.abs(hit[..., 0]) < BOX_M[1]) & (np.abs(hit[..., 1]) < BOX_M[2]) & (board > 0)
    return np.where(on_board & (board < depth), board, depth)


def picture(depth: np.ndarray) -> np.ndarray:
    """Some photo of the right size."""
    grey = (60 * depth % 255).astype(np.uint8)
    return np.stack([grey, 255 - grey, grey // 2], axis=-1)


def save_png(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def millimetres(depth: np.ndarray) -> np.ndarray:
    return np.round(1000 * depth).astype(np.uint16)


def write_seven_scenes(root: Path, scene: str = "heads/seq-01", frames: int = 3) -> None:
    """Depth in the depth camera's frame, and registered by rendering, not by warping."""
    depth_from_colour = np.linalg.inv(np.vstack([COLOUR_FROM_DEPTH, [0, 0, 0, 1]]))
    for index, camera in enumerate(cameras(frames)):
        stem = root / scene / f"frame-{index:06d}"
        colour = room_depth(camera, intrinsics(COLOUR_FOCAL_PX, (320, 240)), 480, 640)
        raw = room_depth(
            depth_from_colour @ camera, intrinsics(DEPTH_FOCAL_PX, (319.5, 239.5)), 480, 640
        )
        raw = millimetres(raw)
        raw[:40] = 65535
        save_png(Path(f"{stem}.color.png"), picture(colour))
        save_png(Path(f"{stem}.depth.png"), raw)
        save_png(Path(f"{stem}.depth.proj.png"), millimetres(colour))
        np.savetxt(f"{stem}.pose.txt", np.linalg.inv(camera))


def write_nrgbd(root: Path, scene: str = "kitchen", frames: int = 4) -> None:
    """OpenGL poses; the last frame's pose is invalid."""
    lines = []
    (root / scene).mkdir(parents=True)
    for index, camera in enumerate(cameras(frames)):
        depth = room_depth(camera, intrinsics(FOCAL_PX, CENTRE_PX), 480, 640)
        save_png(root / scene / "images" / f"img{index}.png", picture(depth))
        save_png(root / scene / "depth" / f"depth{index}.png", millimetres(depth))
        lines.append(np.linalg.inv(camera) @ np.diag([1, -1, -1, 1]))
    lines[-1][:] = np.nan
    np.savetxt(root / scene / "poses.txt", np.concatenate(lines))
    (root / scene / "focal.txt").write_text(f"{FOCAL_PX}\n")


SMALL = intrinsics(50.0, (23.5, 17.5))


def small_room(index: int = 0) -> np.ndarray:
    return room_depth(cameras(index + 1)[index], SMALL, 36, 48)


def write_own(root: Path, scenes: int = 2, frames: int = 3) -> None:
    import json

    for scene in range(scenes):
        folder = root / f"scene-{1_000_000 + scene:07d}"
        views = []
        for index, camera in enumerate(cameras(frames + scene)[scene:]):
            depth = room_depth(camera, SMALL, 36, 48)
            save_png(folder / "images" / f"{index:03d}.png", picture(depth))
            (folder / "depth").mkdir(exist_ok=True)
            np.save(folder / "depth" / f"{index:03d}.npy", depth.astype(np.float32))
            views.append({"camera_from_world": camera.tolist(), "intrinsics": SMALL.tolist()})
        (folder / "cameras.json").write_text(json.dumps({"views": views}))


def write_sintel(root: Path, scene: str = "alley_2", frames: int = 2) -> None:
    training = root / "training"
    for index, camera in enumerate(cameras(frames)):
        name = f"frame_{index + 1:04d}"
        depth = room_depth(camera, SMALL, 36, 48)
        depth[:3] = 100.0  # sky
        save_png(training / "final" / scene / f"{name}.png", picture(depth))
        for folder in ("depth", "camdata_left"):
            (training / folder / scene).mkdir(parents=True, exist_ok=True)
        head = struct.pack("<fii", 202021.25, 48, 36)
        body = depth.astype("<f4").tobytes()
        (training / "depth" / scene / f"{name}.dpt").write_bytes(head + body)
        camera_bytes = struct.pack("<f", 202021.25) + SMALL.astype("<f8").tobytes()
        camera_bytes += camera[:3].astype("<f8").tobytes()
        (training / "camdata_left" / scene / f"{name}.cam").write_bytes(camera_bytes)


def write_bonn(root: Path, scene: str = "crowd2", frames: int = 33) -> None:
    folder = root / f"rgbd_bonn_{scene}"
    for index in range(frames):
        depth = small_room() + 0.01 * index
        save_png(folder / "rgb" / f"{1000 + index}.5.png", picture(depth))
        save_png(
            folder / "depth" / f"{1000 + index}.7.png", np.round(5000 * depth).astype(np.uint16)
        )


def write_kitti(root: Path, scene: str = "2011_09_26_drive_0002_sync", frames: int = 2) -> None:
    for index in range(frames):
        depth = small_room(index)
        sparse = np.where(np.arange(depth.size).reshape(depth.shape) % 3 == 0, depth, 0)
        name = f"{index + 5:010d}.png"
        truth = root / "val" / scene / "proj_depth" / "groundtruth" / "image_02" / name
        save_png(truth, np.round(256 * sparse).astype(np.uint16))
        save_png(root / scene[:10] / scene / "image_02" / "data" / name, picture(depth))


def write_nyu(root: Path, names: tuple[str, ...] = ("00001", "00002")) -> None:
    import h5py

    folder = root / "val" / "official"
    folder.mkdir(parents=True)
    for name in names:
        depth = small_room().astype(np.float32)
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file["rgb"] = np.moveaxis(picture(depth), -1, 0)
            file["depth"] = depth
