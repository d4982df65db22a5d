"""Names as lists sort and searches compare them."""

import unicodedata


def fold(text: str, *, length: int = 200) -> str:
    """`text` without accents, case or surplus spaces, cut to `length` characters.

    PostgreSQL here collates by code point, so this is what "Élan" and "elan" share.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(text.casefold().split())[:length]
