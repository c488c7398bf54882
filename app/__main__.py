"""`python -m moe3d_viewer`: opens the window."""

import sys

from moe3d_viewer.main import main

if __name__ == "__main__":
    sys.exit(main())
