"""Run a client with the answers of an earlier run at hand, so that no socket is used.

Usage: python -m benchmarks.offline_client ARCHIVE MODULE ARGUMENT...

What is left is what a client can influence: it makes its requests through the whole of
`requests`, but the transport below, the same for all, is replaced by a file in memory.
"""

from __future__ import annotations

import io
import json
import mmap
import runpy
import sys
import threading
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

# What of the address tells one request from another, for each of the answers.
Index = dict[str, tuple[int, int, dict[str, str]]]


class Archive:
    """A file of bodies, and one that tells where each is; made by the first run."""

    def __init__(self, path: Path) -> None:
        """Open the archive, or begin it."""
        self._path, self._place = path, path.with_name(f"{path.name}.json")
        self._index: Index = {}
        self._lock = threading.Lock()
        self._send = HTTPAdapter.send
        self.exists = self._place.exists()
        if self.exists:
            self._index = json.loads(self._place.read_bytes())
            with path.open("rb") as file:
                self._bodies = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)

    def replay(
        self,
        _: HTTPAdapter,
        request: requests.PreparedRequest,
        **__: Any,  # noqa: ANN401
    ) -> requests.Response:
        """Answer a request from the archive."""
        begin, end, headers = self._index[request.url or ""]
        response = requests.Response()
        response.status_code = 200
        response.headers.update(headers)
        response.request, response.url = request, request.url or ""
        response.raw = io.BytesIO(self._bodies[begin:end])
        return response

    def record(
        self,
        adapter: HTTPAdapter,
        request: requests.PreparedRequest,
        **how: Any,  # noqa: ANN401
    ) -> requests.Response:
        """Have a request answered, and keep the answer."""
        response = self._send(adapter, request, **how)
        with self._lock, self._path.open("ab") as file:
            begin = file.tell()
            file.write(response.content)
            self._index[request.url or ""] = begin, file.tell(), dict(response.headers)
        return response

    def close(self) -> None:
        """Write down what was recorded."""
        if not self.exists:
            self._place.write_text(json.dumps(self._index))


def main() -> None:
    """Run the module as `python -m` does."""
    path, module, *arguments = sys.argv[1:]
    archive = Archive(Path(path))
    answer = archive.replay if archive.exists else archive.record

    def send(
        adapter: HTTPAdapter,
        request: requests.PreparedRequest,
        **how: Any,  # noqa: ANN401
    ) -> requests.Response:
        return answer(adapter, request, **how)

    HTTPAdapter.send = send  # type: ignore[assignment]
    sys.argv[1:] = arguments
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        archive.close()


if __name__ == "__main__":
    main()
