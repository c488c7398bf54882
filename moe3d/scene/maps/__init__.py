"""The 2D maps of a photo: what each holds, over what its colours are spread, its picture."""
