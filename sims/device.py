"""Which device trains, and how it is made to give the same numbers every time."""

import os

import torch

from sims.errors import DeviceError
from sims.params import Int


def choose() -> torch.device:
    """Return the device that trains: LRLAB_DEVICE where set, else CUDA where present, else the CPU.

    LRLAB_DEVICE is auto, cpu, cuda (the first card) or cuda:N. DeviceError names what this
    computer allows where it is anything else.
    """
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    devices = {"auto": "cuda:0" if cards else "cpu", "cpu": "cpu"}
    if cards:
        devices["cuda"] = "cuda:0"
        devices.update({f"cuda:{card}": f"cuda:{card}" for card in range(cards)})
    asked = os.environ.get("LRLAB_DEVICE", "").strip().lower() or "auto"
    if asked not in devices:
        raise DeviceError(
            f"LRLAB_DEVICE must be one of {', '.join(devices)} on this computer; {asked[:40]!r} was given."
        )
    return torch.device(devices[asked])


def threads() -> int:
    """Return how many CPU threads one run may use: LRLAB_THREADS, 1 where it is not set.

    Sums are split among threads, so runs agree bit for bit only where their thread counts do.
    ParamError unless it is a whole number from 1 to the number of cores.
    """
    setting = Int(
        name="LRLAB_THREADS",
        label="LRLAB_THREADS",
        meaning="CPU threads that one run may use",
        default=1,
        low=1,
        high=os.cpu_count() or 1,
    )
    return setting.accept(os.environ.get(setting.name, "").strip() or setting.default)


def at_once(device: torch.device, runs: int) -> int:
    """Return how many networks a run may update at once where `runs` runs share this computer.

    On a CPU its cores are shared out among the runs and the threads of each; on a card each update
    is in line behind the others anyway, so 1. It changes how long a run takes and nothing else.
    """
    if device.type != "cpu":
        return 1
    affinity = getattr(os, "sched_getaffinity", None)  # which macOS has not
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, cores // (threads() * max(1, runs)))


def configure(device: torch.device) -> None:
    """Make the calling thread train on `device` with `threads()` threads and repeatable numbers.

    Call it in the thread that trains, before the first use of CUDA. It changes settings of the
    whole process, which is why `sims.train` leaves it to the worker. ParamError as in `threads`.
    Source: https://docs.pytorch.org/docs/stable/notes/randomness.html
    """
    torch.set_num_threads(threads())
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
