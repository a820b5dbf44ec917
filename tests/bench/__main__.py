"""`python -m tests.bench [name ...]`: run all benchmarks, or those named, and print their figures."""

import sys
from collections.abc import Callable

from tests.bench import demos, explorer, loop, sharpness, start, watched

BENCHMARKS: dict[str, Callable[[], None]] = {
    "loop": loop.main,
    "sharpness": sharpness.main,
    "start": start.main,
    "watched": watched.main,
    "explorer": explorer.main,
    "demos": demos.main,
}


def main() -> None:
    """Run the benchmarks that the command line names, or all."""
    names = sys.argv[1:] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            sys.exit(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
        print(f"\n== {name}", flush=True)
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
