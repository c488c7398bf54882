"""Open3D comes whole, though other threads load modules at the same time."""

import subprocess
import sys

PROGRAM = """
import sys, types
from moe3d.geometry.open3d_module import load_open3d

added = []
def between_lines(frame, event, _argument):
    # Another thread loads a module while Open3D walks through them, twice.
    if event == "line" and "modname" in frame.f_locals and len(added) < {times}:
        if frame not in added:
            added.append(frame)
            sys.modules[f"another{{len(added)}}"] = types.ModuleType("another")
    return between_lines

def calls(frame, _event, _argument):
    return between_lines if frame.f_code.co_name == "_insert_pybind_names" else None

sys.settrace(calls)
try:
    open3d = load_open3d()
except RuntimeError as error:
    print("failed", len(added), error)
    raise SystemExit
finally:
    sys.settrace(None)
import open3d as again, open3d.visualization, open3d.ml
assert again is open3d
cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector([[0, 0, 1], [0, 1, 0]]))
volume = open3d.t.geometry.VoxelBlockGrid
kinds = open3d.pipelines.registration.ICPConvergenceCriteria, open3d.core.Tensor
print("loaded", len(added), len(cloud.points), open3d.visualization.__name__)
"""


def told(times: int) -> str:
    program = PROGRAM.format(times=times)
    done = subprocess.run(  # a process that has not loaded Open3D yet
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=250
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_what_another_thread_loads_meanwhile_does_not_stop_it():
    assert told(2) == "loaded 2 2 open3d.visualization"


def test_it_does_not_try_for_ever():
    assert told(1000) == "failed 20 dictionary changed size during iteration"
