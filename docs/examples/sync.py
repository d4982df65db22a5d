#!/usr/bin/env python3
"""Copy customers and their calls from another system into kam, whatever the network does.

    KAM_URL=https://kam.example.com KAM_TOKEN=kam_… python3 sync.py

Needs nothing but Python. Accounts are told by PUT under the other system's id, calls by POST with an
Idempotency-Key: both may be repeated, so every request is sent again until there is an answer to it.
"""

import http.client
import json
import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

SOURCE = "crm"
TRIES = 30
AGAIN = {409, 429, 503}  # still at it, too many calls, too busy


class Api:
    """Repeats each request until it is answered; 409 only while the first try is still being done."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = urlsplit(url), token
        self.lost = 0

    def send(self, method: str, path: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        for _ in range(TRIES):
            try:
                status, wait, answer = self._ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):  # no answer: it may or may not have been done
                self.lost += 1
                continue
            if status in (200, 201):
                return answer
            if status not in AGAIN or (status == 409 and answer["code"] != "in_flight"):
                raise RuntimeError(f"{method} {path}: {status} {answer['detail']}")
            time.sleep(wait)
        raise RuntimeError(f"{method} {path}: no answer after {TRIES} tries")

    def _ask(self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        secure = self.url.scheme == "https"
        connection = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        link = connection(self.url.netloc, timeout=15)
        try:
            sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
            link.request(method, f"/api/v1{path}", json.dumps(body), sent)
            response = link.getresponse()
            answer = json.loads(response.read())
            return response.status, float(response.headers.get("Retry-After", 0.1)), answer
        finally:
            link.close()


def main() -> None:
    api = Api(os.environ["KAM_URL"], os.environ["KAM_TOKEN"])
    for number in range(50):
        path = f"/accounts/by-external/{SOURCE}/{quote(f'A-{number}', safe='')}"
        api.send("PUT", path, {"name": f"Customer {number}", "customer_since": "2025-01-01"})
    for number in range(200):
        call = {
            "account_ref": {"source": SOURCE, "external_id": f"A-{number % 50}"},
            "type": "support_case",
            "channel": "phone",
            "occurred_at": f"2026-01-{1 + number % 28:02}T09:{number % 60:02}:00Z",
            "subject": f"Call {number}",
        }
        api.send("POST", "/touchpoints", call, **{"Idempotency-Key": f"{SOURCE}-call-{number}"})
    print(f"50 accounts and 200 touchpoints are there; {api.lost} answers were lost on the way.")


if __name__ == "__main__":
    main()
