"""The starting catalogue: channels, touchpoint types and cadences of a new installation.

Rows once written belong to the administrator: this only adds what is missing.
"""

from typing import Any

from kam.core.ids import uuid7
from touchpoints.enums import Direction, Initiative, Phase, Purpose

OUTBOUND, TWO_WAY, INBOUND = Direction.OUTBOUND, Direction.TWO_WAY, Direction.INBOUND
DIRECT, INDIRECT = Initiative.DIRECT, Initiative.INDIRECT
BEFORE, DURING, AFTER = Phase.BEFORE, Phase.DURING, Phase.AFTER

# key, name, mode, direction the dialog proposes, icon
CHANNELS = [
    ("phone", "Phone", "digital", TWO_WAY, "phone"),
    ("email", "Email", "digital", OUTBOUND, "mail"),
    ("meeting", "Meeting", "physical", TWO_WAY, "users"),
    ("video", "Video", "digital", TWO_WAY, "video"),
    ("visit", "Visit", "physical", TWO_WAY, "building"),
    ("chat", "Chat", "digital", OUTBOUND, "message-circle"),
    ("web", "Web", "digital", OUTBOUND, "world"),
    ("app", "App", "digital", OUTBOUND, "device-mobile"),
    ("social", "Social media", "digital", OUTBOUND, "share"),
    ("contact_centre", "Contact centre", "digital", OUTBOUND, "headset"),
    ("event", "Event", "physical", OUTBOUND, "calendar-event"),
    ("post", "Post", "physical", OUTBOUND, "mailbox"),
    ("survey", "Survey", "digital", OUTBOUND, "clipboard-list"),
    ("review_site", "Review site", "digital", OUTBOUND, "star"),
    ("publication", "Publication", "digital", OUTBOUND, "news"),
]

# key, name, phase, initiative, moment of truth
TYPES = [
    ("check_in", "Check-in", AFTER, DIRECT, False),
    ("sales_call", "Sales call", BEFORE, DIRECT, False),
    ("support_case", "Support case", AFTER, INDIRECT, True),
    ("business_review", "Business review", AFTER, DIRECT, True),
    ("complaint", "Complaint", AFTER, INDIRECT, True),
    ("demo", "Demo", BEFORE, DIRECT, True),
    ("proposal", "Proposal", BEFORE, DIRECT, False),
    ("negotiation", "Negotiation", DURING, DIRECT, True),
    ("contract", "Contract", DURING, DIRECT, True),
    ("purchase", "Purchase", DURING, INDIRECT, True),
    ("onboarding", "Onboarding", AFTER, DIRECT, True),
    ("training", "Training", AFTER, DIRECT, False),
    ("product_use", "Product use", AFTER, INDIRECT, False),
    ("delivery", "Delivery", AFTER, DIRECT, True),
    ("repair", "Repair", AFTER, INDIRECT, True),
    ("renewal", "Renewal", AFTER, DIRECT, True),
    ("billing", "Billing", AFTER, DIRECT, False),
    ("survey", "Survey", AFTER, DIRECT, False),
    ("voc_interview", "Voice-of-customer interview", AFTER, DIRECT, False),
    ("referral", "Referral", BEFORE, INDIRECT, False),
    ("event", "Event", BEFORE, DIRECT, False),
    ("social", "Social contact", BEFORE, INDIRECT, False),
    ("publication", "Publication", BEFORE, DIRECT, False),
    ("advertising", "Advertising", BEFORE, DIRECT, False),
    ("website_visit", "Website visit", BEFORE, INDIRECT, False),
    ("off_boarding", "Off-boarding", AFTER, DIRECT, True),
    ("win_back", "Win-back", AFTER, DIRECT, False),
]

NOT_OPERATIONAL = {"advertising", "website_visit", "survey", "billing"}

# tier (empty: everybody else) → ideal and maximum days of the operational purpose
CADENCES = {"A": (14, 30), "B": (30, 60), "C": (60, 120), "D": (90, 180), "": (60, 120)}
# The same of the purposes that only the upper tiers have.
MORE_CADENCES = {
    Purpose.BUSINESS_REVIEW: {"A": (90, 120), "B": (180, 240)},
    Purpose.EXECUTIVE: {"A": (180, 270)},
}


def counted_for(type_key: str) -> list[str]:
    """The cadence purposes for which a type of the starting catalogue is counted contact."""
    purposes = [] if type_key in NOT_OPERATIONAL else [Purpose.OPERATIONAL.value]
    if type_key == "business_review":
        purposes.append(Purpose.BUSINESS_REVIEW.value)
    return purposes


def fill(apps: Any, schema_editor: Any = None) -> None:
    """Write the starting catalogue into an installation that has none; also what a migration calls."""
    Channel = apps.get_model("touchpoints", "Channel")
    TouchpointType = apps.get_model("touchpoints", "TouchpointType")
    CadencePolicy = apps.get_model("touchpoints", "CadencePolicy")
    Channel.objects.bulk_create(
        Channel(id=uuid7(), key=key, name=name, mode=mode, default_direction=direction, icon=icon, position=position)
        for position, (key, name, mode, direction, icon) in enumerate(CHANNELS)
    )
    TouchpointType.objects.bulk_create(
        TouchpointType(
            id=uuid7(),
            key=key,
            name=name,
            phase=phase,
            default_initiative=initiative,
            moment_of_truth=truth,
            counts_for=counted_for(key),
            position=position,
        )
        for position, (key, name, phase, initiative, truth) in enumerate(TYPES)
    )
    CadencePolicy.objects.bulk_create(
        CadencePolicy(id=uuid7(), tier=tier, ideal_days=ideal, maximum_days=maximum)
        for tier, (ideal, maximum) in CADENCES.items()
    )


def fill_more_cadences(apps: Any, schema_editor: Any = None) -> None:
    """Write the cadences of business reviews and executive contact where there are none."""
    CadencePolicy = apps.get_model("touchpoints", "CadencePolicy")
    CadencePolicy.objects.bulk_create(
        (
            CadencePolicy(id=uuid7(), purpose=purpose, tier=tier, ideal_days=ideal, maximum_days=maximum)
            for purpose, tiers in MORE_CADENCES.items()
            for tier, (ideal, maximum) in tiers.items()
        ),
        ignore_conflicts=True,
    )
