"""The settings that every experiment on a network shares, each stated once."""

from sims.params import Choice, Float, Int, Param
from sims.plan import NETWORKS, OPTIMIZERS

TRAINING: tuple[Param, ...] = (
    Choice(
        name="network",
        label="Network",
        meaning="The CNN that is trained.",
        group="Training",
        default="small",
        options=NETWORKS,
    ),
    Choice(
        name="optimizer",
        label="Optimiser",
        meaning="How a gradient becomes an update; good rates differ tenfold between SGD and Adam.",
        group="Training",
        default="sgd",
        options=OPTIMIZERS,
    ),
    Float(
        name="momentum",
        label="Momentum",
        meaning="How much of the last update goes into the next: SGD's momentum, the first beta of Adam.",
        group="Training",
        default=0.9,
        low=0,
        high=0.99,
    ),
    Int(
        name="batch_size",
        label="Batch size",
        meaning="Images per update; larger batches give less noise and bear higher rates.",
        group="Training",
        default=64,
        low=8,
        high=512,
        unit="images",
        log=True,
    ),
    Int(
        name="seeds",
        label="Seeds",
        meaning="Repeats, each with its own initial weights and batches: a band instead of a dot.",
        group="Training",
        default=3,
        low=1,
        high=5,
    ),
)
"""Fields `network`, `optimizer`, `momentum`, `batch_size` and `seeds` of an experiment."""
