"""The browser's half of the words for a moment, run in Node as the browser runs it, on the server's own table."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.touchpoints.when_words import NOW, UNCLEAR, UNDERSTOOD, ZONE

MODULE = Path(settings.BASE_DIR) / "static" / "js" / "when-words.js"
WORDS: dict[str, str | None] = UNDERSTOOD | dict.fromkeys(UNCLEAR)


def run(script: str) -> Any:
    """What a script prints that has the module's functions and the present moment, `now`."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    head = f"""
        import {{ isToCome, parseWhen, sayWhen }} from {json.dumps(MODULE.as_uri())};
        const now = new Date({json.dumps(NOW.isoformat())});
    """
    done = subprocess.run(
        [node, "--input-type=module", "--eval", head + script],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={**os.environ, "TZ": ZONE},
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def understood() -> dict[str, str | None]:
    answer: dict[str, str | None] = run(f"""
        const two = (n) => String(n).padStart(2, "0");
        const say = (d) => d && `${{d.getFullYear()}}-${{two(d.getMonth() + 1)}}-${{two(d.getDate())}} ` +
            `${{two(d.getHours())}}:${{two(d.getMinutes())}}`;
        const words = {json.dumps(list(WORDS))};
        console.log(JSON.stringify(Object.fromEntries(words.map((w) => [w, say(parseWhen(w, now))]))));
    """)
    return answer


@pytest.mark.parametrize(("words", "moment"), WORDS.items(), ids=[words[:20] for words in WORDS])
def test_the_browser_understands_what_the_server_does(
    understood: dict[str, str | None], words: str, moment: str | None
) -> None:
    assert understood[words] == moment


ECHOED = {
    "now": ["14 Oct, 15:20", False],
    "yesterday 9:05": ["13 Oct, 09:05", False],
    "20.11.2025 14:00": ["20 Nov 2025, 14:00", False],
    "20.11.2026 14:00": ["20 Nov, 14:00", True],
    "15:24": ["14 Oct, 15:24", False],
    "15:26": ["14 Oct, 15:26", True],
}


def test_the_echo_says_the_year_where_it_is_another_and_what_is_to_come() -> None:
    echoed = run(f"""
        const say = (w) => {{ const d = parseWhen(w, now); return [sayWhen(d, "en", now), isToCome(d, now)]; }};
        console.log(JSON.stringify(Object.fromEntries({json.dumps(list(ECHOED))}.map((w) => [w, say(w)]))));
    """)
    assert echoed == ECHOED
