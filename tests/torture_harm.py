"""The ways in which a file can be damaged: those of Lucene's MockDirectoryWrapper, at head, middle and end."""

from collections.abc import Callable, Iterator

Damage = Callable[[bytes], bytes | None]
"""From a file's content to what is left of it, None for nothing at all."""
PLACES = {"head": 0.0, "middle": 0.5, "end": 1.0}
BLOCK = 64


def _at(data: bytes, place: float, size: int) -> int:
    return round((len(data) - size) * place) if len(data) > size else 0


def _zeroed(place: float) -> Damage:
    def damage(data: bytes) -> bytes:
        at = _at(data, place, BLOCK)
        return data[:at] + bytes(min(BLOCK, len(data))) + data[at + BLOCK :]

    return damage


def flipped(bit: Callable[[bytes], int]) -> Damage:
    """Return the damage that flips the bit of that number."""

    def damage(data: bytes) -> bytes:
        number = bit(data)
        return data[: number // 8] + bytes([data[number // 8] ^ 1 << number % 8]) + data[number // 8 + 1 :]

    return damage


def damages() -> Iterator[tuple[str, Damage]]:
    """Yield each damage with its name."""
    yield "gone", lambda data: None
    yield "zeros", lambda data: bytes(len(data))
    yield "half", lambda data: data[: len(data) // 2]
    yield "nothing left", lambda data: b""
    yield "a byte short", lambda data: data[:-1]
    yield "garbage appended", lambda data: data + b"garbage"
    for name, place in PLACES.items():
        yield f"zeros at the {name}", _zeroed(place)
        yield f"bit at the {name}", flipped(lambda data, place=place: 8 * _at(data, place, 1) + 1)
