"""Schedulers of a fork for a script.

A branch's scheduler is made for an optimiser that goes on at the rate of its original, and counts from the fork.
What it has to know of the original's plan it gets by stepping that one's scheduler where nothing is trained.
"""

from typing import NamedTuple

from sims.export_makers import INDENT, OPTIMIZERS, Maker, camel, function
from sims.fork import Fork


class Driven(NamedTuple):
    """What sets an arm's rates: the optimiser's own rate, a scheduler, and after how many updates it is stepped."""

    lr: float
    maker: Maker
    every: int = 1


class _Rates(NamedTuple):
    """A scheduler of torch for the branch's rates: its class, its arguments, and what it does, in words."""

    kind: str
    given: str
    does: str
    planned: bool = False  # whether it looks up the original's plan


def of_branch(was: Driven, fork: Fork, again: int = 1) -> Driven:
    """Return what sets the branch's rates; `was` sets those of its original.

    `again` counts the forks at this step, as a fork can be forked where it was forked itself. A branch whose original
    cycles its momentum goes on with that.
    """
    rates, forked = _rates(was, fork), fork.forked()
    name = f"forked_at_{fork.at}" + (f"_{again}" if again > 1 else "")
    plan = f"planned({was.maker.name}, lr={was.lr!r}, steps={fork.steps // was.every})"
    base = f'optimizer.param_groups[0]["initial_lr"] = {fork.factor!r}  # what LambdaLR multiplies'
    needs = (was.maker, _planned(OPTIMIZERS[forked.optimizer])) if rates.planned or forked.momenta else ()
    if not forked.momenta:
        body = [f"plan = {plan}", base] if rates.planned else []
        body.append(f"return {rates.kind}(optimizer, {rates.given})")
        return Driven(was.lr, Maker(name, function(name, f"{rates.does}.", body), (rates.kind,), needs=needs))
    own = "betas" if "Adam" in OPTIMIZERS[forked.optimizer] else "momentum"
    code = [
        f"class {camel(name)}({rates.kind}):",
        f'{INDENT}"""{rates.does}; the momentum goes on as planned."""',
        "",
        f"{INDENT}def __init__(self, optimizer: Optimizer) -> None:",
        f"{2 * INDENT}self.plan = {plan}",
        *([2 * INDENT + base] if rates.planned else []),
        f"{2 * INDENT}super().__init__(optimizer, {rates.given.replace('plan[', 'self.plan[')})",
        "",
        f"{INDENT}def get_lr(self) -> list[float]:",
        f"{2 * INDENT}now = self.plan[{fork.at} + self.last_epoch]",
        f'{2 * INDENT}self.optimizer.param_groups[0]["{own}"] = now["{own}"]',
        f"{2 * INDENT}return super().get_lr()",
    ]
    return Driven(was.lr, Maker(camel(name), "\n".join(code), (rates.kind,), needs=needs))


def of_joined(before: Driven, after: Driven, fork: Fork) -> Driven:
    """Return what sets the rates of an original that is a fork's branch itself: two schedulers, one after the other."""
    name = camel(f"{before.maker.name}_then_{after.maker.name}")
    step = [f"{2 * INDENT}self.scheduler.step()"]
    if before.every > 1:
        step = [
            f"{2 * INDENT}if self.updates > {fork.at} or self.updates % {before.every} == 0:",
            f"{3 * INDENT}self.scheduler.step()",
        ]
    code = [
        f"class {name}:",
        f'{INDENT}"""{before.maker.name}, and from update {fork.at} on {after.maker.name}."""',
        "",
        f"{INDENT}def __init__(self, optimizer: Optimizer) -> None:",
        f"{2 * INDENT}self.optimizer, self.updates = optimizer, 0",
        f"{2 * INDENT}self.scheduler = {before.maker.name}(optimizer)",
        "",
        f"{INDENT}def step(self) -> None:",
        f"{2 * INDENT}self.updates += 1",
        *step,
        f"{2 * INDENT}if self.updates == {fork.at}:",
        f"{3 * INDENT}group = self.optimizer.param_groups[0]",
        f'{3 * INDENT}group["initial_lr"] = group["lr"]  # the next one begins where this one stands',
        f"{3 * INDENT}self.scheduler = {after.maker.name}(self.optimizer)",
    ]
    return Driven(before.lr, Maker(name, "\n".join(code), (), needs=(before.maker, after.maker)))


def _rates(was: Driven, fork: Fork) -> _Rates:
    """Return the scheduler that the fork's settings ask for, counted from the fork."""
    factor, rest = f"{fork.factor!r}", fork.steps - fork.at
    if fork.then == "decay":
        does = f"Falls in a straight line to 0, from {fork.factor:g} times the rate at the fork"
        if fork.factor > 1:  # torch's LinearLR and ConstantLR refuse that
            return _Rates("LambdaLR", f"lambda step: {factor} * (1 - step / {rest})", does)
        return _Rates("LinearLR", f"start_factor={factor}, end_factor=0.0, total_iters={rest}", does)
    if fork.then == "shape" and len(set(fork.branch_rates().tolist())) > 1:
        place = f"{fork.at} + step" if was.every == 1 else f"({fork.at} + step) // {was.every}"
        does = f"Goes on as planned by {was.maker.name}, at {fork.factor:g} times its rates"
        return _Rates("LambdaLR", f'lambda step: plan[{place}]["lr"]', does, planned=True)
    does = f"Stays at {fork.factor:g} times the rate at the fork"
    if fork.factor > 1:
        return _Rates("LambdaLR", f"lambda step: {factor}", does)
    return _Rates("ConstantLR", f"factor={factor}, total_iters={rest}", does)


def _planned(optimizer: str) -> Maker:
    """Return the function that looks up what a scheduler would do."""
    code = f'''\
def planned(make_scheduler: Callable, lr: float, steps: int) -> list[dict]:
    """Return the settings that a scheduler gives to an optimiser, step by step; nothing is trained."""
    optimizer = {optimizer}([torch.zeros(1)], lr=lr)
    scheduler = make_scheduler(optimizer)
    plan = [dict(optimizer.param_groups[0])]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        plan.append(dict(optimizer.param_groups[0]))
    return plan'''
    return Maker("planned", code, ())
