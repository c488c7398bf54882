"""Downloads against a hub in memory, and the real client against a server on this machine."""

import hashlib
import inspect
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import try_to_load_from_cache
from huggingface_hub.utils import build_hf_headers

from moe3d.errors import CheckpointError, JobCancelledError, OutputError
from moe3d.model import download
from moe3d.model.download import download_model
from moe3d.model.hub import HuggingFaceHub, RemoteFile
from moe3d.model.known_models import ModelPlaces, find_checkpoint
from moe3d.progress import Progress, ProgressReport

CONTENT = bytes(range(256)) * 64  # 16,384 bytes
SHA256 = hashlib.sha256(CONTENT).hexdigest()
COMMIT = "c0ffee" * 6 + "c0ff"
NAME = "facebook/VGGT-1B"


@dataclass
class MemoryHub:
    """A hub that has one file; it may break off, or send something else."""

    content: bytes = CONTENT
    breaks_after: int | None = None
    etag: str = SHA256
    starts: list[int] = field(default_factory=list)

    def describe(self, repo: str, filename: str) -> RemoteFile:
        return RemoteFile(repo, filename, COMMIT, self.etag, len(CONTENT))

    def read(self, file: RemoteFile, start: int) -> Iterator[bytes]:
        self.starts.append(start)
        for place in range(start, len(self.content), 1024):
            if self.breaks_after is not None and place >= self.breaks_after:
                raise CheckpointError("the connection to the hub failed")
            yield self.content[place : place + 1024]


@pytest.fixture
def places(tmp_path: Path) -> ModelPlaces:
    return ModelPlaces(built_in_dir=tmp_path / "built_in", hub_cache=tmp_path / "hub")


def partial_files(places: ModelPlaces) -> list[Path]:
    return list(places.hub_cache.rglob("*.partial"))


def test_a_download_lands_where_the_hubs_own_tools_look(places: ModelPlaces):
    path = download_model(NAME, MemoryHub(), Progress(), places)
    assert path.read_bytes() == CONTENT
    assert find_checkpoint("vggt-1b", places) == path
    found = try_to_load_from_cache(NAME, "model.safetensors", cache_dir=places.hub_cache)
    assert found == str(path)
    assert not partial_files(places)


def test_bytes_and_check_are_reported(places: ModelPlaces):
    reports: list[ProgressReport] = []
    download_model(NAME, MemoryHub(), Progress(reports.append), places)
    fetched = [report for report in reports if report.stage == "download"]
    assert [report.done for report in fetched] == list(range(0, len(CONTENT) + 1, 1024))
    assert {report.total for report in fetched} == {len(CONTENT)}
    assert reports[-1] == ProgressReport("check the download", len(CONTENT), len(CONTENT))


def test_a_broken_line_is_continued_next_time(places: ModelPlaces):
    with pytest.raises(CheckpointError, match="connection"):
        download_model(NAME, MemoryHub(breaks_after=5000), Progress(), places)
    assert [path.stat().st_size for path in partial_files(places)] == [5120]
    hub = MemoryHub()
    assert download_model(NAME, hub, Progress(), places).read_bytes() == CONTENT
    assert hub.starts == [5120]


def test_cancelling_stops_within_a_piece_and_keeps_what_came(places: ModelPlaces):
    progress = Progress(lambda report: progress.cancel() if report.done >= 3072 else None)
    with pytest.raises(JobCancelledError):
        download_model(NAME, MemoryHub(), progress, places)
    assert [path.stat().st_size for path in partial_files(places)] == [4096]
    with pytest.raises(CheckpointError):
        find_checkpoint("vggt-1b", places)
    hub = MemoryHub()
    download_model(NAME, hub, Progress(), places)
    assert hub.starts == [4096]


def test_a_damaged_file_is_not_kept(places: ModelPlaces):
    damaged = CONTENT[:-1] + b"\x00"
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        download_model(NAME, MemoryHub(content=damaged), Progress(), places)
    assert not partial_files(places)
    with pytest.raises(CheckpointError):
        find_checkpoint("vggt-1b", places)


def test_a_file_that_ends_early_is_continued(places: ModelPlaces):
    with pytest.raises(CheckpointError, match="stopped at 4096 of 16384 bytes"):
        download_model(NAME, MemoryHub(content=CONTENT[:4096]), Progress(), places)
    assert download_model(NAME, MemoryHub(), Progress(), places).read_bytes() == CONTENT


def test_what_is_here_is_not_fetched_again(places: ModelPlaces):
    path = download_model(NAME, MemoryHub(), Progress(), places)
    hub = MemoryHub()
    assert download_model(NAME, hub, Progress(), places) == path
    assert hub.starts == []


def test_a_full_disk_is_noticed_before(places: ModelPlaces, monkeypatch: pytest.MonkeyPatch):
    usage = shutil._ntuple_diskusage(10**6, 10**6 - 100, 100)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _path: usage)
    hub = MemoryHub()
    with pytest.raises(OutputError, match="are free"):
        download_model(NAME, hub, Progress(), places)
    assert hub.starts == []


def test_a_hub_that_names_a_path_is_not_followed(places: ModelPlaces):
    with pytest.raises(CheckpointError, match="makes no sense"):
        download_model(NAME, MemoryHub(etag="../../evil"), Progress(), places)


@pytest.mark.parametrize("name", ["mini", "someone/else"])
def test_only_known_models_are_fetched(places: ModelPlaces, name: str):
    with pytest.raises(CheckpointError):
        download_model(name, MemoryHub(), Progress(), places)


def test_a_file_system_without_links_gets_the_file_itself(
    places: ModelPlaces, monkeypatch: pytest.MonkeyPatch
):
    def refuse(_self: Path, _target: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    path = download_model(NAME, MemoryHub(), Progress(), places)
    assert path.read_bytes() == CONTENT
    assert not path.is_symlink()


def test_the_hub_library_has_the_functions_that_we_call():
    signatures = {
        huggingface_hub.get_hf_file_metadata: {"url", "endpoint"},
        huggingface_hub.hf_hub_url: {"repo_id", "filename", "revision", "endpoint"},
        huggingface_hub.try_to_load_from_cache: {"repo_id", "filename", "cache_dir"},
        huggingface_hub.get_session: set(),
        build_hf_headers: set(),
    }
    for function, wanted in signatures.items():
        assert wanted <= set(inspect.signature(function).parameters)


class HubServer(BaseHTTPRequestHandler):
    """Answers as the hub does for one file, another size for anything else."""

    requests: list[tuple[str, str, str | None]] = []  # noqa: RUF012
    status = 200
    supports_ranges = True
    bytes_to_send = len(CONTENT)

    def do_HEAD(self):
        self._answer(b"")

    def do_GET(self):
        wanted = self.headers.get("Range", "bytes=0-")
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if self.supports_ranges else 0
        self._answer(CONTENT[start:], is_part=start > 0)

    def _answer(self, body: bytes, is_part: bool = False) -> None:
        self.requests.append((self.command, self.path, self.headers.get("Range")))
        if self.status != 200:
            self.send_response(self.status)
            if self.status == 403:
                self.send_header("X-Error-Code", "GatedRepo")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if is_part else 200)
        length = len(CONTENT) if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(length))
        self.send_header("ETag", f'"{SHA256}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        self.wfile.write(body[: self.bytes_to_send])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server() -> Iterator[type[HubServer]]:
    handler = type("Handler", (HubServer,), {"requests": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        handler.endpoint = f"http://127.0.0.1:{running.server_port}"
        yield handler
        running.shutdown()


def test_the_real_client_fetches_resumes_and_checks(server: type[HubServer], places: ModelPlaces):
    hub = HuggingFaceHub(endpoint=server.endpoint)
    server.bytes_to_send = 6000
    with pytest.raises(CheckpointError, match="goes on from there"):
        download_model(NAME, hub, Progress(), places)
    kept = partial_files(places)[0].stat().st_size
    assert 0 < kept <= 6000
    server.bytes_to_send = len(CONTENT)
    path = download_model(NAME, hub, Progress(), places)
    assert path.read_bytes() == CONTENT
    assert server.requests[-1] == (
        "GET", f"/{NAME}/resolve/{COMMIT}/model.safetensors", f"bytes={kept}-"
    )  # fmt: skip


def test_a_server_without_ranges_does_not_double_the_start(
    server: type[HubServer], places: ModelPlaces
):
    server.supports_ranges = False
    remote = HuggingFaceHub(endpoint=server.endpoint).describe(NAME, "model.safetensors")
    pieces = HuggingFaceHub(endpoint=server.endpoint).read(remote, 1000)
    assert b"".join(pieces) == CONTENT[1000:]


@pytest.mark.parametrize(
    ("status", "words"), [(403, "application before the download"), (500, "HTTP 500")]
)
def test_refusals_are_explained(
    server: type[HubServer], places: ModelPlaces, status: int, words: str
):
    server.status = status
    with pytest.raises(CheckpointError, match=words):
        download_model(NAME, HuggingFaceHub(endpoint=server.endpoint), Progress(), places)


def test_a_hub_out_of_reach_is_explained(places: ModelPlaces):
    hub = HuggingFaceHub(endpoint="http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(CheckpointError, match="connection to the hub failed"):
        download_model(NAME, hub, Progress(), places)
