"""kam_fold(text): folding.py's rule in SQL, immutable, so that an index can be made of it."""

import unicodedata
from itertools import groupby

from django.db import migrations


def combining_marks() -> str:
    """The inside of a bracket expression: every character that sits on another one, as ranges."""
    marks = [code for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code))]
    runs = [[code for _, code in run] for _, run in groupby(enumerate(marks), lambda pair: pair[1] - pair[0])]
    return "".join(rf"\U{run[0]:08X}-\U{run[-1]:08X}" for run in runs)


# Inlined by the planner: a single expression of built-in immutable functions. The collation is that of Unicode,
# whatever the database's own.
FOLD = rf"""
CREATE FUNCTION kam_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN casefold(regexp_replace(normalize(words, NFKD), '[{combining_marks()}]', '', 'g') COLLATE pg_unicode_fast)
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_extensions")]
    operations = [migrations.RunSQL(FOLD, "DROP FUNCTION kam_fold(text)")]
