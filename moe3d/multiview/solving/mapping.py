"""Cameras by structure from motion, with COLMAP's incremental mapper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64, Int

from moe3d.io.files.workplace import temporary_folder
from moe3d.io.formats.colmap_module import load_pycolmap
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.background import run_interruptible
from moe3d.multiview.matches.matching import MatchedPhotos, colmap_camera
from moe3d.progress import Progress


@dataclass(frozen=True)
class MappingSettings:
    """When the mapper begins, and what it takes in; the rest is COLMAP's own choice."""

    min_matches: int = 15
    """Fewest matches of a pair that counts."""
    init_min_inliers: int = 30
    """Fewest of the pair it begins with (COLMAP's 100 is for larger sets)."""
    init_min_angle_deg: float = 4.0
    """Smallest angle between the rays of that pair."""
    pose_min_inliers: int = 15
    """Fewest points that a photo is placed by."""


@dataclass(frozen=True)
class MappedCameras:
    """One connected model: its photos share a frame and a scale of their own."""

    views: Int[np.ndarray, " R"]
    """Photos that were placed, ascending."""
    camera_from_model: Float64[np.ndarray, "R 4 4"]
    focal_px: Float64[np.ndarray, "R 2"]
    """Adjusted focal lengths, pixels of the upright photo, along x and y."""
    point: Float64[np.ndarray, "M 3"]
    """Model frame: the point of each observation."""
    point_view: Int[np.ndarray, " M"]
    """Photo of each observation."""
    point_keypoint: Int[np.ndarray, " M"]
    """Index among that photo's keypoints."""


def map_cameras(
    matched: MatchedPhotos,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    groups: Int[np.ndarray, " S"],
    settings: MappingSettings,
    progress: Progress,
) -> MappedCameras | None:
    """Run the mapper over verified matches.

    Args:
        matched: keypoints and matches.
        intrinsics: pixels of the upright photos; their focal lengths are the start.
        groups: which photos share one camera.
        settings: when to begin.
        progress: told photo by photo; a cancel is noticed within a tenth of a second.

    Returns:
        The model with the most photos; None when there is none of at least two.
    """
    pycolmap = load_pycolmap()

    if not matched.pairs:
        return None
    count = len(matched.features)
    placed = [0]
    token = pycolmap.CancellationToken()

    def next_photo() -> None:
        placed[0] += 1

    def map_in(folder: Path) -> Mapping[int, Any]:
        _write_database(folder / "matches.db", matched, intrinsics, groups)
        return pycolmap.incremental_mapping(
            folder / "matches.db",
            folder,
            folder,
            _options(settings),
            next_image_callback=next_photo,
            cancellation_token=token,
        )

    progress.report("place cameras", 0, count)
    with temporary_folder("moe3d") as folder:
        models = run_interruptible(
            lambda: map_in(folder),
            progress,
            token.cancel,
            lambda: progress.report("place cameras", min(placed[0], count), count),
        )
    progress.report("place cameras", count, count)
    largest = max(models.values(), key=lambda model: model.num_reg_images(), default=None)
    if largest is None or largest.num_reg_images() < 2:
        return None
    return _mapped(largest)


def _options(settings: MappingSettings) -> Any:
    pycolmap = load_pycolmap()

    options = pycolmap.IncrementalPipelineOptions()
    options.min_num_matches = settings.min_matches
    options.min_model_size = 2
    options.multiple_models = True
    options.max_num_models = 3
    options.extract_colors = False
    options.random_seed = 0
    # Few photos hardly tell focal lengths: freed here, they run away.
    options.ba_refine_focal_length = False
    options.mapper.abs_pose_refine_focal_length = False
    options.mapper.init_min_num_inliers = settings.init_min_inliers
    options.mapper.init_min_tri_angle = settings.init_min_angle_deg
    options.mapper.abs_pose_min_num_inliers = settings.pose_min_inliers
    options.triangulation.ignore_two_view_tracks = False
    return options


def _write_database(
    path: Path,
    matched: MatchedPhotos,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    groups: Int[np.ndarray, " S"],
) -> None:
    """Write keypoints and verified matches as COLMAP's own database; photos count from 1."""
    pycolmap = load_pycolmap()

    with pycolmap.Database.open(path) as database:
        cameras: dict[tuple, int] = {}
        for view, item in enumerate(matched.features):
            camera = colmap_camera(intrinsics[view])
            camera.has_prior_focal_length = True
            key = (int(groups[view]), camera.width, camera.height)
            if key not in cameras:
                cameras[key] = database.write_camera(camera)
                camera.camera_id = cameras[key]
                rig = pycolmap.Rig(rig_id=cameras[key])
                rig.add_ref_sensor(camera.sensor_id)
                database.write_rig(rig, use_rig_id=True)
            image = pycolmap.Image(name=f"{view:06d}", camera_id=cameras[key], image_id=view + 1)
            database.write_image(image, use_image_id=True)
            frame = pycolmap.Frame(frame_id=view + 1, rig_id=cameras[key])
            frame.add_data_id(image.data_id)
            database.write_frame(frame, use_frame_id=True)
            database.write_keypoints(view + 1, item.pixels + np.float32(0.5))
        for pair in matched.pairs:
            index = pair.index.astype(np.uint32)
            database.write_matches(pair.first + 1, pair.second + 1, index)
            geometry = pycolmap.TwoViewGeometry()
            geometry.config = pycolmap.TwoViewGeometryConfiguration.CALIBRATED
            geometry.inlier_matches = index
            database.write_two_view_geometry(pair.first + 1, pair.second + 1, geometry)


def _mapped(model: Any) -> MappedCameras:
    """Take what is needed out of a reconstruction."""
    images = sorted((model.image(i) for i in model.reg_image_ids()), key=lambda i: i.image_id)
    points, views, keypoints = [], [], []
    for image in images:
        for index, spot in enumerate(image.points2D):
            if spot.has_point3D():
                points.append(model.point3D(spot.point3D_id).xyz)
                views.append(image.image_id - 1)
                keypoints.append(index)
    cameras = np.tile(np.eye(4), (len(images), 1, 1))
    focal = np.empty((len(images), 2))
    for row, image in enumerate(images):
        cameras[row, :3] = image.cam_from_world().matrix()
        camera = model.camera(image.camera_id)
        focal[row] = camera.focal_length_x, camera.focal_length_y
    return MappedCameras(
        np.array([image.image_id - 1 for image in images]),
        cameras,
        focal,
        np.array(points, np.float64).reshape(-1, 3),
        np.array(views, int),
        np.array(keypoints, int),
    )


def align_model(
    mapped: MappedCameras,
    depths: Sequence[Float64[np.ndarray, " _"]],
    start: CameraState,
) -> CameraState | None:
    """Bring a model into the network's world: by its scale and by its first photo's camera.

    Args:
        mapped: the model.
        depths: z-depth that the network gives every keypoint, one array a photo.
        start: the network's cameras.

    Returns:
        The cameras with the model's photos placed; None when the depth says nothing of its scale.
    """
    rows = {int(view): row for row, view in enumerate(mapped.views)}
    cameras = mapped.camera_from_model
    row = np.array([rows[int(view)] for view in mapped.point_view], int)
    z = np.einsum("mj,mj->m", cameras[row, 2, :3], mapped.point) + cameras[row, 2, 3]
    depth = np.array(
        [
            depths[view][keypoint]
            for view, keypoint in zip(mapped.point_view, mapped.point_keypoint, strict=True)
        ]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(z / depth)
    usable = np.isfinite(log_ratio)
    if usable.sum() < 5:
        return None
    scale = np.median(log_ratio[usable])
    base = int(mapped.views[0])
    model_from_world = np.linalg.inv(cameras[0])
    model_from_world[:3, 3] /= np.exp(scale)
    moved = cameras.copy()
    moved[:, :3, 3] /= np.exp(scale)
    state = CameraState(
        start.camera_from_world.copy(), start.depth_scales.copy(), start.intrinsics.copy()
    )
    state.camera_from_world[mapped.views] = moved @ model_from_world @ start.camera_from_world[base]
    for view in mapped.views.tolist():
        mine = usable & (mapped.point_view == view)
        if mine.sum() >= 5:
            state.depth_scales[view] = np.exp(np.median(log_ratio[mine]) - scale)
    return state
