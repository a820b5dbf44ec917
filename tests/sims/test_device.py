"""Choosing a device and making it repeat itself."""

import os
from collections.abc import Iterator
from threading import Thread

import pytest
import torch

from sims.device import at_once, choose, configure, threads
from sims.errors import DeviceError, ParamError


@pytest.fixture(autouse=True)
def settings_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings from outside, and torch's own given back."""
    for name in ("LRLAB_DEVICE", "LRLAB_THREADS", "CUBLAS_WORKSPACE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    cudnn = torch.backends.cudnn
    before = torch.get_num_threads(), cudnn.deterministic, cudnn.benchmark
    yield
    torch.set_num_threads(before[0])
    cudnn.deterministic, cudnn.benchmark = before[1:]
    os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)


def cards(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


@pytest.mark.parametrize(
    ("asked", "count", "device"),
    [
        (None, 0, "cpu"),
        ("", 0, "cpu"),
        ("auto", 0, "cpu"),
        ("CPU", 0, "cpu"),
        (None, 1, "cuda:0"),
        ("auto", 2, "cuda:0"),
        ("cpu", 2, "cpu"),
        ("cuda", 2, "cuda:0"),
        (" cuda:1 ", 2, "cuda:1"),
    ],
)
def test_the_best_device_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, count: int, device: str
) -> None:
    cards(monkeypatch, count)
    if asked is not None:
        monkeypatch.setenv("LRLAB_DEVICE", asked)
    assert choose() == torch.device(device)


@pytest.mark.parametrize(
    ("asked", "count", "allowed"),
    [
        ("cuda", 0, "auto, cpu"),
        ("tpu", 0, "auto, cpu"),
        ("cuda:2", 2, "auto, cpu, cuda, cuda:0, cuda:1"),
        ("cuda:-1", 1, "auto, cpu, cuda, cuda:0"),
    ],
)
def test_an_impossible_choice_names_the_possible_ones(
    monkeypatch: pytest.MonkeyPatch, asked: str, count: int, allowed: str
) -> None:
    cards(monkeypatch, count)
    monkeypatch.setenv("LRLAB_DEVICE", asked)
    with pytest.raises(DeviceError) as caught:
        choose()
    sentence = f"LRLAB_DEVICE must be one of {allowed} on this computer; '{asked}' was given."
    assert str(caught.value) == sentence


def test_one_thread_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert threads() == 1
    monkeypatch.setenv("LRLAB_THREADS", "3")
    assert threads() == 3


@pytest.mark.parametrize("asked", ["0", "9", "1.5", "many", "-1"])
def test_an_impossible_number_of_threads_is_a_sentence(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setenv("LRLAB_THREADS", asked)
    with pytest.raises(ParamError) as caught:
        threads()
    assert str(caught.value) == f"LRLAB_THREADS must be a whole number from 1 to 8; '{asked}' was given."


def test_runs_share_the_cores_of_a_computer_and_a_card_is_shared_by_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert [at_once(torch.device("cpu"), runs) for runs in (1, 2, 3, 8, 20)] == [8, 4, 2, 1, 1]
    monkeypatch.setenv("LRLAB_THREADS", "4")
    assert [at_once(torch.device("cpu"), runs) for runs in (1, 2, 3)] == [2, 1, 1]
    assert at_once(torch.device("cuda", 0), 1) == 1


def test_configuring_makes_the_calling_thread_repeatable() -> None:
    torch.set_num_threads(2)
    counts = []

    def work() -> None:
        configure(torch.device("cpu"))
        counts.append(torch.get_num_threads())

    worker = Thread(target=work)
    worker.start()
    worker.join()
    assert counts == [1]
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ


def test_configuring_for_cuda_fixes_the_order_of_its_sums() -> None:
    configure(torch.device("cuda", 0))
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
