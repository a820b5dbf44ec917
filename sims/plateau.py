"""Reduce on plateau, the one schedule that listens to the loss: its entry in the registry.

The training loop carries it out with torch's own ReduceLROnPlateau. Torch leaves open what is
looked at and when; here it is the mean training loss since the last look, every `interval` steps.
"""

from sims.decays import torch_page
from sims.params import Float, Int
from sims.schedule import Schedule, factor, length

REDUCE_ON_PLATEAU = Schedule(
    name="reduce_on_plateau",
    label="Reduce on plateau",
    does="Multiplies the rate by a factor whenever the loss has stopped falling.",
    formula=r"\eta \leftarrow \max(\gamma\,\eta,\ \eta_{\min})\quad\text{after more than } P \text{ looks without progress}",
    params=(
        factor("factor", "Factor γ", "What the rate is multiplied by.", 0.1, high=0.99),
        Int(
            name="patience",
            label="Patience P",
            meaning="Looks without progress that are forgiven. Torch's 10 is meant for epochs.",
            low=0,
            high=1000,
            unit="looks",
            reach=(0, 20),
            default=2,
        ),
        length(
            "interval",
            "Steps between looks",
            "A look compares the mean training loss since the last one with the best so far.",
            0.05,
            "a twentieth of the run",
        ),
        factor("threshold", "Threshold", "Part by which the loss must fall to count as progress.", 1e-4),
        Int(
            name="cooldown",
            label="Cooldown",
            meaning="Looks that do not count after a drop.",
            default=0,
            low=0,
            high=1000,
            unit="looks",
            reach=(0, 20),
        ),
        Float(
            name="min_lr",
            label="Lowest rate",
            meaning="The rate is never lowered below this.",
            default=0.0,
            low=0.0,
            high=100.0,
            reach=(0.0, 0.1),
        ),
    ),
    pros="Needs no length and no milestones: it waits until progress stops",
    cons="Cannot be planned; a noisy loss looks like a plateau, and it only ever goes down",
    best_for="Runs whose length nobody knows, with a validation loss to watch",
    source=torch_page("ReduceLROnPlateau"),
    rate=None,
    code=lambda v: (
        "from torch.optim.lr_scheduler import ReduceLROnPlateau\n\n"
        "scheduler = ReduceLROnPlateau(\n"
        f"    optimizer, factor={v['factor']!r}, patience={v['patience']}, threshold={v['threshold']!r},\n"
        f"    cooldown={v['cooldown']}, min_lr={v['min_lr']!r},\n"
        ")\n"
        f"# every {v['interval']} steps: scheduler.step(mean training loss since the last time)"
    ),
)
