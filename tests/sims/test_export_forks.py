"""Schedulers in the scripts of forks, stepped without training: those of every line of every experiment."""

import ast
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
import torch

from sims.experiments import EXPERIMENTS
from sims.export import script
from sims.fork import Fork

AT = 11
TWICE = urlencode({"at": AT, "settings": "schedules=one_cycle&one_cycle-cycle_momentum=true", "line": 0})
RUNS = {
    **dict.fromkeys(EXPERIMENTS, ""),
    "explorer": "steps=40&schedules=constant,step,linear,cosine,inverse_sqrt,wsd&warmup=linear&warmup_steps=14",
    "cyclical": "policies=triangular2,one_cycle,exp_range&cycle_momentum=true&steps=60",
    "fork": TWICE,
}
"""Settings of each experiment that is forked."""


def definitions(text: str) -> dict[str, Any]:
    """Return what a script defines before it trains: its schedulers and arms among it."""
    body = ast.parse(text).body
    kept = [node for node in body if not isinstance(node, ast.Try | ast.If)]
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(ast.Module(kept, []), "script", "exec"), names)
    return names


def stepped(arm: Any, steps: int, kind: type, before: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the optimiser's settings at every update of an arm, as the script's `train` has them."""
    optimizer = kind([torch.zeros(1)], lr=arm.lr)
    if arm.fork_of:
        optimizer.param_groups[0] |= before[arm.fork_at]
        optimizer.param_groups[0]["initial_lr"] = optimizer.param_groups[0]["lr"]
    scheduler = arm.make_scheduler(optimizer)
    told = []
    for step in range(arm.fork_at, steps):
        told.append({k: v for k, v in optimizer.param_groups[0].items() if k != "params"})
        optimizer.step()
        if (step + 1) % getattr(arm, "step_every", 1) == 0:
            scheduler.step()
    return told


@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_the_rates_and_momenta_of_a_fork_are_those_of_its_plan(kind: str) -> None:
    lines = Fork(kind=kind, settings=RUNS[kind], line=0, at=1).origin().plan().arms
    for number, (then, factor) in product(range(len(lines)), (("hold", 0.5), ("decay", 3.0), ("shape", 0.5))):
        fork = Fork(kind=kind, settings=RUNS[kind], line=number, at=AT, then=then, factor=factor)
        made = definitions(script(fork))
        arms = made["ARMS"]
        optimizer = made[{"sgd": "SGD", "adam": "Adam"}[fork.optimizer]]
        was = stepped(arms[0], fork.steps, optimizer, {})
        branch = stepped(arms[1], fork.steps, optimizer, dict(enumerate(was)))
        for settings, arm in zip((was, branch), fork.plan().arms, strict=True):
            rates = [one["lr"] for one in settings]
            assert rates == pytest.approx(arm.lrs[arm.fork_at :], rel=1e-9, abs=1e-15), (arm.name, fork)
            if arm.momenta:
                momenta = [one["momentum"] for one in settings]
                assert momenta == pytest.approx(arm.momenta[arm.fork_at :], rel=1e-9)


@pytest.mark.parametrize("then", ["hold", "decay", "shape"])
@pytest.mark.parametrize("kind", EXPERIMENTS)
def test_the_code_of_a_fork_says_the_rule_and_lists_no_rates(kind: str, then: str) -> None:
    text = script(Fork(kind=kind, settings=RUNS[kind], line=0, at=AT, then=then, factor=0.5))
    assert max(len(line) for line in text.splitlines()) <= 120
    assert len(text.splitlines()) < 260
    assert "rates = [" not in text


def test_what_somebody_wrote_into_the_settings_of_the_forked_run_is_not_repeated() -> None:
    text = script(Fork(settings='lr="""%2Bprint(1)&lr=0.2&schedules=constant', line=0))
    assert "print(1)" not in text
    assert "Base rate: 0.2; Steps: 400" in " ".join(text.splitlines())
