"""The desktop window: PySide6 on top of the moe3d package."""
