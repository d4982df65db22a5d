"""Rows 1, 2, 4, 5, 6: lists, an account with its timeline, search, the portfolio, the page of accounts."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from bench.company import Company
from bench.measuring import Row, Timing, compare, ratio_row

TIMES = 20


def pair(company: Company, number: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """What the product does for a row and what the floor does, checked to answer the same rows."""
    app, floor = PAIRS[number](company)
    ours, raw = _ids(app()), _ids(floor())
    if not raw or ours != raw:
        raise RuntimeError(f"Row {number}: kam answered {len(ours)} rows, the floor {len(raw)}, not the same.")
    return app, floor


def rows(company: Company) -> list[Row]:
    name = company.scale.name
    found: dict[str, Timing] = {number: compare(*pair(company, number), times=TIMES) for number in PAIRS}
    return [ratio_row(number, job, name, found[number], target) for number, (job, target) in JOBS.items()]


JOBS = {
    "1": ("GET accounts, 50 filtered", 3.0),
    "2": ("GET account + timeline of 50", 4.0),
    "4": ("search by name, manager", 4.0),
    "4a": ("search by name, administrator", 4.0),
    "6": ("accounts page, HTML", 10.0),
}


def _ids(answer: bytes | list[str]) -> list[str]:
    """The ids in order."""
    return answer if isinstance(answer, list) else [row["id"] for row in json.loads(answer)["results"]]


def _list(company: Company) -> tuple[Callable[[], Any], Callable[[], Any]]:
    headers, viewer = company.token("manager"), company.people["ids"]["manager"]
    return (
        lambda: company.app.get("/api/v1/accounts?limit=50&lifecycle=active&ordering=name", headers=headers),
        lambda: company.floor.get(f"/list?viewer={viewer}"),
    )


def _account(company: Company) -> tuple[Callable[[], Any], Callable[[], Any]]:
    headers, viewer = company.token("manager"), company.people["ids"]["manager"]
    query = f"viewer={viewer}&id={company.account}"

    def app() -> bytes:
        company.app.get(f"/api/v1/accounts/{company.account}", headers=headers)
        return company.app.get(f"/api/v1/accounts/{company.account}/timeline?limit=50", headers=headers)

    def floor() -> bytes:
        company.floor.get(f"/one?{query}")
        return company.floor.get(f"/timeline?{query}")

    return app, floor


def _search(who: str, path: str) -> Callable[[Company], tuple[Callable[[], Any], Callable[[], Any]]]:
    def made(company: Company) -> tuple[Callable[[], Any], Callable[[], Any]]:
        headers, viewer = company.token(who), company.people["ids"][who]
        word = company.people["account"]["word"]
        asked = urlencode({"search": word, "ordering": "name"})
        raw = urlencode({"viewer": viewer, "like": f"%{word}%"})
        return (
            lambda: company.app.get(f"/api/v1/accounts?{asked}", headers=headers),
            lambda: company.floor.get(f"{path}?{raw}"),
        )

    return made


def _page(company: Company) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The page names every account of the raw list, in its order."""
    headers, viewer = company.signed_in("manager"), company.people["ids"]["manager"]
    wanted = _ids(company.floor.get(f"/list?viewer={viewer}"))

    def app() -> list[str]:
        page = company.app.get("/accounts/?lifecycle=active", headers=headers)
        places = {one: page.find(f"/accounts/{one}/".encode()) for one in wanted}
        return sorted((one for one in wanted if places[one] >= 0), key=lambda one: places[one])

    return app, lambda: company.floor.get(f"/list?viewer={viewer}")


PAIRS = {
    "1": _list,
    "2": _account,
    "4": _search("manager", "/search"),
    "4a": _search("admin", "/search_all"),
    "6": _page,
}
