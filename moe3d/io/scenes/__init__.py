"""A scene of ours on disk, and the truth to one."""
