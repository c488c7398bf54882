"""Damage done to a file: to its bytes, and to the parts that its envelope keeps apart.

Blind damage seldom gets past a checksum, so archives are taken apart, one part is damaged, and
they are put together again with right lengths and checksums.
"""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable

EXTREMES = (0, 1, -1, 2**15, 2**16 - 1, 2**31 - 1, -(2**31), 2**32 - 1, 2**62, 2**63 - 1, 2**64 - 1)
MOST_BYTES = 8 << 20
"""Deep nests in repeated lines grow to gigabytes; readers are judged by small files."""
DEPTH = 100_000
ODD_VALUES = (
    "NaN", "-Infinity", "1e999", "-1", "0", "1" + "0" * 30, "9" * 5000, "9999999999", "0.5",
    '"text"', "null", "true", "[]", "{}", "[[[]]]", "''", "1_000", "nan", "inf", "-0.0",
    "2147483648",
)  # fmt: skip
NUMBER = re.compile(rb"-?\d+(\.\d+)?([eE][-+]?\d+)?")
WORD = re.compile(rb"[A-Za-z_]\w*")


def damage_bytes(data: bytes, random: random.Random) -> bytes:
    """One blind mutation."""
    return random.choice(_BLIND)(data, random)


def damage_text(data: bytes, random: random.Random) -> bytes:
    """One mutation that a text format's parser may well let through."""
    return random.choice(_TEXTUAL)(data, random)


def _cut(data: bytes, random: random.Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flip_bits(data: bytes, random: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 2, 8, 64))):
        if changed:
            changed[_place(changed, random)] ^= 1 << random.randrange(8)
    return bytes(changed)


def _set_field(data: bytes, random: random.Random) -> bytes:
    """A length, count, offset or type becomes an extreme."""
    width, order = random.choice((1, 2, 4, 8)), random.choice(("little", "big"))
    value = random.choice((*EXTREMES, random.getrandbits(64))) % 256**width
    at = _place(data, random)
    return data[:at] + value.to_bytes(width, order) + data[at + width :]


def _swap_chunks(data: bytes, random: random.Random) -> bytes:
    a, b, c = sorted(random.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _repeat_chunk(data: bytes, random: random.Random) -> bytes:
    a, b = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:b] * random.choice((1, 2, 20)) + data[b:]


def _drop_chunk(data: bytes, random: random.Random) -> bytes:
    a, b = sorted(random.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + data[b:]


def _append(data: bytes, random: random.Random) -> bytes:
    return data + random.randbytes(random.choice((1, 7, 4096)))


def _replace_all(data: bytes, random: random.Random) -> bytes:
    size = random.choice((0, 1, 8, len(data)))
    return random.choice((bytes(size), b"\xff" * size, random.randbytes(size), b"\n" * size))


def _place(data: bytes | bytearray, random: random.Random) -> int:
    """Mostly near the beginning, where headers are."""
    near = min(len(data), random.choice((16, 128, 1024, len(data))))
    return random.randrange(max(near, 1))


def _odd_number(data: bytes, random: random.Random) -> bytes:
    return _replace_match(data, NUMBER, random.choice(ODD_VALUES).encode(), random)


def _odd_word(data: bytes, random: random.Random) -> bytes:
    words = WORD.findall(data) or [b"x"]
    new = random.choice((b"", b"x" * 5000, b"\xff\xfe", b"\0", b"O", b"S9999999", *words[:40]))
    return _replace_match(data, WORD, new, random)


def _replace_match(
    data: bytes, pattern: re.Pattern[bytes], new: bytes, random: random.Random
) -> bytes:
    places = [match.span() for match in pattern.finditer(data)]
    if not places:
        return data + new
    start, stop = random.choice(places)
    return data[:start] + new + data[stop:]


def _nest(data: bytes, random: random.Random) -> bytes:
    opener, closer = random.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"(", b")"), (b"[[a", b"]]")))
    nested = opener * DEPTH + random.choice((b"1" + closer * DEPTH, b""))
    return random.choice((nested, _replace_match(data, NUMBER, nested, random)))


def _lines(data: bytes, random: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    picked = random.choice(([], [lines[at]] * 2, [lines[at]] * 1000, [b""], [b"\xff" + lines[at]]))
    return b"\n".join([*lines[:at], *picked, *lines[at + 1 :]])


_BLIND: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut, _flip_bits, _flip_bits, _set_field, _set_field, _set_field, _swap_chunks,
    _repeat_chunk, _drop_chunk, _append, _replace_all,
)  # fmt: skip
_TEXTUAL = (_odd_number, _odd_number, _odd_number, _odd_word, _nest, _lines, _cut, _flip_bits)


def damaged(kind: str, data: bytes, random: random.Random) -> bytes:
    """The file with one to three mutations, half of them inside its envelope."""
    for _ in range(random.choice((1, 1, 2, 3))):
        is_inside = kind in _INSIDE and random.random() < 0.6
        data = _INSIDE[kind](data, random) if is_inside else damage_bytes(data, random)
        data = data[:MOST_BYTES]
    return data


def _inside_zip(data: bytes, random: random.Random) -> bytes:
    """One member of an archive (npz, session, .pt), damaged under a right checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [[name, archive.read(name)] for name in archive.namelist()]
        return _packed(_members_damaged(members, random), random)
    except Exception:  # noqa: BLE001 (an earlier mutation broke the archive: anything may come)
        return damage_bytes(data, random)


def _packed(members: list[list], random: random.Random) -> bytes:
    buffer = io.BytesIO()
    kind = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def _members_damaged(members: list[list], random: random.Random) -> list[list]:
    choice = random.random()
    at = random.randrange(len(members))
    if choice < 0.1:
        return members[:at] + members[at + 1 :]
    if choice < 0.2:  # the content of one under the name of another
        members[at][1] = random.choice(members)[1]
        return members
    if choice < 0.25:
        members[at][0] = random.choice(("../../x", "/x", "x" * 300, "meta.npy", "ü\0", ""))
        return members
    small = [number for number, (_, content) in enumerate(members) if len(content) < 20_000]
    at = random.choice(small or [at])
    name, content = members[at]
    if name.endswith(".npy"):
        members[at][1] = _inside_npy(content, random)
    elif name.endswith(".json"):
        members[at][1] = damage_text(content, random)
    else:
        members[at][1] = damage_bytes(content, random)
    return members


NPY_DTYPES = (
    "'<f4'", "'|O'", "'<U9999999'", "'<f16'", "'V0'", "'<M8[s]'", "[('a','<f4')]", "'|b1'",
    "'<c8'", "'>f8'", "'<f2'", "'|S0'",
)  # fmt: skip
NPY_SHAPES = (
    "()", "(0,)", "(-1,)", "(9999999999,)", "(2,)*99", "(1," * 70 + ")" * 70, "(2**62, 4)",
    "(0, 99999999999999999999)", "None", "(True,)", "(1.5,)", "(" + "1," * 70 + ")",
)  # fmt: skip


def _inside_npy(data: bytes, random: random.Random) -> bytes:
    """The header says something else of the same data, or the data is damaged."""
    if data[:6] != b"\x93NUMPY" or len(data) < 12:
        return damage_bytes(data, random)
    start, length = 10, struct.unpack("<H", data[8:10])[0]
    header, body = data[start : start + length], data[start + length :]
    choice = random.randrange(5)
    if choice == 0:
        header = _with_entry(header, rb"'descr': '[^']*'", "'descr': " + random.choice(NPY_DTYPES))
    elif choice == 1:
        header = _with_entry(
            header, rb"'shape': \([^)]*\)", "'shape': " + random.choice(NPY_SHAPES)
        )
    elif choice == 2:
        header = damage_text(header, random)
    elif choice == 3:
        body = random.choice((b"\xff" * len(body), b"\0\0\xc0\x7f" * (len(body) // 4), b""))
    else:
        body = damage_text(body, random) if random.random() < 0.5 else damage_bytes(body, random)
    version = random.choice((1, 1, 1, 2, 3, 9))
    size = struct.pack("<H" if version == 1 else "<I", len(header) % 2**16)
    return b"\x93NUMPY" + bytes((version, 0)) + size + header + body


def _with_entry(header: bytes, pattern: bytes, entry: str) -> bytes:
    return re.sub(pattern, lambda _: entry.encode(), header)


def _inside_length_prefixed(data: bytes, random: random.Random) -> bytes:
    """A safetensors file's JSON."""
    length = int.from_bytes(data[:8], "little")
    header = damage_text(data[8 : 8 + length], random)
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


def _inside_header_lines(data: bytes, random: random.Random) -> bytes:
    """The text before a PLY file's `end_header`."""
    header, mark, body = data.partition(b"end_header\n")
    return damage_text(header, random) + mark + body


def _inside_glb(data: bytes, random: random.Random) -> bytes:
    if len(data) < 20:
        return damage_bytes(data, random)
    length = struct.unpack_from("<I", data, 12)[0]
    text = damage_text(data[20 : 20 + length], random)
    rest = struct.pack("<I", len(text)) + data[16:20] + text + data[20 + length :]
    return data[:8] + struct.pack("<I", 12 + len(rest)) + rest


_INSIDE = {
    "zip": _inside_zip,
    "npy": _inside_npy,
    "text": damage_text,
    "safetensors": _inside_length_prefixed,
    "ply": _inside_header_lines,
    "glb": _inside_glb,
}
