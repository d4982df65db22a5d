import pytest

from accounts.health import Signal, register
from accounts.health.registry import signals
from tests.accounts.health_data import made_up_signal, made_up_signals

pytestmark = pytest.mark.django_db


def test_registering_twice_is_harmless_and_another_under_its_key_refused() -> None:
    first = made_up_signal("a", 1)
    with made_up_signals():
        register(first)
        register(first)
        assert signals() == (first,)
        with pytest.raises(ValueError, match="registered already"):
            register(made_up_signal("a", 2))
        assert signals() == (first,)


@pytest.mark.parametrize("key", ["", "A", "two words", "x'; DROP TABLE", "1st"])
def test_signal_key_that_would_not_be_plain_in_sql_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no signal key"):
        made_up_signal(key, 1)


def test_signal_with_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        made_up_signal("a", -1)


def test_signals_of_this_product() -> None:
    weights = {signal.key: signal.default_weight for signal in signals() if isinstance(signal, Signal)}
    assert weights == {"recency": 25, "sentiment": 15, "stakeholders": 10}
