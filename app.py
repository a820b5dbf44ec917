"""Learning Rate Lab: start the server. `python app.py --help` says how.

Dask's worker processes import this file too when they start, so nothing heavy is imported at its top:
a worker has no use for Dash, and the web process never imports torch.
"""

import argparse
import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable

    from fastapi import FastAPI

    from sims.engine import Engine

log = logging.getLogger("lab")

MAX_MESSAGE = 64 * 1024
"""Largest websocket message taken from a browser, in bytes; ours are a few hundred."""


def build(host: str = "127.0.0.1") -> "FastAPI":
    """Return the ASGI app: pages, routes and an engine that starts and ends with the server."""
    import asyncio
    import uuid
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager

    from dash import Dash, html
    from dash.development.base_component import Component
    from fastapi import FastAPI

    import pages
    from components import controls, http, recall, router, search, share, shell
    from components.follow import Followers
    from sims.engine import Engine

    engine = Engine()
    followers = Followers(engine)

    @asynccontextmanager
    async def lifespan(_server: FastAPI) -> AsyncIterator[None]:
        starting = asyncio.create_task(engine.start())  # pages can be read while the workers start
        starting.add_done_callback(_report(engine))
        try:
            yield
        finally:
            await asyncio.wait({starting})
            await engine.close()

    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # FastAPI is taken, the annotation has not heard of it
        title="Learning Rate Lab",
        update_title="",
        index_string=shell.INDEX,
        assets_folder=os.path.join(os.path.dirname(os.path.abspath(__file__)), "assets"),
        websocket_allowed_origins=[],  # the same origin only; Dash checks it against the Host header
        on_error=_failed,
    )
    shell.register(app)
    controls.register(app)
    lesson = pages.build(app, engine, followers)
    titles = [(page.title, page.path) for page in lesson if page.chapter]
    outlines = {page.path: page.outline() for page in lesson}
    checks = recall.checks(outlines, {page.path: page.title for page in lesson})

    def layout() -> Component:
        return shell.shell(titles, tab=uuid.uuid4().hex, checks=checks)

    app.layout = layout
    app.validation_layout = html.Div([layout(), *outlines.values(), recall.place()])  # type: ignore[assignment]  # annotated as None
    router.register(app, followers, lesson)
    recall.register(app)
    # Dash lists the assets when its own paths are first asked for, so a fresh server whose first visitor
    # follows a link to a page would send it without styles and scripts.
    app._setup_server()
    http.routes(server, engine)
    contents = [(page.path, page.title, outlines[page.path]) for page in lesson]
    search.routes(server, search.index(contents))
    share.routes(server, [page.path for page in lesson])
    http.wrap(server, [page.path for page in lesson], http.trusted_hosts(host))
    return server


def _report(engine: "Engine") -> "Callable[[Task[None]], None]":
    """Return what tells the terminal how the start of the engine went."""

    def say(task: "Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the engine did not start", exc_info=error)
        elif engine.problem is not None:
            log.error("No run can start: %s", engine.problem)
        elif engine.facts is not None:
            log.info("ready: %d worker processes on %s", engine.facts.workers, engine.facts.device)

    return say


def _failed(error: Exception) -> None:
    """Log what a callback raised; without a handler Dash sends its text to the browser and logs nothing."""
    from dash import set_props

    log.error("a callback failed", exc_info=error)
    set_props(
        "trouble",
        {"children": "Something went wrong here. The log of the server says what; reload the page to go on."},
    )


def main() -> None:
    """Parse the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(description="Learning Rate Lab, in the browser.")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8050, help="port to listen on (default: 8050)")
    args = parser.parse_args()
    if not 0 < args.port < 65536:
        parser.error(f"--port must be from 1 to 65535; {args.port} was given")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    import uvicorn

    server = build(args.host)
    for noisy in ("distributed", "asyncio"):  # after `build`: importing distributed sets its own level
        logging.getLogger(noisy).setLevel(logging.WARNING)
    print(f"Learning Rate Lab: http://{args.host}:{args.port}/  (Ctrl+C ends it)", flush=True)
    uvicorn.run(
        server,
        host=args.host,
        port=args.port,
        log_level="warning",
        ws_max_size=MAX_MESSAGE,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
