"""The words the log dialog understands for a moment, run in Node as the browser runs them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

MODULE = Path(settings.BASE_DIR) / "static" / "js" / "when-words.js"
# Sunday, 22 November 2026, half past ten, in whatever zone the reader sits.
NOW = "new Date(2026, 10, 22, 10, 30)"
WORDS = {
    "now": "2026-11-22 10:30",
    "": "2026-11-22 10:30",
    "2h ago": "2026-11-22 08:30",
    "30 min ago": "2026-11-22 10:00",
    "yesterday": "2026-11-21 10:30",
    "Yesterday 15:00": "2026-11-21 15:00",
    "yesterday at 3pm": "2026-11-21 15:00",
    "3 days ago": "2026-11-19 10:30",
    "mon 9:30": "2026-11-16 09:30",
    "last friday 8am": "2026-11-20 08:00",
    "sunday": "2026-11-15 10:30",
    "09:15": "2026-11-22 09:15",
    "2026-11-20T09:15": "2026-11-20 09:15",
    "14 jan 10:00": "2026-01-14 10:00",
    "24 december": "2025-12-24 10:30",
    "14 Jan 2025": "2025-01-14 10:30",
    "31 feb": None,
    "25:00": None,
    "soon": None,
}


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
        const words = {json.dumps(list(WORDS))};
        console.log(JSON.stringify(Object.fromEntries(words.map((w) => [w, say(parseWhen(w, {NOW}))]))));
    """
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script], capture_output=True, text=True, check=True, timeout=30
    )
    answer: dict[str, str | None] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(("words", "moment"), WORDS.items())
def test_words(understood: dict[str, str | None], words: str, moment: str | None) -> None:
    assert understood[words] == moment
