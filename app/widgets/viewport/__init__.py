"""The 3D view: what a person looks at and moves around in.

From the window inwards: `scene_view` says what the window asks for and chooses `gl_scene_view` or
`plain_scene_view`. The former joins the state (`view_style`, `view_cameras`, `view_cursor`,
`view_tools`, `layer_points`) to two `CloudView`s side by side (`split_cloud_view`, `two_sides`).
A `CloudView` joins its parts: what is drawn (`drawing`, `overlays`, `cloud_pictures`) and what the
user does (`input`, `pointing`). Only `view_*`, `*_scene_view`, `layer_points`, `floating_bars` and
`recorder` know the state.
"""
