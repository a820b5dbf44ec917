"""What the two measurements cost: a plan with sharpness and layers against the same plan without."""

import time
from dataclasses import replace

from sims import data, device
from sims.plan import Arm, Plan
from sims.train import train
from tests.bench.figures import show

STEPS, PAIRS = 300, 7


def seconds(plan: Plan, images: data.Data) -> float:
    """Train `plan` to its end and return how long it took."""
    start = time.perf_counter()
    for _ in train(plan, images):
        pass
    return time.perf_counter() - start


def costs(plan: Plan, measured: Plan, images: data.Data) -> list[float]:
    """Return how many times as long `measured` takes as `plan`, pair by pair, each first in turn."""
    found = []
    for pair in range(PAIRS):
        order = (plan, measured) if pair % 2 else (measured, plan)
        took = {which: seconds(which, images) for which in order}
        found.append(took[measured] / took[plan])
    return found


def main() -> None:
    """Print the ratios for five seeds and for one, with both measurements and with layers alone."""
    where = device.choose()
    device.configure(where)
    images = data.load(where)
    arms = tuple(Arm(name, (0.06,) * STEPS, "adam") for name in "abc")
    five, one = Plan(arms, tuple(range(5))), Plan(arms)
    seconds(Plan(tuple(Arm(name, (0.06,) * 30, "adam") for name in "abc"), sharpness_every=20), images)
    for plan, every, goal in ((five, 20, "<= 1.25"), (one, 20, ""), (one, 100, "<= 1.25")):
        measured = replace(plan, layers=True, sharpness_every=every)
        what = f"{len(plan.seeds)} seeds" if len(plan.seeds) > 1 else "1 seed"
        show(f"layers and sharpness every {every}, {what}, ratio", costs(plan, measured, images), "", goal)
    show("layers alone, 1 seed, ratio", costs(one, replace(one, layers=True), images), "")
