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


def scene(kind: str, subject: str, notes: str, next_step: str = "") -> Scene:
    """`kind` is "type channel direction start end expectation"; "." for what nobody recorded."""
    type_, channel, direction, start, end, expectation = kind.split()
    felt = (None if start == "." else int(start), None if end == "." else int(end))
    return Scene(type_, channel, direction, felt, expectation.strip("."), subject, notes, next_step)


POSITIVE = [
    scene(
        "check_in phone two_way 1 2 exceeded",
        "Order portal saves half a day",
        "The new portal spares them half a day a week. Asked whether the second site could join.",
        "Send the roll-out outline",
    ),
    scene(
        "business_review meeting two_way 1 2 met",
        "Quarterly review",
        "All three goals of the quarter reached. They want response times in the next report.",
    ),
    scene(
        "training video two_way 0 1 exceeded",
        "Training for the night shift",
        "Fourteen people. They asked for the recording and a second date for the newcomers.",
    ),
    scene(
        "support_case phone inbound -1 1 exceeded",
        "Line stopped, solved in an hour",
        "Sensor fault on line 2. Remote session, spare part sent the same day. They were relieved.",
    ),
    scene(
        "referral email inbound 1 2 met",
        "Introduced us to a partner",
        "Put us in touch with their packaging supplier without being asked.",
        "Call the supplier this week",
    ),
    scene(
        "delivery visit two_way 0 1 met",
        "Acceptance on site",
        "Signed off without remarks. Tour of the new hall; expansion planned for spring.",
    ),
    scene(
        "check_in video two_way 0 1 met",
        "New deputy introduced",
        "Covers from next month. Knows our product from the last job and is glad to have it again.",
    ),
    scene(
        "business_review visit two_way 1 1 exceeded",
        "Half-year review on site",
        "Downtime down by a third. Their director joined for the last half hour and stayed for lunch.",
        "Write down the case for their newsletter",
    ),
    scene(
        "event event two_way 1 2 met",
        "Spoke at our customer day",
        "Twenty minutes on how they plan maintenance now. Best rated talk of the afternoon.",
    ),
    scene(
        "sales_call phone two_way 0 1 met",
        "Two more licences",
        "The planning team grows. Ordered on the phone, purchase order follows.",
        "Confirm the start date",
    ),
    scene(
        "repair visit two_way -1 1 exceeded",
        "Pump replaced over night",
        "Ready again at five in the morning. The shift leader sent a photograph of the running line.",
    ),
    scene(
        "voc_interview video two_way 1 1 met",
        "What they would miss",
        "The morning overview and the people on the phone. Would recommend us, and has.",
    ),
    scene(
        "check_in phone two_way 1 1 met",
        "After the audit",
        "Passed without findings. The auditor liked that every test record was at hand.",
    ),
]

NEUTRAL = [
    scene(
        "check_in phone two_way 0 1 met",
        "Checking in before the holidays",
        "Nothing pressing. Holiday cover arranged, contact stays the same.",
    ),
    scene(
        "check_in video two_way 0 0 met",
        "Volumes of the month",
        "As planned. They wait for the budget round before deciding on the extension.",
    ),
    scene(
        "support_case email inbound 0 1 met",
        "Question about the interface",
        "Field mapping explained, example file sent. Confirmed that it works.",
    ),
    scene(
        "sales_call phone two_way 0 0 .",
        "Extension of the service window",
        "Interested, but not before the new year.",
        "Offer for weekend service by mail",
    ),
    scene("billing email outbound . . .", "Invoice of the month", "Sent with the usage report."),
    scene("delivery visit two_way 0 0 met", "Delivery as agreed", "On time. One pallet repacked at the gate."),
    scene("proposal email outbound . . .", "Offer sent", "Three options, the middle one recommended."),
    scene("product_use app inbound . . .", "Usage report", "Up four percent against last month."),
    scene(
        "renewal meeting two_way 0 1 met",
        "Talk about the renewal",
        "They want two years instead of three and a fixed price.",
        "Ask whether a price corridor is possible",
    ),
    scene(
        "check_in phone two_way 0 0 met",
        "Moving to a new hall",
        "Two weeks of reduced hours in spring. Deliveries go to gate 4 from then on.",
        "Change the delivery address",
    ),
    scene(
        "training video two_way 0 1 met",
        "Refresher for the planners",
        "Six people, one hour. Half of it questions about exports.",
    ),
    scene(
        "support_case chat inbound 0 0 met",
        "Password of the test system",
        "Reset, and showed them how to do it themselves.",
    ),
    scene(
        "sales_call video two_way 0 1 .",
        "First look at the forecast module",
        "Liked it, wants to see it with their own figures.",
        "Ask for an export of twelve months",
    ),
    scene(
        "check_in visit two_way 0 1 met",
        "Coffee at the trade fair",
        "Ten minutes between two halls. Busy, friendly, no open points.",
    ),
    scene(
        "contract email inbound 0 0 met",
        "Data agreement returned",
        "Signed by both sides, filed. One sentence on sub-processors changed.",
    ),
    scene(
        "repair visit two_way 0 0 met",
        "Yearly maintenance",
        "Two filters and a belt. Suggested a shorter interval for machine 7.",
    ),
    scene(
        "check_in phone two_way 0 0 .",
        "Reorganisation ahead",
        "Purchasing moves to the holding next year. Nobody knows yet who decides then.",
        "Find out who will lead purchasing",
    ),
    scene("survey survey outbound . . .", "Yearly survey sent", "To the four contacts who use the product every week."),
]

NEGATIVE = [
    scene(
        "complaint phone inbound -2 -1 missed",
        "Complaint about late answers",
        "Third reminder before anybody answered. They expect a named person for urgent cases.",
        "Name a contact and confirm in writing",
    ),
    scene(
        "support_case phone inbound -1 -2 missed",
        "Second outage within a month",
        "Same fault as last time. They lost a shift and ask what we learned from the first case.",
    ),
    scene(
        "delivery email inbound -1 -1 missed",
        "Delivery a week late",
        "Nobody told them. Their own customer was waiting.",
        "Say by tomorrow when the rest arrives",
    ),
    scene(
        "negotiation meeting two_way 0 -1 met",
        "Price talk",
        "A competitor offers twelve percent less. They like us, but purchasing decides.",
    ),
    scene(
        "billing email inbound -1 -1 missed",
        "Wrong invoice, again",
        "Discount missing for the third time.",
        "Credit note, and find out why",
    ),
    scene(
        "check_in phone two_way -1 0 met",
        "Not the month we promised",
        "Listened for half an hour. They will judge us by the next four weeks.",
        "Weekly call until the end of the month",
    ),
    scene(
        "support_case email inbound 0 -1 missed",
        "Export has wrong totals",
        "Rounding in the monthly file. They had sent it to their bank before anybody noticed.",
    ),
    scene(
        "training video two_way 0 -1 missed",
        "Training without sound",
        "Microphone failed, we went on with slides. Half of them left after twenty minutes.",
        "Offer a second date at our cost",
    ),
    scene(
        "repair visit two_way -1 -1 missed",
        "Technician without the part",
        "Came two hours late and with the wrong seal. Line stands until Thursday.",
    ),
    scene(
        "complaint email inbound -2 -2 missed",
        "Letter from their director",
        "Lists five open points since spring and asks who is responsible.",
        "Answer within two days, with dates",
    ),
    scene(
        "sales_call phone two_way 0 -1 .",
        "Budget frozen",
        "No new projects until further notice. The extension is off the table for this year.",
    ),
    scene(
        "business_review meeting two_way 0 -1 missed",
        "Review with two goals missed",
        "Availability and answer times below what was agreed. Polite, but they took notes.",
    ),
    scene(
        "check_in video two_way -1 -1 met",
        "They ask for another contact",
        "Third change on our side within a year. Tired of explaining their plant each time.",
    ),
    scene(
        "product_use app inbound . . .",
        "Usage falls",
        "Down by a fifth in six weeks; two departments stopped signing in.",
    ),
]
