"""How a health explanation is answered."""

from typing import Any

from rest_framework import serializers

from accounts.enums import Band
from accounts.health.explain import Explanation


class RefSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.UUIDField()


class EvidenceSerializer(serializers.Serializer[Any]):
    occurred_at = serializers.DateTimeField()
    label = serializers.CharField()
    value = serializers.FloatField(help_text="What the record says by itself, 0–100.")
    share = serializers.FloatField(help_text="What it adds to the reading.")
    ref = RefSerializer()


class SignalSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    weight = serializers.FloatField()
    reading = serializers.FloatField(allow_null=True, help_text="0–100; null: no evidence.")
    points = serializers.FloatField(allow_null=True, help_text="What it adds to the score.")
    evidence = EvidenceSerializer(
        many=True, required=False, help_text="The records behind it; only with the scope touchpoints:read."
    )


class HealthSerializer(serializers.Serializer[Any]):
    score = serializers.IntegerField(allow_null=True)
    band = serializers.ChoiceField(choices=Band.choices)
    capped_by = serializers.CharField(
        allow_null=True,
        help_text="What holds the band at amber though the score is green: `stale_tier_a`; null: nothing.",
    )
    weight_present = serializers.FloatField(help_text="Share of the weight that has a reading, 0–1.")
    as_of = serializers.DateTimeField()
    signals = SignalSerializer(many=True)


def health_answer(explanation: Explanation, *, with_records: bool) -> dict[str, Any]:
    """The body of GET /accounts/{id}/health.

    Evidence names touchpoints by their subjects: without `with_records` it is left out.
    """
    answer = dict(HealthSerializer(explanation).data)
    if not with_records:
        answer["signals"] = [{key: part[key] for key in part if key != "evidence"} for part in answer["signals"]]
    return answer
