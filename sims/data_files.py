"""Where the four MNIST files lie, and whether they are sound; imports no torch.

The archives that ship with the project are unpacked once into the user's cache folder and held
against their MD5. The environment variable LRLAB_DATA names another copy, or another data set of
the same form such as Fashion-MNIST; there the header, length and labels are checked instead.
"""

import gzip
import hashlib
import logging
import os
import struct
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_dir

from sims.errors import DataError

SHIPPED = Path(__file__).with_name("mnist")
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""File name -> MD5 of the original file, unpacked; see sims/mnist/README.md."""

_log = logging.getLogger(__name__)
_REINSTALL = "restore it with `git checkout sims/mnist` or install the project again"
_OWN = "restore it or unset LRLAB_DATA to use the copy that ships with the project"


def locate() -> Path:
    """Return ROOT, the folder in which ROOT/MNIST/raw holds the four unpacked files, all sound.

    Without LRLAB_DATA the shipped archives are unpacked on the first call (about 55 MB); a file
    that was damaged since is unpacked again. LRLAB_DATA may name ROOT, ROOT/MNIST/raw, or any
    folder that holds the four files, plain or as .gz. DataError, a sentence that names the file
    and the cure, where a file is missing or damaged.
    """
    own = os.environ.get("LRLAB_DATA", "").strip()
    try:
        return _own_copy(Path(own).expanduser().resolve()) if own else _shipped_copy()
    except OSError as error:
        raise DataError(
            f"{error.filename or 'The cache folder'} cannot be used ({error.strerror or error}); "
            "make it accessible, or name another copy of the data with LRLAB_DATA."
        ) from error


def fingerprint(root: Path) -> str:
    """Return 12 hex digits that stand for the contents of the four files below `root`.

    Equal contents give equal digits on every computer; DataError where a file is missing.
    """
    try:
        digests = [_md5(root / "MNIST" / "raw" / name) for name in MD5]
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read ({error.strerror}); {_OWN}.") from error
    return _hex("".join(digests).encode())[:12]


def _shipped_copy() -> Path:
    root = Path(user_cache_dir("learning-rate-lab")) / "mnist"
    for name, md5 in MD5.items():
        target = root / "MNIST" / "raw" / name
        if target.is_file():
            if _md5(target) == md5:
                continue
            _log.warning("%s was damaged; it is unpacked again from the shipped archive.", target)
        archive = SHIPPED / f"{name}.gz"
        if not archive.is_file():
            raise DataError(f"{archive} is missing; {_REINSTALL}.")
        content = _unpacked(archive, _REINSTALL)
        if _hex(content) != md5:
            raise DataError(f"{archive} is damaged: its content is not MNIST's; {_REINSTALL}.")
        _write(target, content)
    return root


def _own_copy(given: Path) -> Path:
    raw = given / "MNIST" / "raw"
    folder = raw if raw.is_dir() else given
    if not folder.is_dir():
        raise DataError(f"LRLAB_DATA names {given}, which is not a folder; {_OWN}.")
    sources = {name: _source(folder, name) for name in MD5}
    if folder.parts[-2:] == ("MNIST", "raw") and not any(path.suffix for path in sources.values()):
        _check(folder, sources)
        return folder.parent.parent
    # torchvision reads ROOT/MNIST/raw alone, so other layouts are copied once, by path, size and date.
    stamps = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sources.values()]
    root = Path(user_cache_dir("learning-rate-lab")) / f"own-{_hex(repr(stamps).encode())[:12]}"
    raw = root / "MNIST" / "raw"
    try:
        _check(raw, sources)
    except (DataError, OSError):
        for name, path in sources.items():
            _write(raw / name, _unpacked(path, _OWN) if path.suffix else path.read_bytes())
        _check(raw, sources)
    return root


def _source(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise DataError(f"{folder / name} is missing; {_OWN}.")


def _check(raw: Path, shown: dict[str, Path]) -> None:
    """Raise DataError unless `raw` holds two sound pairs of images and labels; `shown` names them."""
    for part in ("train", "t10k"):
        images, labels = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        count, *size = _header(raw / images, shown[images], 3)
        if size != [28, 28]:
            raise DataError(f"{shown[images]} holds images of {size[0]} x {size[1]}, not 28 x 28; {_OWN}.")
        (labelled,) = _header(raw / labels, shown[labels], 1)
        if count != labelled or not count:
            raise DataError(f"{shown[labels]} holds {labelled:,} labels for {count:,} images; {_OWN}.")
        highest = max((raw / labels).read_bytes()[8:])
        if highest > 9:
            raise DataError(f"{shown[labels]} holds the label {highest}, but labels go from 0 to 9; {_OWN}.")


def _header(path: Path, shown: Path, dimensions: int) -> list[int]:
    """Return the sizes in an IDX header of uint8 data, once the file's length agrees with them."""
    with path.open("rb") as file:
        start = file.read(4 + 4 * dimensions)
        length = os.fstat(file.fileno()).st_size
    magic = bytes((0, 0, 8, dimensions))
    if len(start) < 4 + 4 * dimensions or start[:4] != magic:
        raise DataError(f"{shown} is damaged: it should begin with the IDX header {magic.hex()}; {_OWN}.")
    sizes = list(struct.unpack(f">{dimensions}I", start[4:]))
    expected = len(start) + sizes[0] * (sizes[1] * sizes[2] if dimensions == 3 else 1)
    if length != expected:
        raise DataError(
            f"{shown} is damaged: it should be {expected:,} bytes long and is {length:,}; {_OWN}."
        )
    return sizes


def _unpacked(archive: Path, cure: str) -> bytes:
    try:
        return gzip.decompress(archive.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{archive} is damaged: it cannot be unpacked; {cure}.") from error


def _write(target: Path, content: bytes) -> None:
    """Put `content` at `target` in one move, so that no other process ever sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _hex(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _md5(path: Path) -> str:
    stat = path.stat()
    return _md5_of(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _md5_of(path: Path, size: int, changed: int) -> str:
    """MD5 of a file, read again only when its size or date says that it changed."""
    return _hex(path.read_bytes())
