"""The fields of a touchpoint that a file may fill."""

from kam.exchange.numbers import WholeNumber
from kam.exchange.registry import Field
from kam.exchange.values import choice, instant, label, our_id, text, yes_or_no
from touchpoints.enums import Direction, Expectation, Initiative

FIELDS = [
    Field("account", label(200), required=True),
    Field("type", label(100), required=True),
    Field("channel", label(100), required=True),
    Field("occurred_at", instant, required=True),
    Field("direction", choice(Direction.values)),
    Field("initiative", choice(Initiative.values)),
    Field("duration_minutes", WholeNumber(0, 2**31 - 1)),
    Field("subject", text(300)),
    Field("notes", text(20_000)),
    Field("sentiment_start", WholeNumber(-2, 2)),
    Field("sentiment_end", WholeNumber(-2, 2)),
    Field("expectation", choice(Expectation.values)),
    Field("next_step", text(300)),
    Field("episode", text(100)),
    Field("handoffs", WholeNumber(0, 2**15 - 1)),
    Field("wait_minutes", WholeNumber(0, 2**31 - 1)),
    Field("resolved_first_contact", yes_or_no),
    Field("contact", label(254)),
    Field("staff", label(254)),
    Field("source", label(50)),
    Field("external_id", label(200), glue="|"),
    Field("kam_id", our_id),  # the column `id` of our exports
]
# Copied as they are; type, channel and account name records of ours.
PLAIN = [
    "occurred_at",
    "direction",
    "initiative",
    "duration_minutes",
    "subject",
    "notes",
    "sentiment_start",
    "sentiment_end",
    "expectation",
    "next_step",
    "episode",
]
# Joined later: a line without them keeps the identity it had.
JOINED = ["handoffs", "wait_minutes", "resolved_first_contact"]
