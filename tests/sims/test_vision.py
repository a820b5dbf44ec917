"""torchvision beside any build of torch, declaring no more than is missing."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from sims import vision


def fresh() -> ModuleType:
    """Carry out sims/vision.py once more, against the torchvision that is importable now."""
    spec = importlib.util.spec_from_file_location("fresh_vision", Path(vision.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_schemas_are_declared_only_where_the_compiled_operators_did_not_load() -> None:
    assert (vision.declared is None) is vision.torchvision.extension._has_ops()
    assert torch.ops.torchvision.nms is not None


def test_datasets_and_transforms_work() -> None:
    assert vision.MNIST is vision.torchvision.datasets.MNIST
    v2 = importlib.import_module("torchvision.transforms.v2")
    turned = v2.functional.horizontal_flip(torch.arange(4.0).view(1, 2, 2))
    assert turned.tolist() == [[[1.0, 0.0], [3.0, 2.0]]]


def test_with_a_matching_build_nothing_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    build = ModuleType("torchvision")
    monkeypatch.setattr(build, "datasets", SimpleNamespace(MNIST="its reader"), raising=False)
    monkeypatch.setitem(sys.modules, "torchvision", build)
    module = fresh()
    assert module.declared is None
    assert module.MNIST == "its reader"


def test_other_failures_are_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('compiled for another CUDA')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "torchvision")
    with pytest.raises(RuntimeError, match="compiled for another CUDA"):
        fresh()
