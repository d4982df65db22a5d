"""The browser's half of the words for a moment, run in Node as the browser runs it, on the server's own table."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.touchpoints.when_words import NOW, UNCLEAR, UNDERSTOOD, ZONE

MODULE = Path(settings.BASE_DIR) / "static" / "js" / "when-words.js"
WORDS: dict[str, str | None] = UNDERSTOOD | dict.fromkeys(UNCLEAR)


@pytest.fixture(scope="module")
def understood() -> dict[str, str | None]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    script = f"""
        import {{ parseWhen }} from {json.dumps(MODULE.as_uri())};
        const two = (n) => String(n).padStart(2, "0");
        const say = (d) => d && `${{d.getFullYear()}}-${{two(d.getMonth() + 1)}}-${{two(d.getDate())}} ` +
            `${{two(d.getHours())}}:${{two(d.getMinutes())}}`;
        const now = new Date({json.dumps(NOW.isoformat())});
        const words = {json.dumps(list(WORDS))};
        console.log(JSON.stringify(Object.fromEntries(words.map((w) => [w, say(parseWhen(w, now))]))));
    """
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={**os.environ, "TZ": ZONE},
    )
    answer: dict[str, str | None] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(("words", "moment"), WORDS.items(), ids=[words[:20] for words in WORDS])
def test_the_browser_understands_what_the_server_does(
    understood: dict[str, str | None], words: str, moment: str | None
) -> None:
    assert understood[words] == moment
