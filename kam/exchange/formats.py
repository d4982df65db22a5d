"""How a file is written: encoding, delimiter, quotation mark, sheet. Found by itself, and open to correction."""

import codecs
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kam.core.errors import BadInput

DELIMITERS = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar"),
}
DELIMITER_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
QUOTES = ('"', "'")
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32-le": "UTF-32 LE",
    "utf-32-be": "UTF-32 BE",
    "cp1252": gettext_lazy("Western (Windows-1252, Latin-1)"),
    "cp1250": gettext_lazy("Central European (Windows-1250)"),
    "iso8859-2": gettext_lazy("Central European (ISO 8859-2)"),
    "cp1251": gettext_lazy("Cyrillic (Windows-1251)"),
    "koi8-r": gettext_lazy("Cyrillic (KOI8-R)"),
    "cp1253": gettext_lazy("Greek (Windows-1253)"),
    "cp1254": gettext_lazy("Turkish (Windows-1254)"),
    "cp1255": gettext_lazy("Hebrew (Windows-1255)"),
    "cp1256": gettext_lazy("Arabic (Windows-1256)"),
    "cp1257": gettext_lazy("Baltic (Windows-1257)"),
    "cp850": gettext_lazy("Western (DOS 850)"),
    "mac-roman": gettext_lazy("Western (Mac)"),
    "cp932": gettext_lazy("Japanese (Shift JIS)"),
    "euc_jp": gettext_lazy("Japanese (EUC)"),
    "gb18030": gettext_lazy("Chinese (GB 18030)"),
    "big5": gettext_lazy("Chinese (Big5)"),
    "cp949": gettext_lazy("Korean (CP949)"),
}
_CODECS = {codecs.lookup(name).name: name for name in ENCODINGS} | {"iso8859-1": "cp1252", "ascii": "utf-8"}


@dataclass(frozen=True)
class Format:
    """How one file is written. `escape` is a backslash where quotation marks are escaped so, else "".

    `sheet` is the name of the sheet a spreadsheet was read from; its rows keep the numbers they have there.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    sheet: str = ""

    @property
    def numbers_records(self) -> bool:
        """Whether a line number counts records and blank lines, as sheets do, and not physical lines."""
        return bool(self.sheet)

    @property
    def label(self) -> str:
        """Encoding and separator in words."""
        return f"{ENCODINGS.get(self.encoding, self.encoding)}, {DELIMITERS.get(self.delimiter, self.delimiter)}"

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    def corrected(self, wanted: Mapping[str, str]) -> "Format":
        """With what somebody knows better (see `check_wanted`)."""
        return replace(self, **wanted)


def check_wanted(given: Mapping[str, Any]) -> dict[str, str]:
    """What somebody says of their file, in our words; nothing is left out, so that it is found.

    Raises: BadInput for an encoding or delimiter we do not know.
    """
    wanted: dict[str, str] = {}
    if encoding := given.get("encoding"):
        wanted["encoding"] = _encoding(str(encoding))
    if delimiter := given.get("delimiter"):
        known = DELIMITER_WORDS.get(str(delimiter), delimiter)
        wanted["delimiter"] = _one_of(known, tuple(DELIMITERS), "delimiter")
    if quote := given.get("quote"):
        wanted["quote"] = _one_of(quote, QUOTES, "quote")
    if sheet := given.get("sheet"):
        wanted["sheet"] = str(sheet)
    return wanted


def _encoding(given: str) -> str:
    try:
        return _CODECS[codecs.lookup(given).name]
    except (LookupError, ValueError) as error:  # ValueError: a NUL within the name
        detail = _("There is no encoding %(name)s. Known are %(known)s.")
        known = {"name": repr(given[:40]), "known": ", ".join(ENCODINGS)}
        raise BadInput("unknown_encoding", detail % known, field="encoding") from error


def _one_of(given: Any, known: tuple[str, ...], field: str) -> str:
    if given not in known:
        names = ", ".join(repr(value) for value in known)
        raise BadInput(f"unknown_{field}", _("This must be one of %(names)s.") % {"names": names}, field=field)
    return str(given)
