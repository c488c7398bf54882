"""Chunks that were cut out of one prediction become that prediction again."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.geometry.similarity import Similarity
from moe3d.multiview.chunks.planning import ChunkPlan, ChunkSettings, plan_chunks
from moe3d.multiview.chunks.whole_scene import WholeScene, moved_cameras
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction
from tests.multiview_scenes import Plane, arc_of_cameras, render

HEIGHT, WIDTH, COUNT = 48, 64, 14
LENS = np.array([[50.0, 0, 31.5], [0, 50.0, 23.5], [0, 0, 1]])
PLAN = plan_chunks(COUNT, 6, settings=ChunkSettings(shared=2, guests=0))


@pytest.fixture(scope="module")
def scene() -> ScenePrediction:
    """A perfect prediction of two slanted planes from an arc of cameras."""
    cameras = arc_of_cameras(COUNT, step_deg=2.0)
    planes = [Plane(6.0, (0.1, 0.05)), Plane(4.5, (0.0, 0.3), (-0.8, 0.8))]
    depth = np.stack([render(planes, c, LENS, HEIGHT, WIDTH)[1] for c in cameras])
    depth = depth.astype(np.float32)
    random = np.random.default_rng(0)
    confidence = random.uniform(1, 5, depth.shape).astype(np.float32)
    lenses = np.tile(LENS, (COUNT, 1, 1))
    return ScenePrediction(
        names=tuple(f"{index}.png" for index in range(COUNT)),
        images=random.integers(0, 255, (*depth.shape, 3), dtype=np.uint8),
        depth=depth,
        confidence=confidence,
        camera_from_world=cameras,
        intrinsics=lenses,
        valid_mask=np.isfinite(depth),
        expert_depths=np.stack([depth, 1.1 * depth], axis=1).astype(np.float32),
        gate_logits=random.normal(size=(COUNT, 2, HEIGHT, WIDTH)).astype(np.float32),
        gate_temperature=1.0,
        pixel_transforms=(PixelTransform(WIDTH, HEIGHT, WIDTH, HEIGHT, 1.0, 1.0),) * COUNT,
        metadata=PredictionMetadata("truth"),
        baseline=BaselinePrediction(1.2 * depth, confidence, cameras, lenses),
    )


def cut(scene: ScenePrediction, views: tuple[int, ...], chunk: int) -> ScenePrediction:
    """What a perfect network says of some of the photos: first camera 1, a scale of its own."""
    rows = list(views)
    scale = np.float32(np.exp(0.5 * np.sin(3 * chunk)))
    first = scene.camera_from_world[rows[0]]
    frame = Similarity(float(scale), first[:3, :3], float(scale) * first[:3, 3])
    cameras = moved_cameras(scene.camera_from_world[rows], frame)
    assert scene.baseline is not None
    return replace(
        scene,
        names=tuple(scene.names[row] for row in rows),
        images=scene.images[rows],
        depth=scale * scene.depth[rows],
        confidence=scene.confidence[rows],
        camera_from_world=cameras,
        intrinsics=scene.intrinsics[rows],
        valid_mask=scene.valid_mask[rows],
        expert_depths=scale * scene.expert_depths[rows],
        gate_logits=scene.gate_logits[rows],
        pixel_transforms=scene.pixel_transforms[: len(rows)],
        baseline=BaselinePrediction(
            scale * scene.baseline.depth[rows],
            scene.baseline.confidence[rows],
            cameras,
            scene.intrinsics[rows],
        ),
    )


def joined(scene: ScenePrediction, plan: ChunkPlan, answers: list[ScenePrediction]):
    whole = WholeScene(scene.names, scene.images, scene.pixel_transforms, plan)
    for answer in answers:
        whole.take(answer)
    return whole.join(scene.metadata)


def test_chunks_of_one_prediction_come_together_exactly(scene):
    assert len(PLAN) == 3
    answers = [cut(scene, views, chunk) for chunk, views in enumerate(PLAN.chunks)]
    np.testing.assert_allclose(answers[1].camera_from_world[0], np.eye(4), atol=1e-9)
    found = joined(scene, PLAN, answers)
    scale = np.float32(1.0)  # the first chunk's
    assert found.baseline is not None
    assert scene.baseline is not None
    for name in ("depth", "expert_depths"):
        np.testing.assert_allclose(getattr(found, name), scale * getattr(scene, name), rtol=1e-5)
    np.testing.assert_allclose(found.baseline.depth, scene.baseline.depth, rtol=1e-5)
    for name in ("confidence", "gate_logits", "valid_mask", "images", "intrinsics"):
        np.testing.assert_array_equal(getattr(found, name), getattr(scene, name))
    np.testing.assert_allclose(found.camera_from_world, scene.camera_from_world, atol=1e-5)
    assert found.metadata.approximations == ("in 3 chunks of 6 photos",)


def test_a_wrong_chunk_is_refused_and_its_photos_have_no_camera(scene):
    answers = [cut(scene, views, chunk) for chunk, views in enumerate(PLAN.chunks)]
    random = np.random.default_rng(0)
    turns = np.tile(np.eye(4), (6, 1, 1))
    turns[:, :3, :3] = Rotation.from_rotvec(random.normal(size=(6, 3))).as_matrix()
    answers[2] = replace(
        answers[2],
        camera_from_world=turns @ answers[2].camera_from_world,
        depth=answers[2].depth * np.exp(random.normal(size=answers[2].depth.shape)).astype("f4"),
    )
    found = joined(scene, PLAN, answers)
    lost = PLAN.members(2)
    assert lost == list(range(lost[0], COUNT))
    assert np.isnan(found.camera_from_world[lost]).all()
    np.testing.assert_allclose(
        found.camera_from_world[: lost[0]], scene.camera_from_world[: lost[0]], atol=1e-5
    )
    told = f"{lost[0]}.png to {COUNT - 1}.png ({len(lost)} of {COUNT} photos)"
    assert any(told in note for note in found.metadata.notes)


def test_a_photos_rows_come_from_its_owner(scene):
    answers = [cut(scene, views, chunk) for chunk, views in enumerate(PLAN.chunks)]
    marked = [
        replace(answer, confidence=np.full_like(answer.confidence, chunk + 1))
        for chunk, answer in enumerate(answers)
    ]
    found = joined(scene, PLAN, marked)
    np.testing.assert_array_equal(found.confidence[:, 0, 0] - 1, PLAN.owners)
