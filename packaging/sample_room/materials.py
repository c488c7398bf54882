"""Procedural materials of the sample room: cloth, wood, plaster, pictures."""

from pathlib import Path

import bpy

Colour = tuple[float, float, float]


def set_material(thing: bpy.types.Object, material: bpy.types.Material) -> None:
    """Give an object this one material."""
    thing.data.materials.clear()
    thing.data.materials.append(material)


def plain(name: str, colour: Colour, roughness: float = 0.6) -> bpy.types.Material:
    """One colour."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    return material


def _add_pattern(
    material: bpy.types.Material, pattern: bpy.types.Node, dark: Colour, light: Colour
) -> bpy.types.Node:
    """Feed a pattern's value through two colours into the shader; the coordinates are metres."""
    tree = material.node_tree
    coordinates = tree.nodes.new("ShaderNodeNewGeometry")
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (*dark, 1.0)
    ramp.color_ramp.elements[1].color = (*light, 1.0)
    tree.links.new(coordinates.outputs["Position"], pattern.inputs["Vector"])
    value = pattern.outputs.get("Fac") or pattern.outputs.get("Distance")
    tree.links.new(value, ramp.inputs["Fac"])
    tree.links.new(ramp.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return ramp


def noisy(
    name: str, dark: Colour, light: Colour, scale: float, roughness: float = 0.8
) -> bpy.types.Material:
    """Two colours mixed by fractal noise; `scale` is in waves a metre."""
    material = plain(name, dark, roughness)
    noise = material.node_tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = 6.0
    noise.inputs["Roughness"].default_value = 0.7
    ramp = _add_pattern(material, noise, dark, light)
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.35, 0.65
    return material


def fabric(name: str, dark: Colour, light: Colour) -> bpy.types.Material:
    """Melange cloth."""
    material = noisy(name, dark, light, 60.0, 0.95)
    material.node_tree.nodes["Principled BSDF"].inputs["Sheen Weight"].default_value = 0.3
    return material


def pictured(name: str, path: Path, roughness: float = 0.8) -> bpy.types.Material:
    """An image file on the object's own UV coordinates."""
    material = plain(name, (1.0, 1.0, 1.0), roughness)
    tree = material.node_tree
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load(str(path))
    tree.links.new(texture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return material


def glowing(name: str, colour: Colour, strength: float) -> bpy.types.Material:
    """A surface that gives light."""
    material = plain(name, colour)
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Emission Color"].default_value = (*colour, 1.0)
    shader.inputs["Emission Strength"].default_value = strength
    return material
