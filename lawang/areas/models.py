import re
from datetime import date
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

CODE = r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?"  # 16, 16.11, 16.11.03, 16.11.03.2001


class AreaQuerySet(models.QuerySet["Area"]):
    def valid(self, on: date) -> Self:
        """Return the areas that exist on that day."""
        return self.filter(valid_from__lte=on).exclude(valid_to__lte=on)

    def below(self, area: "Area") -> Self:
        """Return everything under an area, at any depth; codes carry the tree."""
        return self.filter(code__startswith=area.code + ".")

    def called(self, words: str) -> Self:
        """Return the areas whose name holds the words, or whose code begins with them (dots may be left out)."""
        words = words.strip()
        if code := dotted(words):
            return self.filter(code__startswith=code)
        return self.filter(name__icontains=words)


def dotted(code: str) -> str:
    """Return 16.11.03.2001 for "1611032001", for "16.11.03.2001" and for their beginnings; "" if it is no code."""
    digits = code.replace(".", "").replace(" ", "")
    if not re.fullmatch(r"\d{2,10}", digits, re.ASCII):
        return ""
    parts = [digits[:2], digits[2:4], digits[4:6], digits[6:]]
    return ".".join(part for part in parts if part)


def is_code(code: str) -> bool:
    """Tell whether this is a whole dotted code of any level."""
    return re.fullmatch(CODE, code, re.ASCII) is not None


class Area(models.Model):
    """One row is one administrative area during the time its code was valid.

    `code` is dotted as in the decree: 16, 16.11, 16.11.03, 16.11.03.2001. Facts keep the Area of their time.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("provinsi")
        REGENCY = "regency", _("kabupaten/kota")
        DISTRICT = "district", _("kecamatan")
        VILLAGE = "village", _("desa/kelurahan")

    code = models.CharField(max_length=13)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level)
    # The parent of today; who it was on another day is history.ancestors(area, on).
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    bps_code = models.CharField(max_length=10, null=True, blank=True)
    decree = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # the first day on which it is no longer valid
    lon = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)  # a point inside, WGS 84
    lat = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="area_code_once_per_start"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(valid_to__isnull=True), name="area_code_valid_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="area_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def get_absolute_url(self) -> str:
        return reverse("areas:detail", args=[self.code])

    def is_valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def kind(self) -> str:
        """What the people call its level: "kecamatan", "desa", "kelurahan" (fourth part of the code begins with 1)."""
        if self.level == self.Level.VILLAGE:
            return {"1": str(_("kelurahan")), "3": str(_("desa adat"))}.get(self.code[9:10], str(_("desa")))
        if self.level == self.Level.REGENCY:
            return str(_("kota")) if self.code[3:4] >= "7" else str(_("kabupaten"))
        return str(self.Level(self.level).label)

    @property
    def title(self) -> str:
        """Its name with its kind in front: "Kecamatan Pendopo". Names of regencies already begin with it."""
        if self.level == self.Level.REGENCY:
            return self.name
        return f"{self.kind[:1].upper()}{self.kind[1:]} {self.name}"


class AreaChange(models.Model):
    """One row is one arrow of a split, merge, renaming or move: from an old area to a new one."""

    class Kind(models.TextChoices):
        SPLIT = "split", _("dimekarkan")
        MERGE = "merge", _("digabung")
        RENAME = "rename", _("ganti nama")
        MOVE = "move", _("pindah induk atau ganti kode")

    old = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="went_to")
    new = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="came_from")
    kind = models.CharField(max_length=10, choices=Kind)
    decree = models.CharField(max_length=60)
    date = models.DateField()

    class Meta:
        ordering = ["date", "id"]
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="area_change_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class Layer(models.Model):
    """One row is one imported set of outlines with its source, printed as credit under every map drawn from it."""

    title = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    licence = models.CharField(max_length=200)
    date = models.DateField()  # of the data, as its source states
    level = models.CharField(max_length=10, choices=Area.Level)
    sha256 = models.CharField(max_length=64, unique=True)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-date", "-id"]

    def __str__(self) -> str:
        return self.title


class Outline(models.Model):
    """One row is the shape of one area in one layer."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="outlines")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="outlines")
    geometry = models.JSONField()  # GeoJSON Polygon or MultiPolygon, WGS 84, exterior rings counter-clockwise
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "area"], name="outline_once_per_layer")]

    def __str__(self) -> str:
        return f"{self.area} in {self.layer}"
