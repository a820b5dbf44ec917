"""Finding the data: unpacked once, repaired where damaged, and one's own copy checked."""

import gzip
import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sims import data_files
from sims.data_files import MD5, SHIPPED, fingerprint, locate
from sims.errors import DataError
from tests.sims.own_data import files, idx, write

PROJECT = Path(__file__).parents[2]
OWN_CURE = "restore it or unset LRLAB_DATA to use the copy that ships with the project."
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no LRLAB_DATA."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("LRLAB_DATA", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped archives that a test may damage."""
    copy = tmp_path / "shipped"
    shutil.copytree(SHIPPED, copy)
    monkeypatch.setattr(data_files, "SHIPPED", copy)
    return copy


def refusal() -> str:
    with pytest.raises(DataError) as caught:
        locate()
    return str(caught.value)


def test_the_shipped_archives_are_unpacked_into_the_cache(cache: Path) -> None:
    raw = locate() / "MNIST" / "raw"
    assert raw.is_relative_to(cache)
    assert {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in raw.iterdir()} == MD5


def test_the_sums_are_those_of_the_readme() -> None:
    table = (SHIPPED / "README.md").read_text()
    assert dict(re.findall(r"\| (\S+-ubyte) \| ([0-9a-f]{32}) \|", table)) == MD5


def test_a_second_call_unpacks_nothing(cache: Path) -> None:
    file = locate() / "MNIST" / "raw" / IMAGES
    before = file.stat().st_ino
    locate()
    assert file.stat().st_ino == before


def test_two_processes_may_unpack_at_once_without_torch(cache: Path) -> None:
    code = (
        "import sys; from sims.data_files import *; root = locate(); print(root, fingerprint(root));"
        "assert not {'torch', 'torchvision'} & set(sys.modules)"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, env=os.environ, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert told[0] == told[1] != b""
    assert {path.name for path in (locate() / "MNIST" / "raw").iterdir()} == set(MD5)  # no temporary files


@pytest.mark.parametrize("damage", [b"", b"not what it was"])
def test_a_damaged_file_in_the_cache_is_unpacked_again(
    cache: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    file = locate() / "MNIST" / "raw" / LABELS
    file.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        locate()
    assert hashlib.md5(file.read_bytes()).hexdigest() == MD5[LABELS]
    assert [record.getMessage() for record in caplog.records] == [
        f"{file} was damaged; it is unpacked again from the shipped archive."
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no archive", "is damaged: it cannot be unpacked"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "is damaged: it cannot be unpacked"),
        (gzip.compress(b"something else", mtime=0), "is damaged: its content is not MNIST's"),
        (None, "is missing"),
    ],
)
def test_a_damaged_shipped_archive_is_named_with_the_cure(
    cache: Path, shipped: Path, content: bytes | None, problem: str
) -> None:
    archive = shipped / f"{LABELS}.gz"
    archive.unlink()
    if content is not None:
        archive.write_bytes(content)
    assert refusal() == (
        f"{archive} {problem}; restore it with `git checkout sims/mnist` or install the project again."
    )


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.delenv("LRLAB_DATA", raising=False)
    sentence = refusal()
    assert str(tmp_path / "file") in sentence
    assert sentence.endswith("make it accessible, or name another copy of the data with LRLAB_DATA.")


@pytest.mark.parametrize("layout", ["root", "raw", "files", "packed"])
def test_a_copy_of_ones_own_may_lie_in_any_usual_layout(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    given = tmp_path / "own"
    folder = given if layout in ("files", "packed") else given / "MNIST" / "raw"
    write(folder, files(), packed=layout == "packed")
    monkeypatch.setenv("LRLAB_DATA", str(folder if layout == "raw" else given))
    root = locate()
    assert {name: (root / "MNIST" / "raw" / name).read_bytes() for name in MD5} == files()
    assert (root == given) is (layout in ("root", "raw"))
    assert locate() == root


def sound_but(name: str, content: bytes) -> dict[str, bytes]:
    return files() | {name: content}


LONG = "is damaged: it should be 3,936 bytes long and is"
HEADER = "is damaged: it should begin with the IDX header"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (IMAGES, files()[IMAGES][:1000], f"{LONG} 1,000"),
        (IMAGES, files()[IMAGES] + b"x", f"{LONG} 3,937"),
        (LABELS, files()[LABELS][:-1], "is damaged: it should be 13 bytes long and is 12"),
        (IMAGES, b"", f"{HEADER} 00000803"),
        (IMAGES, files()[LABELS] * 2, f"{HEADER} 00000803"),
        (LABELS, files()[IMAGES], f"{HEADER} 00000801"),
        (IMAGES, idx(5, 32, 32, values=bytes(5 * 1024)), "holds images of 32 x 32, not 28 x 28"),
        (LABELS, files(4)[LABELS], "holds 4 labels for 5 images"),
        (LABELS, idx(5, values=b"\0\1\2\3\12"), "holds the label 10, but labels go from 0 to 9"),
        ("t10k-labels-idx1-ubyte", files(6)[LABELS], "holds 6 labels for 5 images"),
    ],
)
def test_each_problem_of_ones_own_copy_is_a_sentence(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, problem: str
) -> None:
    raw = tmp_path / "own" / "MNIST" / "raw"
    write(raw, sound_but(name, content))
    monkeypatch.setenv("LRLAB_DATA", str(tmp_path / "own"))
    assert refusal() == f"{raw / name} {problem}; {OWN_CURE}"


def test_an_empty_set_is_refused(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "own", files(0))
    monkeypatch.setenv("LRLAB_DATA", str(tmp_path / "own"))
    assert refusal() == f"{tmp_path / 'own' / LABELS} holds 0 labels for 0 images; {OWN_CURE}"


def test_a_missing_file_or_folder_of_ones_own_is_named(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    monkeypatch.setenv("LRLAB_DATA", str(own))
    assert refusal() == f"LRLAB_DATA names {own}, which is not a folder; {OWN_CURE}"
    own.mkdir()
    assert refusal() == f"{own / IMAGES} is missing; {OWN_CURE}"


def test_a_damaged_archive_of_ones_own_is_named(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "own", files(), packed=True)
    (tmp_path / "own" / f"{LABELS}.gz").write_bytes(b"no archive")
    monkeypatch.setenv("LRLAB_DATA", str(tmp_path / "own"))
    assert refusal() == f"{tmp_path / 'own' / LABELS}.gz is damaged: it cannot be unpacked; {OWN_CURE}"


def test_the_fingerprint_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    write(tmp_path / "a" / "MNIST" / "raw", files())
    write(tmp_path / "b" / "MNIST" / "raw", files())
    first = fingerprint(tmp_path / "a")
    assert re.fullmatch("[0-9a-f]{12}", first)
    assert fingerprint(tmp_path / "b") == first
    write(tmp_path / "b" / "MNIST" / "raw", files(6))
    assert fingerprint(tmp_path / "b") != first
    with pytest.raises(DataError, match="cannot be read"):
        fingerprint(tmp_path / "nowhere")
