"""Pieces that several resources share."""

from typing import Any

from rest_framework import serializers

from kam.api.serializers import StrictSerializer


class ExternalRefSerializer(StrictSerializer):
    """What another system calls a record."""

    source = serializers.CharField(max_length=50)
    external_id = serializers.CharField(max_length=200)


class YearBounds:
    """Validator: dates and instants between 1900 and 2200."""

    def __call__(self, value: Any) -> None:
        if not 1900 <= value.year < 2200:
            raise serializers.ValidationError("Dates must lie between 1900 and 2200.", code="date_out_of_range")


in_bounds = YearBounds()
