"""`nodus serve` and `nodus worker`: the processes of an installation. Neither waits for what only the other needs."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from app.cli.terminal import check, fail
from app.core import log, metrics
from app.core.settings import load


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Server processes")] = 1,
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Carry out the due-lists too (small installations)")] = False,
) -> None:
    """Answer HTTP."""
    settings = load()
    check(settings)
    log.set_up(settings.log_level)
    if with_worker and workers > 1:
        fail("--with-worker means one process; run `nodus worker` beside `serve --workers N`.")
    factory = "app.cli.serving:served_with_worker" if with_worker else "app.main:served"
    (metrics.serve if workers == 1 else metrics.serve_for_all)(settings.metrics_port)
    uvicorn.run(
        factory,
        factory=True,
        host=host or settings.host,
        port=settings.port if port is None else port,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
    )


def worker() -> None:
    """Carry out what comes due, and send webhooks; any number may run side by side."""
    from app import worker as due_lists

    settings = load()
    check(settings)
    log.set_up(settings.log_level)
    metrics.serve(settings.metrics_port)
    if sys.platform == "win32":
        asyncio.run(due_lists.run_until_signal(settings))
    else:
        import uvloop

        uvloop.run(due_lists.run_until_signal(settings))


def served_with_worker() -> ASGIApp:
    """What `serve --with-worker` serves: the application, with the due-lists in its life span."""
    from app import main as main_module
    from app import worker as due_lists

    settings = load()
    app = main_module.create_app(settings)
    alone = app.router.lifespan_context

    @asynccontextmanager
    async def together(running: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with alone(running):
            task = asyncio.create_task(due_lists.run(settings, stop))
            yield
            stop.set()
            await task

    app.router.lifespan_context = together
    return main_module.edged(app)
