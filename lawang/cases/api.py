"""How the outbox of a phone sends: the text of an application first, then its papers in pieces.

No cookie is trusted here: a header that other sites cannot set stands in place of a CSRF token that grows old on a
phone, and the keys made on the device say whose an application is. The same key is one case, whatever is repeated.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypedDict
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from lawang.cases import receiving, tickets
from lawang.cases.actions import Announced
from lawang.cases.brakes import SAME_SENDING, by_address
from lawang.cases.models import Attachment, Case
from lawang.cases.receiving import ABOUT, LANGUAGE, Sent, Unreadable, paper_of
from lawang.cases.uploads import PIECE, WrongOffset, add_piece
from lawang.lib import codes
from lawang.lib.refused import Refused, TooMany, TryLater
from lawang.people.node import now
from lawang.people.permissions import real
from lawang.record.actions import SentDifferently
from lawang.record.limits import count
from lawang.web.json import answer, refusal

MOST_FIELDS = 2000
LONGEST = 20_000  # letters in one answer
MOST_SERVICES = 20  # in one bundle


class PaperSpec(TypedDict):
    """One paper that will follow, as the device announces it."""

    name: str
    field: str  # name of the file field of the form
    size: int
    sha256: str  # hex


class Wrong(Exception):
    """What was sent is not what we asked for: a bug of the sender, answered with 400."""


def for_devices(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer only to scripts of our own pages, in JSON, whatever happens. 429 and 503 mean: later, it stays there."""
    braked = by_address(view)

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("X-Lawang") != "1" or request.headers.get(
            "Sec-Fetch-Site", "same-origin"
        ) not in ("same-origin", "none"):
            return refusal(403, "not_ours", _("Kiriman ini tidak datang dari halaman situs ini."))
        try:
            return braked(request, *args, **kwargs)
        except TryLater as later:
            code, status = ("too_many", 429) if isinstance(later, TooMany) else ("later", 503)
            response = refusal(status, code, later.sentence)
            response["Retry-After"] = str(later.seconds)
            return response
        except Wrong as wrong:
            return refusal(400, "malformed", str(wrong))
        except RequestDataTooBig:
            return refusal(413, "too_large", _("Kiriman ini terlalu besar."))

    return guarded


@for_devices
def send(request: HttpRequest) -> HttpResponse:
    """Receive one application. 201 new, 200 known, 409 known with other content, 422 to be mended, 401 log in first."""
    if request.method != "POST":
        return refusal(405, "method", _("Kirim dengan POST."))
    key = _key(request)
    count((SAME_SENDING, key), at=now())
    body = _body(request)
    data = _answers(body.get("answers"))
    spoken = (data.get(LANGUAGE) or ["id"])[-1]
    with override("en" if spoken == "en" else "id"):
        return _receive(request, key, body, data)


def _receive(
    request: HttpRequest, key: str, body: dict[str, Any], data: dict[str, list[str]]
) -> JsonResponse:
    at = now()
    if body.get("channel", Case.Channel.WEB) != Case.Channel.WEB:
        # An officer's form was left open until the login ended; the counter has a page of its own otherwise.
        return refusal(401, "login", _("Masuk lagi, lalu kiriman ini berjalan sendiri."))
    account = real(request.user)
    try:
        services = _services(body)
        sent = Sent(
            service=services[0][0],
            version=services[0][1],
            code=codes.normalise(_word(body, "code")) or "",
            data=data,
            language="en" if (data.get(LANGUAGE) or [""])[-1] == "en" else "id",
            papers=_papers(body.get("files", [])),
            objects_to=_objected_to(request, data),
        )
        if "services" in body:
            cases, fresh = receiving.receive_bundle(key, sent, services, account=account, at=at)
        else:
            case, fresh = receiving.receive(key, sent, account=account, at=at)
            cases = [case]
    except Unreadable as unreadable:
        fields = {name: [sentence] for name, sentence in unreadable.faults.items()}
        return refusal(422, "invalid", unreadable.sentence, fields)
    except SentDifferently as refused:
        return refusal(409, "conflict", refused.sentence)
    except TryLater:
        raise
    except Refused as refused:
        return refusal(422, "refused", refused.sentence)
    first, *others = (receiving.receipt(case) for case in cases)
    response = answer(first | ({"others": others} if others else {}), status=201 if fresh else 200)
    tickets.hand_over(request, response, *cases, at=at, fresh=fresh)
    return response


def _objected_to(request: HttpRequest, data: dict[str, list[str]]) -> Case | None:
    typed = (data.get(ABOUT) or [""])[-1]
    code = codes.normalise(typed) if typed else None
    if code is None:
        return None
    case = Case.objects.filter(code=code).first()
    if case is None or not tickets.may_follow(request, case, at=now()):
        raise Refused(_("Buka dulu permohonan yang Anda keberatan atasnya, dengan kode lacaknya."))
    return case


@for_devices
def piece(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Tell how much of a paper has arrived (GET), or take the next piece of it (POST ?offset=)."""
    attachments = receiving.attachments_of(str(key), number)
    if not attachments:
        return refusal(404, "not_found", _("Berkas ini tidak diumumkan dalam kiriman mana pun."))
    if request.method == "GET":
        return answer(_arrived(attachments))
    if request.method != "POST":
        return refusal(405, "method", _("Kirim dengan POST."))
    typed = request.GET.get("offset", "")
    if not (typed.isdecimal() and len(typed) < 12):
        raise Wrong(_("Tuliskan dari mana bagian ini mulai: ?offset=."))
    content = request.body
    if len(content) > PIECE:
        return refusal(413, "too_large", _("Bagian ini terlalu besar; paling banyak 64 KB."))
    try:
        attachments = _add(attachments, content, int(typed))
    except WrongOffset as wrong:
        error = {"code": "wrong_offset", "message": _("Lanjutkan dari offset ini."), "fields": {}}
        return answer({"error": error, "offset": wrong.offset, "complete": False}, status=409)
    return answer(_arrived(attachments))


def _add(attachments: list[Attachment], content: bytes, offset: int) -> list[Attachment]:
    """Give a piece to every case of a bundle that wants this paper; one that is ahead takes what it lacks of it."""
    if len(attachments) == 1:
        return [add_piece(attachments[0], content, offset=offset, at=now())]
    waiting = [one for one in attachments if not _is_over(one)]
    behind = min((one.offset for one in waiting), default=offset)
    if offset != behind:
        raise WrongOffset(behind)
    for one in waiting:
        if rest := content[one.offset - offset :]:
            add_piece(one, rest, offset=one.offset, at=now())
    return list(Attachment.objects.filter(pk__in=[one.pk for one in attachments]).order_by("pk"))


def _is_over(attachment: Attachment) -> bool:
    """Tell whether nothing more of a paper is wanted. What was refused is: sending it again would not help."""
    return attachment.file_id is not None or bool(attachment.trouble)


def _arrived(attachments: list[Attachment]) -> dict[str, Any]:
    """Return how far a paper is."""
    waiting = [one.offset for one in attachments if not _is_over(one)]
    trouble = next((one.trouble for one in attachments if one.trouble), "")
    found = {"offset": min(waiting, default=attachments[0].size), "complete": not waiting}
    return found | ({"trouble": trouble} if trouble else {})


# What was sent


def _key(request: HttpRequest) -> str:
    try:
        return str(UUID(request.headers.get("Idempotency-Key", "")))
    except ValueError:
        raise Wrong(_("Header Idempotency-Key harus berisi UUID.")) from None


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Wrong(_("Kiriman ini bukan JSON.")) from None
    if not isinstance(body, dict):
        raise Wrong(_("Kiriman ini bukan JSON yang kami minta."))
    return body


def _services(body: dict[str, Any]) -> list[tuple[str, int]]:
    """Return what is asked for, with the version of its form: one service, or those of a bundle."""
    found = body.get("services", [body])
    if not isinstance(found, list) or not 0 < len(found) <= MOST_SERVICES:
        raise Wrong(_("“services” harus berisi daftar layanan."))
    if not all(isinstance(one, dict) for one in found):
        raise Wrong(_("“services” harus berisi daftar layanan."))
    services = [(_word(one, "service"), _number(one, "version")) for one in found]
    if len({service for service, _version in services}) < len(services):
        raise Wrong(_("“services” harus berisi daftar layanan."))
    return services


def _word(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or len(value) > 100 or "\0" in value:
        raise Wrong(_("“%(name)s” harus berisi teks.") % {"name": name})
    return value


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise Wrong(_("“%(name)s” harus berisi bilangan.") % {"name": name})
    return value


def _answers(found: object) -> dict[str, list[str]]:
    if not isinstance(found, dict) or len(found) > MOST_FIELDS:
        raise Wrong(_("“answers” harus berisi nama pertanyaan dan jawabannya."))
    data: dict[str, list[str]] = {}
    for name, value in found.items():
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_FIELDS or not all(
            isinstance(one, str) and len(one) <= LONGEST for one in values
        ):
            raise Wrong(_("Jawaban “%(name)s” harus berupa teks.") % {"name": str(name)[:60]})
        data[name] = values
    return data


def _papers(found: object) -> list[Announced]:
    if not isinstance(found, list) or len(found) > 100:
        raise Wrong(_("“files” harus berisi daftar berkas."))
    papers = []
    for one in found:
        if not isinstance(one, dict):
            raise Wrong(_("“files” harus berisi daftar berkas."))
        spec = PaperSpec(
            name=_word(one, "name"),
            field=_word(one, "field"),
            size=_number(one, "size"),
            sha256=_word(one, "sha256"),
        )
        if len(spec["sha256"]) != 64 or not all(
            letter in "0123456789abcdef" for letter in spec["sha256"].lower()
        ):
            raise Wrong(_("“sha256” harus berisi 64 angka heksadesimal."))
        papers.append(
            Announced(paper_of(spec["field"])[:60], spec["name"], spec["size"], spec["sha256"].lower())
        )
    return papers
