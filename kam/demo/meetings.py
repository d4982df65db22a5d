"""Meetings that come by their date: business reviews, and those of our leaders with the customer's board."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from kam.demo.companies import Company
from kam.demo.wording import Scene, scene

PUBLIC_SECTOR_REVIEW_DAYS = (180, 270)  # ideal and maximum: their budgets are decided once a year
# Tier → about how many days lie between two of them.
REVIEW_EVERY = {"A": 88, "B": 175}
EXECUTIVE_EVERY = {"A": 170}

# Where the story goes down, it is the meetings that stop first: for so many days there were none.
NO_REVIEW_FOR = {"soured": 150, "neglected": 260, "drifting": 100}
NO_EXECUTIVE_FOR = {"soured": 240, "neglected": 300, "drifting": 60}

REVIEWS = [
    scene(
        "business_review meeting two_way 0 1 met",
        "Review: goals and figures",
        "Two of three goals reached, the third moves to the next period. New goal: fewer calls at night.",
        "Send the minutes",
    ),
    scene(
        "business_review video two_way 0 1 met",
        "Review with operations",
        "Availability as agreed. They want the report a week earlier, before their own meeting.",
    ),
    scene(
        "business_review visit two_way 1 1 met",
        "Review on site",
        "Walked the line first, figures after. Three small wishes, two of them done the same afternoon.",
        "Answer on the third wish",
    ),
    scene(
        "business_review meeting two_way 0 1 exceeded",
        "Review: what it saved them",
        "Their controller had done the sum before us: 41 hours a month.",
    ),
    scene(
        "business_review video two_way 0 0 met",
        "Review before their budget round",
        "They need a figure for next year by the end of the month. Scope stays.",
        "Send the figure",
    ),
    scene(
        "business_review meeting two_way 0 0 met",
        "Review with the new purchaser",
        "First time at the table, took notes of everything. Asked for the contract and the price list.",
    ),
]
EXECUTIVE = [
    scene(
        "check_in meeting two_way 1 1 met",
        "Boards have lunch",
        "Their plans for the next two years, ours for the product. No decisions, good mood.",
    ),
    scene(
        "check_in visit two_way 0 1 met",
        "Our director visits",
        "An hour with the managing director, then the plant. They noticed that we came.",
        "Thank-you note from the director",
    ),
    scene(
        "check_in video two_way 0 1 met",
        "Call between the directors",
        "Half an hour on prices of energy and people. They stay with two suppliers, we are one.",
    ),
    scene(
        "event event two_way 1 1 exceeded",
        "Evening with their management",
        "Guests at their anniversary. Introduced to the two who decide about the other sites.",
    ),
]


def meetings(random: Random, company: Company, *, start: date, end: date, on: date) -> Iterator[tuple[date, Scene]]:
    """The days of a customer's reviews and executive contact from `start` to before `end`, with what was said."""
    if company.lifecycle == "prospect":
        return
    every = REVIEW_EVERY.get(company.tier)
    if company.segment == "Public sector":
        every = min(every or PUBLIC_SECTOR_REVIEW_DAYS[0], PUBLIC_SECTOR_REVIEW_DAYS[0])
    if every:
        until = min(end, on - timedelta(days=NO_REVIEW_FOR.get(company.story, 0)))
        yield from _dated(random, REVIEWS, every, start, until)
    if company.tier in EXECUTIVE_EVERY:
        until = min(end, on - timedelta(days=NO_EXECUTIVE_FOR.get(company.story, 0)))
        yield from _dated(random, EXECUTIVE, EXECUTIVE_EVERY[company.tier], start, until)


def _dated(random: Random, scenes: list[Scene], every: int, start: date, end: date) -> Iterator[tuple[date, Scene]]:
    """Each scene once before any comes again."""
    order = random.sample(scenes, len(scenes))
    day, turn = start + timedelta(days=random.randint(20, every)), 0
    while day < end:
        yield day, order[turn % len(order)]
        day += timedelta(days=round(every * random.uniform(0.75, 1.15)))
        turn += 1
