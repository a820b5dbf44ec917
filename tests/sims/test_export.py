"""Generated scripts run by themselves: the same rates, losses, looks and ends as our own training loop."""


import pytest

from sims.cyclical import Cyclical
from sims.data import Data
from sims.experiment import Experiment
from sims.explorer import Explorer
from sims.export import script
from sims.range_test import Audit, RangeTest
from sims.warmup import Warmup, cells
from tests.sims.exported import Told, compare, events_of, run_scripts

pytestmark = pytest.mark.usefixtures("one_thread")

RUNS: dict[str, Experiment] = {
    "sweep": RangeTest(steps=60, seeds=2),
    "sweep_adam": RangeTest(steps=40, seeds=1, optimizer="adam", stop_factor=0),
    "audit": Audit(steps=20, seeds=1, count=5),
    "map_cell": cells(Warmup())[2][1],
    "warmup": Warmup(steps=60, warmup_steps=20, seeds=1),
    "cycles": Cyclical(steps=40, seeds=1, policies=("triangular", "exp_range", "cosine_restarts")),
    "cycled_momentum": Cyclical(
        steps=40, seeds=1, policies=("triangular2", "one_cycle"), cycle_momentum=True
    ),
    "super": Cyclical(compare="super", steps=60, seeds=1),
    "explorer": Explorer(steps=40, seeds=2),
    "decays": Explorer(steps=40, seeds=1, schedules=("multistep", "exponential", "polynomial", "cosine")),
    "newer": Explorer(
        steps=40, seeds=1, schedules=("inverse_sqrt", "wsd", "flat_cosine"), warmup="exponential"
    ),
    "rest": Explorer(steps=40, seeds=1, schedules=("reduce_on_plateau", "cosine"), network="batchnorm"),
    "listens_after_warmup": Explorer(
        steps=60,
        seeds=1,
        schedules=("reduce_on_plateau",),
        warmup="linear",
        own=(("reduce_on_plateau-patience", 0), ("reduce_on_plateau-interval", 5)),
    ),
    "diverges": Explorer(lr=10.0, steps=40, seeds=1, schedules=("linear",), batch_size=8),
    "adamw": Explorer(
        lr=0.003,
        steps=30,
        seeds=1,
        schedules=("cosine", "one_cycle"),
        optimizer="adamw",
        warmup="constant",
        warmup_start=0.3,
        own=(("one_cycle-cycle_momentum", True),),
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    return run_scripts({name: script(run) for name, run in RUNS.items()}, tmp_path_factory.mktemp("scripts"))


@pytest.mark.parametrize("name", RUNS)
def test_a_script_gives_the_rates_and_losses_of_its_run(
    name: str, told: dict[str, Told], mnist: Data
) -> None:
    experiment = RUNS[name]
    compare(told[name], experiment.plan(), events_of(experiment, mnist))
