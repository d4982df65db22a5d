"""Scenes of the demo company's daily business: what kind of contact, how it went, in whose words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """A touchpoint's kind, channel, direction, feeling at start and end, expectation and words."""

    type: str
    channel: str
    direction: str
    sentiments: tuple[int | None, int | None]
    expectation: str
    subject: str
    notes: str
    next_step: str = ""


POSITIVE = [
    Scene(
        "check_in",
        "phone",
        "two_way",
        (1, 2),
        "exceeded",
        "Monthly call",
        "The new order portal saves them half a day a week. Asked whether the Lyon plant could join.",
        "Send the roll-out outline for Lyon",
    ),
    Scene(
        "business_review",
        "meeting",
        "two_way",
        (1, 2),
        "met",
        "Quarterly review",
        "All three goals of the quarter reached. They want response times in the next report.",
    ),
    Scene(
        "training",
        "video",
        "two_way",
        (0, 1),
        "exceeded",
        "Training for the night shift",
        "Fourteen people. They asked for the recording and a second date for the newcomers.",
    ),
    Scene(
        "support_case",
        "phone",
        "inbound",
        (-1, 1),
        "exceeded",
        "Line stopped, solved in an hour",
        "Sensor fault on line 2. Remote session, spare part sent the same day. They were relieved.",
    ),
    Scene(
        "referral",
        "email",
        "inbound",
        (1, 2),
        "met",
        "Introduced us to a partner",
        "Put us in touch with their packaging supplier without being asked.",
    ),
    Scene(
        "delivery",
        "visit",
        "two_way",
        (0, 1),
        "met",
        "Acceptance on site",
        "Signed off without remarks. Tour of the new hall; expansion planned for spring.",
    ),
]

NEUTRAL = [
    Scene(
        "check_in",
        "phone",
        "two_way",
        (0, 1),
        "met",
        "Checking in",
        "Nothing pressing. Holiday cover arranged, contact stays the same.",
    ),
    Scene(
        "check_in",
        "video",
        "two_way",
        (0, 0),
        "met",
        "Short status call",
        "Volumes as planned. They wait for the budget round before deciding on the extension.",
    ),
    Scene(
        "support_case",
        "email",
        "inbound",
        (0, 1),
        "met",
        "Question about the interface",
        "Field mapping explained, example file sent. Confirmed that it works.",
    ),
    Scene(
        "sales_call",
        "phone",
        "two_way",
        (0, 0),
        "",
        "Extension of the service window",
        "Interested, but not before the new year.",
        "Offer for weekend service by mail",
    ),
    Scene("billing", "email", "outbound", (None, None), "", "Invoice of the month", "Sent with the usage report."),
    Scene(
        "delivery", "visit", "two_way", (0, 0), "met", "Delivery as agreed", "On time. One pallet repacked at the gate."
    ),
    Scene(
        "proposal", "email", "outbound", (None, None), "", "Offer sent", "Three options, the middle one recommended."
    ),
    Scene("product_use", "app", "inbound", (None, None), "", "Usage report", "Up four percent against last month."),
    Scene(
        "renewal",
        "meeting",
        "two_way",
        (0, 1),
        "met",
        "Talk about the renewal",
        "They want two years instead of three and a fixed price.",
    ),
]

NEGATIVE = [
    Scene(
        "complaint",
        "phone",
        "inbound",
        (-2, -1),
        "missed",
        "Complaint about late answers",
        "Third reminder before anybody answered. They expect a named person for urgent cases.",
        "Name a contact and confirm in writing",
    ),
    Scene(
        "support_case",
        "phone",
        "inbound",
        (-1, -2),
        "missed",
        "Second outage within a month",
        "Same fault as last time. They lost a shift and ask what we learned from the first case.",
    ),
    Scene(
        "delivery",
        "email",
        "inbound",
        (-1, -1),
        "missed",
        "Delivery a week late",
        "Nobody told them. Their own customer was waiting.",
    ),
    Scene(
        "negotiation",
        "meeting",
        "two_way",
        (0, -1),
        "met",
        "Price talk",
        "A competitor offers twelve percent less. They like us, but purchasing decides.",
    ),
    Scene(
        "billing",
        "email",
        "inbound",
        (-1, -1),
        "missed",
        "Wrong invoice, again",
        "Discount missing for the third time.",
    ),
    Scene(
        "check_in",
        "phone",
        "two_way",
        (-1, 0),
        "met",
        "Call after the outage",
        "Listened for half an hour. They will judge us by the next four weeks.",
        "Weekly call until the end of the month",
    ),
]
