"""The plan as its sheets tell it: every table read into rows of plain values, references as codes.

Import compares these rows with those of a file, export writes them, and comparing sets two revisions side by side;
that is why export and import are each other's inverse. One query per sheet, whatever the plan's size; or the rows of
several sheets below each programme, within one query.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Cast, JSONObject

from lawang.measures.models import Evidence, Series, Value
from lawang.measures.periods import Period
from lawang.plans import cells
from lawang.plans.models import (
    Activity,
    Application,
    Attendance,
    Body,
    BudgetLine,
    Dependency,
    FrameworkNode,
    Gap,
    Indicator,
    Meeting,
    Member,
    Milestone,
    Partner,
    Placement,
    Plan,
    Programme,
    QuickWin,
    Resource,
    Revision,
    Risk,
    Statement,
    Swot,
    Target,
)
from lawang.plans.sheets import BY_NAME, SHEETS, Column, Kind, Sheet
from lawang.plans.workbook import clean

Row = dict[str, cells.Value]  # column name (English of words apart) -> value
Identity = tuple[Any, ...]


@dataclass(frozen=True)
class Binding:
    """Which model a sheet's rows are in, how they hang from a revision or plan, and which column is which field."""

    model: type[models.Model]
    within: str  # lookup that leads to the revision or the plan; "" for rows of the whole regency
    fields: dict[str, str]
    many: dict[str, str] = field(default_factory=dict)  # column -> many-to-many field
    along: dict[str, str] = field(default_factory=dict)  # column -> lookup; read here, written elsewhere


SERIES_FIELDS = {
    "definisi": "definition",
    "satuan": "unit",
    "desimal": "decimals",
    "arah": "direction",
    "frekuensi": "frequency",
    "pemilik": "owner",
    "sumber": "source",
    "catatan_sumber": "source_note",
    "statistik": "statistic",
    "jumlah_waktu": "adds_up_over_time",
    "jumlah_wilayah": "adds_up_over_area",
    "rincian": "breakdowns",
    "topik": "topic",
    "di_profil": "in_profile",
    "tenggat_hari_kerja": "due_working_days",
    "setuju_sendiri": "approves_itself",
    "parameter": "parameters",
}
PLAN_FIELDS = {
    "kode": "code",
    "judul": "title",
    "kerangka": "framework",
    "tahun_mulai": "year_from",
    "tahun_selesai": "year_to",
}
REVISION_FIELDS = {
    "visi": "vision",
    "dasar_hukum": "legal_kind",
    "nomor": "legal_number",
    "tanggal": "legal_date",
    "berlaku_mulai": "in_force_from",
    "sesuai_mulai": "on_track_from",
    "melambat_mulai": "slipping_from",
    "basi_hari": "stale_after_days",
}
YEARS = {"tahun_mulai": "year_from", "tahun_selesai": "year_to"}

BINDINGS: dict[str, Binding] = {
    "arah": Binding(
        Statement,
        "revision",
        {"kode": "code", "jenis": "kind", "induk": "parent", "kalimat": "words", "subdimensi": "node"},
    ),
    "deret": Binding(Series, "", {"kode": "code", "judul": "title", **SERIES_FIELDS}),
    "swot": Binding(
        Swot,
        "revision",
        {"kode": "code", "unsur": "element", "jenis": "kind", "kalimat": "words"},
        many={"deret": "series"},
    ),
    "kesenjangan": Binding(
        Gap,
        "revision",
        {"subdimensi": "node", "sekarang": "present", "diinginkan": "wanted", "jawaban": "answer"},
    ),
    "program": Binding(
        Programme,
        "revision",
        {
            "kode": "code",
            "judul": "title",
            "ringkasan": "summary",
            "alasan": "reason",
            "penerima": "beneficiaries",
            "penanggung_jawab": "lead",
            "koordinator": "coordinator",
            "jangka": "term",
            **YEARS,
            "status": "state",
            "tujuan": "goal",
            "kode_rpjmd": "rpjmd_code",
            "kode_renstra": "renstra_code",
            "kode_sipd": "sipd_code",
            "urutan": "order",
        },
        many={"mitra": "supporting", "lokasi": "areas"},
    ),
    "anggaran": Binding(
        BudgetLine,
        "programme__revision",
        {
            "program": "programme",
            "tahun": "year",
            "sumber": "source",
            "rencana": "planned",
            "perubahan": "revised",
            "realisasi": "realised",
            "per_tanggal": "as_of",
            "persen": "share",
            "dokumen": "document",
        },
    ),
    "kegiatan": Binding(
        Activity,
        "revision",
        {
            "kode": "code",
            "program": "programme",
            "judul": "title",
            "jalur": "track",
            "pelaksana": "agency",
            **YEARS,
            "keluaran": "output",
            "berjalan": "is_running",
        },
    ),
    "tonggak": Binding(
        Milestone,
        "revision",
        {"program": "programme", "judul": "title", "tenggat": "due_date", "selesai": "done_date"},
    ),
    "indikator": Binding(
        Indicator,
        "revision",
        {
            "kode": "code",
            "program": "programme",
            "judul": "title",
            "kondisi_awal": "baseline",
            "tahun_awal": "baseline_year",
            "sumber_awal": "baseline_source",
            "urutan": "order",
        },
        along={
            "deret": "series",
            **{name: f"series__{attribute}" for name, attribute in SERIES_FIELDS.items()},
        },
    ),
    "target": Binding(
        Target, "indicator__revision", {"indikator": "indicator", "tahun": "year", "target": "amount"}
    ),
    "percepatan": Binding(
        QuickWin,
        "revision",
        {
            "kode": "code",
            "program": "programme",
            "nama": "name",
            "jenis": "kind",
            "tahap": "stage",
            "kemajuan": "progress",
            "mulai": "starts",
            "selesai": "ends",
            "penjelasan": "explanation",
            "perumusan": "formulation",
            "manfaat": "benefit",
            "daya_tarik": "appeal",
            "keunikan": "uniqueness",
            "pengembangan": "scale_up",
            "lanjut_aturan": "continuity_rule",
            "lanjut_lembaga": "continuity_institution",
            "lanjut_sumber_daya": "continuity_resources",
            "model_bisnis": "business_model",
            "pengguna_sebelum": "users_before",
            "pengguna_sesudah": "users_after",
            "catatan": "note",
        },
    ),
    "percepatan_mitra": Binding(
        Partner, "quick_win__revision", {"percepatan": "quick_win", "jenis": "kind", "nama": "name"}
    ),
    "percepatan_risiko": Binding(
        Risk,
        "quick_win__revision",
        {
            "percepatan": "quick_win",
            "risiko": "words",
            "kemungkinan": "likelihood",
            "dampak": "impact",
            "mitigasi": "mitigation",
            "penanggung_jawab": "owner",
        },
    ),
    "percepatan_sumber_daya": Binding(
        Resource,
        "quick_win__revision",
        {"percepatan": "quick_win", "jenis": "kind", "uraian": "words", "asal": "source"},
    ),
    "aplikasi": Binding(
        Application,
        "",
        {
            "kode": "code",
            "nama": "name",
            "instansi": "agency",
            "guna": "purpose",
            "pengguna": "users",
            "asal": "origin",
            "status": "status",
        },
    ),
    "lembaga": Binding(
        Body,
        "plan",
        {
            "kode": "code",
            "jenis": "kind",
            "nama": "name",
            "dasar_hukum": "legal_basis",
            "sekretariat": "agency",
        },
    ),
    "anggota": Binding(
        Member,
        "body__plan",
        {
            "lembaga": "body",
            "jabatan": "office",
            "nama": "name",
            "peran": "part",
            "dari_luar": "is_external",
            "instansi": "agency",
            "mulai": "from_date",
            "sampai": "to_date",
        },
    ),
    "rapat": Binding(
        Meeting,
        "body__plan",
        {"lembaga": "body", "tanggal": "date", "judul": "title", "tempat": "place", "notulen": "minutes"},
    ),
}
# Sheets whose rows belong to one revision: they change in a draft only.
OF_REVISION = frozenset(
    {
        "rencana",
        "arah",
        "swot",
        "kesenjangan",
        "program",
        "anggaran",
        "kegiatan",
        "tonggak",
        "indikator",
        "target",
        "percepatan",
        "percepatan_mitra",
        "percepatan_risiko",
        "percepatan_sumber_daya",
    }
)
BREAKDOWNS = (("wilayah", "area"), ("kelamin", "sex"))
SEXES = (("perempuan", "female"), ("laki-laki", "male"))


@dataclass
class Table:
    """The rows of one sheet as they are in the database now."""

    sheet: Sheet
    rows: dict[Identity, Row] = field(default_factory=dict)
    pks: dict[Identity, int] = field(default_factory=dict)

    def add(self, pk: int, row: Row) -> None:
        """Keep a row; of two with the same identity the first stays."""
        key = identity(self.sheet, row)
        if key not in self.rows:
            self.rows[key], self.pks[key] = row, pk


def identity(sheet: Sheet, row: Row) -> Identity:
    """Return what names a row of the sheet; case does not matter."""
    return tuple(
        value.casefold() if isinstance(value := row.get(name), str) else value for name in sheet.identity
    )


def binding_field(sheet: str, column: Column) -> "models.Field[Any, Any] | None":
    """Return the model field that a column is kept in; None when code of ours decides."""
    if sheet == "rencana":
        if column.name in PLAN_FIELDS:
            return _field(Plan, PLAN_FIELDS[column.name])
        return _field(Revision, REVISION_FIELDS[column.name])
    if sheet == "indikator" and column.name in SERIES_FIELDS:
        return _field(Series, SERIES_FIELDS[column.name])
    binding = BINDINGS.get(sheet)
    if binding is None or column.name not in binding.fields:
        return None
    return _field(binding.model, binding.fields[column.name])


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return found


class Reader:
    """Reads the sheets of one revision (or of a plan that has none, or of nothing)."""

    def __init__(self, plan: Plan | None, revision: Revision | None) -> None:
        self.plan = plan
        self.revision = revision
        self._nodes: dict[int, str] | None = None

    def tables(
        self, names: Iterable[str] | None = None, series: Iterable[int] | None = None
    ) -> dict[str, Table]:
        """Return the sheets by name; of the figures only those of `series` when given."""
        wanted = set(BY_NAME) if names is None else set(names)
        return {sheet.name: self.table(sheet, series) for sheet in SHEETS if sheet.name in wanted}

    def table(self, sheet: Sheet, series: Iterable[int] | None = None) -> Table:
        table = Table(sheet)
        special = {
            "rencana": self._plan,
            "deret": self._series,
            "aplikasi": self._applications,
            "hadir": self._attendance,
            "bukti": self._evidence,
        }
        if sheet.name == "angka":
            self._figures(table, series)
        elif sheet.name in special:
            special[sheet.name](table)
        else:
            self._bound(table)
        return table

    # -- the common way ---------------------------------------------------------------------------------------

    def _bound(self, table: Table) -> None:
        for pk, row in self._rows(table.sheet, self._all(BINDINGS[table.sheet.name])):
            table.add(pk, row)

    def _all(self, binding: Binding) -> "models.QuerySet[Any]":
        rows = binding.model._default_manager.all()
        if not binding.within:
            return rows
        if binding.within.endswith("plan"):
            return rows.filter(**{binding.within: self.plan}) if self.plan else rows.none()
        return rows.filter(**{binding.within: self.revision}) if self.revision else rows.none()

    def _rows(self, sheet: Sheet, rows: "models.QuerySet[Any]") -> Iterator[tuple[int, Row]]:
        asked = self._asked(sheet)
        for pk, *values in rows.order_by("pk").values_list("pk", *asked.values()):
            yield pk, self.row(sheet, dict(zip(asked, values, strict=True)))

    def below(self, sheet: Sheet, way: str) -> ArraySubquery:
        """Return the expression for the sheet's rows of one programme, each as what `row` takes.

        `way` is the lookup from the sheet's model to the programme.
        """
        values = {
            # Important: JSON would make a float of an exact number.
            name: Cast(found, models.TextField()) if sheet.column(name).kind == Kind.NUMBER else found
            for name, found in self._asked(sheet).items()
        }
        rows = BINDINGS[sheet.name].model._default_manager.filter(**{way: OuterRef("pk")})
        return ArraySubquery(rows.order_by("pk").values(row=JSONObject(**values)))

    def _asked(self, sheet: Sheet) -> dict[str, Any]:
        """Return column -> expression that finds it in the sheet's model: references as codes, nodes as ids."""
        binding = BINDINGS[sheet.name]
        rows = binding.model._default_manager.filter(pk=OuterRef("pk")).order_by()
        return {
            **{name: self._found(sheet.column(name), way) for name, way in binding.fields.items()},
            **{
                name: ArraySubquery(rows.filter(**{f"{way}__isnull": False}).values(f"{way}__code"))
                for name, way in binding.many.items()
            },
            **{name: self._found(sheet.column(name), way) for name, way in binding.along.items()},
            **(self._around() if sheet.name == "program" else {}),
        }

    def _found(self, column: Column, way: str) -> F:
        if column.kind != Kind.REFERENCE:
            return F(way)
        return F(f"{way}_id" if column.to == "node" else f"{way}__code")

    def _around(self) -> dict[str, Any]:
        """Return what stands around a programme: its places in the frameworks, and what it needs first."""
        own = self.plan.framework_id if self.plan else None
        places = Placement.objects.filter(programme=OuterRef("pk"))
        needs = Dependency.objects.filter(programme=OuterRef("pk"))
        return {
            "subdimensi": Subquery(places.filter(framework=own).values("node")),
            "kerangka_lain": ArraySubquery(places.exclude(framework=own).values("node")),
            "perlu_dulu": ArraySubquery(needs.values("on__code")),
        }

    def row(self, sheet: Sheet, values: dict[str, Any]) -> Row:
        """Return the row, in the order of the sheet, of what the database found for each column."""
        row: Row = {}
        for column in sheet.columns:
            if column.name in values:
                self._put(row, column, values[column.name])
        if sheet.name == "indikator":  # a series of its own is told with it, any other one only named
            if row["deret"] == row["kode"]:
                row["deret"] = None
            else:
                row |= {name: None for name in row if name.removesuffix("_en") in SERIES_FIELDS}
        return row

    def _put(self, row: Row, column: Column, value: Any) -> None:
        if column.kind == Kind.WORDS:
            value = value or {}
            row[column.name] = clean(value.get("id", "")) or None
            row[f"{column.name}_en"] = clean(value.get("en", "")) or None
        elif column.kind == Kind.REFERENCES:
            row[column.name] = tuple(sorted(self.nodes[one] if column.to == "node" else one for one in value))
        elif column.to == "node":
            row[column.name] = self.nodes.get(value)
        elif column.kind == Kind.NUMBER:
            row[column.name] = None if value is None else Decimal(value)
        elif column.name == "rincian" and isinstance(value, list):
            row[column.name] = breakdown_list(value)
        elif column.name == "parameter":
            row[column.name] = parameters(value)
        elif isinstance(value, str):
            row[column.name] = clean(value) or None
        else:
            row[column.name] = value

    @property
    def nodes(self) -> dict[int, str]:
        """Return how a sheet names each node: its code, with the framework before it when it is not the plan's."""
        if self._nodes is None:
            own = self.plan.framework_id if self.plan else None
            self._nodes = {
                pk: code if framework == own else f"{framework_code}:{code}"
                for pk, code, framework, framework_code in FrameworkNode.objects.order_by().values_list(
                    "pk", "code", "framework_id", "framework__code"
                )
            }
        return self._nodes

    # -- sheets that need more --------------------------------------------------------------------------------

    def _plan(self, table: Table) -> None:
        if self.plan is None:
            return
        row: Row = {}
        for column in table.sheet.columns:
            if column.name == "kerangka":
                row["kerangka"] = self.plan.framework.code
            elif column.name in PLAN_FIELDS:
                self._put(row, column, getattr(self.plan, PLAN_FIELDS[column.name]))
            else:
                source = self.revision or Revision()
                value = getattr(source, REVISION_FIELDS[column.name])
                self._put(row, column, value)
        table.add(self.plan.pk, row)

    def _own_series(self) -> "models.QuerySet[Indicator]":
        """Return the indicators of the revision whose series was made for them: it bears their code."""
        return Indicator.objects.filter(revision=self.revision, code=models.F("series__code"))

    def _series(self, table: Table) -> None:
        rows = Series.objects.all()
        if self.revision:
            rows = rows.exclude(pk__in=self._own_series().values("series_id"))
        for pk, row in self._rows(table.sheet, rows):
            table.add(pk, row)

    def _applications(self, table: Table) -> None:
        codes = {}
        if self.revision:
            codes = dict(Programme.objects.filter(revision=self.revision).values_list("key", "code"))
        keys = dict(Application.objects.values_list("pk", "programme_key"))
        for pk, row in self._rows(table.sheet, self._all(BINDINGS["aplikasi"])):
            key = keys.get(pk)
            row["program"] = codes.get(key) if key else None
            table.add(pk, row)

    def _attendance(self, table: Table) -> None:
        if not self.plan:
            return
        rows = list(
            Attendance.objects.filter(meeting__body__plan=self.plan)
            .order_by("pk")
            .values_list(
                "pk",
                "meeting__body__code",
                "meeting__date",
                "meeting__title",
                "member__office",
                "member__name",
                "was_invited",
                "was_present",
            )
        )
        seats: dict[tuple[str, str], int] = defaultdict(int)
        for body, office in Member.objects.filter(body__plan=self.plan).values_list("body__code", "office"):
            seats[body, clean(office)] += 1
        for pk, body, day, title, office, name, invited, present in rows:
            office = clean(office)
            table.add(
                pk,
                {
                    "lembaga": body,
                    "tanggal": day,
                    "judul": clean(title),
                    "jabatan": office,
                    "nama": (clean(name) or None) if seats[body, office] > 1 else None,
                    "diundang": invited,
                    "hadir": present,
                },
            )

    def _evidence(self, table: Table) -> None:
        codes = self.promise_codes()
        rows = Evidence.objects.filter(value=None, about__in=codes).exclude(link="").order_by("pk")
        for proof in rows:
            table.add(
                proof.pk,
                {
                    "tentang": codes[proof.about],
                    "tautan": proof.link,
                    "tanggal": proof.date,
                    "membuktikan": clean(proof.proves),
                    "terbuka": proof.is_public,
                },
            )

    def promise_codes(self) -> dict[Any, str]:
        """Return key -> code of what a proof may be about: programmes, quick wins, indicators of the revision."""
        codes: dict[Any, str] = {}
        if self.revision:
            for model in (Indicator, QuickWin, Programme):
                codes.update(model._default_manager.filter(revision=self.revision).values_list("key", "code"))
        return codes

    def _figures(self, table: Table, series: Iterable[int] | None) -> None:
        """Read the figures in force; for an import (`series` given) a proposed one stands for its slot."""
        rows, proofs = Value.objects.filter(is_current=True), Evidence.objects.filter(value__is_current=True)
        if series is not None:
            rows = Value.objects.filter(
                Q(is_current=True) | Q(status=Value.Status.PROPOSED), series__in=list(series)
            )
            proofs = Evidence.objects.filter(value__series__in=list(series))
        proofs = proofs.exclude(link="")
        links = {
            value: (link, proves, is_public)
            for value, link, proves, is_public in proofs.order_by("-pk").values_list(
                "value_id", "link", "proves", "is_public"
            )
        }
        for pk, code, start, end, area, breakdown, amount, note in rows.order_by(
            "series__code", "start", "end", "area__code", "breakdown", "-revision"
        ).values_list("pk", "series__code", "start", "end", "area__code", "breakdown", "amount", "note"):
            link, proves, is_public = links.get(pk, ("", "", None))
            table.add(
                pk,
                {
                    "deret": code,
                    "periode": Period(start, end).code,
                    "wilayah": area,
                    "rincian": breakdown_words(breakdown),
                    "nilai": amount,
                    "catatan": clean(note) or None,
                    "bukti": link or None,
                    "bukti_tentang": clean(proves) or None,
                    "bukti_terbuka": is_public,
                },
            )


def breakdown_list(words: Iterable[str]) -> str | None:
    """Return "wilayah; kelamin" for their words of the sheet or of the table, in any order."""
    found = {word.strip().casefold() for word in words}
    return "; ".join(word for word, stored in BREAKDOWNS if found & {word, stored}) or None


def parameters(value: dict[str, Any] | None) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None


def breakdown_words(stored: str) -> str | None:
    """Return "kelamin=perempuan" for "sex=female"."""
    name, _equals, value = stored.partition("=")
    if name == "sex":
        words = {there: here for here, there in SEXES}
        return f"kelamin={words.get(value, value)}"
    return stored or None


def latest_revision(plan: Plan | None) -> Revision | None:
    """Return the draft of a plan, or else the newest published revision."""
    if plan is None:
        return None
    return (
        Revision.objects.filter(plan=plan)
        .order_by(models.Case(models.When(status=Revision.Status.DRAFT, then=0), default=1), "-number")
        .first()
    )
