"""The program's version, as it stands in files and messages."""

__version__ = "0.1.0"
