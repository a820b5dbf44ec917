"""A small data set in MNIST's form, written where a test wants it."""

import gzip
import struct
from collections.abc import Mapping
from pathlib import Path


def idx(*sizes: int, values: bytes) -> bytes:
    """Return an IDX file of uint8 `values` with these sizes in its header."""
    return bytes((0, 0, 8, len(sizes))) + struct.pack(f">{len(sizes)}I", *sizes) + values


def files(count: int = 5) -> dict[str, bytes]:
    """Return the four files of a sound set of `count` images in each part, labelled 0, 1, 2, ..."""
    images = idx(count, 28, 28, values=bytes(k % 251 for k in range(count * 784)))
    labels = idx(count, values=bytes(k % 10 for k in range(count)))
    return {
        "train-images-idx3-ubyte": images,
        "train-labels-idx1-ubyte": labels,
        "t10k-images-idx3-ubyte": images,
        "t10k-labels-idx1-ubyte": labels,
    }


def write(folder: Path, contents: Mapping[str, bytes], *, packed: bool = False) -> None:
    """Write `contents` into `folder`, gzipped where `packed`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
