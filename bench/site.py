"""gunicorn with two workers on loopback, and a client that speaks to it as an integration or a browser does."""

import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, perf_counter, sleep
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from kam.embedded.home import CHECKOUT


class Site:
    """`with Site("kam.wsgi", environment) as site: site.get("/livez")`."""

    def __init__(self, application: str, environment: Mapping[str, str], *, workers: int = 2) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.argv = [
            *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", str(workers), "--preload", "--timeout", "60", "--no-control-socket"),
            *("--log-level", "error"),
        ]
        self.environment = dict(environment)
        self.log = Path(environment["KAM_HOME"]) / "logs" / f"{application}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_in = 0.0

    def __enter__(self) -> Self:
        begun = perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.argv, cwd=CHECKOUT, env=self.environment, stderr=log)
        until = monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or monotonic() > until:
                self.__exit__(None, None, None)
                raise RuntimeError(f"{self.argv[3]} did not start, see {self.log}")
            sleep(0.005)
        self.started_in = perf_counter() - begun
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def _answers(self) -> bool:
        try:
            return self.call("GET", "/livez")[0] == 200
        except OSError:
            return False

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """A request on a connection of its own, as sync workers close it anyway."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content, answer.headers

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        status, body, _ = self.call("GET", path, headers=headers)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}: {body[:300]!r}")
        return body

    def post(self, path: str, body: Any, *, headers: Mapping[str, str] | None = None) -> bytes:
        sent = {**(headers or {}), "Content-Type": "application/json"}
        status, answer, _ = self.call("POST", path, headers=sent, body=json.dumps(body).encode())
        if status not in (200, 201):
            raise RuntimeError(f"POST {path} answered {status}: {answer[:300]!r}")
        return answer

    def sign_in(self, email: str, password: str) -> dict[str, str]:
        """The headers of a browser in which somebody has signed in."""
        _, page, headers = self.call("GET", "/login/")
        cookies = _cookies(headers)
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"login": email, "password": password, "csrfmiddlewaretoken": token[1].decode() if token else ""}
        sent = {"Cookie": _joined(cookies), "Content-Type": "application/x-www-form-urlencoded"}
        status, _, headers = self.call("POST", "/login/", headers=sent, body=urlencode(form).encode())
        if status != 302:
            raise RuntimeError(f"{email} could not sign in: {status}")
        return {"Cookie": _joined({**cookies, **_cookies(headers)})}

    def worker_peak_mib(self) -> float:
        """The highest resident memory that any of the workers ever had."""
        if self.process is None:
            raise RuntimeError("not running")
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
        return max(_peak_kib(child) for child in children) / 1024


def _peak_kib(number: str) -> int:
    status = Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def _cookies(headers: http.client.HTTPMessage) -> dict[str, str]:
    pairs = (value.partition(";")[0].partition("=") for value in headers.get_all("Set-Cookie") or [])
    return {name: value for name, _, value in pairs}


def _joined(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
