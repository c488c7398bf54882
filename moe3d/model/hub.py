"""The model hub, as far as a download needs it: what a file is, and its bytes from any point.

The hub library's own download starts over when it was stopped, so the bytes are read here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import huggingface_hub
from huggingface_hub import errors as hub_errors
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from moe3d.errors import CheckpointError


@dataclass(frozen=True)
class RemoteFile:
    """A file on the hub."""

    repo: str
    filename: str
    commit: str
    """The version of the repository that the file belongs to."""
    etag: str
    """The file's SHA-256 for large files, else another fingerprint."""
    size_bytes: int


@runtime_checkable
class Hub(Protocol):
    """Where a model can be fetched from."""

    def describe(self, repo: str, filename: str) -> RemoteFile:
        """Ask for a file's size and fingerprint; raises `CheckpointError` with the reason."""
        ...

    def read(self, file: RemoteFile, start: int) -> Iterator[bytes]:
        """Its bytes from a point on, in pieces; raises `CheckpointError` when the line breaks."""
        ...


class HuggingFaceHub:
    """The real hub. Nothing is asked of it before a method is called."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = endpoint

    def describe(self, repo: str, filename: str) -> RemoteFile:
        """Ask for a file's size and fingerprint.

        Raises:
            CheckpointError: the hub cannot be reached, or refuses.
        """
        with _as_checkpoint_errors(repo):
            facts = huggingface_hub.get_hf_file_metadata(
                self._url(repo, filename), endpoint=self._endpoint
            )
        if facts.size is None or facts.etag is None or facts.commit_hash is None:
            raise CheckpointError(f"the hub does not say how large {filename} of {repo} is")
        return RemoteFile(repo, filename, facts.commit_hash, facts.etag, facts.size)

    def read(self, file: RemoteFile, start: int) -> Iterator[bytes]:
        """Its bytes from a point on.

        Raises:
            CheckpointError: the hub cannot be reached, refuses, or does not continue.
        """
        url = self._url(file.repo, file.filename, file.commit)
        headers = {**build_hf_headers(), "Range": f"bytes={start}-", "Accept-Encoding": "identity"}
        with (
            _as_checkpoint_errors(file.repo),
            huggingface_hub.get_session().stream(
                "GET", url, headers=headers, follow_redirects=True
            ) as response,
        ):
            hf_raise_for_status(response)
            skipped = start if response.status_code == 200 else 0  # a server without ranges
            for piece in response.iter_bytes():
                rest = piece[skipped:]
                skipped = max(skipped - len(piece), 0)
                if rest:
                    yield rest

    def _url(self, repo: str, filename: str, revision: str | None = None) -> str:
        return huggingface_hub.hf_hub_url(
            repo, filename, revision=revision, endpoint=self._endpoint
        )


@contextmanager
def _as_checkpoint_errors(repo: str) -> Iterator[None]:
    try:
        yield
    except hub_errors.GatedRepoError as error:
        raise CheckpointError(
            f"{repo} asks for an application before the download: open "
            f"https://huggingface.co/{repo}, apply, then sign in with `hf auth login`"
        ) from error
    except (hub_errors.RepositoryNotFoundError, hub_errors.RemoteEntryNotFoundError) as error:
        raise CheckpointError(f"{repo} or its model file is not on the hub") from error
    except hub_errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "no status")
        raise CheckpointError(f"the hub refused {repo} (HTTP {status}); try again later") from error
    except Exception as error:
        if not _is_connection_error(error):
            raise
        raise CheckpointError(
            f"the connection to the hub failed ({type(error).__name__}); what was fetched is kept, "
            "and the next download goes on from there"
        ) from error


def _is_connection_error(error: Exception) -> bool:
    # The library's HTTP client has changed its package twice; its errors have kept their names.
    names = {base.__name__ for base in type(error).__mro__}
    return bool(names & {"TransportError", "ConnectionError", "OfflineModeIsEnabled"})
