"""What the reader is: the default embedding model's network, and what training changed in it, in eight bits.

Owns the form of the file. For each matrix it holds the difference to the base model as whole numbers from -127 to 127
and a factor a row; all other parameters stand in it as they are. Needed only while packing and exporting.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

FACTOR = ".factor"


def packed(trained: Mapping[str, Array], base: Mapping[str, Array]) -> dict[str, npt.NDArray[np.generic]]:
    """Return what is stored of trained parameters: differences in eight bits for matrices that the base has."""
    stored: dict[str, npt.NDArray[np.generic]] = {}
    for name, parameter in trained.items():
        if parameter.ndim < 2 or name not in base:
            stored[name] = parameter.astype(np.float32)
            continue
        change = parameter - base[name]
        factor = np.maximum(np.abs(change).max(axis=1, keepdims=True) / 127, 1e-12)
        stored[name] = np.rint(change / factor).astype(np.int8)
        stored[name + FACTOR] = factor.astype(np.float32)
    return stored


def unpacked(stored: Mapping[str, npt.NDArray[np.generic]], base: Mapping[str, Array]) -> dict[str, Array]:
    """Return the parameters of the reader: those of the base, changed as stored, and those that only it has."""
    found = dict(base)
    for name, parameter in stored.items():
        if name.endswith(FACTOR):
            continue
        if parameter.dtype == np.int8:
            factor = stored[name + FACTOR].astype(np.float32)
            found[name] = (base[name] + parameter.astype(np.float32) * factor).astype(np.float32)
        else:
            found[name] = parameter.astype(np.float32)
    return found
