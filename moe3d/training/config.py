"""Settings of a training run: frozen, written beside the run's results."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from moe3d.errors import UsageError

Stage = Literal["vggt", "baseline", "moe"]
"""vggt: everything but the patch embedding, VGGT's losses. baseline: VGGT's depth head alone.
moe: decoder, experts and gate of the mixture head. The last two leave the backbone as it is."""


Likelihood = Literal["gaussian", "laplace"]


@dataclass(frozen=True)
class MixtureWeights:
    """Settings of the mixture loss."""

    likelihood: Likelihood = "gaussian"
    """Shape of a component."""
    scale: float = 0.05
    """Fixed standard deviation (Gaussian) or b (Laplace) of every component."""
    log_space: bool = False
    """Errors of log depth instead of depth."""
    level_window_px: int = 0
    """Side of the window over which the fused depth's mean error is forgiven before the likelihood
    is taken, so that it sees edges and not layout; 0 forgives nothing. For a weak trunk."""
    likelihood_weight: float = 0.2
    """Factor on the negative log-likelihood in nats."""
    regression_weight: float = 1.0
    """Factor on the fused depth's mean absolute error."""
    gradient_weight: float = 1.0
    """Factor on the fused depth's gradient error."""
    confidence_alpha: float = 0.2
    """The fused confidence that fits an error is this divided by the error."""
    entropy_weight: float = 0.0
    """The paper's lambda: penalty on the gate's entropy. 0.1 and more loses experts."""
    balance_weight: float = 0.1
    """Penalty on uneven mean use of the experts."""


@dataclass(frozen=True)
class OptimizerConfig:
    """How weights are changed."""

    learning_rate: float = 5e-4
    """Peak rate of AdamW."""
    weight_decay: float = 0.05
    """On matrices and kernels only."""
    warm_up_steps: int = 60
    """Linear warm-up."""
    clip_norm: float = 1.0
    """Largest gradient norm of each of the network's parts."""
    ema_decay: float = 0.995
    """Of the averaged weights that are validated and kept."""


@dataclass(frozen=True)
class TrainingConfig:
    """One run."""

    stage: Stage
    """What is trained."""
    pool: Path
    """Folder of generated scenes; of backbone features in the stages baseline and moe."""
    output: Path
    """Folder of checkpoints and logs."""
    steps: int
    """Optimizer steps."""
    late_pool: Path | None = None
    """Scenes of another picture size for the end of the run."""
    late_share: float = 0.4
    """Share of the steps on the late pool."""
    scenes_per_step: int = 4
    """Scenes a process and step; frames in the stages baseline and moe."""
    max_views: int = 4
    """Most views of a scene."""
    seed: int = 0
    """Of batches and of the network's start."""
    log_depth: bool = True
    """Take depth errors in log space."""
    gradient_weight: float = 1.0
    """Factor on the gradient error of a single head; the mixture has its own."""
    confidence_alpha: float = 0.2
    """The confidence that fits an error is this divided by the error."""
    camera_weight: float = 5.0
    """Factor on the camera loss."""
    unknown_weight: float = 0.05
    """Factor on the confidence of pixels without depth."""
    checkpoint_every: int = 50
    """Steps between checkpoints."""
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    """How weights are changed."""
    mixture: MixtureWeights = field(default_factory=MixtureWeights)
    """Settings of the mixture's loss."""
    temperature_end: float = 0.1
    """Gate temperature that the run ends with."""
    expert_noise: float = 0.1
    """Noise of the expert copies, relative to each tensor's spread."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.scenes_per_step < 1 or self.max_views < 2:
            raise UsageError("a run needs at least 1 step, 1 scene a step and 2 views")

    def to_json(self) -> dict[str, Any]:
        """Plain values, paths as text."""
        return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(self).items()}

    def is_late(self, step: int) -> bool:
        """Whether a step draws from the late pool."""
        return self.late_pool is not None and step >= (1 - self.late_share) * self.steps
