"""Photos to a prediction with a tiny network of random weights: the path, not the picture."""

import numpy as np
import pytest
import torch

from moe3d.errors import DeviceMemoryError, JobCancelledError, UsageError
from moe3d.inference import reconstructor as reconstructing
from moe3d.inference.device import select_compute
from moe3d.inference.estimate import count_steps, plan_memory
from moe3d.inference.reconstructor import ReconstructionOptions, Reconstructor
from moe3d.inference.working_set import LADDER, is_out_of_memory
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
from moe3d.multiview.chunks.whole_scene import BYTES_A_PIXEL
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
        network.camera_head.pose_branch.fc2.bias[7:] += 0.25  # each of four rounds: 1 rad in all
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


class Full:
    """A network that has memory for little; counts what it is asked."""

    def __init__(self, network, *, decode_fails=0, encode_fails=0, error=None):
        self.config = network.config
        self.asked = []
        self._network = network
        self._left = {"encode": encode_fails, "decode": decode_fails}
        self._error = error or torch.OutOfMemoryError("full")

    def encode(self, images, on_block, options):
        return self._ask("encode", images, on_block, options)

    def decode(self, tokens, images, on_block, options):
        return self._ask("decode", tokens, images, on_block, options)

    def _ask(self, part, *arguments):
        options = arguments[-1]
        self.asked.append((part, options.frames_per_chunk, options.tokens_per_piece))
        if self._left[part]:
            self._left[part] -= 1
            raise self._error
        return getattr(self._network, part)(*arguments)


CUDA_ERROR = torch.AcceleratorError("CUDA error: out of memory")
CPU_ERROR = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 12 bytes")


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("full"), MemoryError(), CPU_ERROR])
def test_out_of_memory_in_the_heads_keeps_the_tokens(reconstructor, monkeypatch, error):
    whole = reconstructor.reconstruct(views())
    network = Full(reconstructor.network, decode_fails=2, error=error)
    monkeypatch.setattr(reconstructor, "network", network)
    monkeypatch.setattr(reconstructing, "steps_for", lambda _compute: LADDER)
    prediction = reconstructor.reconstruct(views())
    assert network.asked == [
        ("encode", 8, 0),
        ("decode", 8, 0),
        ("decode", 4, 0),
        ("decode", 2, 0),
    ]
    assert "out of memory at first; then the heads 2 photos at a time" in prediction.metadata.notes
    np.testing.assert_allclose(prediction.depth, whole.depth, rtol=1e-5)


def test_memory_that_another_program_took_since_the_plan_costs_a_note_and_no_run(
    reconstructor, monkeypatch
):
    """Free when the run was planned, gone when it is asked for, and back for the next run."""
    whole = reconstructor.reconstruct(views())
    shape, plenty = (2, 42, 56), 10**12
    plan = plan_memory(reconstructor.network.config, reconstructor.compute, shape, plenty)
    assert plan.measures == ""
    monkeypatch.setattr(reconstructing, "free_bytes", lambda _device: plenty)
    network = Full(reconstructor.network, decode_fails=1, error=CUDA_ERROR)
    monkeypatch.setattr(reconstructor, "network", network)
    crowded, free_again = (reconstructor.reconstruct(views()) for _ in range(2))
    assert "out of memory at first; then the heads one photo at a time, blocks piece by piece" in (
        crowded.metadata.notes
    )
    assert free_again.metadata.notes == whole.metadata.notes
    for found in (crowded, free_again):
        np.testing.assert_allclose(found.depth, whole.depth, rtol=1e-4)


@pytest.mark.parametrize(
    ("words", "is_full"),
    [
        ("CUDA error: out of memory", True),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True),
        ("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", True),
        ("CUDA error: no CUDA-capable device is detected", False),
        ("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`", False),
    ],
)
def test_a_driver_without_memory_is_told_from_a_card_that_fails(words, is_full):
    assert is_out_of_memory(torch.AcceleratorError(words)) is is_full


def test_out_of_memory_in_the_backbone_goes_down_the_ladder(reconstructor, monkeypatch):
    whole = reconstructor.reconstruct(views())
    network = Full(reconstructor.network, encode_fails=4)
    monkeypatch.setattr(reconstructor, "network", network)
    monkeypatch.setattr(reconstructing, "steps_for", lambda _compute: LADDER)
    prediction = reconstructor.reconstruct(views())
    assert network.asked[-2:] == [("encode", 1, 4096), ("decode", 1, 4096)]
    np.testing.assert_allclose(prediction.depth, whole.depth, rtol=1e-4)


def test_a_run_begins_where_memory_allows(reconstructor, monkeypatch):
    counts = count_steps(
        reconstructor.network.config, reconstructor.compute, (2, 42, 56), compare=True
    )
    network = Full(reconstructor.network)
    monkeypatch.setattr(reconstructor, "network", network)
    for free, pieces in ((2 * counts[0], 0), (counts[1], 4096)):
        monkeypatch.setattr(reconstructing, "free_bytes", lambda _device, free=free: free)
        reconstructor.reconstruct(views())
        assert network.asked[-1] == ("decode", 1, pieces)


def test_no_memory_at_all_names_device_and_remedy(reconstructor: Reconstructor, monkeypatch):
    network = Full(reconstructor.network, encode_fails=9)
    monkeypatch.setattr(reconstructor, "network", network)
    with pytest.raises(DeviceMemoryError, match=r"2 photos of 56x42.*--max-photos"):
        reconstructor.reconstruct(views())
    assert len(network.asked) == 2


def test_another_error_of_the_network_is_not_taken_for_memory(reconstructor, monkeypatch):
    network = Full(reconstructor.network, encode_fails=1, error=RuntimeError("shapes differ"))
    monkeypatch.setattr(reconstructor, "network", network)
    with pytest.raises(RuntimeError, match="shapes differ"):
        reconstructor.reconstruct(views())
    assert len(network.asked) == 1


def test_out_of_memory_while_photos_are_compared_keeps_the_networks_answer(
    reconstructor, monkeypatch
):
    own = reconstructor.reconstruct(views(), ReconstructionOptions(refine="off"))

    def full(*_arguments, **_options):
        raise MemoryError("4 GB")

    monkeypatch.setattr(reconstructing, "refine_prediction", full)
    prediction = reconstructor.reconstruct(views())
    assert any("cameras and depth are the network's own" in n for n in prediction.metadata.notes)
    np.testing.assert_array_equal(prediction.depth, own.depth)
    assert prediction.refined_depth is None


def test_memory_that_ends_while_photos_are_read_is_said(reconstructor, monkeypatch):
    def full(*_arguments, **_options):
        raise MemoryError("4 GB")

    monkeypatch.setattr(reconstructing, "prepare_views", full)
    with pytest.raises(DeviceMemoryError, match="2 photos; use fewer"):
        reconstructor.reconstruct(views())


def test_photos_of_an_earlier_run_are_not_embedded_again(
    reconstructor: Reconstructor, monkeypatch: pytest.MonkeyPatch
):
    """A photo more costs one photo, and the answer is that of a fresh start."""
    monkeypatch.setattr(reconstructing, "free_bytes", lambda _device: 10**11)
    counts: list[int] = []
    embed = reconstructor.network.aggregator.patch_embed
    forward = embed.forward
    monkeypatch.setattr(
        embed, "forward", lambda frames, run: counts.append(len(frames)) or forward(frames, run)
    )
    options, all_views = ReconstructionOptions(refine="off"), views(3)
    reconstructor.reconstruct(ViewSet(all_views.views[:2]), options)
    found = reconstructor.reconstruct(all_views, options)
    ends: list[float | None] = []
    reconstructor.reconstruct(all_views, options, Progress(lambda r: ends.append(r.fraction)))
    assert counts == [2, 1]
    assert 1.0 in ends  # the count of steps comes to its end all the same
    fresh = Reconstructor(reconstructor.network, reconstructor.info, reconstructor.compute)
    np.testing.assert_allclose(found.depth, fresh.reconstruct(all_views, options).depth, rtol=1e-5)


def test_many_photos_run_in_chunks_and_give_one_prediction(reconstructor):
    photos, reports = views(14), []
    options = ReconstructionOptions(refine="off", chunk_views=6)
    network = Full(reconstructor.network)
    reconstructor.network = network
    found = reconstructor.reconstruct(photos, options, Progress(reports.append))
    assert [part for part, *_ in network.asked].count("encode") == 3
    assert found.names == photos.names
    assert found.depth.shape == (14, 42, 56)
    assert (found.depth[found.valid_mask] > 0).all()
    words = "in 3 chunks of 6 photos"
    assert found.metadata.approximations == (words,)
    assert any(words in note for note in found.metadata.notes)
    told = [report for report in reports if report.stage.startswith("network, chunk ")]
    assert {report.stage for report in told} == {f"network, chunk {n} of 3" for n in (1, 2, 3)}
    shares = [report.fraction for report in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_first_chunk_is_what_the_network_says_of_its_photos_alone(reconstructor):
    options = ReconstructionOptions(refine="off", chunk_views=6)
    whole = reconstructor.reconstruct(views(10), options)
    photos = views(10).select(range(6))
    alone = reconstructor.reconstruct(photos, ReconstructionOptions(refine="off"))
    np.testing.assert_allclose(whole.depth[:3], alone.depth[:3], rtol=1e-6)
    np.testing.assert_allclose(whole.camera_from_world[:3], alone.camera_from_world[:3], atol=1e-6)


def test_a_cancel_in_a_later_chunk_stops_within_a_block(reconstructor):
    reports = []

    def cancel(report) -> None:
        reports.append(report)
        if report.stage == "network, chunk 2 of 3" and report.done > report.total / 3:
            progress.cancel()

    progress = Progress(cancel)
    options = ReconstructionOptions(chunk_views=6)
    with pytest.raises(JobCancelledError):
        reconstructor.reconstruct(views(14), options, progress)
    assert reports[-1].stage == "network, chunk 2 of 3"


def test_photos_that_do_not_fit_together_are_run_in_chunks_that_do(reconstructor, monkeypatch):
    def count(together: int) -> int:
        shape = (together, 42, 56)
        counts = count_steps(
            reconstructor.network.config, reconstructor.compute, shape, compare=True
        )
        return counts[-1]

    beside = 40 * 42 * 56 * BYTES_A_PIXEL  # the whole result lies in the same memory on a CPU
    free = int(1.11 * (count(12) + beside))
    assert free < 1.1 * count(40)
    monkeypatch.setattr(reconstructing, "free_bytes", lambda _device: free)
    found = reconstructor.reconstruct(views(40), ReconstructionOptions(refine="off"))
    together = int(found.metadata.approximations[0].split()[4])
    assert 12 <= together < 20
    assert 1.1 * (count(together) + beside) <= free


def test_out_of_memory_ends_in_chunks_instead_of_an_error(reconstructor, monkeypatch):
    network = Full(reconstructor.network, encode_fails=2)
    monkeypatch.setattr(reconstructor, "network", network)
    found = reconstructor.reconstruct(views(12), ReconstructionOptions(refine="off"))
    words = "in 3 chunks of 6 photos"
    assert f"out of memory at first; then {words}" in found.metadata.notes
    assert found.metadata.approximations == (words,)


def test_chunks_smaller_than_the_smallest_are_refused(reconstructor):
    with pytest.raises(UsageError, match="at least 6 photos together"):
        reconstructor.reconstruct(views(8), ReconstructionOptions(chunk_views=2))


def test_where_memory_is_short_no_tokens_are_kept(
    reconstructor: Reconstructor, monkeypatch: pytest.MonkeyPatch
):
    """The plan of a run has no room for them."""
    options = ReconstructionOptions(refine="off")
    monkeypatch.setattr(reconstructing, "free_bytes", lambda _device: 10**11)
    plenty = reconstructor.reconstruct(views(), options)
    assert reconstructor._photo_tokens.bytes > 0
    monkeypatch.setattr(reconstructing, "free_bytes", lambda _device: 10**9)
    short = reconstructor.reconstruct(views(), options)
    assert reconstructor._photo_tokens.bytes == 0
    np.testing.assert_allclose(short.depth, plenty.depth, rtol=1e-5)


def test_a_chunk_that_is_too_small_is_refused_before_anything_is_loaded():
    with pytest.raises(UsageError, match="at least 6 photos together; got a chunk of 5"):
        ReconstructionOptions(chunk_views=5)
