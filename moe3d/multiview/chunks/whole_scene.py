"""The answers of chunks become one prediction: rows of arrays that are there from the start."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Bool, Float64, UInt8

from moe3d.errors import CheckpointError
from moe3d.geometry.similarity import Similarity
from moe3d.multiview.chunks.joining import ChunkAnswer, JointSettings, join_chunks
from moe3d.multiview.chunks.planning import ChunkPlan
from moe3d.multiview.chunks.pose_graph import GraphSettings, solve_chunks
from moe3d.progress import Progress
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import BaselinePrediction, PredictionMetadata, ScenePrediction

PIXELS_A_PHOTO = 800
"""About as many pixels of each photo are kept for the joining."""
BYTES_A_PIXEL = 56
"""Of a result with four experts and VGGT's depth: images, masks and the network's answer."""


@dataclass(frozen=True)
class JoinSettings:
    """How chunks are joined."""

    joint: JointSettings = field(default_factory=JointSettings)
    graph: GraphSettings = field(default_factory=GraphSettings)


class WholeScene:
    """Takes chunk after chunk, and joins them in the end.

    What is kept of a chunk beside its rows of the result does not grow with the photos' size.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        images: UInt8[np.ndarray, "S H W 3"],
        pixel_transforms: tuple[PixelTransform, ...],
        plan: ChunkPlan,
    ) -> None:
        self._names, self._images, self._transforms = names, images, pixel_transforms
        self._plan = plan
        self._answers: list[ChunkAnswer] = []
        self._rows: dict[str, np.ndarray] = {}
        self._temperature = 1.0

    def take(self, answer: ScenePrediction) -> None:
        """Take the answer of the next chunk of the plan: its photos' rows, and what joins it."""
        chunk = len(self._answers)
        views = self._plan.chunks[chunk]
        self._answers.append(_thinned(answer, views))
        self._temperature = answer.gate_temperature
        mine = self._plan.members(chunk)
        rows = [views.index(view) for view in mine]
        for name, array in _arrays(answer).items():
            if name not in self._rows:
                shape = (len(self._names), *array.shape[1:])
                self._rows[name] = np.empty(shape, array.dtype)
            self._rows[name][mine] = array[rows]

    def join(
        self,
        metadata: PredictionMetadata,
        settings: JoinSettings | None = None,
        progress: Progress | None = None,
    ) -> ScenePrediction:
        """Bring all chunks into one frame and scale.

        Args:
            metadata: of the whole; notes and approximations are added to it.
            settings: how.
            progress: reports and cancels.

        Returns:
            One prediction. Photos of chunks that agree with no other too little have no camera
            (NaN), and their depth keeps its chunk's scale.
        """
        settings = settings or JoinSettings()
        progress = progress or Progress()
        placed = join_all(self._answers, settings, progress)
        count = len(self._names)
        cameras, intrinsics = np.full((count, 4, 4), np.nan), np.full((count, 3, 3), np.nan)
        lost: list[int] = []
        for chunk, (answer, world_from_chunk) in enumerate(zip(self._answers, placed, strict=True)):
            mine = self._plan.members(chunk)
            rows = [answer.views.index(view) for view in mine]
            intrinsics[mine] = answer.intrinsics[rows]
            if world_from_chunk is None:
                lost += mine
                continue
            cameras[mine] = moved_cameras(answer.camera_from_chunk[rows], world_from_chunk)
            for name in DEPTHS & set(self._rows):
                self._rows[name][mine] *= np.float32(world_from_chunk.scale)
        return self._prediction(cameras, intrinsics, self._told(metadata, lost))

    def _told(self, metadata: PredictionMetadata, lost: Sequence[int]) -> PredictionMetadata:
        words = f"in {len(self._plan)} chunks of {len(self._plan.chunks[0])} photos"
        notes = [f"{words}, joined by photos that they share"]
        if lost:
            names = [self._names[view] for view in sorted(lost)]
            shown = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
            notes.append(
                f"{shown} ({len(lost)} of {len(self._names)} photos): their chunks agree too "
                "little with the others, so the network gives them no camera"
            )
        return replace(
            metadata,
            notes=(*metadata.notes, *notes),
            approximations=(*metadata.approximations, words),
        )

    def _prediction(
        self,
        cameras: Float64[np.ndarray, "S 4 4"],
        intrinsics: Float64[np.ndarray, "S 3 3"],
        metadata: PredictionMetadata,
    ) -> ScenePrediction:
        rows = self._rows
        baseline = None
        if "baseline_depth" in rows:
            baseline = BaselinePrediction(
                rows["baseline_depth"], rows["baseline_confidence"], cameras, intrinsics
            )
        return ScenePrediction(
            names=self._names,
            images=self._images,
            depth=rows["depth"],
            confidence=rows["confidence"],
            camera_from_world=cameras,
            intrinsics=intrinsics,
            valid_mask=rows["valid_mask"],
            expert_depths=rows["expert_depths"],
            gate_logits=rows["gate_logits"],
            gate_temperature=self._temperature,
            pixel_transforms=self._transforms,
            metadata=metadata,
            baseline=baseline,
        )


DEPTHS = frozenset({"depth", "expert_depths", "baseline_depth"})
"""Rows in scene units."""


def _arrays(answer: ScenePrediction) -> dict[str, np.ndarray]:
    """What is taken over photo by photo."""
    found = {
        name: getattr(answer, name)
        for name in ("depth", "confidence", "valid_mask", "expert_depths", "gate_logits")
    }
    if answer.baseline is not None:
        found["baseline_depth"] = answer.baseline.depth
        found["baseline_confidence"] = answer.baseline.confidence
    return found


def _thinned(answer: ScenePrediction, views: tuple[int, ...]) -> ChunkAnswer:
    """The answer at every so manieth pixel."""
    height, width = answer.depth.shape[1:]
    step = max(1, round(np.sqrt(height * width / PIXELS_A_PHOTO)))
    v, u = (axis.ravel() for axis in np.mgrid[step // 2 : height : step, step // 2 : width : step])
    is_known: Bool[np.ndarray, "M P"] = answer.valid_mask[:, v, u]
    return ChunkAnswer(
        views,
        np.asarray(answer.camera_from_world, np.float64),
        np.asarray(answer.intrinsics, np.float64),
        np.stack([u, v], axis=-1).astype(np.float64),
        np.where(is_known, answer.depth[:, v, u], np.float32(np.nan)),
        answer.confidence[:, v, u],
    )


def join_all(
    answers: Sequence[ChunkAnswer], settings: JoinSettings, progress: Progress
) -> tuple[Similarity | None, ...]:
    """World from chunk for all chunks; None for one that agrees with no other.

    Raises:
        CheckpointError: the first chunk, whose first photo is the reference, has no camera at all.
    """
    if not np.isfinite(answers[0].camera_from_chunk).any():
        raise CheckpointError("the network gave no camera to any photo of the first chunk")
    pairs = [
        (first, second)
        for first in range(len(answers))
        for second in range(first + 1, len(answers))
        if set(answers[first].views) & set(answers[second].views)
    ]
    joints = []
    for done, (first, second) in enumerate(pairs):
        progress.report("join chunks", done, len(pairs))
        joint = join_chunks(answers, first, second, settings.joint)
        if joint is not None:
            joints.append(joint)
    return solve_chunks(len(answers), joints, settings.graph)


def moved_cameras(
    camera_from_chunk: Float64[np.ndarray, "N 4 4"], world_from_chunk: Similarity
) -> Float64[np.ndarray, "N 4 4"]:
    """Rigid cameras of the world, in whose units the chunk's depth is `scale` times as large."""
    moved = np.tile(np.eye(4), (len(camera_from_chunk), 1, 1))
    rotation = camera_from_chunk[:, :3, :3] @ world_from_chunk.rotation.T
    moved[:, :3, :3] = rotation
    moved[:, :3, 3] = (
        world_from_chunk.scale * camera_from_chunk[:, :3, 3]
        - rotation @ world_from_chunk.translation
    )
    moved[~np.isfinite(moved).all(axis=(1, 2))] = np.nan
    return moved
