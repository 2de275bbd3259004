"""Everything that one case page shows, read in one query: the case with its stays, papers, notes, messages, history.

Each list comes as one JSON array beside the row, so a page asks as often for a case with one paper as for one with
fifty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
)
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from lawang.cases import answers as kept
from lawang.cases.definition import Definition, definition_of
from lawang.cases.desk.finding import same_people
from lawang.cases.desk.frame import Desk
from lawang.cases.models import (
    Ask,
    Attachment,
    Case,
    CaseLink,
    Note,
    Reply,
    ServiceSetting,
    Stay,
    seen_by,
)
from lawang.cases.services.registry import Facts
from lawang.cases.settings import merged
from lawang.documents.models import Document
from lawang.lib import fields as lib
from lawang.lib.prepared import Prepared, Slot, Slots
from lawang.lib.refused import Refused
from lawang.people import parties
from lawang.people.models import Membership
from lawang.people.node import day_of
from lawang.people.permissions import sees
from lawang.record import sealing
from lawang.record.actions import thing_name
from lawang.record.models import DataKey, Entry, Outbox

MOST = 200  # rows of one kind; a case with more shows the newest


class Lines:
    """Columns of a row that came as JSON, read as attributes; names in MOMENTS are datetimes."""

    MOMENTS = frozenset(
        {
            "at",
            "until",
            "asked_at",
            "answered_at",
            "entered_at",
            "left_at",
            "due_at",
            "made_at",
            "sent_at",
            "issued_at",
        }
    )

    def __init__(self, data: Mapping[str, Any]) -> None:
        for name, value in data.items():
            is_moment = name in self.MOMENTS and isinstance(value, str)
            setattr(self, name, datetime.fromisoformat(value) if is_moment else value)

    def __getattr__(self, name: str) -> Any:  # only for what the type checker cannot know
        raise AttributeError(name)


def _rows(rows: QuerySet[Any], **columns: str) -> ArraySubquery:
    return ArraySubquery(rows[:MOST].values(json=JSONObject(**columns)))


@dataclass
class Dossier:
    """One case as somebody at the desk sees it at a moment."""

    case: Any  # a Case with the annotations below
    desk: Desk
    at: datetime
    why: str = ""  # given by somebody who does not hold the case
    is_whole: bool = True
    cache: dict[str, list[Lines]] = field(default_factory=dict)

    def whole(self) -> "Dossier":
        """Return this case with everything around it, for its page."""
        found = self if self.is_whole else open_dossier(self.case.key, self.desk, self.at, why=self.why)
        assert found is not None
        return found

    @cached_property
    def definition(self) -> Definition:
        return definition_of(self.case.version)

    def _lines(self, name: str) -> list[Lines]:
        if name not in self.cache:
            self.cache[name] = [Lines(one) for one in getattr(self.case, f"{name}_lines")]
        return self.cache[name]

    @property
    def stays(self) -> list[Lines]:
        """Stays, oldest first."""
        return self._lines("stay")

    @property
    def asks(self) -> list[Lines]:
        return self._lines("ask")

    @property
    def notes(self) -> list[Lines]:
        return self._lines("note")

    @property
    def papers(self) -> list[Lines]:
        return self._lines("paper")

    @property
    def links_to(self) -> list[Lines]:
        return self._lines("to")

    @property
    def links_from(self) -> list[Lines]:
        return self._lines("from")

    @property
    def siblings(self) -> list[Lines]:
        """Cases filed together with this one."""
        return self._lines("sibling")

    @property
    def mail(self) -> list[Lines]:
        """Messages about the case, newest first."""
        return self._lines("mail")

    @property
    def documents(self) -> list[Lines]:
        return self._lines("document")

    @property
    def entries(self) -> list[Lines]:
        """History, newest first."""
        return self._lines("entry")

    @property
    def replies(self) -> list[Lines]:
        return self._lines("reply")

    @property
    def colleagues(self) -> list[Lines]:
        """Who may handle the case in its office."""
        seen: dict[str, Lines] = {}
        for one in self._lines("colleague"):
            seen.setdefault(one.key, one)
        return sorted(seen.values(), key=lambda one: str(one.name))

    # What is closed

    @cached_property
    def is_held(self) -> bool:
        return self.desk.holds(self.case)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The closed classes of this case that the person may read now."""
        if not (self.is_held or self.why):
            return ()
        return tuple(str(one) for one in lib.CLOSED if sees(self.desk.user, str(one)))

    @cached_property
    def opens_everything(self) -> bool:
        """Whether no answer that the service asks for is closed to this person."""
        asked = {str(leaf.field.privacy) for leaf in lib.leaves(self.definition.fields)}
        return not (asked & set(map(str, lib.CLOSED))) - set(self.classes)

    @cached_property
    def needs_why(self) -> bool:
        """Whether the person could read personal data here but has not said why they do, and does not hold the case."""
        return not (self.is_held or self.why) and self.desk.reads_names

    @cached_property
    def key(self) -> bytes | None:
        """The key of the case; None once it was erased."""
        if self.case.key_wrapped is None:
            return None
        row = DataKey(
            thing=thing_name(self.case), wrapped=self.case.key_wrapped, master=self.case.key_master or ""
        )
        return sealing.unwrap(row)

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """What this regency set of the service's parameters."""
        return merged(self.definition, {one.name: one.value for one in self._lines("setting")})

    @property
    def sources(self) -> Mapping[str, str]:
        """Where the regency's own parameters come from."""
        return {one.name: one.source for one in self._lines("setting")}

    @cached_property
    def facts(self) -> Facts:
        """What the service's checks look at."""
        return Facts(
            answers=self.answers,
            parameters=self.parameters,
            received=day_of(self.case.received_at),
            today=day_of(self.at),
            case=self.case,
            work=self.work,
        )

    @cached_property
    def is_erased(self) -> bool:
        return bool(self.case.sealed) and self.key is None

    @cached_property
    def answers(self) -> lib.Answers:
        """The answers with the classes that the person reads."""
        if not self.classes or self.key is None:
            return dict(self.case.answers)
        return kept.opened(self.case, self.classes, key=self.key) or dict(self.case.answers)

    @cached_property
    def work(self) -> dict[str, Any]:
        if set(map(str, lib.CLOSED)) - set(self.classes) or self.key is None:
            return dict(self.case.work)
        return kept.work(self.case, key=self.key) or dict(self.case.work)

    def words(self, ciphertext: str) -> str:
        """Return a sentence that somebody wrote in the case; "" where it is closed to this person."""
        if not ciphertext or not self.classes or self.key is None:
            return ""
        return kept.open_words(self.case, ciphertext, key=self.key)

    def sealed_of(self, entry: Lines) -> dict[str, str]:
        """Return the personal fields of an entry, in clear: the note with a step, a number in another system."""
        if not entry.sealed or not self.classes or self.key is None:
            return {}
        return sealing.open_values(thing_name(self.case), entry.sealed, key=self.key) or {}

    def secret(self, entry: Lines) -> str:
        """Return the sealed words of an entry: the note with a step."""
        values = self.sealed_of(entry)
        return " ".join(values.get(name, "") for name in ("note", "words")).strip()

    @cached_property
    def contact(self) -> parties.Identity | None:
        """How to reach the applicant, or whoever acts for them; None where it is closed."""
        if lib.Class.PERSONAL not in self.classes or self.key is None:
            return None
        return parties.opened(self.case.representative or self.case.applicant, key=self.key)


WITH_A_STEP = ("service", "version", "owner__calendar", "office__calendar", "area", "applicant", "subject")
WITH_ITS_PAGE = ("representative", "handler", "filed_by", "escalated_to", "batch")


def open_dossier(key: UUID, desk: Desk, at: datetime, *, why: str = "", whole: bool = True) -> Dossier | None:
    """Return the case with everything around it; None when there is none that the person may see.

    Without `whole` only what a decision needs: whoever takes a step hardly ever sees the page again.
    """
    sight = desk.sight
    case = _one(whole, sight.everything).first(
        key=key,
        thing=f"cases.case:{key}",
        today=day_of(at),
        me=desk.user.pk,
        offices=sorted(sight.agencies),
        areas=sorted(sight.areas),
    )
    return Dossier(case, desk, at, why, whole) if case else None


THING = Slot("thing", CharField())
TODAY = Slot("today", DateField())


@cache
def _one(whole: bool, everything: bool) -> Prepared[Case]:
    """Return the query for one case, as it is asked with or without its page, by somebody who sees all or not."""
    return Prepared(lambda: _compose(whole, everything))


def _compose(whole: bool, everything: bool) -> QuerySet[Case]:
    ids = BigIntegerField()
    in_sight = seen_by(Slot("me", ids), Slot("offices", ArrayField(ids)), Slots("areas", ids))
    rows = (
        Case.objects.filter(Q() if everything else in_sight, key=Slot("key", UUIDField()))
        .select_related(*WITH_A_STEP, *(WITH_ITS_PAGE if whole else ()))
        .defer("version__definition", "version__rehearsal", "search")
        .annotate(
            reply_lines=_rows(
                Reply.objects.filter(
                    Q(agency=OuterRef("office")) | Q(agency=OuterRef("owner")),
                    Q(service=None) | Q(service=OuterRef("service")),
                ).order_by("title"),
                pk="pk",
                title="title",
                words="words",
            ),
            setting_lines=_rows(
                ServiceSetting.objects.filter(service=OuterRef("service")),
                name="name",
                value="value",
                source="source",
            ),
            key_wrapped=Subquery(DataKey.objects.filter(thing=THING).values("wrapped")[:1]),
            key_master=Subquery(DataKey.objects.filter(thing=THING).values("master")[:1]),
        )
    )
    return _around(rows) if whole else rows


def _around(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Ask for everything around a case in the query that asks for it."""
    in_office = Membership.objects.filter(
        Q(to_date=None) | Q(to_date__gte=TODAY),
        agency=OuterRef("office"),
        from_date__lte=TODAY,
        user__is_active=True,
        role__verbs__has_key="cases.handle",
    )
    return rows.annotate(
        stay_lines=_rows(
            Stay.objects.filter(case=OuterRef("pk")).order_by("entered_at", "pk"),
            state="state",
            phase="phase",
            step="step",
            office="office__short_name",
            office_id="office_id",
            handler="handler__name",
            entered_at="entered_at",
            left_at="left_at",
            due_at="due_at",
            days="days",
        ),
        ask_lines=_rows(
            Ask.objects.filter(case=OuterRef("pk")).order_by("asked_at"),
            items="items",
            until="until",
            by="asked_by__name",
            asked_at="asked_at",
            answered_at="answered_at",
            answer="answer",
        ),
        note_lines=_rows(
            Note.objects.filter(case=OuterRef("pk")).order_by("-at"),
            reader="reader",
            words="words",
            by="by__name",
            at="at",
        ),
        paper_lines=_rows(
            Attachment.objects.filter(case=OuterRef("pk")).order_by("number"),
            number="number",
            paper="paper",
            name="name",
            size="size",
            offset="offset",
            trouble="trouble",
            at="at",
            file="file__key",
            kind="file__kind",
            privacy="file__privacy",
        ),
        to_lines=_links(CaseLink.objects.filter(case=OuterRef("pk")), "to"),
        from_lines=_links(CaseLink.objects.filter(to=OuterRef("pk")), "case"),
        sibling_lines=_rows(
            Case.objects.filter(bundle=OuterRef("bundle")).exclude(pk=OuterRef("pk")).order_by("pk"),
            key="key",
            number="number",
            service="service__title",
            phase="phase",
        ),
        mail_lines=_rows(
            Outbox.objects.filter(about=THING).order_by("-made_at", "-pk"),
            key="key",
            kind="kind",
            channel="channel",
            address="address",
            subject="subject",
            state="state",
            made_at="made_at",
            sent_at="sent_at",
            trouble="trouble",
        ),
        document_lines=_rows(
            Document.objects.filter(about=THING).order_by("-made_at", "-pk"),
            key="key",
            code="code",
            kind="kind",
            title="title",
            number="number",
            state="state",
            origin="origin",
            validation="validation",
            issued_at="issued_at",
            made_at="made_at",
            file="file__key",
            template="template__code",
        ),
        entry_lines=_rows(
            Entry.objects.filter(thing=THING).order_by("-number"),
            number="number",
            verb="verb",
            by="by__name",
            at="at",
            before="before",
            after="after",
            sealed="sealed",
            note="note",
        ),
        colleague_lines=_rows(in_office.order_by("user__name"), key="user__key", name="user__name"),
    )


def _links(rows: QuerySet[CaseLink], other: str) -> ArraySubquery:
    return _rows(
        rows.annotate(other_key=F(f"{other}__key")).order_by("at"),
        kind="kind",
        at="at",
        key="other_key",
        number=f"{other}__number",
        service=f"{other}__service__title",
        phase=f"{other}__phase",
    )


def candidates_of(dossier: Dossier) -> list[Case]:
    """Return other cases of the service about the same people, to compare with; one query."""
    return list(
        same_people(dossier.case)
        .select_related("office")
        .only("key", "number", "phase", "outcome", "received_at", "office__short_name")[:10]
    )


def demand_open(dossier: Dossier) -> None:
    """Raise Refused when the person has to say first why they read personal data here."""
    if dossier.needs_why:
        raise Refused(_("Tuliskan dahulu mengapa Anda membuka permohonan ini."))
