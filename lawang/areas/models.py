from django.db import models


class Area(models.Model):
    """One row is one administrative area during the time its code was valid.

    `code` is dotted as in the decree: 16, 16.11, 16.11.03, 16.11.03.2001. Facts keep the Area of their time.
    """

    class Level(models.TextChoices):
        PROVINCE = "province"
        REGENCY = "regency"
        DISTRICT = "district"
        VILLAGE = "village"

    code = models.CharField(max_length=13)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    bps_code = models.CharField(max_length=10, null=True, blank=True)
    decree = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # the first day on which it is no longer valid
    lon = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)  # a point inside, WGS 84
    lat = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="area_code_once_per_start"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(valid_to__isnull=True), name="area_code_valid_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class AreaChange(models.Model):
    """One row is one arrow of a split, merge, renaming or move: from an old area to a new one."""

    class Kind(models.TextChoices):
        SPLIT = "split"
        MERGE = "merge"
        RENAME = "rename"
        MOVE = "move"

    old = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="went_to")
    new = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="came_from")
    kind = models.CharField(max_length=10, choices=Kind)
    decree = models.CharField(max_length=60)
    date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="area_change_once")]


class Layer(models.Model):
    """One row is one imported set of outlines with its source, printed as credit under every map drawn from it."""

    title = models.CharField(max_length=200)
    source = models.CharField(max_length=300)
    licence = models.CharField(max_length=200)
    date = models.DateField()  # of the data, as its source states
    level = models.CharField(max_length=10, choices=Area.Level)
    sha256 = models.CharField(max_length=64, unique=True)
    imported_at = models.DateTimeField()


class Outline(models.Model):
    """One row is the shape of one area in one layer."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="outlines")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="outlines")
    geometry = models.JSONField()  # GeoJSON Polygon or MultiPolygon, WGS 84
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "area"], name="outline_once_per_layer")]
