"""The server's answers to requests, as a FastAPI application; what they mean is in `protocol`."""

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import ClientDisconnect

from moe3d.errors import ImageReadError, MoE3DError, ServerError, UsageError
from moe3d.inference.estimate import MemoryEstimate
from moe3d.remote.limits import Limits
from moe3d.remote.protocol import (
    LARGEST_REQUEST_BYTES,
    PROTOCOL,
    SIGN_OF_LIFE_S,
    RunAsked,
    ServerStatus,
    error_json,
    run_asked,
    to_json,
)
from moe3d.remote.runs import Run, Runs
from moe3d.version import __version__

logger = logging.getLogger(__name__)

LOOK_S = 0.05
"""How often a run is looked at for those who watch it."""
SWEEP_S = 5.0
WRONG_TOKEN = (
    "the token is wrong or missing; take the one that `moe3d serve` printed "
    "(--token or MOE3D_TOKEN)"
)
_STATUS = {UsageError: 400, ImageReadError: 422, ServerError: 503}


class _TooLargeError(UsageError):
    """More bytes than were announced, or than is taken at all."""


@dataclass(frozen=True)
class Service:
    """What stands behind the application."""

    runs: Runs
    limits: Limits
    models: Callable[[], dict[str, int]]
    """Names of models, and the longer side of their images, pixels."""
    estimate: Callable[[RunAsked], MemoryEstimate]
    token: str


def make_app(service: Service) -> FastAPI:
    """The application; closing it stops all runs."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(_sweep(service.runs))
        yield
        sweeping.cancel()
        await asyncio.to_thread(service.runs.close)

    app = FastAPI(
        lifespan=lifespan,
        dependencies=[Depends(_guard(service.token))],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.add_exception_handler(MoE3DError, _refused)
    app.add_exception_handler(AnyHTTPException, _unknown)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _broken)
    _add_questions(app, service)
    _add_runs(app, service.runs)
    _add_files(app, service.runs)
    return app


def _guard(token: str) -> Callable[[Request], None]:
    wanted = f"Bearer {token}".encode()

    def check(request: Request) -> None:
        came = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(came, wanted):
            raise HTTPException(401, WRONG_TOKEN)

    return check


def _add_questions(app: FastAPI, service: Service) -> None:
    @app.get("/v1/status")
    async def status() -> Response:
        models = await asyncio.to_thread(service.models)
        limits = service.limits
        found = ServerStatus(
            PROTOCOL,
            __version__,
            models,
            limits.max_photos,
            limits.max_bytes,
            service.runs.num_waiting,
        )
        return _json(to_json(found))

    @app.post("/v1/estimate")
    async def estimate(request: Request) -> Response:
        asked = run_asked(await _body(request))
        service.limits.check_photos(asked)
        return _json(to_json(await asyncio.to_thread(service.estimate, asked)))


def _add_runs(app: FastAPI, runs: Runs) -> None:
    @app.post("/v1/runs")
    async def create(request: Request) -> Response:
        run = runs.create(run_asked(await _body(request)))
        return _json(json.dumps({"run": run.name}).encode())

    @app.post("/v1/runs/{name}/start")
    async def start(name: str) -> Response:
        runs.start(_run(runs, name))
        return Response(status_code=204)

    @app.get("/v1/runs/{name}/events")
    async def events(name: str) -> StreamingResponse:
        _run(runs, name)
        return StreamingResponse(_watch(runs, name), media_type="application/x-ndjson")

    @app.delete("/v1/runs/{name}")
    async def forget(name: str) -> Response:
        await asyncio.to_thread(runs.forget, _run(runs, name))
        return Response(status_code=204)


def _add_files(app: FastAPI, runs: Runs) -> None:
    @app.put("/v1/runs/{name}/photos/{index}")
    async def take_photo(name: str, index: int, request: Request) -> Response:
        run, index = _place(runs, name, index)
        photo, target = run.asked.photos[index], run.uploads.photo(index)
        if photo.mask_bytes and not run.uploads.mask(index).exists():
            raise UsageError(f"{photo.name}: its mask must be sent before it")
        async with _taken(request, target, photo.size_bytes) as part:
            await asyncio.to_thread(run.uploads.check_photo, index, part)
        return Response(status_code=204)

    @app.put("/v1/runs/{name}/masks/{index}")
    async def take_mask(name: str, index: int, request: Request) -> Response:
        run, index = _place(runs, name, index)
        async with _taken(request, run.uploads.mask(index), run.asked.photos[index].mask_bytes) as (
            part
        ):
            await asyncio.to_thread(run.uploads.check_mask, index, part)
        return Response(status_code=204)

    @app.get("/v1/runs/{name}/network")
    async def network(name: str) -> Response:
        run = _run(runs, name)
        return _file(run.network_path, run.state.has_network)

    @app.get("/v1/runs/{name}/result")
    async def result(name: str) -> Response:
        run = _run(runs, name)
        return _file(run.result_path, run.state.stage == "done")


def _run(runs: Runs, name: str) -> Run:
    run = runs.get(name)
    if run is None:
        raise HTTPException(
            404, "the server knows no such run (any more); it may have been started again"
        )
    return run


def _place(runs: Runs, name: str, index: int) -> tuple[Run, int]:
    """A run that still takes files, and the place of a photo in it."""
    run = _run(runs, name)
    if run.state.stage != "sending":
        raise UsageError("the run has begun; it takes no more files")
    if not 0 <= index < len(run.asked.photos):
        raise UsageError(f"the run has {len(run.asked.photos)} photos; there is no {index}")
    return run, index


@contextlib.asynccontextmanager
async def _taken(request: Request, target: Path, wanted: int) -> AsyncIterator[Path]:
    """A file of exactly so many bytes, put in its place when the body finds it good."""
    part = target.with_name(f".part {secrets.token_hex(4)}{target.suffix}")
    try:
        with part.open("wb") as stream:
            async for chunk in _chunks(request, wanted):
                stream.write(chunk)
        size = part.stat().st_size
        if size != wanted:
            raise UsageError(f"{size} bytes came; wanted {wanted}")
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


async def _body(request: Request) -> bytes:
    return b"".join([chunk async for chunk in _chunks(request, LARGEST_REQUEST_BYTES)])


async def _chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """What is sent, as long as it is no more than this."""
    if int(request.headers.get("content-length", 0)) > most:
        raise _TooLargeError(f"a request of at most {most:,} bytes is taken here")
    came = 0
    async for chunk in request.stream():
        came += len(chunk)
        if came > most:
            raise _TooLargeError(f"more than the {most:,} bytes came that are taken here")
        yield chunk


async def _watch(runs: Runs, name: str) -> AsyncIterator[bytes]:
    """A line at every change, and from time to time one as a sign of life, until the run ends."""
    shown, silent_s = b"", 0.0
    while True:
        run = runs.get(name)
        if run is None:
            return
        line = to_json(run.state)
        if line != shown or silent_s >= SIGN_OF_LIFE_S:
            yield line
            shown, silent_s = line, 0.0
        if run.is_over:
            return
        await asyncio.sleep(LOOK_S)
        silent_s += LOOK_S


async def _sweep(runs: Runs) -> None:
    while True:
        await asyncio.sleep(SWEEP_S)
        await asyncio.to_thread(runs.sweep)


def _file(path: Path, is_there: bool) -> Response:
    if not is_there:
        raise UsageError("it is not there yet")
    return FileResponse(path, media_type="application/octet-stream")


def _json(line: bytes, status: int = 200) -> Response:
    return Response(line, status, media_type="application/json")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, MoE3DError)
    if isinstance(error, _TooLargeError):
        return JSONResponse(error_json(UsageError(str(error))), 413)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    return JSONResponse(error_json(error), status)


async def _broken(_request: Request, error: Exception) -> Response:
    """What is no error of ours is a fault of the server; it is logged where it is raised again."""
    text = f"a fault of the server ({type(error).__name__}: {error})"
    return JSONResponse(error_json(ServerError(text)), 500)


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


async def _unknown(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    return JSONResponse(error_json(ServerError(str(error.detail))), error.status_code)
