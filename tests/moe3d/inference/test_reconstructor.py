"""Photos to a prediction with a tiny network of random weights: the path, not the picture."""

import numpy as np
import pytest
import torch

from moe3d.errors import DeviceMemoryError, JobCancelledError, UsageError
from moe3d.inference.device import select_compute
from moe3d.inference.reconstructor import ReconstructionOptions, Reconstructor
from moe3d.model.checkpoint import CheckpointInfo
from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    PatchEmbedConfig,
)
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.warm_start import warm_start_experts
from moe3d.progress import Progress
from moe3d.scene.records import View, ViewSet

TINY = ModelConfig(
    name="tiny",
    input_side=56,
    width=48,
    patch_embed=PatchEmbedConfig(image_size=56, depth=1, num_heads=4),
    aggregator=AggregatorConfig(depth=2, num_heads=4),
    camera_head=CameraHeadConfig(trunk_depth=1, num_heads=4),
    dpt=DPTConfig(layers=(0, 0, 1, 1), out_channels=(8, 8, 8, 8), features=16),
)


@pytest.fixture
def reconstructor() -> Reconstructor:
    torch.manual_seed(0)
    network = MoE3DNetwork(TINY).eval()
    with torch.no_grad():
        network.camera_head.pose_branch.fc2.bias[7:] += 1.0  # a field of view that is not zero
    warm_start_experts(network, torch.Generator().manual_seed(0), noise=0.0)
    info = CheckpointInfo(name="tiny", config=TINY, licence="none")
    return Reconstructor(network, info, select_compute("cpu", "auto", 0))


def views(count: int = 2, width: int = 80, height: int = 60) -> ViewSet:
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 255, (count, height, width, 3), dtype=np.uint8)
    return ViewSet(tuple(View(f"{i}.png", width, height, pixels=pixels[i]) for i in range(count)))


def test_every_array_has_the_shape_of_the_network_image(reconstructor: Reconstructor):
    prediction = reconstructor.reconstruct(views())
    assert prediction.images.shape == (2, 42, 56, 3)
    assert prediction.depth.shape == (2, 42, 56)
    assert prediction.expert_depths.shape == (2, 4, 42, 56)
    assert prediction.names == ("0.png", "1.png")
    assert prediction.valid_mask.all()


def test_a_warm_start_without_noise_answers_as_vggt_does(reconstructor: Reconstructor):
    prediction = reconstructor.reconstruct(views())
    assert prediction.baseline is not None
    np.testing.assert_allclose(prediction.depth, prediction.baseline.depth, rtol=1e-5)
    assert not prediction.metadata.experts_trained


def test_the_fused_depth_is_the_weighted_sum_of_the_record(reconstructor: Reconstructor):
    prediction = reconstructor.reconstruct(views())
    fused = (prediction.gate_weights() * prediction.expert_depths).sum(axis=1)
    np.testing.assert_allclose(fused, prediction.depth, rtol=1e-5)


def test_without_comparison_there_is_no_baseline(reconstructor: Reconstructor):
    options = ReconstructionOptions(compare=False)
    assert reconstructor.reconstruct(views(), options).baseline is None


def test_a_single_photo_works(reconstructor: Reconstructor):
    assert reconstructor.reconstruct(views(1)).num_views == 1


def test_no_photo_is_refused(reconstructor: Reconstructor):
    with pytest.raises(UsageError, match="no photo"):
        reconstructor.reconstruct(ViewSet(()))


def test_the_same_photos_give_the_same_answer(reconstructor: Reconstructor):
    first, second = (reconstructor.reconstruct(views()) for _ in range(2))
    np.testing.assert_array_equal(first.depth, second.depth)
    np.testing.assert_array_equal(first.camera_from_world, second.camera_from_world)


def test_cancelling_stops_within_one_block(reconstructor: Reconstructor):
    reports = []

    def cancel_at_the_second_block(report) -> None:
        reports.append(report)
        if report.stage == "network" and report.done == 2:
            progress.cancel()

    progress = Progress(cancel_at_the_second_block)
    with pytest.raises(JobCancelledError):
        reconstructor.reconstruct(views(), progress=progress)
    assert reports[-1].done == 2


def test_progress_runs_from_nothing_to_all(reconstructor: Reconstructor):
    reports = []
    reconstructor.reconstruct(views(), progress=Progress(reports.append))
    network = [report for report in reports if report.stage == "network" and report.total]
    assert network[-1].done == network[-1].total
    assert [report.done for report in network] == sorted(report.done for report in network)


def test_stages_and_cost_are_recorded(reconstructor: Reconstructor):
    metadata = reconstructor.reconstruct(views()).metadata
    assert {"load model", "prepare", "network"} <= set(metadata.seconds_by_stage)
    assert metadata.precision == "float32"
    assert metadata.peak_memory_bytes > 0


def test_out_of_memory_is_tried_once_more_with_less(reconstructor: Reconstructor, monkeypatch):
    network, chunks = reconstructor.network, []

    class Full:
        config = network.config

        def __call__(self, images, on_block, options):
            chunks.append(options.frames_per_chunk)
            if options.frames_per_chunk > 1:
                raise torch.OutOfMemoryError("full")
            return network(images, on_block=on_block, options=options)

    monkeypatch.setattr(reconstructor, "network", Full())
    notes = reconstructor.reconstruct(views()).metadata.notes
    assert chunks == [8, 1]
    assert any("out of memory" in note for note in notes)


def test_out_of_memory_twice_names_device_and_remedy(reconstructor: Reconstructor, monkeypatch):
    class Full:
        config = reconstructor.network.config

        def __call__(self, *_arguments, **_options):
            raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(reconstructor, "network", Full())
    with pytest.raises(DeviceMemoryError, match=r"2 photos of 56x42.*--max-photos"):
        reconstructor.reconstruct(views())
