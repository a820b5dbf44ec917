"""Schedulers for a script: from what the registry says of a schedule to a function, or a class, that makes one.

Every maker is called with an optimiser whose rate is the arm's own and returns torch's scheduler.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sims.schedules import SCHEDULES, Planned
from sims.warmups import WARMUPS

MODULE = "from torch.optim.lr_scheduler import "
INDENT = "    "
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}
"""Torch's classes by the names in `sims.plan.OPTIMIZERS`."""


@dataclass(frozen=True)
class Maker:
    """Code that defines `name`, what it needs of `torch.optim.lr_scheduler`, and other imports that it needs.

    One that `listens` is a class, whose `step` has to be given the loss of the update just made. `needs` are
    definitions that the code uses.
    """

    name: str
    code: str
    torch: tuple[str, ...]
    imports: tuple[str, ...] = ()
    listens: bool = False
    needs: tuple["Maker", ...] = ()

    @property
    def makes(self) -> str:
        """The type of the scheduler."""
        return self.name if self.code.startswith(f"class {self.name}:") else "LRScheduler"


def of_schedule(planned: Planned) -> Maker:
    """Return the maker of a schedule as it is planned, warmup included."""
    lines = planned.code().splitlines()
    torch = tuple(n for line in lines if line.startswith(MODULE) for n in line[len(MODULE) :].split(", "))
    kept = [line for line in lines if not line.startswith((MODULE, "import ", "#"))]
    body = "\n".join(kept).strip().splitlines()
    imports = tuple(line for line in lines if line.startswith("import "))
    name = planned.entry.name + ("_after_warmup" if planned.warmup_steps else "")
    if planned.entry.closed_loop:
        return Maker(camel(name), _listener(planned, body), torch, imports, listens=True)
    body = [line.replace("scheduler = ", "return ") for line in body]
    text = planned.entry.does
    if planned.warmup_steps:
        kind = WARMUPS[planned.warmup].label.lower()
        text += f" Before it: {planned.warmup_steps} updates of {kind} warmup."
    return Maker(f"{name}_schedule", function(f"{name}_schedule", text, body), torch, imports)


def of_sweep(lr_min: float, lr_max: float, steps: int) -> Maker:
    """Return the maker of a range test's sweep, which multiplies the rate by one factor at every update."""
    body = [
        f"factor = ({lr_max!r} / {lr_min!r}) ** (1 / {steps - 1})",
        "return ExponentialLR(optimizer, gamma=factor)",
    ]
    text = f"Multiplies the rate by one factor after every update, from {lr_min:g} up to {lr_max:g}."
    return Maker("sweep_schedule", function("sweep_schedule", text, body), ("ExponentialLR",))


def of_rates(rates: Sequence[float]) -> tuple[float, Maker]:
    """Return the optimiser's rate and the maker of any rates, one for each update.

    Where a rate lasts longer than an update, the code says from when on it holds.
    """
    if len(set(rates)) == 1:
        values = {"base_lr": rates[0], "steps": len(rates)}
        return rates[0], of_schedule(Planned(SCHEDULES["constant"], values, "none", 0, 0.0))
    starts = [step for step, rate in enumerate(rates) if step == 0 or rate != rates[step - 1]]
    pairs = [f"({step}, {rates[step]!r})," for step in starts]
    body = [
        "pieces = [  # (first update, its learning rate and that of those after it)",
        *(f"{INDENT}{' '.join(pairs[n : n + 3])}" for n in range(0, len(pairs), 3)),
        "]",
        "starts = [start for start, _ in pieces]",
        "",
        "def rate(step: int) -> float:",
        f"{INDENT}return pieces[bisect_right(starts, step) - 1][1]",
        "",
        "return LambdaLR(optimizer, rate)  # times the optimiser's own rate, which is 1",
    ]
    code = function("drawn_schedule", "Takes the rates from a list.", body)
    return 1.0, Maker("drawn_schedule", code, ("LambdaLR",), ("from bisect import bisect_right",))


def function(name: str, text: str, body: Sequence[str]) -> str:
    """Return the definition of a function that makes a scheduler for an optimiser."""
    lines = [f"def {name}(optimizer: Optimizer) -> LRScheduler:", f'{INDENT}"""{text}"""']
    apart = [""] if body[0].startswith("def ") else []
    return "\n".join(lines + apart + [INDENT + line if line else "" for line in body])


def _listener(planned: Planned, body: Sequence[str]) -> str:
    """Return the class of a schedule that listens to the loss, behind its warmup where there is one."""
    interval, warm = planned.values["interval"], planned.warmup_steps
    made = [line.replace("scheduler = ", "self.plateau = ") for line in body]
    made = [line.replace("climb = ", "self.climb = ") for line in made]
    before = [
        f"{2 * INDENT}self.updates += 1",
        f"{2 * INDENT}if self.updates <= {warm}:",
        f"{3 * INDENT}self.climb.step()",
        f"{3 * INDENT}return",
    ]
    return "\n".join(
        [
            f"class {camel(planned.entry.name + ('_after_warmup' if warm else ''))}:",
            f'{INDENT}"""{planned.entry.does}',
            "",
            f"{INDENT}Torch leaves open what it looks at and when: here at the mean training loss of every {interval} updates.",
            f'{INDENT}"""',
            "",
            f"{INDENT}def __init__(self, optimizer: Optimizer) -> None:",
            *(2 * INDENT + line if line else "" for line in made),
            f"{2 * INDENT}self.heard: list[float] = []",
            *([f"{2 * INDENT}self.updates = 0"] if warm else []),
            "",
            f"{INDENT}def step(self, loss: float) -> None:",
            f'{2 * INDENT}"""Take in the loss of the update just made."""',
            *(before if warm else []),
            f"{2 * INDENT}self.heard.append(loss)",
            f"{2 * INDENT}if len(self.heard) == {interval}:",
            f"{3 * INDENT}self.plateau.step(sum(self.heard) / {interval})",
            f"{3 * INDENT}self.heard = []",
        ]
    )


def camel(name: str) -> str:
    """Return a function's name as a class has it."""
    return "".join(part.capitalize() for part in name.split("_"))
