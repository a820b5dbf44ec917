"""Imported once by the fork server, so that every worker process begins with torch in memory.

An import that fails here would end the fork server without a word; a worker that meets the same
failure in `sims.engine.worker.prepare` reports it.
"""

from contextlib import suppress

with suppress(Exception):
    import sims.engine.cluster
    import sims.engine.worker
    import sims.train  # noqa: F401
    from sims.engine.runs import code_version

    code_version()  # of what was imported now, whatever is edited before a worker is forked
