"""The data as tensors: the known bytes, torchvision's numbers, and one order for each seed."""

import hashlib
import importlib
import struct
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sims.data import MEAN, STD, Batches, Data, load, normalise
from sims.data_files import MD5, locate
from sims.vision import MNIST
from tests.sims.own_data import files, write

CPU = torch.device("cpu")


def as_file(values: Tensor) -> bytes:
    """The IDX file that a tensor of pixels or labels must have come from."""
    header = bytes((0, 0, 8, values.dim())) + struct.pack(f">{values.dim()}I", *values.shape)
    return header + values.to(torch.uint8).numpy().tobytes()


def test_every_pixel_and_label_is_mnists(mnist: Data) -> None:
    tensors = (mnist.train_images, mnist.train_labels, mnist.test_images, mnist.test_labels)
    assert [tuple(t.shape) for t in tensors] == [(60000, 28, 28), (60000,), (10000, 28, 28), (10000,)]
    assert [t.dtype for t in tensors] == [torch.uint8, torch.int64] * 2
    assert [hashlib.md5(as_file(t)).hexdigest() for t in tensors] == list(MD5.values())


def test_normalising_gives_the_bits_of_torchvisions_transforms(mnist: Data) -> None:
    transforms = importlib.import_module("torchvision.transforms")
    usual = transforms.Compose([transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))])
    items = MNIST(locate(), train=False, transform=usual)
    assert torch.equal(normalise(mnist.test_images[:64]), torch.stack([items[k][0] for k in range(64)]))


def test_the_training_pixels_have_mean_0_and_deviation_1(mnist: Data) -> None:
    pixels = normalise(mnist.train_images)
    assert pixels.mean().item() == pytest.approx(0, abs=1e-3)
    assert pixels.std().item() == pytest.approx(1, abs=1e-3)


def test_a_batch_is_the_images_at_the_indices(mnist: Data) -> None:
    images, labels = mnist.batch(torch.tensor([7, 0]))
    assert images.shape == (2, 1, 28, 28)
    assert images.dtype == torch.float32
    assert torch.equal(images, normalise(mnist.train_images[[7, 0]]))
    assert labels.tolist() == [3, 5]
    assert mnist.test_batch(3, 5)[1].tolist() == mnist.test_labels[3:5].tolist()


def test_loading_twice_is_free(mnist: Data) -> None:
    assert load(CPU) is mnist
    assert mnist.device == CPU
    assert mnist.to(CPU).train_images is mnist.train_images


def test_another_data_set_is_read_where_the_environment_says(
    mnist: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "MNIST" / "raw", files(5))
    monkeypatch.setenv("LRLAB_DATA", str(tmp_path))
    assert load(CPU).train_labels.tolist() == [0, 1, 2, 3, 4]
    write(tmp_path / "MNIST" / "raw", files(3))
    assert load(CPU).train_labels.tolist() == [0, 1, 2]


@pytest.fixture
def few() -> Data:
    """100 different images, the first of each label 0..9 over and over."""
    images = torch.arange(100, dtype=torch.uint8).view(100, 1, 1).expand(100, 28, 28).contiguous()
    return Data(images, torch.arange(100) % 10, images, torch.arange(100) % 10)


def order(data: Data, seed: int, size: int, steps: int) -> list[int]:
    """The images that `steps` batches hold, by the value of their pixels."""
    batches = Batches(data, seed, size)
    pixels = torch.cat([batches.at(step)[0][:, 0, 0, 0] for step in range(steps)])
    return [round(value) for value in ((pixels * STD + MEAN) * 255).tolist()]


def test_each_epoch_is_a_new_permutation_and_none_is_cut_short(few: Data) -> None:
    images = order(few, seed=0, size=30, steps=10)
    epochs = [images[:100], images[100:200], images[200:]]
    assert all(sorted(epoch) == list(range(100)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


@pytest.mark.parametrize("size", [1, 7, 64, 100, 300])
def test_every_size_cuts_the_same_order(few: Data, size: int) -> None:
    assert order(few, 3, size, 700 // size) == order(few, 3, 1, 700)[: 700 // size * size]


def test_the_seed_and_nothing_else_decides_the_order(few: Data) -> None:
    torch.manual_seed(1)
    first = order(few, seed=5, size=10, steps=10)
    assert order(few, seed=5, size=10, steps=10) == first
    assert order(few, seed=6, size=10, steps=10) != first


def test_a_step_asked_for_again_gives_the_very_same_tensors(few: Data) -> None:
    batches = Batches(few, 0, 8)
    assert batches.at(0)[0] is batches.at(0)[0]
    assert not torch.equal(batches.at(0)[0], batches.at(1)[0])
