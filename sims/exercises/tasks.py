"""The four coding exercises: what to do, hints, and the starter that goes with each."""

import re
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"^# =+ TODO: your part begins here =+$\n(.*?)^# =+ your part ends here", re.M | re.S)


@dataclass(frozen=True)
class Task:
    """A coding exercise; `name` is what the learner's progress knows it by. Texts are Markdown."""

    name: str
    title: str
    text: str
    hints: tuple[str, ...]
    data: bool = True
    """Whether the starter needs MNIST."""

    @property
    def file(self) -> str:
        """Name of the starter file."""
        return self.name.replace("-", "_") + ".py"

    @property
    def command(self) -> str:
        """What runs the check in a terminal."""
        return f"python {self.file} --check" + (" --data data" if self.data else "")

    def starter(self) -> str:
        """Return the text of the starter file."""
        return Path(__file__).with_name(self.file).read_text(encoding="utf-8")

    def part(self) -> str:
        """Return what of the starter file is the learner's to write; ValueError where it is not marked."""
        found = _PART.search(self.starter())
        if found is None:
            raise ValueError(f"{self.file} does not say where the learner's part begins and ends.")
        return found[1].strip("\n") + "\n"


TASKS = (
    Task(
        "lr-finder",
        "Write a range test",
        "Write the function that runs a learning rate range test on any model and returns the losses beside the rates; "
        "then a second one that reads a rate to train with from them. The picture drawn at the end should show the three "
        "regions you know from the [range test](/range-test).",
        (
            "A constant *factor* from one update to the next spreads the points evenly over a logarithmic axis: "
            r"$\eta_k = \eta_\text{low}\,(\eta_\text{high}/\eta_\text{low})^{k/(K-1)}$ for update $k$ of $K$. "
            "Set it in `optimizer.param_groups` before the update.",
            "Leave the loop at the first loss that is not finite, or that is four times the smallest so far.",
            "`model.state_dict()` hands out the model's own tensors, which go on changing. Copy them "
            "(`copy.deepcopy`), buffers of BatchNorm included, and load the copy at the end.",
            "One batch's loss is noisy: smooth the curve before you read it. A tenth of the rate where the smoothed "
            "loss is lowest is one published rule; where it falls most steeply is another.",
        ),
    ),
    Task(
        "compare-schedules",
        "Compare three schedules",
        "Train the same network with step decay, with cosine annealing and with one-cycle, from the same weights and on "
        "the same batches. Note the rate of every update, draw rates and losses, and say which one gets down fastest, "
        "and whether three seeds agree on that.",
        (
            "PyTorch has all three: `StepLR`, `CosineAnnealingLR` and `OneCycleLR`. Each wants to know a length; here it "
            "is counted in updates.",
            "`scheduler.get_last_lr()` gives the rate of the *coming* update once `scheduler.step()` has been called. "
            "Note it first, then step.",
            "`torch.manual_seed(seed)` once before *each* network gives all three the same weights and the same batches. "
            "Without it you compare luck.",
            "Fast early and low at the end are two answers. Look at the mean loss of the last updates, and call a "
            "difference real only where it is larger than the one between seeds.",
        ),
    ),
    Task(
        "warmup-scheduler",
        "Build a warmup scheduler",
        "Build a scheduler on `LambdaLR`: a linear warmup over the first tenth of the steps, then a decay of your choice. "
        "It should hold for any number of steps, for several parameter groups, and for a run that goes on longer than "
        "planned.",
        (
            "The function that you give to `LambdaLR` returns a *factor*. It is multiplied with the rate that the optimiser "
            "was made with, for each parameter group.",
            "Below `warmup` steps the factor is `step / warmup`. It begins at 0; `(step + 1) / warmup` wastes no update.",
            "Above, work out which part of the decay is over, from 0 to 1, and turn that into a factor from 1 to 0: "
            "`1 - part` is linear, `0.5 * (1 + cos(pi * part))` half a cosine.",
            "What does your formula give when that part is larger than 1? A cosine climbs again. And what is a tenth of "
            "five steps, in whole steps?",
        ),
        data=False,
    ),
    Task(
        "batch-size-scaling",
        "Scale rate with batch",
        "Train with batches of 32 and a rate of 0.01, then with batches of 128 and a rate of 0.04, and once more with 128 "
        "and the old 0.01. Compare the curves. Does the linear scaling rule "
        "([Goyal et al. 2017](https://arxiv.org/abs/1706.02677)) hold here?",
        (
            "A batch of 128 makes a quarter of the updates for the same images. Decide first what shall be equal: here "
            "it is the images seen.",
            "So put *images seen* on the horizontal axis, not updates, and compare the curves there.",
            "Losses of small batches jump more. Take the mean over windows of, say, 1,280 images of each curve, then the "
            "distance between those means.",
            "The rule is an approximation: it says that four small steps add up to one large one while the gradient "
            "hardly changes between them. Where does that stop being true? Try 1,024 images and 0.32, and a warmup.",
        ),
    ),
)
