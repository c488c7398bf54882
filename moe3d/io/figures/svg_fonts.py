"""Puts the letters of a font that a drawing uses into the drawing itself."""

import base64
import io
import re
from html import unescape

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import font_manager

_TEXTS = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)


def with_font(drawing: bytes, family: str) -> bytes:
    """An SVG whose text looks the same where the font is not installed.

    Args:
        drawing: an SVG with text as text.
        family: the font of all its text.
    """
    text = drawing.decode("utf-8")
    letters = {letter for words in _TEXTS.findall(text) for letter in unescape(words)}
    if not letters:
        return drawing
    font = base64.b64encode(_letters_of(family, "".join(sorted(letters)))).decode("ascii")
    rule = (
        f"<style>@font-face {{ font-family: '{family}'; "
        f"src: url('data:font/ttf;base64,{font}') format('truetype'); }}</style>"
    )
    head = text.index("<defs>") + len("<defs>")
    return (text[:head] + rule + text[head:]).encode("utf-8")


def _letters_of(family: str, letters: str) -> bytes:
    """A font file with these letters alone."""
    path = font_manager.findfont(font_manager.FontProperties(family=family))
    font = TTFont(path, recalcTimestamp=False)
    options = subset.Options()
    options.notdef_outline = True
    options.drop_tables += ["FFTM"]  # the editor's time stamp
    chosen = subset.Subsetter(options)
    chosen.populate(text=letters)
    chosen.subset(font)
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()
