"""The experiments that the engine can run, by kind; a worker rebuilds a spec from its kind and fields."""

from collections.abc import Mapping

from sims.cyclical import Cyclical
from sims.errors import ParamError
from sims.experiment import Experiment
from sims.explorer import Explorer
from sims.fork import Fork
from sims.goldilocks import Goldilocks
from sims.mixup import Mixup
from sims.range_test import Audit, RangeTest
from sims.scaling import Scaling
from sims.warmup import Warmup

EXPERIMENTS: dict[str, type[Experiment]] = {
    kind.KIND: kind
    for kind in (Goldilocks, Fork, RangeTest, Audit, Explorer, Cyclical, Warmup, Mixup, Scaling)
}


def rebuild(kind: str, settings: Mapping[str, object]) -> Experiment:
    """Return the experiment of that kind with these settings; ParamError for anything unknown or out of range."""
    if kind not in EXPERIMENTS:
        raise ParamError(f"There is no experiment called {kind!r}; there are {', '.join(EXPERIMENTS)}.")
    return EXPERIMENTS[kind].parse(settings)
