"""An experiment is a spec that knows which plan it stands for; every widget has one."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from sims.params import Spec
from sims.plan import Plan


@dataclass(frozen=True)
class Experiment(Spec):
    """A widget's settings that can be trained; `KIND` names it in the store and between processes."""

    KIND: ClassVar[str]

    @abstractmethod
    def plan(self) -> Plan:
        """Return what to train; the same settings give the same plan."""
