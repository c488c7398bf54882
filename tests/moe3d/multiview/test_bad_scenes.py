"""Photos that tell little or mislead: never worse than the network's answer, and said in words.

A painted corner (wall, floor, side wall) is cast with numpy; the "network" is its truth, bent.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from PIL import Image

from moe3d.errors import JobCancelledError
from moe3d.inference.preprocess import prepare_views
from moe3d.io.photos.images import read_views
from moe3d.multiview.agreement import NO_MATCHES, ONE_PHOTO
from moe3d.multiview.cameras import find_cameras, photo_intrinsics
from moe3d.multiview.matches.features import Features
from moe3d.multiview.matches.matching import MatchedPhotos, PairMatches, join_tracks
from moe3d.multiview.matches.pairs import PairSettings, choose_pairs
from moe3d.multiview.refine import refine_prediction
from moe3d.progress import Progress
from moe3d.scene.multiview import NETWORK
from moe3d.scene.records import PredictionMetadata, ScenePrediction, View, ViewSet

WALLS = (
    (np.array([0.0, 0.0, 1.0]), 4.0),  # n . x = d
    (np.array([0.0, 1.0, 0.0]), 1.0),
    (np.array([-1.0, 0.0, 0.0]), 1.5),
)
WIDE, HIGH = 224, 168


def noise_texture(seed: int) -> np.ndarray:
    """Blobs of all sizes, (512, 512) grey; wraps."""
    random, total = np.random.default_rng(seed), np.zeros((512, 512))
    for side in (8, 16, 32, 64, 128):
        total += cv2.resize(random.normal(size=(side, side)), (512, 512), interpolation=2)
    return np.clip(128 + 40 * total, 0, 255).astype(np.uint8)


TEXTURES = tuple(noise_texture(seed) for seed in range(3))
CHECKERS = ((np.indices((512, 512)) // 32).sum(axis=0) % 2 * 180 + 40).astype(np.uint8)


@dataclass(frozen=True)
class Shot:
    """A photo of the corner."""

    camera_from_world: np.ndarray
    focal: float = 200.0
    wide: int = WIDE
    high: int = HIGH
    textures: tuple[np.ndarray, ...] = TEXTURES

    @property
    def intrinsics(self) -> np.ndarray:
        return np.array([[self.focal, 0, self.wide / 2 - 0.5],
                         [0, self.focal, self.high / 2 - 0.5], [0, 0, 1]])  # fmt: skip

    def cast(self) -> tuple[np.ndarray, np.ndarray]:
        """Picture (H, W, 3) and z-depth."""
        v, u = np.mgrid[: self.high, : self.wide]
        rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(self.intrinsics).T
        rotation, shift = self.camera_from_world[:3, :3], self.camera_from_world[:3, 3]
        centre, turned = -rotation.T @ shift, rays @ rotation
        depth = np.full(u.shape, np.inf)
        grey = np.zeros(u.shape, np.float32)
        for (normal, offset), texture in zip(WALLS, self.textures, strict=True):
            with np.errstate(divide="ignore"):
                z = (offset - normal @ centre) / (turned @ normal)
            point = centre + turned * np.where(z > 0, z, 1.0)[..., None]
            axes = np.argsort(np.abs(normal))[:2]
            at = (100 * point[..., axes] % 511).astype(np.float32)
            painted = cv2.remap(texture, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
            nearer = (z > 0) & (z < depth)
            depth, grey = np.where(nearer, z, depth), np.where(nearer, painted, grey)
        return np.repeat(grey.astype(np.uint8)[..., None], 3, 2), depth


def camera(x: float, y: float = 0.0, turn_deg: float = 0.0, roll_deg: float = 0.0) -> np.ndarray:
    """camera_from_world of a camera at (x, y, 0) that looks along z, turned about y, rolled."""
    a, b = np.radians([turn_deg, roll_deg])
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    roll = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = roll @ turn
    matrix[:3, 3] = -matrix[:3, :3] @ np.array([x, y, 0.0])
    return matrix


def view_set(images: list[np.ndarray]) -> ViewSet:
    return ViewSet(tuple(
        View(f"{i}.png", image.shape[1], image.shape[0], pixels=image)
        for i, image in enumerate(images)
    ))  # fmt: skip


def network_answer(shots: list[Shot], images: list[np.ndarray], error_deg: float = 2.0):
    """The prediction of a network that is somewhat wrong in all it says."""
    random, views = np.random.default_rng(7), view_set(images)
    prepared = prepare_views(views, long_side=WIDE)
    height, width = prepared.images.shape[1:3]
    v, u = np.mgrid[:height, :width]
    pixels = np.stack([u, v], -1).reshape(-1, 2).astype(np.float64)
    depth, cameras, intrinsics = [], [], []
    for index, (shot, transform) in enumerate(zip(shots, prepared.pixel_transforms, strict=True)):
        at = np.rint(transform.original_from_network(pixels)).astype(int)
        at = np.clip(at, 0, [shot.wide - 1, shot.high - 1])
        true = shot.cast()[1][at[:, 1], at[:, 0]].reshape(height, width)
        bend = 0.08 * np.sin(3 * u / width + index) + 0.06 * np.cos(4 * v / height)
        depth.append(true * np.exp(bend))
        wrong = camera(0.02 * index, 0.0, error_deg * (-1) ** index, random.normal())
        cameras.append(wrong @ shot.camera_from_world if index else shot.camera_from_world)
        matrix = shot.intrinsics
        matrix[[0, 1], [0, 1]] *= 1.03
        intrinsics.append(transform.network_intrinsics(matrix))
    depth = np.stack(depth).astype(np.float32)
    prediction = ScenePrediction(
        names=views.names,
        images=prepared.images,
        depth=depth,
        confidence=np.ones_like(depth),
        camera_from_world=np.stack(cameras),
        intrinsics=np.stack(intrinsics),
        valid_mask=prepared.valid_mask,
        expert_depths=depth[:, None],
        gate_logits=np.zeros_like(depth[:, None]),
        gate_temperature=0.5,
        pixel_transforms=prepared.pixel_transforms,
        metadata=PredictionMetadata(model="painted corner", experts_trained=True),
    )
    return views, prediction


def rotation_error(found: np.ndarray, shots: list[Shot]) -> float:
    """Largest error of a rotation relative to the first photo's, degrees."""
    worst = 0.0
    for matrix, shot in zip(found, shots, strict=True):
        true = shot.camera_from_world @ np.linalg.inv(shots[0].camera_from_world)
        got = matrix @ np.linalg.inv(found[0])
        cosine = (np.trace(got[:3, :3] @ true[:3, :3].T) - 1) / 2
        worst = max(worst, float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))))
    return worst


def depth_error(depth: np.ndarray, prediction: ScenePrediction, shots: list[Shot]) -> float:
    """Median |log ratio| to the truth, over photos of the network's own size."""
    ratio = np.log(depth / np.stack([shot.cast()[1] for shot in shots]))
    return float(np.median(np.abs(ratio - np.median(ratio))))


def check_no_worse(prediction: ScenePrediction, refined: ScenePrediction, shots: list[Shot]):
    before = rotation_error(prediction.camera_from_world, shots)
    assert rotation_error(refined.camera_from_world, shots) <= before + 0.3
    assert np.isfinite(refined.camera_from_world).all()
    if refined.refined_depth is not None:
        raw = depth_error(prediction.depth, prediction, shots)
        assert depth_error(refined.refined_depth, prediction, shots) <= raw * 1.1
    assert refined.depth is prediction.depth


def refine(shots: list[Shot], images: list[np.ndarray] | None = None):
    images = images or [shot.cast()[0] for shot in shots]
    views, prediction = network_answer(shots, images)
    return prediction, refine_prediction(prediction, views)


def test_photos_from_places_apart_get_cameras_and_depth():
    shots = [Shot(camera(x, 0.1 * x, 8 * x)) for x in (-0.5, 0.0, 0.5)]
    prediction, refined = refine(shots)
    check_no_worse(prediction, refined, shots)
    assert rotation_error(refined.camera_from_world, shots) < 0.5
    assert refined.refined_depth is not None


def test_one_photo_is_said_to_be_one():
    _prediction, refined = refine([Shot(camera(0))])
    assert refined.agreement is not None
    assert refined.agreement.sentence == ONE_PHOTO
    assert refined.refined_depth is None


def test_two_identical_photos_do_no_harm():
    shots = [Shot(camera(0)), Shot(camera(0))]
    check_no_worse(*refine(shots), shots)


def test_a_phone_turned_on_the_spot_does_no_harm():
    shots = [Shot(camera(0, 0, turn, turn / 3)) for turn in (-6, 0, 5, 10)]
    prediction, refined = refine(shots)
    check_no_worse(prediction, refined, shots)
    centres = np.linalg.inv(refined.camera_from_world)[:, :3, 3]
    assert np.linalg.norm(centres - centres[0], axis=1).max() < 0.25  # the walls are 4 away


def test_two_photos_of_different_things_keep_the_networks_cameras():
    shots = [Shot(camera(0)), Shot(camera(0.4), textures=tuple(map(noise_texture, (7, 8, 9))))]
    prediction, refined = refine(shots)
    assert refined.agreement is not None
    assert refined.agreement.sentence == NO_MATCHES
    assert refined.camera_from_world is prediction.camera_from_world
    assert refined.refined_depth is None


def test_wallpaper_does_no_harm():
    shots = [Shot(camera(x, 0, 4 * x), textures=(CHECKERS,) * 3) for x in (0.0, 0.3, 0.6)]
    check_no_worse(*refine(shots), shots)


def test_a_thing_that_moves_does_no_harm():
    shots = [Shot(camera(x, 0, 8 * x)) for x in (-0.4, 0.0, 0.4)]
    images = [shot.cast()[0] for shot in shots]
    patch = np.repeat(noise_texture(5)[:60, :60, None], 3, 2)
    for index, image in enumerate(images):
        image[40:100, 20 + 55 * index : 80 + 55 * index] = patch
    prediction, refined = refine(shots, images)
    check_no_worse(prediction, refined, shots)
    assert rotation_error(refined.camera_from_world, shots) < 1.0


def test_a_phone_held_both_ways_has_one_focal_length():
    sizes = (WIDE, HIGH), (HIGH, WIDE)
    shots = [
        Shot(camera(0.25 * i, 0, 2 * i), wide=sizes[i % 2][0], high=sizes[i % 2][1])
        for i in range(4)
    ]
    _, refined = refine(shots)
    focal = photo_intrinsics(refined)[:, 0, 0]
    np.testing.assert_allclose(focal, focal[0], rtol=1e-6)
    assert focal[0] == pytest.approx(200, rel=0.04)
    assert rotation_error(refined.camera_from_world, shots) < 1.0


def test_another_zoom_does_no_harm():
    shots = [Shot(camera(0.3 * i, 0, 3 * i), focal=f) for i, f in enumerate((180, 260, 180, 260))]
    check_no_worse(*refine(shots), shots)


def test_photos_without_texture_keep_the_networks_answer():
    grey = (np.full((512, 512), 128, np.uint8),) * 3
    shots = [Shot(camera(0.3 * i), textures=grey) for i in range(3)]
    _prediction, refined = refine(shots)
    assert refined.agreement is not None
    assert refined.agreement.sentence == NO_MATCHES
    assert refined.agreement.camera_sources[1:] == (NETWORK, NETWORK)
    assert refined.refined_depth is None


def test_a_wrong_focal_length_in_the_file_does_not_matter(tmp_path):
    shots = [Shot(camera(x, 0, 8 * x)) for x in (-0.4, 0.4)]
    found = []
    for focal_mm in (None, 500):
        folder = tmp_path / str(focal_mm)
        folder.mkdir()
        for index, shot in enumerate(shots):
            exif = Image.Exif()
            if focal_mm is not None:
                exif.get_ifd(0x8769)[0x920A] = focal_mm
                exif[0x0110] = "a camera"
            Image.fromarray(shot.cast()[0]).save(folder / f"{index}.png", exif=exif)
        _, prediction = network_answer(shots, [shot.cast()[0] for shot in shots])
        cameras = find_cameras(read_views(folder), prediction)
        assert cameras is not None
        found.append(cameras.state)
    np.testing.assert_allclose(found[1].camera_from_world, found[0].camera_from_world, atol=0.02)
    np.testing.assert_allclose(found[1].intrinsics, found[0].intrinsics, rtol=0.02)


def test_pairs_of_a_long_video_grow_with_its_length():
    random = np.random.default_rng(0)

    def pairs(count: int) -> int:
        walk = np.cumsum(random.normal(size=(count, 128)), axis=0)
        features = []
        for spot in walk:
            descriptors = np.abs(spot + random.normal(size=(40, 128))).astype(np.float32)
            descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
            features.append(Features(np.zeros((40, 2), np.float32), descriptors, 0.4))
        return len(choose_pairs(features, PairSettings()))

    assert pairs(300) < 2.3 * pairs(150)


def test_a_wrong_match_does_not_tear_a_long_track():
    # One spot in five photos, matched photo by photo; one match more ties it to another keypoint
    # of its own photo.
    def features(count: int) -> Features:
        return Features(np.zeros((count, 2), np.float32), np.zeros((count, 128), np.float32), 0.4)

    good = [PairMatches(i, i + 1, np.array([[0, 0], [1, 1]])) for i in range(4)]
    wrong = PairMatches(0, 4, np.array([[1, 0]]))
    tracks = join_tracks(MatchedPhotos(tuple(features(2) for _ in range(5)), (*good, wrong)))
    assert tracks.count == 2
    for track in range(2):
        mine = tracks.track == track
        assert tracks.view[mine].tolist() == [0, 1, 2, 3, 4]
        assert len(set(tracks.keypoint[mine].tolist())) == 1


def test_every_stage_tells_its_photos_and_never_goes_back():
    shots = [Shot(camera(x, 0, 8 * x)) for x in (-0.4, 0.0, 0.4)]
    views, prediction = network_answer(shots, [shot.cast()[0] for shot in shots])
    told: dict[str, list[int]] = {}
    order: list[str] = []

    def note(report) -> None:
        told.setdefault(report.stage, []).append(report.done)
        order.extend([report.stage] if report.stage not in order[-1:] else [])
        assert 0 <= report.done <= report.total

    refine_prediction(prediction, views, progress=Progress(note))
    assert order == [
        "find keypoints", "match photos", "place cameras", "adjust cameras", "compare photos",
        "refine depth", "confirm depth",
    ]  # fmt: skip
    for done in told.values():
        assert done == sorted(done)
        assert len(set(done)) > 1


@pytest.mark.parametrize(
    "stage",
    ["find keypoints", "match photos", "place cameras", "adjust cameras", "compare photos",
     "refine depth", "confirm depth"],
)  # fmt: skip
def test_a_cancel_ends_every_stage(stage: str):
    shots = [Shot(camera(x, 0, 8 * x)) for x in (-0.4, 0.4)]
    views, prediction = network_answer(shots, [shot.cast()[0] for shot in shots])
    seen: list[str] = []

    def note(report) -> None:
        seen.append(report.stage)
        if report.stage == stage:
            progress.cancel()

    progress = Progress(note)
    with pytest.raises(JobCancelledError):
        refine_prediction(prediction, views, progress=progress)
    assert seen[-1] == stage
    assert seen.count(stage) == 1
