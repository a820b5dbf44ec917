"""One arm of one seed while it trains: its network, its optimiser, its measurements and its end."""

import math
from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import SGD, Adam, AdamW, Optimizer

from sims.data import Batches
from sims.events import Diverged, Evaluation, Event, Layers, Sharpness, Step
from sims.feedback import Feedback
from sims.plan import Arm
from sims.sharpness import SharpnessMeter, preconditioner
from sims.smoothing import Ema
from sims.weights import Weights, norm

SMOOTHING = 0.9
"""Weight of the past in the moving average of the loss that the stop factor looks at."""
STOP_AFTER = 10
"""Updates of an arm before the stop factor may end it."""
EVALUATION_BATCH = 250
"""Test images measured at once; on a CPU more of them no longer fit its caches and take longer."""


class Watch:
    """Tells from the losses alone when an arm has diverged.

    The stop factor compares the bias-corrected moving average of the loss (`sims.smoothing.Ema`)
    with the lowest value that it has had, once STOP_AFTER updates were made.
    """

    def __init__(self, stop_factor: float) -> None:
        self.last_finite_loss = math.nan
        self._stop_factor = stop_factor
        self._average = Ema(SMOOTHING)
        self._updates = 0
        self._lowest = math.inf

    def see(self, loss: float) -> str | None:
        """Take in the next loss; return the reason for which the arm ends, None while it lives."""
        if not math.isfinite(loss):
            return "non-finite"
        self.last_finite_loss = loss
        self._updates += 1
        smoothed = self._average.add(loss)
        self._lowest = min(self._lowest, smoothed)
        if not self._stop_factor or self._updates < STOP_AFTER:
            return None
        return "stop factor" if smoothed > self._stop_factor * self._lowest else None


class Update(NamedTuple):
    """An update that was made; loss and norms are still on the device, until `tell` is given them."""

    member: "Member"
    step: int
    lr: float
    momentum: float
    measured: tuple[Tensor, ...]

    def tell(self, *numbers: float) -> list[Event]:
        """Return the events of the update; `numbers` are what `measured` held."""
        return self.member.tell(self, *numbers)


class Look(NamedTuple):
    """A sharpness that was measured before update `step`; it too is still on the device."""

    member: "Member"
    step: int
    measured: tuple[Tensor, ...]

    def tell(self, value: float) -> list[Event]:
        """Return its event; none where it is NaN or infinite, or the arm has ended."""
        return self.member.tell_sharpness(self.step, value)


class Member:
    """A copy of `initial`, trained as `arm` says; `place` is (arm, seed) in its events.

    With `layers` its updates tell their ratios layer by layer. `fixed` are the images and labels
    on which its sharpness is measured, None where it is not.
    """

    def __init__(
        self,
        arm: Arm,
        place: tuple[int, int],
        initial: nn.Module,
        batches: Batches,
        stop_factor: float,
        *,
        layers: bool = False,
        fixed: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        self.updates = len(arm.lrs)
        self.ended = False
        self._arm = arm
        self.place = place
        self.batches = batches
        self._watch = Watch(stop_factor)
        self._model = deepcopy(initial).to(batches.data.device).train()
        self._weights = Weights(self._model)
        self._optimizer = _optimizer(arm, self._weights.vectors)
        self._layers = layers
        self._meter: SharpnessMeter | None = None
        if fixed is not None:
            self._meter = SharpnessMeter(self._model, self._weights.weights, *fixed, seed=batches.seed)
        self._feedback = Feedback(arm.plateau, self._optimizer) if arm.plateau is not None else None
        self._fixed = fixed
        self._lowered = 1.0  # what an arm that this one is a copy of had made of its rates by listening

    def fork(self, arm: Arm, place: tuple[int, int], batches: Batches, step: int) -> "Member":
        """Return an exact copy of this member before update `step`, which goes on as `arm` says."""
        twin = Member(arm, place, self._model, batches, 0.0, layers=self._layers, fixed=self._fixed)
        twin._watch = deepcopy(self._watch)
        twin._optimizer.load_state_dict(deepcopy(self._optimizer.state_dict()))
        twin._lowered = self._lowered
        if twin._meter is not None and self._meter is not None:
            twin._meter.go_on_from(self._meter)
        if self._feedback is not None and self._arm.plateau is not None:
            heard = Feedback(self._arm.plateau, twin._optimizer)
            heard.go_on_from(self._feedback)
            if arm.plateau is not None:
                twin._feedback = heard
            elif heard.decides(step):
                twin._lowered = twin._optimizer.param_groups[0]["lr"] / self._arm.lrs[self._arm.plateau.begin]
        return twin

    def is_measured(self, step: int) -> bool:
        """Whether test images are looked at after `step` updates, which is one of the plan's numbers for that."""
        return step <= self.updates and (not self._arm.evaluate_at or step in self._arm.evaluate_at)

    def look(self, step: int) -> list[Look]:
        """Measure the sharpness before update `step`, where it is measured at all.

        Adam and AdamW have no preconditioner before their first update, so nothing is measured then.
        """
        if self._meter is None:
            return []
        if self._arm.optimizer == "sgd":
            return [Look(self, step, (self._meter.measure(),))]
        scale = preconditioner(self._optimizer)
        return [] if scale is None else [Look(self, step, (self._meter.measure(scale),))]

    def fetch(self, step: int) -> None:
        """Have the batch of update `step` at hand, which other members may share."""
        self.batches.at(step)

    def update(self, step: int) -> Update:
        """Make update `step`, at the rate that the arm has for it; nothing waits for the device."""
        images, labels = self.batches.at(step)
        self._set_rate(step)
        for gradient in self._weights.gradients:
            gradient.zero_()
        self._seed_random_layers(step)
        loss = functional.cross_entropy(self._model(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        before = [values.clone() for values in self._weights.values]
        self._optimizer.step()
        change = [now - then for now, then in zip(self._weights.values, before, strict=True)]
        if self._feedback is not None:
            self._feedback.hear(loss.detach())
        used = self._optimizer.param_groups[0]
        momentum = used["momentum"] if "momentum" in used else used["betas"][0]
        measured = [loss.detach(), norm(self._weights.gradients), norm(change), norm(before)]
        if self._layers:
            measured += self._weights.layer_norms(change) + self._weights.layer_norms(before)
        return Update(self, step, used["lr"], momentum, tuple(measured))

    def _set_rate(self, step: int) -> None:
        """Give the optimiser the rate and the momentum that the arm has for update `step`."""
        listening = self._feedback is not None and self._feedback.decides(step)
        for group in self._optimizer.param_groups:
            if not listening:
                group["lr"] = self._arm.lrs[step] * self._lowered
            if self._arm.momenta and "momentum" in group:
                group["momentum"] = self._arm.momenta[step]
            elif self._arm.momenta:
                group["betas"] = (self._arm.momenta[step], *group["betas"][1:])

    def tell(
        self, made: Update, loss: float, gradient: float, change: float, weights: float, *layers: float
    ) -> list[Event]:
        """Return the events of an update whose measurements were read; none once the arm has ended.

        `layers` are the changes of all layers and then their weights, where they were measured.
        """
        if self.ended:
            return []
        events: list[Event] = []
        reason = self._watch.see(loss)
        if reason != "non-finite":
            ratio = _ratio(change, weights)
            events.append(Step(*self.place, made.step, loss, made.lr, made.momentum, gradient, ratio))
            if layers:
                half = len(layers) // 2
                ratios = tuple(map(_ratio, layers[:half], layers[half:]))
                events.append(Layers(*self.place, made.step, ratios))
        if reason is not None:
            self.ended = True
            events.append(Diverged(*self.place, made.step, self._watch.last_finite_loss, reason))
        return events

    def tell_sharpness(self, step: int, value: float) -> list[Event]:
        """Return the event of a measured sharpness; none once the arm has ended.

        One that is not finite says no more than that the numbers overflowed, so it is left out.
        """
        if self.ended or not math.isfinite(value):
            return []
        return [Sharpness(*self.place, step, value)]

    @torch.no_grad()
    def evaluate(self, step: int, images: int) -> Evaluation:
        """Measure loss and accuracy on the first `images` test images after `step` updates."""
        data = self.batches.data
        images = min(images, len(data.test_labels))
        loss, correct = torch.zeros((), device=data.device), torch.zeros((), device=data.device)
        self._seed_random_layers(step)
        self._model.eval()
        for first in range(0, images, EVALUATION_BATCH):
            batch, labels = data.test_batch(first, min(first + EVALUATION_BATCH, images))
            logits = self._model(batch)
            loss += functional.cross_entropy(logits, labels, reduction="sum")
            correct += (logits.argmax(1) == labels).sum()
        self._model.train()
        return Evaluation(*self.place, step, loss.item() / images, correct.item() / images, images)

    def _seed_random_layers(self, step: int) -> None:
        """Make what the network draws at random, as dropout does, a function of seed and step alone."""
        draw = (self.batches.seed * 1_000_003 + step) % 2**32
        device = self.batches.data.device
        torch.default_generator.manual_seed(draw)
        if device.type == "cuda":
            torch.cuda.default_generators[device.index].manual_seed(draw)


def _ratio(change: float, weights: float) -> float:
    return change / weights if weights else math.inf


def _optimizer(arm: Arm, weights: list[nn.Parameter]) -> Optimizer:
    """torch's own optimiser for the arm; its rate is set before each update."""
    if arm.optimizer == "sgd":
        return SGD(weights, momentum=arm.momentum, weight_decay=arm.weight_decay)
    kind = Adam if arm.optimizer == "adam" else AdamW
    return kind(weights, betas=(arm.momentum, 0.999), weight_decay=arm.weight_decay)
