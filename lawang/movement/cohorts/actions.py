"""Call a cohort, invite, take in what a region declares of its readiness, and follow where each participant stands.

A region fills in the form without an account: whoever holds the link of its invitation writes for it. With an
installation of its own it fills in the same form there, by its own people, and a batch brings it (batches.py).
"""

import csv
import hashlib
import io
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lawang.areas.models import Area, dotted
from lawang.lib.dates import long_moment
from lawang.lib.numbers import parse_number
from lawang.lib.refused import Refused
from lawang.lib.text import Text, say
from lawang.movement.cohorts.models import (
    Blueprint,
    Cohort,
    FigureImport,
    Organisation,
    Participant,
    Proof,
    RegionFigure,
    Standing,
    Submission,
)
from lawang.movement.cohorts.packs import newest
from lawang.people.models import User
from lawang.people.node import day_of, node
from lawang.people.permissions import demand
from lawang.plans.following import site
from lawang.record.actions import keep_file, notify, record
from lawang.record.models import Privacy

State, Status = Cohort.State, Participant.Status
NEXT = {  # the ways a cohort goes on by hand; the others follow from what is done
    State.CALLED: State.APPLYING,
    State.APPLYING: State.ASSESSING,
    State.ASSESSING: State.DECIDED,
    State.DECIDED: State.MENTORING,
    State.MENTORING: State.FINISHED,
}
PROOFS = 30  # files of one submission
APPLICATIONS = 200  # rows of one submission
FIGURE_ROWS = 50_000
COLUMNS = ("region", "indicator", "year", "value", "source")
NAMES = {  # headings that people write
    "daerah": "region",
    "wilayah": "region",
    "kode": "region",
    "indikator": "indicator",
    "tahun": "year",
    "nilai": "value",
    "sumber": "source",
}


# The call


@transaction.atomic
def call_cohort(
    *,
    year: int,
    title: Text,
    call: Text | None,
    track: str,
    areas: Iterable[str],
    areas_note: str,
    opens_at: datetime,
    closes_at: datetime,
    form: Blueprint,
    criteria: Blueprint,
    by: User,
    at: datetime,
) -> Cohort:
    """Call a cohort; its form and criteria are those of today, whatever a pack changes later.

    `areas` are codes; none: every region may come. Raise Refused for a period that ends before it begins or has ended,
    for a code that is no region, and when the year has a cohort of that track.
    """
    demand(by, "movement.run")
    if closes_at <= opens_at:
        raise Refused(_("Pendaftaran harus ditutup setelah dibuka."))
    if closes_at <= at:
        raise Refused(_("Tenggatnya sudah lewat. Pilih hari yang akan datang."))
    if Cohort.objects.filter(year=year, track=track).exists():
        raise Refused(_("Tahun %(year)s sudah punya angkatan di jalur itu.") % {"year": year})
    codes = sorted({dotted(code) or code for code in areas})
    known = set(Area.objects.filter(code__in=codes, valid_to=None).values_list("code", flat=True))
    if unknown := [code for code in codes if code not in known]:
        raise Refused(_("Kode wilayah ini tidak dikenal: %(codes)s.") % {"codes": ", ".join(unknown[:8])})
    given = criteria.definition
    row = Cohort.objects.create(
        year=year,
        title=title,
        call=call,
        track=track,
        areas=codes,
        areas_note=areas_note[:300],
        opens_at=opens_at,
        closes_at=closes_at,
        form=form,
        criteria=given["criteria"],
        least=given["least"],
        most=given["most"],
    )
    record(row, "cohort_called", by=by, at=at, after={"year": year, "track": track, "areas": codes})
    return row


@transaction.atomic
def move_on(cohort: Cohort, *, by: User, at: datetime) -> Cohort:
    """Take a cohort to its next state. Raise Refused for its last, and for deciding with somebody undecided."""
    demand(by, "movement.run")
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    after = NEXT.get(State(row.state))
    if after is None:
        raise Refused(_("Angkatan ini sudah selesai."))
    if after == State.DECIDED:
        waiting = row.participants.filter(status__in=(Status.APPLIED, Status.ASSESSED)).count()
        if waiting:
            raise Refused(
                ngettext(
                    "%(count)s peserta belum diputuskan.", "%(count)s peserta belum diputuskan.", waiting
                )
                % {"count": waiting}
            )
    if after == State.MENTORING:
        raise Refused(_("Pilih program bimteknya; dengan itu pendampingan dimulai."))
    row.state = after
    row.save(update_fields=["state"])
    record(row, "cohort_moved", by=by, at=at, before={"state": cohort.state}, after={"state": after})
    return row


@transaction.atomic
def extend(cohort: Cohort, closes_at: datetime, *, by: User, at: datetime) -> Cohort:
    """Move the deadline of a cohort that takes applications or is about to."""
    demand(by, "movement.run")
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if row.state not in (State.CALLED, State.APPLYING):
        raise Refused(_("Pendaftaran angkatan ini sudah berakhir."))
    if closes_at <= at or (row.opens_at and closes_at <= row.opens_at):
        raise Refused(_("Tenggatnya sudah lewat. Pilih hari yang akan datang."))
    before, row.closes_at = row.closes_at, closes_at
    row.save(update_fields=["closes_at"])
    record(row, "cohort_extended", by=by, at=at, before={"until": before}, after={"until": closes_at})
    return row


@transaction.atomic
def take_in_history(*, by: User, at: datetime) -> int:
    """Write the cohorts of the past that packs bring, with who is named in them; return how many are new.

    A participant whose area is not known here is left out.
    """
    demand(by, "movement.run")
    count = 0
    for blueprint in newest(Blueprint.Kind.HISTORY):
        past = blueprint.definition
        row, is_new = Cohort.objects.get_or_create(
            year=past["year"],
            track="",
            defaults={
                "title": past["title"],
                "state": State.FINISHED,
                "assessed": past.get("assessed"),
                "chosen": past.get("chosen"),
                "note": past.get("note"),
                "source": past["source"],
                "from_history": True,
            },
        )
        if not is_new:
            continue
        count += 1
        known = {one["area"]: one for one in past["participants"]}
        for area in Area.objects.filter(code__in=known, valid_to=None):
            one = known[area.code]
            participant = Participant.objects.create(
                cohort=row, area=area, status=one["status"], source=one["source"]
            )
            Standing.objects.create(
                participant=participant,
                status=one["status"],
                date=date(past["year"], 12, 31),
                note=one["source"][:300],
            )
        record(row, "cohort_taken_in", by=by, at=at, after={"year": row.year, "pack": blueprint.pack})
    return count


@transaction.atomic
def keep_organisation(row: Organisation, *, by: User, at: datetime) -> Organisation:
    """Write an organisation with its role, years and offices."""
    demand(by, "movement.run")
    if row.from_year and row.to_year and row.to_year < row.from_year:
        raise Refused(_("Tahun berakhirnya lebih awal dari tahun mulainya."))
    if Organisation.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        raise Refused(_("Lembaga dengan nama itu sudah ada."))
    row.save()
    record(row, "organisation_kept", by=by, at=at, after={"name": row.name, "kind": row.kind})
    return row


# Participants


@transaction.atomic
def stand(
    participant: Participant, status: str, *, by: User | None, at: datetime, note: str = ""
) -> Participant:
    """Bring a participant to a status and remember the day; the caller has asked whether that may be."""
    before, participant.status = participant.status, status
    participant.save(update_fields=["status"])
    Standing.objects.create(participant=participant, status=status, date=day_of(at), note=note[:300])
    record(
        participant,
        "participant_moved",
        by=by,
        at=at,
        before={"status": before},
        after={"status": status},
        note=note,
    )
    return participant


@transaction.atomic
def change_status(participant: Participant, status: str, *, note: str, by: User, at: datetime) -> Participant:
    """Say that a participant runs, has finished, or withdrew, with a sentence; the other statuses follow from deeds."""
    demand(by, "movement.run")
    row = Participant.objects.select_for_update().get(pk=participant.pk)
    if status not in (Status.RUNNING, Status.FINISHED, Status.WITHDRAWN):
        raise Refused(_("Keadaan itu mengikuti langkahnya sendiri dan tidak diisi dengan tangan."))
    if status != Status.WITHDRAWN and row.status not in (
        Status.CHOSEN,
        Status.MOU,
        Status.RUNNING,
        Status.FINISHED,
    ):
        raise Refused(_("Hanya peserta terpilih yang bisa berjalan atau selesai."))
    if status == row.status:
        raise Refused(_("Keadaannya sudah begitu."))
    if not note.strip():
        raise Refused(_("Tulis sebabnya dalam satu kalimat."))
    return stand(row, status, by=by, at=at, note=note.strip())


@transaction.atomic
def invite(
    cohort: Cohort, area: Area, *, contact: str, contact_office: str = "", by: User, at: datetime
) -> Participant:
    """Invite a region by a mail to its office with the link of its form; again: a new link, the old one ends.

    Raise Refused for a region outside the rule, for a village or district, and once applications have ended.
    """
    demand(by, "movement.run")
    cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if cohort.state not in (State.CALLED, State.APPLYING) or cohort.form is None:
        raise Refused(_("Pendaftaran angkatan ini sudah berakhir."))
    if area.level not in (Area.Level.REGENCY, Area.Level.PROVINCE):
        raise Refused(_("Yang diundang kabupaten, kota, atau provinsi."))
    if not cohort.takes(area):
        raise Refused(
            _("%(area)s di luar wilayah panggilan ini: %(rule)s.")
            % {"area": area.title, "rule": cohort.areas_note or ", ".join(cohort.areas[:8])}
        )
    row, is_new = Participant.objects.select_for_update(of=("self",)).get_or_create(
        cohort=cohort, area=area, defaults={"contact": contact}
    )
    if row.status not in (Status.INVITED, Status.APPLIED):
        raise Refused(_("%(area)s sudah tidak diundang lagi di angkatan ini.") % {"area": area.title})
    secret = secrets.token_urlsafe(24)
    row.contact, row.contact_office = contact.strip().lower(), contact_office.strip()[:200]
    row.secret_hash, row.invited_at = digest(secret), at
    row.save(update_fields=["contact", "contact_office", "secret_hash", "invited_at"])
    if is_new:
        Standing.objects.create(participant=row, status=Status.INVITED, date=day_of(at))
    link = f"{site()}{reverse('movement:readiness', args=[secret])}"
    assert cohort.closes_at is not None
    words = {
        "area": area.title,
        "cohort": say(cohort.title),
        "call": say(cohort.call) if cohort.call else "",
        "link": link,
        "until": long_moment(cohort.closes_at),
        "name": say(node().name),
    }
    notify(
        address=row.contact,
        kind="cohort_invited",
        subject=_("Undangan untuk %(area)s: %(cohort)s") % words,
        body=_(
            "%(area)s diundang mendaftar: %(cohort)s.\n\n%(call)s\n\n"
            "Isi formulir kesiapan di tautan ini, tanpa akun. "
            "Isiannya tersimpan dan boleh dilanjutkan kapan saja:\n%(link)s\n\n"
            "Kirim paling lambat %(until)s. Tautan ini kunci daerah Anda; berikan hanya kepada yang mengisi."
            "\n\n%(name)s"
        )
        % words,
        about=row,
        at=at,
    )
    record(row, "participant_invited", by=by, at=at, after={"area": area.code, "office": row.contact_office})
    return row


def digest(secret: str) -> str:
    """Return what is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def holder(secret: str) -> Participant | None:
    """Return the participant whose link this is."""
    rows = Participant.objects.select_related("cohort__form", "area", "submission__form", "determination")
    return rows.filter(secret_hash=digest(secret)).first()


# The readiness form


def questions_of(form: Blueprint) -> list[dict[str, Any]]:
    return [question for part in form.definition["parts"] for question in part["questions"]]


def _writable(
    participant: Participant, at: datetime, by: User | None, verb: str = "movement.answer"
) -> Participant:
    """Return the participant, locked, while its form may be written. Raise Refused with when it closed.

    `by` is somebody of the regency's own installation, who must hold the verb; None: the holder of the link.
    """
    if by is not None:
        demand(by, verb)
    row = (
        Participant.objects.select_for_update(of=("self",))
        .select_related("cohort__form", "area")
        .get(pk=participant.pk)
    )
    if trouble := why_closed(row, at):
        raise Refused(trouble)
    return row


def why_closed(participant: Participant, at: datetime) -> str:
    """Return why the form of a participant cannot be written now; "" while it can."""
    cohort = participant.cohort
    assert cohort.opens_at is not None
    assert cohort.closes_at is not None
    if participant.status not in (Status.INVITED, Status.APPLIED):
        return _("Pendaftaran daerah ini sudah diproses.")
    if at > cohort.closes_at:
        return _(
            "Pendaftaran ditutup %(when)s. Isian Anda tidak bisa diubah lagi; hubungi sekretariat gerakan."
        ) % {"when": long_moment(cohort.closes_at)}
    if cohort.state not in (State.CALLED, State.APPLYING):
        return _("Pendaftaran sudah ditutup sekretariat.")
    if at < cohort.opens_at or cohort.state == State.CALLED:
        return _("Pendaftaran belum dibuka. Formulir bisa diisi mulai %(when)s.") % {
            "when": long_moment(cohort.opens_at)
        }
    return ""


@transaction.atomic
def write(
    participant: Participant,
    *,
    answers: Mapping[str, Mapping[str, str]],
    applications: Iterable[Mapping[str, Any]],
    by_office: str,
    by: User | None = None,
    at: datetime,
) -> Submission:
    """Keep a draft of the readiness form: question -> {"level", "words"}, rows of applications, who fills it in.

    Questions and levels that the form does not have are left out. Raise Refused outside the period, for too many rows.
    """
    row = _writable(participant, at, by)
    assert row.cohort.form is not None
    submission, _is_new = Submission.objects.select_for_update().get_or_create(
        participant=row, defaults={"form": row.cohort.form, "changed_at": at}
    )
    levels = {one["code"] for one in submission.form.definition["scale"]}
    kept = {}
    for question in questions_of(submission.form):
        given = answers.get(question["code"]) or {}
        level = given.get("level", "")
        words = str(given.get("words", "")).strip()[:2000]
        if level in levels or words:
            kept[question["code"]] = {"level": level if level in levels else "", "words": words}
    rows = [
        {
            "name": str(one.get("name", "")).strip()[:120],
            "agency": str(one.get("agency", "")).strip()[:120],
            "users": one.get("users"),
        }
        for one in applications
    ]
    rows = [one for one in rows if one["name"]]
    if len(rows) > APPLICATIONS:
        raise Refused(_("Paling banyak %(most)s aplikasi.") % {"most": APPLICATIONS})
    submission.answers, submission.applications = kept, rows
    submission.by_office, submission.changed_at = by_office.strip()[:200], at
    submission.save(update_fields=["answers", "applications", "by_office", "changed_at"])
    return submission


@transaction.atomic
def send(participant: Participant, *, by: User | None = None, at: datetime) -> Submission:
    """Send the readiness form as it is kept; until the deadline it may be sent again.

    Raise Refused for questions without a level and when nobody says which office filled it in.
    """
    row = _writable(participant, at, by, "movement.release")
    submission = Submission.objects.select_for_update(of=("self",)).filter(participant=row).first()
    if submission is None:
        raise Refused(_("Formulirnya masih kosong."))
    if left := missing(submission):
        raise Refused(
            ngettext(
                "%(count)s pertanyaan belum dipilih tingkatnya.",
                "%(count)s pertanyaan belum dipilih tingkatnya.",
                left,
            )
            % {"count": left}
        )
    if not submission.by_office:
        raise Refused(_("Tulis kantor yang mengisi formulir ini."))
    submission.sent_at = at
    submission.save(update_fields=["sent_at"])
    if row.status == Status.INVITED:
        stand(row, Status.APPLIED, by=by, at=at)
    record(submission, "readiness_sent", by=by, at=at, after={"answers": len(submission.answers)})
    if row.contact:
        notify(
            address=row.contact,
            kind="readiness_received",
            subject=_("Formulir kesiapan %(area)s diterima") % {"area": row.area.title},
            body=_(
                "Formulir kesiapan %(area)s diterima %(when)s.\n\n"
                "Sampai %(until)s isinya masih boleh diubah lewat tautan yang sama."
            )
            % {
                "area": row.area.title,
                "when": long_moment(at),
                "until": long_moment(row.cohort.closes_at) if row.cohort.closes_at else "",
            },
            about=row,
            at=at,
        )
    return submission


def missing(submission: Submission) -> int:
    """Return how many questions have no level yet."""
    asked = questions_of(submission.form)
    return sum(not submission.answers.get(one["code"], {}).get("level") for one in asked)


@transaction.atomic
def prove(
    participant: Participant,
    upload: "UploadedFile[bytes]",
    *,
    question: str,
    proves: str,
    by: User | None = None,
    at: datetime,
) -> Proof:
    """Add a file that shows the answer to a question."""
    row = _writable(participant, at, by)
    assert row.cohort.form is not None
    submission, _is_new = Submission.objects.select_for_update().get_or_create(
        participant=row, defaults={"form": row.cohort.form, "changed_at": at}
    )
    if question not in {one["code"] for one in questions_of(submission.form)}:
        raise Refused(_("Pilih pertanyaan yang dibuktikan berkas ini."))
    if not proves.strip():
        raise Refused(_("Tulis apa yang dibuktikan, misalnya “daftar hadir rapat 12 Maret”."))
    if submission.proofs.count() >= PROOFS:
        raise Refused(_("Paling banyak %(most)s berkas bukti.") % {"most": PROOFS})
    file = keep_file(upload, name=str(upload.name), about=submission, privacy=Privacy.INTERNAL, by=by, at=at)
    proof = Proof.objects.create(
        submission=submission, question=question, proves=proves.strip()[:200], file=file, at=at
    )
    record(submission, "readiness_proved", by=by, at=at, after={"question": question})
    return proof


@transaction.atomic
def drop_proof(participant: Participant, proof: Proof, *, by: User | None = None, at: datetime) -> None:
    """Take a file away again, before the deadline; the file itself stays in the record."""
    row = _writable(participant, at, by)
    if proof.submission.participant_id != row.pk:
        raise Refused(_("Berkas itu bukan milik formulir ini."))
    record(proof.submission, "readiness_proof_dropped", by=by, at=at, after={"question": proof.question})
    proof.delete()


# Imported figures


@transaction.atomic
def take_in_figures(upload: "UploadedFile[bytes]", *, by: User, at: datetime) -> FigureImport:
    """Take in a CSV of region, indicator, year, value, source; ";" or "," between cells, a code or a name as region.

    A figure that is known already is replaced. Rows that cannot be taken are kept with a sentence each; the others
    count. Raise Refused when it is no such file at all.
    """
    demand(by, "movement.run")
    if (upload.size or 0) > 10_000_000:
        raise Refused(_("Berkas terlalu besar. Paling besar %(limit)s MB.") % {"limit": 10})
    try:
        words = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("Berkas ini bukan CSV UTF-8. Simpan ulang sebagai CSV UTF-8.")) from None
    head = words.split("\n", 1)[0]
    delimiter = (
        ";" if ";" in head else ","
    )  # as our own downloads: a decimal comma with the first, else a point
    lines = csv.reader(io.StringIO(words), delimiter=delimiter)
    heading = [_column(cell) for cell in next(lines, [])]
    if left := [name for name in COLUMNS if name not in heading]:
        raise Refused(
            _("Kolom ini tidak ada di baris pertama: %(names)s. Yang diperlukan: %(all)s.")
            % {"names": ", ".join(left), "all": ", ".join(COLUMNS)}
        )
    areas = Area.objects.filter(level__in=(Area.Level.REGENCY, Area.Level.PROVINCE), valid_to=None)
    by_code = {area.code: area for area in areas}
    by_name: dict[str, list[Area]] = {}
    for area in by_code.values():
        by_name.setdefault(area.name.casefold(), []).append(area)
    good: dict[tuple[int, str, int], RegionFigure] = {}
    rejected: list[list[Any]] = []
    taken = FigureImport.objects.create(name=str(upload.name)[:200], by=by, at=at)
    for number, cells in enumerate(lines, 2):
        if number > FIGURE_ROWS:
            raise Refused(_("Paling banyak %(most)s baris sekali impor.") % {"most": FIGURE_ROWS})
        if not any(cell.strip() for cell in cells):
            continue
        given = {
            name: cells[place].strip() if place < len(cells) else "" for place, name in enumerate(heading)
        }
        try:
            row = _figure(given, by_code, by_name, at, has_comma=delimiter == ";")
        except Refused as refused:
            rejected.append([number, refused.sentence])
            continue
        row.taken_from = taken
        key = (row.area_id, row.indicator, row.year)
        if key in good:
            rejected.append([number, _("Daerah, indikator, dan tahun ini sudah ada di baris sebelumnya.")])
            continue
        good[key] = row
    known = {
        (area, indicator, year)
        for area, indicator, year in RegionFigure.objects.filter(
            area__in={key[0] for key in good}
        ).values_list("area", "indicator", "year")
    }
    RegionFigure.objects.bulk_create(
        good.values(),
        update_conflicts=True,
        unique_fields=["area", "indicator", "year"],
        update_fields=["value", "source", "taken_from"],
        batch_size=2000,
    )
    taken.taken, taken.changed = len(good), len(known & good.keys())
    taken.rejected = rejected[:2000]
    taken.save(update_fields=["taken", "changed", "rejected"])
    record(
        taken,
        "figures_taken_in",
        by=by,
        at=at,
        after={"taken": taken.taken, "changed": taken.changed, "rejected": len(rejected)},
    )
    return taken


def _column(cell: str) -> str:
    name = cell.strip().casefold()
    return NAMES.get(name, name)


def _figure(
    given: Mapping[str, str],
    by_code: Mapping[str, Area],
    by_name: Mapping[str, list[Area]],
    at: datetime,
    *,
    has_comma: bool,
) -> RegionFigure:
    """Return one row of a file as a figure. Raise Refused with what is wrong with it."""
    region = given["region"]
    found = [by_code[dotted(region)]] if dotted(region) in by_code else by_name.get(region.casefold(), [])
    if not found:
        raise Refused(
            _("Daerah “%(name)s” tidak dikenal; tulis kodenya, misalnya 16.11.") % {"name": region[:60]}
        )
    if not given["indicator"]:
        raise Refused(_("Nama indikatornya kosong."))
    if not given["year"].isdecimal() or not 2000 <= int(given["year"]) <= at.year:
        raise Refused(
            _("Tahun “%(year)s” tidak bisa dipakai; tulis 2000 sampai %(last)s.")
            % {"year": given["year"][:10], "last": at.year}
        )
    value = parse_number(given["value"]) if has_comma else _decimal(given["value"])
    if abs(value) >= Decimal(10) ** 16:
        raise Refused(_("Angkanya terlalu besar."))
    if not given["source"]:
        raise Refused(_("Sumbernya kosong; tulis dari mana angka ini."))
    return RegionFigure(
        area=found[0],
        indicator=given["indicator"][:80],
        year=int(given["year"]),
        value=value,
        source=given["source"][:300],
    )


def _decimal(words: str) -> Decimal:
    """Return a number as programs write it: 0.725."""
    try:
        value = Decimal(words)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Refused(
            _("Angka “%(typed)s” tidak terbaca; tulis misalnya 1250.5 di berkas berpemisah koma.")
            % {"typed": words[:40]}
        )
    return value
