"""Runs experiments in worker processes; `Engine` is all that the rest of the project needs.

    engine = Engine()
    await engine.start()
    run_id = await engine.submit(RangeTest())
    async for update in engine.follow(run_id):
        ...  # update.events, update.status
    await engine.close()

Importing it imports no torch. The worker processes are started by `multiprocessing`, which imports
the main module again in each of them: keep the top level of that module light, and guard its call.
"""

from sims.engine.engine import Engine
from sims.engine.runs import Run, Status, Update, WorkerFacts

__all__ = ["Engine", "Run", "Status", "Update", "WorkerFacts"]
