"""What tests of training share: the real data, read once, and one thread with repeatable numbers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sims.data import Data


@pytest.fixture(scope="session")
def mnist() -> "Data":
    """The shipped data set on the CPU."""
    import torch

    from sims.data import load

    return load(torch.device("cpu"))


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Run the test on one CPU thread, as a worker does, and give the threads back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
