"""The training loop of a script: plain torch, with a line for what the run needs and none for what it does not."""

from textwrap import indent

from sims.export_makers import OPTIMIZERS
from sims.export_pieces import Piece
from sims.export_recipe import Recipe


def training(recipe: Recipe) -> Piece:
    """Return the piece that trains one arm, and measures it on test images where the run does."""
    code = f"{_signature(recipe)}\n{indent(_body(recipe), '    ')}"
    prose = (
        "A plain training loop. The rate of an update is what the optimiser holds when the update is made. A loss that is "
        "not finite any more ends the run."
    )
    return Piece("Training", prose, f"{_EVALUATE}\n\n\n{code}" if recipe.tested else code)


def _signature(recipe: Recipe) -> str:
    """Return the head of `train`, docstring included."""
    given = ["arm: Arm", "seed: int", "train_set: Examples"]
    result = "list[tuple]"
    said = "Train one network; return (arm, seed, step, learning rate, loss) of every update."
    if recipe.tested:
        given.append("test_set: Examples")
        result = "tuple[list[tuple], list[tuple]]"
        said = (
            "Train one network.\n\n    Returns (arm, seed, step, learning rate, loss) of every update, and (arm, seed, "
            "updates made, loss,\n    accuracy) of every look at the test images.\n    "
        )
    if recipe.forks:
        given.append("copies: dict")
    line = f"def train({', '.join(given)}) -> {result}:"
    if len(line) > 110:
        line = "def train(\n    " + ", ".join(given) + f"\n) -> {result}:"
    return f'{line}\n    """{said}"""'


def _body(recipe: Recipe) -> str:
    """Return what `train` does."""
    looked, stop = recipe.tested, bool(recipe.stop_factor)
    size = "" if recipe.same("batch_size") else ", arm.batch_size"
    steps = "STEPS" if recipe.same("steps") else "arm.steps"
    start = (", start", ", start") if recipe.forks else ("", "")
    result = "history, tests" if looked else "history"
    more = ", average, lowest" if stop else ""
    return _joined(
        "model = make_model(seed).to(DEVICE)",
        f"optimizer = {_optimizer(recipe)}",
        "history, tests = [], []" if looked else "history = []",
        "average, lowest = 0.0, math.inf" if stop else "",
        _GO_ON.replace("RESULT", result).replace("STATE", f"weights, momenta{more}") if recipe.forks else "",
        "scheduler = arm.make_scheduler(optimizer)",
        "images, labels = train_set",
        f"for step, batch in enumerate(islice(batches(seed, len(images){size}){start[0]}, {steps}){start[1]}):",
        _KEEP.replace("STATE", f"model.state_dict(), optimizer.state_dict(){more}") if recipe.forks else "",
        _UPDATE,
        indent(_schedule(recipe), "    "),
        "    history.append((arm.name, seed, step, lr, loss.item()))",
        _STOP if stop else "",
        _look(recipe, steps) if looked else "",
        f"return {result}",
    )


def _schedule(recipe: Recipe) -> str:
    """Return the statements that step the scheduler after an update."""
    listeners = [maker.name for maker in recipe.makers if maker.listens]
    if len(listeners) == len(recipe.makers):
        code = "scheduler.step(loss.item())"
    elif listeners:
        code = _joined(
            f"if isinstance(scheduler, {' | '.join(listeners)}):",
            "    scheduler.step(loss.item())",
            "else:",
            "    scheduler.step()",
        )
    else:
        code = "scheduler.step()"
    if all(arm.step_every == 1 for arm in recipe.arms):
        return code
    return f"if (step + 1) % arm.step_every == 0:\n{indent(code, '    ')}"


def _look(recipe: Recipe, steps: str) -> str:
    """Return the statements that measure on test images."""
    looks = "arm.test_after" if recipe.looks is None else "TEST_AFTER"
    if recipe.at_the_end == recipe.on_the_way:
        count = str(recipe.at_the_end)
    else:
        last = recipe.last_look
        early = any(arm.steps > last for arm in recipe.arms)
        end = f"step + 1 in ({steps}, {last})" if early else f"step + 1 == {steps}"
        count = f"{recipe.at_the_end:_} if {end} else {recipe.on_the_way:_}"
    return _joined(
        f"    if step + 1 in {looks}:",
        f"        loss, accuracy = evaluate(model, test_set, {count})",
        "        tests.append((arm.name, seed, step + 1, loss, accuracy))",
    )


def _optimizer(recipe: Recipe) -> str:
    """Return the expression that makes the optimiser of a model."""
    beta = recipe.momentum
    own = f"momentum={beta!r}" if recipe.optimizer == "sgd" else f"betas=({beta!r}, 0.999)"
    if recipe.weight_decay or recipe.optimizer == "adamw":  # which has 0.01 unless told otherwise
        own += f", weight_decay={recipe.weight_decay!r}"
    return f"{OPTIMIZERS[recipe.optimizer]}(model.parameters(), lr=arm.lr, {own})"


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


_UPDATE = """\
    lr = optimizer.param_groups[0]["lr"]
    loss = cross_entropy(model(images[batch]), labels[batch])
    if not loss.isfinite():
        print(f"{arm.name}, seed {seed}: diverged, the loss at step {step} is {loss.item()}")
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()"""

_STOP = """\
    average = 0.9 * average + 0.1 * loss.item()
    smoothed = average / (1 - 0.9 ** (step + 1))  # the average began at 0, which would weigh on the first values
    lowest = min(lowest, smoothed)
    if step >= 9 and smoothed > STOP_FACTOR * lowest:
        break"""

_GO_ON = """\
start = arm.fork_at
if arm.fork_of and (arm.fork_of, seed, start) not in copies:
    print(f"{arm.name}, seed {seed}: no updates, {arm.fork_of} ended before step {start}")
    return RESULT
if arm.fork_of:  # go on as an exact copy of that arm
    STATE = deepcopy(copies[arm.fork_of, seed, start])
    model.load_state_dict(weights)
    optimizer.load_state_dict(momenta)
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]  # a new scheduler begins at the rate that it finds"""

_KEEP = """\
    if any((arm.name, step) == (fork.fork_of, fork.fork_at) for fork in ARMS):
        copies[arm.name, seed, step] = deepcopy((STATE))"""

_EVALUATE = '''\
@torch.no_grad()
def evaluate(model: nn.Module, test_set: Examples, count: int) -> tuple[float, float]:
    """Return mean loss and accuracy on the first `count` test images."""
    model.eval()
    loss, correct = torch.zeros((), device=DEVICE), 0
    for images, labels in zip(*(part[:count].split(1000) for part in test_set)):
        logits = model(images)
        loss += cross_entropy(logits, labels, reduction="sum")
        correct += (logits.argmax(1) == labels).sum().item()
    model.train()
    return loss.item() / count, correct / count'''
