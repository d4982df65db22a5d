"""Where the lines lead that the audit tells of touchpoints and their catalogue."""

from kam.audit.kinds import ObjectPage, register_pages


def register_audited() -> None:
    """Called once, when the app is ready."""
    touchpoint = ObjectPage("touchpoint_detail", of="touchpoint")
    register_pages(
        {
            "touchpoints.touchpoint": ObjectPage("touchpoint_detail"),
            "touchpoints.touchpointcontact": touchpoint,
            "touchpoints.touchpointstaff": touchpoint,
            "touchpoints.attachment": touchpoint,
            "touchpoints.accountcadence": ObjectPage("account_detail", of="account"),
            "touchpoints.reach": ObjectPage("reach_edit"),
            "touchpoints.channel": ObjectPage("channel_edit"),
            "touchpoints.touchpointtype": ObjectPage("type_edit"),
        }
    )
