"""An integration at the real REST API: repeats what was not acknowledged, as every client should."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.faults.house import House

PATIENCE_S = 40.0
NO_ANSWER = 0


@dataclass(frozen=True)
class Answer:
    """`status` 0: the connection broke, or nothing came in time."""

    status: int
    body: dict[str, Any]
    etag: str = ""


class Api:
    """Counts every answer in `answers`: status → how often. Shared by threads."""

    def __init__(self, house: House, token: str) -> None:
        self.house, self.token = house, token
        self.answers: Counter[int] = Counter()
        self._counting = threading.Lock()

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """One request, one answer."""
        answer = self._ask(method, path, body, headers)
        with self._counting:
            self.answers[answer.status] += 1
        return answer

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Answer:
        link = http.client.HTTPConnection(*self.house.address, timeout=5)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            link.request(method, path, body=None if body is None else json.dumps(body), headers=sent)
            response = link.getresponse()
            text = response.read()
            return Answer(response.status, json.loads(text) if text else {}, response.headers.get("ETag", ""))
        except (OSError, http.client.HTTPException):
            return Answer(NO_ANSWER, {})
        finally:
            link.close()

    def insist(self, method: str, path: str, body: Mapping[str, Any], *, done: tuple[int, ...]) -> Answer:
        """The same request until it is acknowledged. Only outages are repeated: any other answer is a failure."""
        end = time.monotonic() + PATIENCE_S
        while True:
            answer = self.ask(method, path, body)
            if answer.status in done:
                return answer
            assert answer.status in (NO_ANSWER, 503), f"{method} {path} {body}: {answer}"
            assert time.monotonic() < end, f"{method} {path} {body}: no acknowledgement"
            time.sleep(0.05)

    def create_account(self, ref: str, **fields: Any) -> None:
        """409: an earlier try was stored although its answer got lost."""
        body = {"name": f"Account {ref}", "external_ref": reference(ref), **fields}
        self.insist("POST", "/api/v1/accounts", body, done=(201, 409))

    def touch(self, ref: str, external_id: str, **fields: Any) -> None:
        body = {"account_ref": reference(ref), "source": SOURCE, "external_id": external_id, **fields}
        self.insist("POST", "/api/v1/touchpoints", body, done=(201, 200))

    def set_tier(self, account_id: str, tier: str) -> None:
        """Edits carry the version that was read, so one whose answer got lost is never made twice."""
        path, end = f"/api/v1/accounts/{account_id}", time.monotonic() + PATIENCE_S
        while True:
            seen = self.ask("GET", path)
            if seen.status == 200 and seen.body["tier"] == tier:
                return
            if seen.status == 200:
                edited = self.ask("PATCH", path, {"tier": tier}, If_Match=seen.etag)
                assert edited.status in (200, 412, 503, NO_ANSWER), edited
            assert time.monotonic() < end, f"{path}: tier {tier} was never acknowledged"
            time.sleep(0.05)


SOURCE = "faults"


def reference(ref: str) -> dict[str, str]:
    return {"source": SOURCE, "external_id": ref}
