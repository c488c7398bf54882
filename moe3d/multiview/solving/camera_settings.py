"""How cameras are found."""

from dataclasses import dataclass, field

from moe3d.multiview.matches.guided_matching import GuidedSettings
from moe3d.multiview.matches.matching import MatchingSettings
from moe3d.multiview.solving.bundle import BundleSettings
from moe3d.multiview.solving.mapping import MappingSettings
from moe3d.multiview.solving.placement import PlacementSettings
from moe3d.multiview.solving.pose_search import SearchSettings

FEW = 12
"""Photos up to which several ways are tried and the best is taken."""


@dataclass(frozen=True)
class CameraSettings:
    """How cameras are found."""

    matching: MatchingSettings = field(default_factory=MatchingSettings)
    mapping: MappingSettings | None = field(default_factory=MappingSettings)
    """None leaves structure from motion out."""
    placement: PlacementSettings = field(default_factory=PlacementSettings)
    bundle: BundleSettings = field(default_factory=lambda: BundleSettings(focal_sigma=0.03))
    """The network's focal lengths are off by several hundredths. On generated scenes of validation
    seeds 1,000,500 to 1,000,547 priors of 0.03, 0.06 and 0.12 do alike: the least is taken."""
    certainty: BundleSettings = field(
        default_factory=lambda: BundleSettings(depth_sigma=0.5, depth_crowd=1e9, focal_sigma=0.1)
    )
    """Wide priors for the covariance of the depths: the network's depth and focal lengths count for
    little."""
    observations_per_view: int = 600
    """Keypoints of a photo that the bundle adjustment takes, those of long tracks first."""
    rounds: int = 2
    """How often each of a few photos is placed anew by all others."""
    worse: float = 1.03
    """A bundle adjustment after which the matches cost more than this many times as much is
    dropped: outliers in its tracks have bent the cameras, as repeated patterns do."""
    search: SearchSettings | None = field(default_factory=SearchSettings)
    """How few photos that do not agree are searched for; None leaves it out."""
    guided: tuple[GuidedSettings, ...] = (GuidedSettings(0.08), GuidedSettings(0.05))
    """How they are then matched anew, round by round."""
    min_agreement: float = 0.08
    """Photos that agree less are not matched anew."""
    matched_anew: float = 0.95
    """Cameras by new matches are taken where photos then agree at least this times as well: they
    are more exact than those by agreement, which follow the errors of predicted depth."""
    expected: float = 0.05
    """Matches farther from where cameras and depth expect them are dropped, as a share of the
    width."""
    partners: int = 5
    """Photos that each is compared with to see whether an adjustment of many photos helped."""
    still_agreeing: float = 0.97
    """Such an adjustment is dropped where whole photos then agree less than this times as well."""
    own_focal_sigma: float = 0.1
    """Prior standard deviation of focal lengths of photos that one camera did not take, in the
    logarithm."""
    own_focal_reach: float = 0.35
    """Focal lengths that move farther are not believed."""
    own_focal_gain: float = 0.9
    """Own focal lengths are believed where the matches then cost less than this share."""
    kept_sigmas: float = 4.0
    """An observation with a larger residual, in standard deviations, is an outlier in the end."""
