"""What sets the rates of each arm of an experiment in a script; a fork's are those of the line that it forks."""

from sims.contest import Contest
from sims.experiment import Experiment
from sims.export_forks import Driven, of_branch, of_joined
from sims.export_makers import of_rates, of_schedule, of_sweep
from sims.fork import Fork
from sims.range_test import RangeTest


def driven(experiment: Experiment, number: int) -> Driven:
    """Return what sets the rates of an arm, by its position in the experiment's plan."""
    if isinstance(experiment, Fork):
        return _branch(experiment) if number else _original(experiment)
    if isinstance(experiment, RangeTest):
        return Driven(experiment.lr_min, of_sweep(experiment.lr_min, experiment.lr_max, experiment.steps))
    if isinstance(experiment, Contest):
        line = experiment.lines()[number]
        planned = experiment.planned(line)
        return Driven(planned.values["base_lr"], of_schedule(planned), line.step_every)
    return Driven(*of_rates(experiment.plan().arms[number].lrs))


def _original(fork: Fork) -> Driven:
    """Return what sets the rates of the line that is forked, from its first update to its last."""
    origin = fork.origin()
    if isinstance(origin, Fork) and fork.line:
        return of_joined(_original(origin), _branch(origin), origin)
    return driven(origin, fork.line)


def _branch(fork: Fork) -> Driven:
    """Return what sets the rates of the branch from the fork on."""
    origin = fork.origin()
    again = 1
    while isinstance(origin, Fork):
        again += origin.at == fork.at
        origin = origin.origin()
    return of_branch(_original(fork), fork, again)
