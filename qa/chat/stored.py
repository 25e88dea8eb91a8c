"""Records as JSON, and read back as the same records.

Owns the correspondence between the two. Where the JSON is kept belongs to whoever keeps it. Nothing but the declared
types decides what is made of what was read, so that a file can bring forth records and nothing else.
"""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def stored(record: Any) -> dict[str, Any]:  # noqa: ANN401  (any dataclass there is)
    """Return a dataclass as what JSON can hold."""
    return asdict(record)


def restored(kind: type[T], data: object) -> T:
    """Return the record of a kind that ``stored`` made ``data`` of.

    Fields that are missing have their defaults, and unknown ones are passed over, so that older and newer versions
    read each other. Raises ValueError where ``data`` is no such record.
    """
    record: T = _made(kind, data)
    return record


def _made(kind: Any, data: Any) -> Any:  # noqa: ANN401  (types are read at run time)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (known,) = (one for one in inside if one is not NoneType)
        return None if data is None else _made(known, data)
    if origin is tuple:
        return _several(inside, _checked(list, data))
    if origin is Mapping:
        return {key: _made(inside[1], value) for key, value in _checked(dict, data).items()}
    if is_dataclass(kind):
        return _record(kind, _checked(dict, data))
    if issubclass(kind, tuple):
        return kind(*_several(tuple(_hints(kind).values()), _checked(list, data)))
    if kind is float and type(data) is int:
        return float(data)
    return _checked(kind, data)


def _several(kinds: tuple[Any, ...], data: list[Any]) -> tuple[Any, ...]:
    """Return the items of a tuple, of one kind however many, or each of its own."""
    if kinds[-1] is Ellipsis:
        return tuple(_made(kinds[0], item) for item in data)
    return tuple(_made(kind, item) for kind, item in zip(kinds, data, strict=True))


def _record(kind: Any, data: dict[str, Any]) -> Any:  # noqa: ANN401
    fields = {name: _made(hint, data[name]) for name, hint in _hints(kind).items() if name in data}
    try:
        return kind(**fields)
    except TypeError as error:  # a field without a default is missing
        raise ValueError(str(error)) from None


def _checked(kind: type, data: Any) -> Any:  # noqa: ANN401
    if type(data) is not kind:
        raise ValueError(f"{type(data).__name__} instead of {kind.__name__}")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
