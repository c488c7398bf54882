"""Whether this Python can run the viewer; must be understood by old ones too."""

import sys

OLDEST, TOO_NEW = (3, 11), (3, 14)

if not OLDEST <= sys.version_info[:2] < TOO_NEW:
    here = sys.argv[-1] + " is " + sys.version.split()[0]
    wanted = "Python 3.11, 3.12 or 3.13 is wanted; " + here + ". Nothing was installed. "
    sys.exit(wanted + "Try: make run PYTHON=python3.12")
