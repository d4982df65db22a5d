"""How well a name answers what somebody typed; and that SQL folds as Python does."""

import pytest
from django.db import connection

from kam.core.folding import fold
from kam.core.matching import ALIKE, BEGINS, EXACT, PART, WORD, Sought


@pytest.mark.parametrize(
    ("typed", "name", "score"),
    [
        ("élan", "Elan", EXACT),
        ("  ELAN ", "élan", EXACT),
        ("el", "Élan Vital", BEGINS),
        ("vit", "Élan Vital", WORD),
        ("vital elan", "Élan Vital", WORD),
        ("lan", "Élan Vital", PART),
        ("strasse", "Große Straße", WORD),
        ("logistcs", "Lively Logistics", ALIKE),
        ("lvely logistcs", "Lively Logistics", ALIKE),
        ("lgistics 2", "Logistics 2 Go", ALIKE),
        ("lgistics 2", "Logistics 12", 0),
        ("logistics g", "Big Logistics", 0),
        ("kira", "Kim", 0),
        ("ogre", "Lively Logistics", 0),
        ("lively bakers", "Lively Logistics", 0),
        ("", "Lively", 0),
        ("   ", "Lively", 0),
    ],
)
def test_score_is_by_how_a_name_answers(typed: str, name: str, score: float) -> None:
    found = Sought(typed).score(name)
    assert (0.4 * ALIKE < found <= ALIKE) if score == ALIKE else found == score


def test_what_a_database_found_alike_never_scores_nothing() -> None:
    assert Sought("logistcs").score("Something Else", is_found=True) == pytest.approx(ALIKE * 0.42)


@pytest.mark.parametrize(
    ("typed", "name", "marked"),
    [
        ("elan", "Élan Vital", "<mark>Élan</mark> Vital"),
        ("vit e", "Élan Vital", "<mark>É</mark>lan <mark>Vit</mark>al"),
        ("stras", "Große Straße", "Große <mark>Straß</mark>e"),
        ("a", "Banana Ape", "Banana <mark>A</mark>pe"),
        ("anan ana", "Banana", "B<mark>anan</mark>a"),
        ("b", "<b> & co", "&lt;<mark>b</mark>&gt; &amp; co"),
        ("x", "Élan", "Élan"),
        ("", "Élan", "Élan"),
        ("fi", "ﬁne", "<mark>ﬁ</mark>ne"),
    ],
)
def test_what_was_typed_is_marked(typed: str, name: str, marked: str) -> None:
    assert Sought(typed).marked(name) == marked


WORDS = ["Élan", "GROSSE Straße", "İstanbul", "ﬁne Ⅷ", "が行く", "Ärzte\u00a0Bund", "ΣΊΣΥΦΟΣ", "ÞÓR", "क़लम", "אָלֶף", ""]


@pytest.mark.django_db
@pytest.mark.parametrize("text", WORDS)
def test_sql_folds_as_python_does(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kam_fold(%s)", [text])
        assert cursor.fetchone() == (fold(text),)
