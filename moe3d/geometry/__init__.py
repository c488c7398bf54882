"""Cameras, points and pixels in numpy.

Conventions, once for the whole package:

* Transforms are named ``b_from_a``: a 4x4 matrix that takes a point of frame a to frame b. They
  compose by cancelling the inner name: ``camera_from_object = camera_from_world @
  world_from_object``.
* Camera axes are OpenCV's: x right, y down, z forward. The world frame is the first camera's.
* Pixel (u, v) has its centre at (u, v); the image starts at -0.5. u runs along the width.
* ``depth`` is z-depth (not ray length) in scene units, NaN where unknown. VGGT's scale is
  relative: a scene unit is no metre until somebody measures one.
* Intrinsics are 3x3, zero skew, in pixels of the image they belong to.
"""
