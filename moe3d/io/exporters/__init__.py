"""One file a format; each gives `Exporter` records. `moe3d.io.exports` loads them."""
