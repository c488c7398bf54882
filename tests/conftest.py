"""Settings that must be made before Qt, torch or pyqtgraph are imported."""

import os
import sys

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "2")
# Without a display the offscreen platform does; with one (Xvfb) the tests marked "gl" run too.
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
