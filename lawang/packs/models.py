from django.db import models


class InstalledPack(models.Model):
    """One row is one version of a pack as it was installed; it never changes afterwards."""

    name = models.CharField(max_length=60)  # folder name: "nasional"
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)  # over the names and contents of its files
    definitions = models.JSONField()  # everything it defined, so that `packs diff` can compare versions
    installed_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="pack_version_once"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(is_current=True), name="pack_current_once"
            ),
        ]
