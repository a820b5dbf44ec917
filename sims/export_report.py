"""What a script does with what it measured: a summary, a picture, CSV files, and the part that runs it all."""

from textwrap import indent

from sims.export_pieces import Piece
from sims.export_recipe import Recipe


def report(recipe: Recipe) -> Piece:
    """Return the piece that sums up and draws."""
    code = _ends(recipe) if recipe.tested else _SWEEPS
    picture = _LOSS_AGAINST_RATE if recipe.kind == "range_test" else _RATES_AND_LOSSES
    return Piece("Summary and picture", "", f"{code}\n\n\n{picture}")


def run_all(recipe: Recipe) -> str:
    """Return the statements that train every arm with every seed."""
    got = "updates, looks" if recipe.tested else "updates"
    given = "arm, seed, train_set, test_set" if recipe.tested else "arm, seed, train_set"
    lines = [
        "history, tests = [], []" if recipe.tested else "history = []",
        *(["copies = {}"] if recipe.forks else []),
        "for seed in SEEDS:",
        "    for arm in ARMS:",
        f"        {got} = train({given}{', copies' if recipe.forks else ''})",
        "        history += updates",
        *(["        tests += looks"] if recipe.tested else []),
        '        print(f"{arm.name}, seed {seed}: {len(updates)} updates")',
    ]
    return "\n".join(lines)


def main(recipe: Recipe, stem: str) -> str:
    """Return the function `main` of a script, which reads the command line, and its call."""
    looked = recipe.tested
    body = [
        "parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])",
        'parser.add_argument("--data", default="data", help="folder for MNIST; files missing in it are downloaded")',
        f'parser.add_argument("--out", type=Path, default=Path("{stem}.csv"), help="CSV file for every update")',
        "given = parser.parse_args()",
        "",
        "train_set = load(given.data, train=True)",
        *(["test_set = load(given.data, train=False)"] if looked else []),
        *run_all(recipe).splitlines(),
        "",
        'write(given.out, "arm seed step lr loss", history)',
        *(
            ['write(given.out.with_stem(given.out.stem + "_tests"), "arm seed updates loss accuracy", tests)']
            if looked
            else []
        ),
        f"summary({'tests' if looked else 'history'})",
        'if find_spec("matplotlib"):  # where it is installed, there is a picture too',
        '    plot(history, given.out.with_suffix(".png"))',
    ]
    return f'{_WRITE}\n\n\ndef main() -> None:\n{indent(chr(10).join(body), "    ")}\n\n\nif __name__ == "__main__":\n    main()'


def _ends(recipe: Recipe) -> str:
    """Return the summary of arms that were measured on test images."""
    steps = "STEPS" if recipe.same("steps") else "arm.steps"
    return f'''\
def summary(tests: list[tuple]) -> None:
    """Print how each arm ended on the test images: the mean over its seeds, lowest to highest."""
    for arm in ARMS:
        ends = [row[3:] for row in tests if row[0] == arm.name and row[2] == {steps}]
        print(f"{{arm.name}}: {{len(ends)}} of {{len(SEEDS)}} seeds came to the end", end="")
        for what, values in zip(("test loss", "accuracy"), zip(*ends)):
            print(f"; {{what}} {{mean(values):.3f}} ({{min(values):.3f}} to {{max(values):.3f}})", end="")
        print()'''


_SWEEPS = '''\
def summary(history: list[tuple]) -> None:
    """Print for each seed how far its sweep came, and the rate at which its loss was lowest."""
    for seed in SEEDS:
        sweep = [(loss, lr) for _, one, _, lr, loss in history if one == seed]
        loss, lr = min(sweep)
        print(f"seed {seed}: {len(sweep)} updates; the lowest loss, {loss:.3f}, came at a rate of {lr:.2g}")
    print("Train at a lower rate than that: where the loss is lowest, updates already begin to do harm.")'''

_LOSS_AGAINST_RATE = '''\
def plot(history: list[tuple], file: str) -> None:
    """Draw the loss of every seed against the learning rate."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    for seed in SEEDS:
        sweep = [(lr, loss) for _, one, _, lr, loss in history if one == seed]
        axes.plot(*zip(*sweep), label=f"seed {seed}")
    axes.set(xscale="log", xlabel="learning rate", ylabel="training loss", ylim=(0, 4))
    axes.legend()
    figure.savefig(file)'''

_RATES_AND_LOSSES = '''\
def plot(history: list[tuple], file: str) -> None:
    """Draw learning rate and loss of every run against the step; arms by colour."""
    import matplotlib.pyplot as plt

    figure, (above, below) = plt.subplots(2, sharex=True, figsize=(8, 8))
    for number, arm in enumerate(ARMS):
        for seed in SEEDS:
            run = [row[2:] for row in history if row[:2] == (arm.name, seed)]
            steps, lrs, losses = zip(*run) if run else ([], [], [])
            above.plot(steps, lrs, color=f"C{number}", label=arm.name if seed == SEEDS[0] else None)
            below.plot(steps, losses, color=f"C{number}", alpha=0.5)
    above.set(ylabel="learning rate")
    below.set(xlabel="step", ylabel="training loss", yscale="log")
    above.legend()
    figure.savefig(file)'''

_WRITE = '''\
def write(file: Path, columns: str, rows: list[tuple]) -> None:
    """Write rows to a CSV file, below the names of their columns."""
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([columns.split(), *rows])'''
