"""`python -m moe3d` is the command `moe3d`."""

from moe3d.cli.main import main

if __name__ == "__main__":
    main()
