"""Binary glTF 2.0: a small writer for points, meshes and camera nodes.

glTF is y up; vertex colours are linear, textures sRGB; cameras look along -z.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import Float, Float32, Shaped, UInt8

from moe3d.scene.records import Mesh

FLOAT, UINT = 5126, 5125
ARRAY_BUFFER, ELEMENT_BUFFER = 34962, 34963
POINTS, TRIANGLES = 0, 4

_LISTS = (
    "accessors",
    "bufferViews",
    "cameras",
    "images",
    "materials",
    "meshes",
    "nodes",
    "textures",
)
_OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass
class GlbBuilder:
    """Collects arrays and nodes, then writes one .glb file."""

    notes: tuple[str, ...] = ()
    """Goes to `asset.extras`."""
    _chunks: list[np.ndarray] = field(default_factory=list)
    _length: int = 0
    _document: dict[str, Any] = field(default_factory=lambda: {key: [] for key in _LISTS})

    def add_array(
        self,
        array: Shaped[np.ndarray, "N ..."],
        kind: str,
        target: int | None = None,
        bounds: bool = False,
    ) -> int:
        """Add an accessor: "SCALAR", "VEC2" or "VEC3"; positions need their bounds.

        Returns:
            The accessor's index.
        """
        types = {"f4": FLOAT, "u4": UINT}
        accessor: dict[str, Any] = {
            "bufferView": self._add_view(np.ascontiguousarray(array), target),
            "componentType": types[array.dtype.str[1:]],
            "count": len(array),
            "type": kind,
        }
        if bounds:
            accessor["min"] = [float(value) for value in array.min(axis=0)]
            accessor["max"] = [float(value) for value in array.max(axis=0)]
        return self._append("accessors", accessor)

    def add_points(
        self, points: Float[np.ndarray, "N 3"], colors: UInt8[np.ndarray, "N 3"], name: str
    ) -> None:
        """Add a cloud of coloured points as a node; sRGB bytes are made linear."""
        attributes = {
            "POSITION": self.add_array(points.astype("<f4"), "VEC3", ARRAY_BUFFER, bounds=True),
            "COLOR_0": self.add_array(linear_colors(colors), "VEC3", ARRAY_BUFFER),
        }
        material = self._append("materials", _unlit("points"))
        primitive = {"attributes": attributes, "mode": POINTS, "material": material}
        mesh = self._append("meshes", {"name": name, "primitives": [primitive]})
        self._append("nodes", {"name": name, "mesh": mesh})

    def add_mesh(self, mesh: Mesh, name: str, texture: bytes) -> None:
        """Add a mesh with its JPEG texture as a node."""
        attributes = {
            "POSITION": self.add_array(
                mesh.vertices.astype("<f4"), "VEC3", ARRAY_BUFFER, bounds=True
            )
        }
        if mesh.vertex_uvs is not None:
            uvs = mesh.vertex_uvs.astype("<f4")
            attributes["TEXCOORD_0"] = self.add_array(uvs, "VEC2", ARRAY_BUFFER)
        indices = self.add_array(mesh.faces.astype("<u4").ravel(), "SCALAR", ELEMENT_BUFFER)
        view = self._add_view(np.frombuffer(texture, np.uint8), None)
        image = self._append("images", {"bufferView": view, "mimeType": "image/jpeg", "name": name})
        material = _unlit(name)
        index = self._append("textures", {"source": image})
        material["pbrMetallicRoughness"]["baseColorTexture"] = {"index": index}
        primitive = {
            "attributes": attributes,
            "indices": indices,
            "mode": TRIANGLES,
            "material": self._append("materials", material),
        }
        number = self._append("meshes", {"name": name, "primitives": [primitive]})
        self._append("nodes", {"name": name, "mesh": number})

    def add_camera(
        self,
        export_from_camera: Float[np.ndarray, "4 4"],
        intrinsics: Float[np.ndarray, "3 3"],
        size: tuple[int, int],
        name: str,
    ) -> None:
        """Add a photo's camera as a node.

        Args:
            export_from_camera: rigid, or with one scale; OpenCV camera axes, turned to glTF's here.
            intrinsics: pixels of `size`; glTF keeps the field of view and the aspect ratio alone.
            size: width and height, pixels.
            name: of the node.
        """
        width, height = size
        camera = {
            "type": "perspective",
            "name": name,
            "perspective": {
                "aspectRatio": float(width * intrinsics[1, 1] / (height * intrinsics[0, 0])),
                "yfov": float(2 * np.arctan(0.5 * height / intrinsics[1, 1])),
                "znear": 0.01,
            },
        }
        pose = export_from_camera @ _OPENGL_FROM_OPENCV
        pose[:3, :3] /= np.linalg.norm(pose[:3, :3], axis=0)
        node = {
            "name": name,
            "camera": self._append("cameras", camera),
            "matrix": [float(value) for value in pose.T.ravel()],
        }
        self._append("nodes", node)

    def write(self, stream: BinaryIO) -> None:
        """Write the file."""
        document = {key: value for key, value in self._document.items() if value}
        document["asset"] = {
            "version": "2.0",
            "generator": "MoE3D Viewer",
            "extras": {"notes": list(self.notes)},
        }
        document["buffers"] = [{"byteLength": self._length}]
        document["scene"] = 0
        document["scenes"] = [{"nodes": list(range(len(self._document["nodes"])))}]
        if any("extensions" in material for material in self._document["materials"]):
            document["extensionsUsed"] = ["KHR_materials_unlit"]
        text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode("ascii")
        text += b" " * (-len(text) % 4)
        total = 12 + 8 + len(text) + 8 + self._length
        stream.write(struct.pack("<4sII", b"glTF", 2, total))
        stream.write(struct.pack("<I4s", len(text), b"JSON") + text)
        stream.write(struct.pack("<I4s", self._length, b"BIN\0"))
        for chunk in self._chunks:
            stream.write(chunk.data)
            stream.write(bytes(-chunk.nbytes % 4))

    def _add_view(self, array: np.ndarray, target: int | None) -> int:
        view = {"buffer": 0, "byteOffset": self._length, "byteLength": array.nbytes}
        if target is not None:
            view["target"] = target
        self._chunks.append(array)
        self._length += array.nbytes + -array.nbytes % 4
        return self._append("bufferViews", view)

    def _append(self, key: str, value: dict[str, Any]) -> int:
        self._document[key].append(value)
        return len(self._document[key]) - 1


def linear_colors(colors: UInt8[np.ndarray, "N 3"]) -> Float32[np.ndarray, "N 3"]:
    """sRGB bytes as linear shares, as glTF wants vertex colours.

    Floats, as 8 bits lose the dark colours and trimesh misreads 16.
    """
    shares = np.arange(256) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)[colors]


def srgb_colors(linear: Float32[np.ndarray, "N 3"]) -> UInt8[np.ndarray, "N 3"]:
    """The way back from `linear_colors`."""
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(srgb * 255).astype(np.uint8)


def _unlit(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [1.0, 1.0, 1.0, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 1.0,
        },
        "extensions": {"KHR_materials_unlit": {}},
        "doubleSided": True,
    }
