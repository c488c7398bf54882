import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.geometry.similarity import Similarity
from moe3d.multiview.chunks.joining import Joint
from moe3d.multiview.chunks.pose_graph import solve_chunks

COUNT = 12


def ring() -> list[Similarity]:
    """World from chunk: chunks around a circle of radius 10, scales that wander."""
    found = []
    for chunk in range(COUNT):
        angle = 2 * np.pi * chunk / COUNT
        turn = Rotation.from_rotvec([0, angle, 0]).as_matrix()
        shift = np.array([10 * np.sin(angle), 0, 10 - 10 * np.cos(angle)])
        found.append(Similarity(float(np.exp(0.3 * np.sin(angle))), turn, shift))
    return found


def joint(
    true: list[Similarity], first: int, second: int, error: Similarity | None = None
) -> Joint:
    found = true[first].inverse @ true[second]
    return Joint(first, second, found if error is None else found @ error, 1.0, 4, 5.0)


def small_error(random: np.random.Generator, turn_deg: float = 1.0) -> Similarity:
    turn = Rotation.from_rotvec(np.radians(turn_deg) * random.normal(size=3)).as_matrix()
    return Similarity(float(np.exp(0.02 * random.normal())), turn, 0.1 * random.normal(size=3))


def place_errors(found, true) -> np.ndarray:
    pairs = zip(found, true, strict=True)
    return np.array([np.linalg.norm(a.translation - b.translation) for a, b in pairs])


def test_exact_joints_give_the_exact_places():
    true = ring()
    joints = [joint(true, chunk, chunk + 1) for chunk in range(COUNT - 1)]
    for found, wanted in zip(solve_chunks(COUNT, joints), true, strict=True):
        assert found is not None
        assert found.scale == pytest.approx(wanted.scale, rel=1e-9)
        np.testing.assert_allclose(found.rotation, wanted.rotation, atol=1e-9)
        np.testing.assert_allclose(found.translation, wanted.translation, atol=1e-8)


def test_a_joint_that_closes_the_loop_takes_most_of_the_drift_away():
    true, gains = ring(), []
    for seed in range(5):
        random = np.random.default_rng(seed)
        chain = [joint(true, i, i + 1, small_error(random)) for i in range(COUNT - 1)]
        drifted = place_errors(solve_chunks(COUNT, chain), true)
        closed = place_errors(solve_chunks(COUNT, [*chain, joint(true, 0, COUNT - 1)]), true)
        gains.append(closed[-1] / drifted[-1])
        assert closed.mean() < drifted.mean()
    assert np.mean(gains) < 0.2


def test_a_wrong_loop_among_right_ones_counts_little():
    true, random = ring(), np.random.default_rng(0)
    joints = [joint(true, i, i + 1, small_error(random, 0.2)) for i in range(COUNT - 1)]
    joints += [joint(true, i, i + 2, small_error(random, 0.2)) for i in range(COUNT - 2)]
    without = place_errors(solve_chunks(COUNT, joints), true)
    wrong = joint(true, 2, 9, Similarity(1.5, Rotation.from_rotvec([0, 1.2, 0]).as_matrix(),
                                         np.array([4.0, 0, 3])))  # fmt: skip
    with_wrong = place_errors(solve_chunks(COUNT, [*joints, wrong]), true)
    assert with_wrong.max() < without.max() + 0.3  # the wrong joint is 5 off


def test_a_chunk_that_no_joint_reaches_has_no_place():
    true = ring()
    joints = [joint(true, 0, 1), joint(true, 2, 3), joint(true, 3, 2)]
    found = solve_chunks(4, joints)
    assert [item is None for item in found] == [False, False, True, True]
