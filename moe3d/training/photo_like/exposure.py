"""From linear light to photos as phones and depth cameras take them, each scene in its own way."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from moe3d.training.data.seeds import scene_random

Random = np.random.Generator


@dataclass(frozen=True)
class PhotoLook:
    """How the photos of one scene are taken; the last three differ from photo to photo."""

    key: float
    """Brightness that the middle of the light is brought to."""
    shoulder: float
    contrast: float
    saturation: float
    vignette: float
    fringe: float
    """Relative difference of the red and blue picture's size."""
    blur_px: float
    sharpen: float
    photons: float
    """Light of a white pixel counted in photons."""
    read_noise: float
    quality: int
    """Of JPEG; 0 for none."""
    is_halved: bool
    """Colour has half the resolution, as sensors and films have."""
    gains: Float[np.ndarray, " S"]
    balances: Float[np.ndarray, "S 3"]
    shakes_px: Float[np.ndarray, "S 2"]
    """Motion while the shutter was open."""


def sample_photo_look(random: Random, num_views: int) -> PhotoLook:
    """Draw how a scene's photos are taken."""
    shaken = random.random(num_views) < 0.15
    return PhotoLook(
        key=float(np.exp(random.normal(np.log(0.22), 0.25))),
        shoulder=random.uniform(0.5, 3.0),
        contrast=random.uniform(0.0, 0.35),
        saturation=random.uniform(0.65, 1.25),
        vignette=random.uniform(0.0, 0.4),
        fringe=random.uniform(0.0, 0.003) if random.random() < 0.5 else 0.0,
        blur_px=random.uniform(0.25, 0.75),
        sharpen=random.uniform(0.2, 0.9) if random.random() < 0.4 else 0.0,
        photons=float(np.exp(random.uniform(np.log(600), np.log(20000)))),
        read_noise=random.uniform(0.0005, 0.006),
        quality=int(random.integers(50, 97)) if random.random() < 0.8 else 0,
        is_halved=bool(random.random() < 0.6),
        gains=np.exp(random.normal(0, 0.12, num_views)),
        balances=np.exp(random.normal(0, 0.06, 3) + random.normal(0, 0.025, (num_views, 3))),
        shakes_px=random.normal(0, 1.0, (num_views, 2)) * shaken[:, None],
    )


def take_photos(light: Float32[np.ndarray, "S H W 3"], seed: int) -> UInt8[np.ndarray, "S H W 3"]:
    """Expose and develop the photos of a scene.

    Args:
        light: linear RGB, any scale.
        seed: of the scene.
    """
    random = scene_random(seed, stream=22)
    look = sample_photo_look(random, len(light))
    metered = random.uniform(0.4, 1.0)
    level = _middle(light)
    photos = []
    for image, gain, balance, shake in zip(
        light, look.gains, look.balances, look.shakes_px, strict=True
    ):
        own = level ** (1 - metered) * _middle(image[None]) ** metered
        exposed = image * np.float32(look.key * gain / own) * balance.astype(np.float32)
        photos.append(_developed(_through_lens(exposed, look, shake), look, random))
    return np.stack(photos)


def _middle(light: Float32[np.ndarray, "S H W 3"]) -> float:
    """A brightness between median and mean, as cameras meter."""
    grey = light[:, ::3, ::3].mean(-1)
    grey = np.minimum(grey, 6 * np.median(grey) + 1e-6)
    return float(np.exp(np.log(grey + 1e-4).mean()) * 0.5 + 0.5 * grey.mean())


def _through_lens(
    image: Float32[np.ndarray, "H W 3"], look: PhotoLook, shake: Float[np.ndarray, "2"]
) -> Float32[np.ndarray, "H W 3"]:
    """Vignette, colour fringes, blur and shake."""
    height, width = image.shape[:2]
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    image = image * (1 - look.vignette * (rows**2 + columns**2) / 2)
    if look.fringe:
        channels = [
            _scaled(image[..., 0], 1 + look.fringe),
            image[..., 1],
            _scaled(image[..., 2], 1 - look.fringe),
        ]
        image = np.stack(channels, -1)
    image = cv2.GaussianBlur(np.ascontiguousarray(image), (5, 5), look.blur_px)
    length = float(np.hypot(*shake))
    if length > 0.3:
        steps = np.linspace(-0.5, 0.5, 5)
        moved = [_shifted(image, shake * step) for step in steps]
        image = np.stack(moved).mean(0)
    return image


def _scaled(channel: Float32[np.ndarray, "H W"], factor: float) -> Float32[np.ndarray, "H W"]:
    height, width = channel.shape
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.array([[factor, 0, 0], [0, factor, 0]])
    matrix[:, 2] = centre * (1 - factor)
    return cv2.warpAffine(
        np.ascontiguousarray(channel), matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )


def _shifted(
    image: Float32[np.ndarray, "H W 3"], shift: Float[np.ndarray, "2"]
) -> Float32[np.ndarray, "H W 3"]:
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    size = image.shape[1], image.shape[0]
    return cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)


def _developed(
    image: Float32[np.ndarray, "H W 3"], look: PhotoLook, random: Random
) -> UInt8[np.ndarray, "H W 3"]:
    """Photon noise, tone curve, colour, sharpening, JPEG."""
    grain = random.standard_normal(image.shape, dtype=np.float32)
    deviation = np.sqrt(np.maximum(image, 0) / look.photons + look.read_noise**2)
    image = np.maximum(image + grain * deviation.astype(np.float32), 0)
    white = np.float32(1 + look.shoulder)
    image = image * (1 + image / white**2) / (1 + image / white)
    image = np.minimum(image, 1) ** np.float32(1 / 2.2)
    if look.contrast:
        curved = image * image * (3 - 2 * image)
        image = image + np.float32(look.contrast) * (curved - image)
    grey = image.mean(-1, keepdims=True)
    chroma = image - grey
    if look.is_halved:
        chroma = cv2.GaussianBlur(chroma, (5, 5), 1.0)
    image = grey + np.float32(look.saturation) * chroma
    if look.sharpen:
        soft = cv2.GaussianBlur(image, (5, 5), 1.0)
        image = image + np.float32(look.sharpen) * (image - soft)
    photo = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    if not look.quality:
        return photo
    _, coded = cv2.imencode(".jpg", photo[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, look.quality])
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.ascontiguousarray(decoded[..., ::-1])
