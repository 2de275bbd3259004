"""The yearly evaluation: its instrument, the regencies in it, what they answer and how they are marked.

The same tables serve both sides. A regency's installation holds its own assessment; a movement's holds all of them,
with the answers as they were received.
"""

from functools import cached_property

from django.db import models

from lawang.lib.text import TextField
from lawang.movement import instrument as shapes


class Instrument(models.Model):
    """One row is one version of an instrument as its pack defined it; never changed once it is written."""

    code = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()
    title = TextField()
    definition = models.JSONField()
    pack = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-year", "code", "-number"]
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="instrument_version_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"

    @cached_property
    def shape(self) -> shapes.Instrument:
        """Return the definition as code works with it."""
        return shapes.instrument_of(self.definition)
