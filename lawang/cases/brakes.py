"""How often citizens may send: limits that a shared village connection does not feel, and a brake against floods."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy

from lawang.cases.definition import Definition
from lawang.lib import fields as lib
from lawang.people.identify import clean_email, clean_phone
from lawang.people.login import client_ip
from lawang.people.node import now
from lawang.record.limits import Limit, count

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
CONTACTS = {
    "phone": clean_phone,
    "email": clean_email,
}  # column of Party -> how it is written when it is compared

LOOKUPS = Limit(
    "lookups",
    5,
    timedelta(minutes=15),
    gettext_lazy("Terlalu banyak jawaban salah untuk kode ini. Coba lagi 15 menit lagi."),
)
SAME_SENDING = Limit(  # a phone that loses every answer tries again some fifteen times meanwhile
    "same sending",
    60,
    timedelta(minutes=10),
    gettext_lazy("Kiriman ini sudah terlalu sering dicoba. Biarkan dulu, nanti dikirim lagi."),
)
PAPERS = Limit(
    "papers",
    60,
    timedelta(days=1),
    gettext_lazy("Hari ini sudah terlalu banyak berkas untuk permohonan ini. Kirim lagi besok."),
)


def by_address(view: View) -> View:
    """Let a view be slow to a flood: only what is sent counts, and a whole village may share one address."""

    @wraps(view)
    def braked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            count(_of_address(request), at=now())
        return view(request, *args, **kwargs)

    return cast("View", braked)


def _of_address(request: HttpRequest) -> tuple[Limit, str]:
    limit = Limit(
        "address",
        settings.ADDRESS_SENDINGS,
        timedelta(minutes=1),
        gettext_lazy(
            "Terlalu banyak kiriman dari jaringan internet Anda. Tunggu satu menit, lalu coba lagi."
        ),
    )
    return limit, client_ip(request)


def count_filing(definition: Definition, answers: lib.Answers, *, at: datetime) -> None:
    """Count one filing by a citizen, by the contacts left with it; raise TooMany.

    This also keeps strangers from having us write to somebody's address again and again.
    """
    limit = Limit(
        "filings",
        settings.CONTACT_FILINGS,
        timedelta(days=1),
        gettext_lazy(
            "Hari ini sudah banyak permohonan dengan nomor telepon atau surel ini. "
            "Kirim lagi besok, atau datanglah ke kantornya."
        ),
    )
    found = (
        (column, clean(str(lib.look(answers, path) or "")))
        for column, clean in CONTACTS.items()
        if (path := definition.applicant.get(column))
    )
    count(*((limit, f"{column} {value}") for column, value in found if value), at=at)
