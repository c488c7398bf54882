"""The room that packaging/render_sample_room.py renders."""
