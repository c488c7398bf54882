"""A real server on a port; its runs are made up, so that every answer comes at once."""

import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from moe3d.errors import (
    DeviceMemoryError,
    ImageReadError,
    JobCancelledError,
    ServerError,
    UsageError,
)
from moe3d.inference.options import ReconstructionOptions
from moe3d.progress import Progress
from moe3d.remote import connection as connections
from moe3d.remote.connection import Connection, server_url
from moe3d.remote.engine import RemoteEngine
from moe3d.remote.limits import Limits
from moe3d.remote.protocol import PhotoAsked, RunAsked, to_json
from moe3d.scene.records import ViewSet
from tests.scenes import step_prediction
from tests.servers import TOKEN, server_thread


def answer(asked, views, progress, on_network):
    """A prediction of the photos that were asked for."""
    made = step_prediction(num_views=len(views))
    return replace(made, names=views.names)


def run(url: str, views: ViewSet, progress: Progress | None = None, token: str = TOKEN):
    engine = RemoteEngine(url, token)
    return engine.reconstruct(views, ReconstructionOptions(), progress or Progress())


@pytest.fixture
def two(views) -> ViewSet:
    return views.select([0, 1])


def test_the_photos_come_as_they_were_sent(views):
    from moe3d.io.photos.images import read_pixels

    came = []

    def look(asked, there, progress, on_network):
        came.extend(read_pixels(view) for view in there.views)
        return answer(asked, there, progress, on_network)

    with server_thread(look) as (url, _runs):
        run(url, views)
    assert len(came) == len(views) == 6
    for pixels, view in zip(came, views.views, strict=True):
        assert pixels.tobytes() == read_pixels(view).tobytes(), view.name


@pytest.mark.parametrize(("chunk", "sent"), [("auto", 0), (8, 8)])
def test_the_options_come_as_they_were_given(two, chunk, sent):
    came = []

    def look(asked, *words):
        came.append(asked)
        return answer(asked, *words)

    options = ReconstructionOptions(False, "pad", "cameras", chunk)
    with server_thread(look) as (url, _runs):
        RemoteEngine(url, TOKEN, "mini").reconstruct(two, options, Progress())
    (asked,) = came
    assert (asked.compare, asked.resize_mode, asked.refine) == (False, "pad", "cameras")
    assert (asked.model, asked.chunk_views, asked.wants_network) == ("mini", sent, False)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x"])
def test_a_wrong_token_opens_nothing(two, token):
    asked = []
    with server_thread(lambda *words: asked.append(words)) as (url, runs):
        with pytest.raises(ServerError, match=r"token is wrong or missing.*MOE3D_TOKEN"):
            run(url, two, token=token)
        with Connection(url, token) as connection:
            for path in ("/v1/status", "/v1/runs/x/result", "/v1/runs/x/events"):
                with pytest.raises(ServerError, match="token"):
                    connection.get(path)
            with pytest.raises(ServerError, match="token"):
                connection.put("/v1/runs/x/photos/0", [b"x"], 1)
        assert runs.num_waiting == 0
    assert not asked


def test_an_error_there_has_its_class_here_and_the_server_goes_on(two):
    errors = iter([DeviceMemoryError("too little"), RuntimeError("odd"), None])

    def fail(*words):
        error = next(errors)
        if error is not None:
            raise error
        return answer(*words)

    with server_thread(fail) as (url, runs):
        with pytest.raises(DeviceMemoryError, match=f"{url}: too little"):
            run(url, two)
        with pytest.raises(ServerError, match=r"fault of the server .RuntimeError: odd"):
            run(url, two)
        assert run(url, two).names == two.names
        assert runs.num_waiting == 0


def test_a_result_of_the_network_comes_first_when_it_is_wanted(two):
    def slowly(asked, views, progress, on_network):
        assert on_network is not None
        on_network(answer(asked, views, progress, on_network))
        shown.wait()  # the result comes only when the client has the first answer
        return answer(asked, views, progress, on_network)

    shown, first = threading.Event(), []

    def take(prediction) -> None:
        first.append(prediction)
        shown.set()

    with server_thread(slowly) as (url, _runs):
        engine = RemoteEngine(url, TOKEN)
        engine.reconstruct(two, ReconstructionOptions(), Progress(), take)
    assert [prediction.names for prediction in first] == [two.names]


def asked(**changes) -> RunAsked:
    photo = PhotoAsked("a.jpg", 160, 120, ".jpg", 5, is_file=True)
    return RunAsked((replace(photo, **changes),))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\x80\x04K\x01.", "no run that this server knows"),  # a pickle
        (b"[1]", "no run that this server knows"),
        (b"{}", "lacks 'photos'"),
        (b'{"photos": [{"name": 7}]}', "name is 7"),
        (b"[" * 100_000, "no run that this server knows"),
        (to_json(replace(asked(), refine="much")), "refine"),
        (to_json(asked(name="")), "a photo is called"),
        (to_json(asked(name="a\nb")), "a photo is called"),
        (to_json(asked(size_bytes=0)), "no size"),
        (to_json(asked(size_bytes=-1)), "no size"),
        (to_json(RunAsked(())), "1 to 500 photos"),
        (to_json(RunAsked(asked().photos * 2)), "one name"),
        (to_json(asked(suffix="/../../x.jpg")), "not taken"),
        (to_json(asked(suffix=".pkl")), "not taken"),
        (to_json(asked(size_bytes=10**10)), "takes 4,000 MB"),
        (to_json(asked(width=10**5, height=10**5)), "megapixels"),
    ],
)
def test_a_request_that_cannot_be_is_refused_before_anything_is_sent(body, words):
    with server_thread(answer) as (url, runs), Connection(url, TOKEN) as connection:
        with pytest.raises((UsageError, ImageReadError), match=words):
            connection.post("/v1/runs", body)
        assert runs.num_waiting == 0


def test_a_huge_request_is_not_read():
    with (
        server_thread(answer) as (url, _runs),
        Connection(url, TOKEN) as connection,
        pytest.raises(UsageError, match="4,194,304 bytes"),
    ):
        connection.post("/v1/runs", b" " * (2**22 + 1))


@pytest.mark.parametrize(
    ("garbage", "words"),
    [
        (b"no picture at all", r"a\.jpg: it holds text"),
        (b"\x00" * 2000, r"a\.jpg: it holds only zeros"),
        (b"\x80\x04\x95\x0a\x00" * 40, r"a\.jpg: it is no image"),
    ],
)
def test_garbage_is_named_at_once_and_can_be_replaced(folder, garbage, words):
    whole = (folder / "a.jpg").read_bytes()
    with server_thread(answer) as (url, runs), Connection(url, TOKEN) as connection:
        size = {"width": 120, "height": 160}
        name = connection.post("/v1/runs", to_json(asked(size_bytes=len(garbage), **size)))["run"]
        with pytest.raises(ImageReadError, match=words):
            connection.put(f"/v1/runs/{name}/photos/0", [garbage], len(garbage))
        with pytest.raises(UsageError, match=r"not sent yet, a\.jpg"):
            connection.post(f"/v1/runs/{name}/start")
        connection.delete(f"/v1/runs/{name}")
        assert runs.num_waiting == 0
        good = asked(size_bytes=len(whole), width=160, height=120)  # EXIF turns it
        name = connection.post("/v1/runs", to_json(good))["run"]
        with pytest.raises(UsageError, match=r"more than|at most"):
            connection.put(f"/v1/runs/{name}/photos/0", [whole, b"x"], len(whole) + 1)
        with pytest.raises(UsageError, match="bytes came; wanted"):
            connection.put(f"/v1/runs/{name}/photos/0", [whole[:-1]], len(whole) - 1)
        connection.put(f"/v1/runs/{name}/photos/0", [whole], len(whole))
        with pytest.raises(UsageError, match="there is no 7"):
            connection.put(f"/v1/runs/{name}/photos/7", [whole], len(whole))
        connection.post(f"/v1/runs/{name}/start")


def test_a_photo_of_another_size_than_was_said_is_refused(folder):
    whole = (folder / "a.jpg").read_bytes()
    with server_thread(answer) as (url, _runs), Connection(url, TOKEN) as connection:
        said = asked(size_bytes=len(whole), width=120, height=160)  # as it lies in the file
        name = connection.post("/v1/runs", to_json(said))["run"]
        with pytest.raises(ImageReadError, match=r"is 160 x 120 pixels .* wanted 120 x 160"):
            connection.put(f"/v1/runs/{name}/photos/0", [whole], len(whole))


def test_a_small_photo_that_unpacks_to_a_huge_one_is_refused(tmp_path):
    from PIL import Image

    bomb = tmp_path / "bomb.png"
    Image.new("L", (15_000, 15_000)).save(bomb)  # 225 megapixels in 220 kB
    data = bomb.read_bytes()
    lies = asked(name="bomb.png", suffix=".png", size_bytes=len(data))
    with server_thread(answer) as (url, _runs), Connection(url, TOKEN) as connection:
        name = connection.post("/v1/runs", to_json(lies))["run"]
        with pytest.raises(ImageReadError, match="225 megapixels; this server takes 200"):
            connection.put(f"/v1/runs/{name}/photos/0", [data], len(data))


def test_more_photos_and_more_runs_than_allowed_are_refused(two):
    limits = Limits(max_photos=1, max_waiting=0)
    with server_thread(answer, limits) as (url, _runs), Connection(url, TOKEN) as connection:
        with pytest.raises(UsageError, match=r"1 to 1 photos here; got 2.*--max-photos"):
            run(url, two)
        name = connection.post("/v1/runs", to_json(asked()))["run"]
        with pytest.raises(ServerError, match="try again later"):
            run(url, two.select([0]))
        connection.delete(f"/v1/runs/{name}")
        assert run(url, two.select([0])).names == ("a.jpg",)


def test_an_unknown_run_is_named(two):
    with server_thread(answer) as (url, _runs), Connection(url, TOKEN) as connection:
        for path in ("/v1/runs/none/result", "/v1/runs/none/events", "/v1/nothing"):
            with pytest.raises(ServerError):
                connection.get(path)


def test_a_model_that_is_not_there_is_named(two):
    with server_thread(answer, sides={"large.safetensors": 518}) as (url, _runs):
        with pytest.raises(UsageError, match=r"no model 'mini'; it has large\.safetensors"):
            RemoteEngine(url, TOKEN).input_side(Progress())
        assert (
            RemoteEngine(url, TOKEN, "/any/where/large.safetensors").input_side(Progress()) == 518
        )


def test_a_cancel_at_any_stage_leaves_nothing_there(two):
    goes_on = threading.Event()

    def wait(asked, views, progress, on_network):
        while not goes_on.is_set():
            progress.raise_if_cancelled()
        return answer(asked, views, progress, on_network)

    with server_thread(wait) as (url, runs):
        for stage in ("send photos", "check photos"):
            with pytest.raises(JobCancelledError):
                run(url, two, cancelled_at(stage))
        until(lambda: not runs.num_waiting)
        goes_on.set()
        assert run(url, two).names == two.names


def test_who_waits_in_line_can_cancel(two):
    goes_on = threading.Event()

    def wait(*words):
        goes_on.wait()
        return answer(*words)

    with server_thread(wait) as (url, runs):
        first = threading.Thread(target=run, args=(url, two))
        first.start()
        until(lambda: runs.num_waiting == 1)
        with pytest.raises(JobCancelledError):
            run(url, two, cancelled_at("wait for the server"))
        until(lambda: runs.num_waiting == 1)
        goes_on.set()
        first.join()


def cancelled_at(stage: str) -> Progress:
    """Progress that is cancelled when this stage is told."""
    made = Progress(lambda report: made.cancel() if report.stage == stage else None)
    return made


def until(holds) -> None:
    while not holds():
        time.sleep(0.01)


class _Stranger(BaseHTTPRequestHandler):
    """Some other server."""

    body, status = b"<html>Welcome</html>", 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *words) -> None:
        pass


def status(**changes) -> bytes:
    values = {"protocol": 1, "program": "0.1.0", "models": {"mini": 224}, "waiting": 0}
    return json.dumps(values | {"max_photos": 1, "max_bytes": 1} | changes).encode()


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"<html>Welcome</html>", 200, "not as `moe3d serve` does"),
        (b"no", 500, "not as `moe3d serve` does .status 500"),
        (b"[]", 200, "answered something unexpected"),
        (status(models=7), 200, "answered something unexpected"),
        (status(protocol=2, program="9.9"), 200, r"version 9\.9 .*protocol 2 and 1.*update"),
    ],
)
def test_strangers_and_other_versions_are_named(two, monkeypatch, body, code, words):
    kind = type("Stranger", (_Stranger,), {"body": body, "status": code})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(ServerError, match=words):
                run(f"127.0.0.1:{server.server_address[1]}", two)
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_hangs_is_named(two, monkeypatch):
    import socket

    monkeypatch.setattr(connections, "SILENT_S", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(ServerError, match="nothing was heard"),
    ):
        run(f"127.0.0.1:{mute.getsockname()[1]}", two)


def test_a_photo_that_goes_or_grows_before_it_is_sent_is_named(folder, two):
    with server_thread(answer) as (url, runs):
        (folder / "a.jpg").unlink()
        with pytest.raises(ImageReadError, match=r"a\.jpg.*cannot be read any more"):
            run(url, two)
        assert runs.num_waiting == 0


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("box", "http://box:8765"),
        ("box:80", "http://box"),
        ("http://box", "http://box"),
        ("https://box:443/", "https://box"),
        (" 10.0.0.1:99 ", "http://10.0.0.1:99"),
        ("[::1]:99", "http://[::1]:99"),
    ],
)
def test_addresses_as_people_write_them(text, url):
    assert server_url(text) == url


@pytest.mark.parametrize("text", ["", "ftp://box", "http://", "box:port", "http://box/path", "a b"])
def test_what_is_no_address_is_said_so(text):
    with pytest.raises(UsageError, match="no address of a server"):
        server_url(text)


def test_nothing_here_can_unpickle():
    """The wire is JSON, photos, and .npz files that are read without pickle."""
    for source in Path("moe3d/remote").glob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert "import pickle" not in text
        assert "allow_pickle=True" not in text
