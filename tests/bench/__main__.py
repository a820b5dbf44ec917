"""`python -m tests.bench [name ...]`: run all benchmarks, or those named, and print their figures."""

import sys
from collections.abc import Callable

from tests.bench import explorer, loop, start, watched

BENCHMARKS: dict[str, Callable[[], None]] = {
    "loop": loop.main,
    "start": start.main,
    "watched": watched.main,
    "explorer": explorer.main,
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
