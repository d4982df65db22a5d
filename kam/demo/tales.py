"""Hand-written months of six customers: those that people open first read as one story."""

from dataclasses import dataclass

from kam.demo.wording import Scene, scene


@dataclass(frozen=True)
class Beat:
    """What happened so many days before today; `contact` picks one of the account's contacts."""

    days_ago: int
    scene: Scene
    contact: int = 0


# (which manager, which of their accounts) → tale. All are tier A; the first two are those of the manager who signs in.
CAST = {
    (0, 0): "outage",
    (0, 6): "second_plant",
    (1, 0): "pilot",
    (2, 0): "tender",
    (2, 6): "invoices",
    (3, 0): "sponsor",
}

# What the touchpoints of a tale are about, where it is one matter.
MATTERS = {
    "outage": "Outage on a Monday",
    "second_plant": "Second plant",
    "pilot": "Pilot",
    "tender": "Tender",
    "invoices": "Wrong invoices",
}

TALES = {
    "outage": [
        Beat(
            74,
            scene(
                "support_case phone inbound -1 -2 missed",
                "Outage on a Monday morning",
                "Nothing worked from six to half past ten. Two lorries left empty. Our hotline did not answer.",
            ),
            1,
        ),
        Beat(
            72,
            scene(
                "complaint phone inbound -2 -1 missed",
                "Complaint about the outage",
                "Wants to know why nobody rang. Asks for the cause in writing and a number that is answered at night.",
                "Visit with the service lead this week",
            ),
        ),
        Beat(
            68,
            scene(
                "delivery visit two_way -1 0 met",
                "On site with the service lead",
                "Walked through the morning hour by hour. A failed disk, and an alarm that went to somebody on leave.",
                "Report on the cause by Friday",
            ),
        ),
        Beat(
            64,
            scene(
                "support_case email outbound . . .",
                "Report on the cause",
                "Four pages: what failed, what is changed, by when. Copy to their plant manager.",
            ),
            1,
        ),
        Beat(
            57,
            scene(
                "check_in phone two_way -1 0 met",
                "First weekly call after the outage",
                "The report was read. The night number was tried on Tuesday at two and answered.",
            ),
        ),
        Beat(
            43,
            scene(
                "check_in phone two_way 0 0 met",
                "Third weekly call",
                "Quiet weeks. They no longer need the call weekly; every two weeks is enough.",
            ),
        ),
        Beat(
            21,
            scene(
                "business_review meeting two_way 0 0 met",
                "Review: availability of the quarter",
                "99.1 against 99.5 percent agreed, all of it that Monday. They ask for a credit.",
                "Answer on the credit",
            ),
        ),
    ],
    "second_plant": [
        Beat(
            83,
            scene(
                "business_review visit two_way 1 1 met",
                "Half-year review at the plant",
                "Scrap down by a fifth. The plant manager mentions that the second plant is still on spreadsheets.",
            ),
        ),
        Beat(
            61,
            scene(
                "sales_call phone two_way 0 1 .",
                "What the second plant needs",
                "Forty users, two shifts, an older controller. They would start with one line.",
                "Demo at the second plant",
            ),
            1,
        ),
        Beat(
            46,
            scene(
                "demo visit two_way 0 2 exceeded",
                "Demo at the second plant",
                "Ran on their own data. The shift leader took the mouse after ten minutes and did not give it back.",
            ),
            2,
        ),
        Beat(
            35,
            scene(
                "proposal email outbound . . .",
                "Offer for the second plant",
                "One line first, the other three by summer. Training included.",
            ),
            1,
        ),
        Beat(
            22,
            scene(
                "negotiation meeting two_way 0 1 met",
                "Terms for the second plant",
                "They want one contract for both plants and the same renewal date. Agreed.",
                "Draft by Wednesday",
            ),
            1,
        ),
        Beat(
            8,
            scene(
                "contract meeting two_way 1 2 met",
                "Contract signed",
                "Start in January. Their director wants to show it to the sister company in autumn.",
                "Plan the kick-off",
            ),
        ),
    ],
    "pilot": [
        Beat(
            88,
            scene(
                "onboarding visit two_way 0 1 met",
                "Pilot begins",
                "Twelve users in one branch. Success means: stock counts in half the time.",
            ),
        ),
        Beat(
            66,
            scene(
                "training video two_way 0 1 exceeded",
                "Questions of the first weeks",
                "Mostly shortcuts. They had already written a page of tips for colleagues.",
            ),
            1,
        ),
        Beat(
            45,
            scene(
                "business_review meeting two_way 1 2 exceeded",
                "Pilot measured",
                "Counting takes 38 percent of the time it took. Other branches ask when it is their turn.",
            ),
        ),
        Beat(
            29,
            scene(
                "renewal meeting two_way 1 2 met",
                "Roll-out to all branches",
                "Decision taken, three branches a month. Wants the same trainer everywhere.",
                "Book the trainer until May",
            ),
        ),
        Beat(
            11,
            scene(
                "check_in phone two_way 1 2 met",
                "First three branches live",
                "No calls to the hotline on the first day. Sent us a cake.",
            ),
        ),
    ],
    "tender": [
        Beat(
            79,
            scene(
                "sales_call meeting two_way 0 0 met",
                "They have to tender again",
                "Rules of the holding: every four years. Our contact is sorry, and says so.",
            ),
        ),
        Beat(
            58,
            scene(
                "negotiation email inbound 0 -1 .",
                "Questionnaire of the tender",
                "Ninety questions, two weeks. Price weighs sixty percent.",
                "Ask for a talk about what matters to users",
            ),
            1,
        ),
        Beat(
            44,
            scene(
                "proposal email outbound . . .",
                "Tender handed in",
                "With the figures of four years and two names to call.",
            ),
            1,
        ),
        Beat(
            30,
            scene(
                "demo video two_way 0 1 met",
                "Presentation to the jury",
                "Good questions from operations, silence from purchasing.",
            ),
            2,
        ),
        Beat(
            12,
            scene(
                "negotiation phone two_way 0 0 .",
                "Among the last two",
                "The other offer is eight percent cheaper. They decide at the end of the month.",
                "Check what eight percent would mean",
            ),
        ),
    ],
    "invoices": [
        Beat(
            96,
            scene(
                "billing email inbound -1 -1 missed",
                "Discount missing",
                "The agreed five percent are not on the invoice. The second time.",
            ),
            1,
        ),
        Beat(
            82,
            scene(
                "complaint phone inbound -2 -1 missed",
                "Third wrong invoice",
                "Accounting refuses to pay anything until all three are right.",
                "Call with our own accounting",
            ),
        ),
        Beat(
            75,
            scene(
                "check_in video two_way -1 0 met",
                "Both accountings at one table",
                "The discount hung on an old article number. Found in twenty minutes.",
                "Credit notes by Friday",
            ),
            1,
        ),
        Beat(
            70,
            scene(
                "billing email outbound . . .",
                "Three credit notes",
                "Sent with a short letter. New number checked twice.",
            ),
            1,
        ),
        Beat(
            48,
            scene(
                "check_in phone two_way 0 1 met",
                "First right invoice",
                "Paid within a week. Asked them what else annoys; nothing does.",
            ),
        ),
        Beat(
            27,
            scene(
                "business_review meeting two_way 0 1 met",
                "Review of the year",
                "They brought the invoices up themselves, as an example of how it should go.",
            ),
        ),
        Beat(
            9,
            scene(
                "renewal phone two_way 1 2 exceeded",
                "Renewal agreed",
                "Two years, by word; paper follows.",
                "Send the paper",
            ),
        ),
    ],
    "sponsor": [
        Beat(
            101,
            scene(
                "business_review meeting two_way 1 1 met",
                "Review of the third quarter",
                "All well. Our sponsor mentions, at the door, that there may be changes in the board.",
            ),
        ),
        Beat(
            84,
            scene(
                "check_in phone two_way 0 -1 met",
                "Our sponsor leaves",
                "Goes to another company at the end of the month. No successor named.",
                "Ask for an introduction",
            ),
        ),
        Beat(
            66,
            scene(
                "check_in email inbound 0 0 .",
                "The successor writes",
                "Three polite lines. Will get back to us after the first hundred days.",
            ),
            1,
        ),
        Beat(
            47,
            scene(
                "sales_call phone two_way -1 -1 missed",
                "The successor compares suppliers",
                "Worked with a competitor for six years. Did not know what we do for them; nobody had told.",
                "Offer a visit",
            ),
            1,
        ),
    ],
}
