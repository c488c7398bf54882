"""Settings of a training run: frozen, written beside the run's results."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from moe3d.errors import UsageError

Preset = Literal["vggt", "baseline", "moe", "pair", "head", "e2e"]
"""What is trained.

vggt: alternating blocks, camera head and depth head, VGGT's losses.
baseline: VGGT's depth head alone, on cached features of a frozen backbone.
moe: the mixture with a decoder of its own, on cached features.
pair: vggt and moe at once on the same batches, so that both heads had the same steps and data.
head: experts and gate alone; backbone and decoder frozen, features cached.
e2e: the mixture with the whole network but the patch embedding, as in the paper.
"""

CACHED_PRESETS = ("baseline", "moe", "head")

Likelihood = Literal["gaussian", "laplace"]


@dataclass(frozen=True)
class DataConfig:
    """Where scenes come from and how many make a step."""

    source: Literal["generated", "photo-like", "pool", "folders"] = "generated"
    """generated: drawn as they are needed. photo-like: so, too, but furnished rooms and streets
    that look like photos. pool: shards of generated scenes. folders: your own."""
    furniture: Path | None = None
    """Folder of Sweet Home 3D's furniture libraries (.sh3f) for photo-like scenes."""
    data: Path | None = None
    """Folder of shards or of your own scenes."""
    dataset: str = "scenes"
    """Layout of your own scenes: scenes (also what `moe3d scenes` writes), predictions (result
    files of `moe3d run`), 7-scenes, nrgbd, or another data set of `moe3d eval`."""
    bad_data: Literal["skip", "stop"] = "skip"
    """What happens to a frame with a missing, mismatched or useless depth: it is named, and then
    left out, or the run ends before its first step."""
    frames_per_scene: int = 100
    """Most frames of one of your own scenes that are looked at, evenly spaced."""
    num_scenes: int = 1_000_000
    """Generated scenes before they repeat: seeds 0 to this minus one."""
    sizes: tuple[str, ...] = ("224x168",)
    """Picture sizes, WIDTHxHEIGHT in multiples of 14; each step draws one."""
    early_sizes: tuple[str, ...] = ()
    """Picture sizes at the beginning of the run."""
    early_steps: int = 0
    """Steps that use the early sizes."""
    scenes_per_step: int = 4
    """Scenes a step over all processes; with cached features frames a step."""
    max_views: int = 4
    """Most photos of a scene; a step draws 2 to this, rarely 1."""
    single_view_share: float = 0.1
    """Share of the steps with one photo a scene."""
    cached_scenes: int = 400
    """Scenes whose backbone features are kept on the disk, for presets that cache."""
    features: Path | None = None
    """Folder of these features, for several runs of the same data, seed and base; left out: in the
    run's folder."""
    augment: bool = True
    """Change brightness, contrast, colour balance and saturation of each scene a little."""
    workers: int = -1
    """Processes that prepare batches; 0 none, -1 as many as processors less one, at most 16."""


@dataclass(frozen=True)
class LossConfig:
    """VGGT's losses."""

    log_depth: bool = True
    """Take depth errors in log space, also the mixture's."""
    head_gradient_weight: float = 2.0
    """Factor on the gradient error of a single head; the mixture has its own."""
    edge_weight: float = 0.0
    """Factor on the mean error within two pixels of depth edges, of a single head and of the fused
    depth alike. For a small network: edges are few, and count little in a mean over all pixels."""
    jump_weight: float = 0.0
    """How much more the gradient error counts between two pixels where the true depth jumps, of a
    single head and of the fused depth alike: jumps are a fiftieth of all pairs."""
    confidence_alpha: float = 1.0
    """The confidence that fits an error is this divided by the error; VGGT has 0.2."""
    camera_weight: float = 5.0
    """Factor on the camera loss."""
    scale_weight: float = 0.0
    """Factor on how far the photos of a scene are from one common scale, of a single head and of
    the fused depth alike; presets that cache features see photos one by one, so not for them."""
    unknown_weight: float = 0.05
    """Factor on the confidence of pixels without depth."""


@dataclass(frozen=True)
class MixtureWeights:
    """Settings of the mixture and its loss."""

    num_experts: int = 0
    """Experts of a new mixture (the paper's K); 0 takes the base's."""
    anew: bool = False
    """Begin with noisy copies of VGGT's head also where the base has trained experts."""
    variant: Literal["", "A", "A'", "B", "F"] = ""
    """What each expert owns, see `MoEConfig.variant`; F mixes features in place of depths. Empty
    takes the base's."""
    guide_radius_px: int = -1
    """The gate follows the photo within this distance, see `MoEConfig.guide_radius_px`; -1: the
    base's."""
    guide_sigma: float = 0.0
    """Distance in RGB at which a pixel still counts there; 0: the base's."""
    likelihood: Likelihood = "gaussian"
    """Shape of a component."""
    scale: float = 0.05
    """Fixed standard deviation (Gaussian) or b (Laplace) of every component."""
    log_space: bool = False
    """Errors of log depth instead of depth. A run takes it from its loss's log_depth."""
    level_window_px: int = 0
    """Side of the window over which the fused depth's mean error is forgiven before the likelihood
    is taken, so that it sees edges and not layout; 0 forgives nothing. For a weak trunk."""
    likelihood_weight: float = 0.2
    """Factor on the negative log-likelihood in nats."""
    edge_likelihood_weight: float = 0.0
    """Factor on the same within two pixels of depth edges. Where the layout is uncertain, experts
    share that out among themselves, and edges are few."""
    layer_weight: float = 0.0
    """Factor on each expert's steps across depth edges, mean over the experts: an expert goes on
    behind or before an edge as one surface, and the gate draws the edge by changing experts."""
    regression_weight: float = 1.0
    """Factor on the fused depth's mean absolute error."""
    gradient_weight: float = 2.0
    """Factor on the fused depth's gradient error."""
    confidence_moves_depth: bool = False
    """The confidence term pulls on the fused depth too, as VGGT's does on its own: surfaces that
    are known well then count most. Otherwise it only teaches the confidence."""
    entropy_weight: float = 0.0
    """The paper's lambda: penalty on the gate's entropy. 0.1 and more loses experts."""
    balance_weight: float = 0.1
    """Penalty on uneven mean use of the experts."""
    expert_noise: float = 0.1
    """Noise of the expert copies that a new mixture starts from, relative to each tensor."""
    start_pull: float = 0.0
    """Share of the way to VGGT's head that a trained mixture's decoder and experts are moved before
    the first step; a new mixture begins there anyway."""
    final_push: float = 0.0
    """Share of their distance to VGGT's head that they are moved away from it after the last step:
    more of what the mixture learnt to do otherwise. Trades boundary F1 for fewer flying points."""
    temperature_start: float = 1.0
    """Gate temperature at the first step."""
    temperature_end: float = 0.1
    """Gate temperature that the run ends with."""
    temperature_share: float = 0.7
    """Share of the steps over which the temperature falls; then it is held."""
    fusion_temperature: float = 0.05
    """Gate temperature that the finished network fuses with. Best below the final one of the
    training: half of it for a strong trunk, an eighth for a weak one (measured)."""


@dataclass(frozen=True)
class OptimizerConfig:
    """How weights are changed."""

    learning_rate: float = 5e-4
    """Peak rate of AdamW, of heads."""
    blocks_rate: float = 1.0
    """Rate of the alternating blocks, relative."""
    patch_embed_rate: float = 0.0
    """Rate of the patch embedding, relative; 0 leaves it as it is."""
    weight_decay: float = 0.05
    """On matrices and kernels only."""
    warm_up_steps: int = 60
    """Linear warm-up."""
    clip_norm: float = 1.0
    """Largest gradient norm of each of the network's parts."""
    ema_decay: float = 0.995
    """Of the averaged weights that are validated and kept."""


@dataclass(frozen=True)
class RunConfig:
    """How long a run is and what it writes."""

    steps: int = 1000
    """Optimizer steps."""
    total_minutes: float = 0.0
    """Length of the whole run on this device: after its first steps it is cut to as many as fit.
    0 takes all steps."""
    minutes: float = 0.0
    """Time budget of this call: the run stops cleanly before it is used up and goes on at the next
    call. 0 for none."""
    checkpoint_every: int = 50
    """Steps between checkpoints."""
    log_every: int = 10
    """Steps between lines of the log."""
    validation_scenes: int = 20
    """Generated validation scenes that the finished run is scored on; 0 for none."""
    validate_every: int = 0
    """Steps between scores on the way; 0 for the end only."""
    device: str = "auto"
    """auto, cuda, mps or cpu."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Of the network's products; losses and weights are always float32."""
    recompute_blocks: bool = False
    """Compute transformer blocks again in the backward pass, to save memory."""


@dataclass(frozen=True)
class TrainingConfig:
    """One run."""

    preset: Preset = "pair"
    """vggt, baseline, moe, pair, head or e2e: what is trained."""
    base: str = "mini"
    """Checkpoint to start from: a known model or a file. "new-mini" makes a new network,
    "grown-mini" one with the built-in model's weights where they fit."""
    patch_embed: Path | None = None
    """ONNX file of a DINOv2-type ViT-S/14, for the patch embedding of a new mini."""
    output: Path = Path("out/train")
    """Folder of the run: state, log, settings, pictures, weights."""
    seed: int = 0
    """Of batches, noise and new weights."""
    run: RunConfig = field(default_factory=RunConfig)
    data: DataConfig = field(default_factory=DataConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    mixture: MixtureWeights = field(default_factory=MixtureWeights)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)

    def __post_init__(self) -> None:
        if self.run.steps < 1 or self.data.scenes_per_step < 1 or self.data.max_views < 1:
            raise UsageError("a run needs at least 1 step, 1 scene a step and 1 view a scene")
        if self.data.source == "photo-like" and self.data.furniture is None:
            raise UsageError("source 'photo-like' needs furniture: --furniture FOLDER")
        if self.data.source in ("pool", "folders") and self.data.data is None:
            raise UsageError(f"source {self.data.source!r} needs a folder: --data FOLDER")
        if self.patch_embed is not None and self.base != "new-mini":
            raise UsageError("--patch-embed is the start of a new network: use --base new-mini")

    @property
    def caches_features(self) -> bool:
        """Whether the backbone runs once before training and never again."""
        return self.preset in CACHED_PRESETS

    def sizes_at(self, step: int) -> tuple[str, ...]:
        """Picture sizes that a step draws from."""
        is_early = self.data.early_sizes and step < self.data.early_steps
        return self.data.early_sizes if is_early else self.data.sizes
