"""The two processes of a node: the web server and the worker."""

import gc
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from typing import Annotated

import typer
import uvicorn

from fines_api.cli.checks import bind, bind_shared, check_before_start, check_key_file, check_schema
from fines_api.cli.messages import clear_errors, log_to_stderr, opened_node
from fines_api.cli.siblings import end_with, siblings
from fines_api.kit.settings import load_settings
from fines_api.node import Node

_GRACE_S = 5


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8077,
    with_worker: Annotated[bool, typer.Option(help="run background jobs in this process too")] = False,
    processes: Annotated[int, typer.Option(min=1, max=64, help="processes that share the port")] = 1,
    sibling_of: Annotated[int | None, typer.Option(hidden=True, help="the process that started this one")] = None,
) -> None:
    """Serve the HTTP API and the pages."""
    log_to_stderr()
    with clear_errors():
        settings = load_settings()
        check_before_start(settings, host)
        check_key_file(settings)
        with _listener(host, port, processes, sibling_of) as listener, opened_node(settings) as node:
            check_schema(node.database)
            address = f"http://{host}:{listener.getsockname()[1]}"
            if sibling_of is None:
                typer.echo(f"Rubezh region {settings.region} serves on {address}", err=True)
            with _worker_beside(node) if with_worker else nullcontext(), siblings(listener, processes - 1):
                _serve_until_told(node, listener)


def _listener(host: str, port: int, processes: int, sibling_of: int | None) -> socket.socket:
    if sibling_of is not None:
        end_with(sibling_of)
        return bind(host, port, is_shared=True)
    return bind(host, port) if processes == 1 else bind_shared(host, port)


def worker() -> None:
    """Run background jobs and the traffic with other regions until told to stop."""
    log_to_stderr()
    with clear_errors():
        settings = load_settings()
        check_before_start(settings, "127.0.0.1")
        check_key_file(settings)
        with opened_node(settings) as node:
            check_schema(node.database)
            stop = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stop.set())
            typer.echo(f"Rubezh region {settings.region} works", err=True)
            _work(node, stop)


def _collect_seldom() -> None:
    """Look for reference cycles a hundred times less often than Python does by itself.

    A batch of intake is ten thousand short-lived values without cycles; looking through them took a third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _serve_until_told(node: Node, listener: socket.socket) -> None:
    from fines_api.app import create_app

    config = uvicorn.Config(
        create_app(node),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=30,
    )
    # The server raises the signal that ended it once more; ours must let the embedded database be stopped in peace.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    _collect_seldom()
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def _worker_beside(node: Node) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(node, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2 * _GRACE_S)


def _work(node: Node, stop: threading.Event) -> None:
    """Run jobs, the relay and the keeper of the dictionary side by side; when one fails, all end."""
    from fines_api.app import load_jobs
    from fines_api.kit.jobs import run_worker
    from fines_api.regions import relay
    from fines_api.search.dictionary import keeping

    load_jobs()
    with ThreadPoolExecutor(max_workers=3, thread_name_prefix="worker") as pool:
        running = {pool.submit(work, node, stop) for work in (run_worker, relay.run, keeping.run)}
        while running:
            done, running = wait(running, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                if future.exception() is not None:
                    stop.set()
                future.result()
