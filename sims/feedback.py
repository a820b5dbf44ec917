"""A rate that listens to the loss while it trains: torch's ReduceLROnPlateau, fed every few updates."""

from copy import deepcopy

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from sims.plan import Plateau


class Feedback:
    """Lowers the optimiser's rate as `plateau` says; what it does depends on the losses alone."""

    def __init__(self, plateau: Plateau, optimizer: Optimizer) -> None:
        self._plateau = plateau
        self._heard: list[Tensor] = []
        self._scheduler = ReduceLROnPlateau(
            optimizer,
            factor=plateau.factor,
            patience=plateau.patience,
            threshold=plateau.threshold,
            cooldown=plateau.cooldown,
            min_lr=plateau.min_lr,
        )

    def go_on_from(self, other: "Feedback") -> None:
        """Know all that `other` has heard and done."""
        self._heard = list(other._heard)
        self._scheduler.load_state_dict(deepcopy(other._scheduler.state_dict()))

    def hear(self, loss: Tensor) -> None:
        """Take in the loss of the update just made; nothing waits for the device."""
        self._heard.append(loss)

    def decides(self, step: int) -> bool:
        """Whether the rate of update `step` is the listener's; where a look is due, it looks first.

        A look waits for the device, which is why there is one only every `interval` updates.
        """
        since = step - self._plateau.begin
        if since == 0:
            self._heard = []
        elif since > 0 and since % self._plateau.interval == 0:
            self._scheduler.step(torch.stack(self._heard).mean().item())
            self._heard = []
        return since > 0
