"""The same spots in several photos: verified matches of pairs, joined to tracks."""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
from jaxtyping import Float64, Int
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from moe3d.io.formats.colmap_module import load_pycolmap
from moe3d.multiview.matches.background import run_interruptible
from moe3d.multiview.matches.features import (
    Features,
    FeatureSettings,
    find_features,
    match_features,
)
from moe3d.multiview.matches.pairs import PairSettings, choose_pairs
from moe3d.multiview.part_progress import PacedSteps
from moe3d.multiview.photos import iterate_grey
from moe3d.progress import Progress
from moe3d.scene.records import ViewSet


@dataclass(frozen=True)
class MatchingSettings:
    """How photos are matched."""

    features: FeatureSettings = field(default_factory=FeatureSettings)
    pairs: PairSettings = field(default_factory=PairSettings)
    verification_sigmas: float = 4.0
    """Largest distance from the epipolar line, in standard deviations of a keypoint."""
    trials: int = 2000
    """Samples that the search for the geometry of a pair may take."""
    min_matches: int = 15
    """A pair of photos with fewer verified matches counts as not overlapping."""
    min_share: float = 0.2
    """So does one where a smaller share of the matches agrees with one geometry."""


@dataclass(frozen=True)
class PairMatches:
    """Verified matches of two photos."""

    first: int
    """Index of one photo."""
    second: int
    """Index of the other."""
    index: Int[np.ndarray, "M 2"]
    """Keypoint in the first photo and in the second, row by row."""

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True)
class MatchedPhotos:
    """Keypoints of all photos, and the pairs that overlap."""

    features: tuple[Features, ...]
    pairs: tuple[PairMatches, ...]

    @property
    def sigma_px(self) -> Float64[np.ndarray, " S"]:
        """Standard deviation of a keypoint in each photo, pixels of the photo."""
        return np.array([item.sigma_px for item in self.features])


def match_photos(
    views: ViewSet,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    settings: MatchingSettings,
    progress: Progress,
) -> MatchedPhotos:
    """Find and verify matches between the photos.

    Args:
        views: the photos; read at matching size, one after the other.
        intrinsics: pixels of the upright photos, as good as they are known.
        settings: how many, how strict.
        progress: told photo by photo and pair by pair.

    Raises:
        ImageReadError: a photo is gone or changed since it was checked.
    """
    features: list[Features] = []
    keypoints = PacedSteps(progress, "find keypoints", len(views))
    for photo in iterate_grey(views, progress):
        keypoints.tell()
        find = partial(find_features, photo, settings.features)
        features.append(run_interruptible(find, progress, on_look=keypoints.tell))
        keypoints.step()
    chosen = choose_pairs(features, settings.pairs, progress)
    found = []
    for done, (first, second) in enumerate(chosen):
        progress.report("match photos", done, len(chosen))
        index = match_features(features[first], features[second], settings.features)
        progress.raise_if_cancelled()
        verified = verify((features[first], features[second]), index,
                           (intrinsics[first], intrinsics[second]), settings)  # fmt: skip
        if len(verified) >= max(settings.min_matches, settings.min_share * len(index)):
            found.append(PairMatches(first, second, verified))
    progress.report("match photos", len(chosen), len(chosen))
    return MatchedPhotos(tuple(features), tuple(found))


def verify(
    features: tuple[Features, Features],
    index: Int[np.ndarray, "M 2"],
    intrinsics: tuple[Float64[np.ndarray, "3 3"], Float64[np.ndarray, "3 3"]],
    settings: MatchingSettings,
) -> Int[np.ndarray, "N 2"]:
    """The matches that agree with one calibrated two-view geometry (or a plane's)."""
    pycolmap = load_pycolmap()

    if len(index) < 8:
        return index[:0]
    options = pycolmap.TwoViewGeometryOptions()
    sigma = max(item.sigma_px for item in features)
    options.ransac.max_error = settings.verification_sigmas * sigma
    options.ransac.random_seed = 0
    options.ransac.max_num_trials = settings.trials
    options.detect_watermark = False
    pixels = [
        item.pixels[index[:, side]].astype(np.float64) + 0.5 for side, item in enumerate(features)
    ]
    geometry = pycolmap.estimate_calibrated_two_view_geometry(
        colmap_camera(intrinsics[0]),
        pixels[0],
        colmap_camera(intrinsics[1]),
        pixels[1],
        np.stack([np.arange(len(index), dtype=np.uint32)] * 2, axis=1),
        options,
    )
    inliers = np.asarray(geometry.inlier_matches).reshape(-1, 2)[:, 0]
    return index[inliers]


def colmap_camera(intrinsics: Float64[np.ndarray, "3 3"]):
    """A pycolmap pinhole camera; COLMAP counts pixels from the picture's corner."""
    pycolmap = load_pycolmap()

    focal_x, focal_y = float(intrinsics[0, 0]), float(intrinsics[1, 1])
    centre_x, centre_y = float(intrinsics[0, 2]) + 0.5, float(intrinsics[1, 2]) + 0.5
    return pycolmap.Camera(
        model="PINHOLE",
        width=max(1, round(2 * centre_x)),
        height=max(1, round(2 * centre_y)),
        params=[focal_x, focal_y, centre_x, centre_y],
    )


@dataclass(frozen=True)
class KeypointTracks:
    """Keypoints that show the same spot, in two or more photos, one in each."""

    track: Int[np.ndarray, " M"]
    """Track of each observation, from 0, ascending."""
    view: Int[np.ndarray, " M"]
    pixels: Float64[np.ndarray, "M 2"]
    """Upright photo; a pixel's centre is at whole numbers."""
    keypoint: Int[np.ndarray, " M"]
    """Index among the photo's keypoints."""

    @property
    def count(self) -> int:
        """Number of tracks."""
        return int(self.track[-1]) + 1 if len(self.track) else 0

    def select(self, chosen: np.ndarray) -> "KeypointTracks":
        """The observations under a mask, without tracks that are seen once only; numbered anew."""
        index = np.arange(len(self.track))[chosen]
        track = self.track[index]
        seen = np.bincount(track, minlength=1)[track] >= 2
        index = index[seen]
        number = np.unique(track[seen], return_inverse=True)[1]
        return KeypointTracks(number, self.view[index], self.pixels[index], self.keypoint[index])


def join_tracks(matched: MatchedPhotos) -> KeypointTracks:
    """Join matches that share keypoints, without ever two keypoints of one photo in a track.

    Where some wrong match ties two such keypoints together, matches are taken one by one, those of
    the best matched pairs first, and one that would join them is left out: to drop the whole
    track would lose most of what many photos in a row share.
    """
    counts = np.array([len(item.pixels) for item in matched.features])
    starts = np.concatenate([[0], np.cumsum(counts)])
    pairs = sorted(matched.pairs, key=len, reverse=True)
    if not pairs:
        none = np.zeros(0, int)
        return KeypointTracks(none, none, np.zeros((0, 2)), none)
    ends = np.concatenate([starts[[pair.first, pair.second]] + pair.index for pair in pairs])
    graph = coo_matrix((np.ones(len(ends), bool), ends.T), shape=(starts[-1],) * 2)
    component = connected_components(graph, directed=False)[1]
    keypoint = np.unique(ends)
    view = np.searchsorted(starts, keypoint, side="right") - 1
    label = component[keypoint]
    seen, times = np.unique(label * len(counts) + view, return_counts=True)
    is_torn = np.zeros(component.max() + 1, bool)
    is_torn[seen[times > 1] // len(counts)] = True
    torn = is_torn[label]
    label[torn] = len(is_torn) + _join_one_by_one(
        keypoint[torn], view[torn], ends[is_torn[component[ends[:, 0]]]]
    )
    order = np.lexsort((view, label))
    keypoint, view, label = keypoint[order], view[order], label[order]
    pixels = np.concatenate([item.pixels for item in matched.features]).astype(np.float64)
    joined = KeypointTracks(label, view, pixels[keypoint], keypoint - starts[view])
    return joined.select(np.ones(len(label), bool))


def _join_one_by_one(
    keypoint: Int[np.ndarray, " N"], view: Int[np.ndarray, " N"], ends: Int[np.ndarray, "M 2"]
) -> Int[np.ndarray, " N"]:
    """A label for each keypoint; equal labels never have a photo in common."""
    leader = list(range(len(keypoint)))
    photos = [{photo} for photo in view.tolist()]

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for first, second in np.searchsorted(keypoint, ends).tolist():
        large, small = find(first), find(second)
        if large == small or not photos[large].isdisjoint(photos[small]):
            continue
        if len(photos[large]) < len(photos[small]):
            large, small = small, large
        leader[small] = large
        photos[large] |= photos[small]
    return np.array([find(index) for index in range(len(keypoint))], int)
