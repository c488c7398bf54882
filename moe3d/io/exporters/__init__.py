"""One file a format; each gives `Exporter` records. Loaded by moe3d.io.export when asked for."""
