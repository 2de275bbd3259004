"""A proof is read by those inside until its figure is approved and somebody said that it is public."""

import pytest
from django.test import Client

from lawang.measures.actions import approve, prove
from lawang.measures.models import Value
from lawang.measures.tests.figures import make_series, propose
from lawang.people.models import User
from lawang.record.actions import keep_file
from lawang.record.models import File
from tests.cast import make_agency, make_membership, make_user, moment

pytestmark = pytest.mark.django_db
AT = moment("2026-11-20 09:00")


def handed_in(by: User, *, is_public: bool) -> tuple[Value, File]:
    series = make_series()
    value = propose(series, "2026-T3", 5, by=by)
    file = keep_file(
        b"nama;jumlah\nPendopo;5\n", name="daftar.csv", about=series, privacy="internal", by=by, at=AT
    )
    prove(value, proves="daftar", date=AT.date(), file=file, is_public=is_public, by=by, at=AT)
    return value, file


def status(file: File, user: User | None = None) -> int:
    client = Client()
    if user:
        client.force_login(user, "lawang.people.login.Identified")
    answer = client.get(f"/berkas/{file.key}/")
    answer.getvalue()  # reads the stream to its end, which closes the file
    return answer.status_code


@pytest.mark.parametrize("is_public", [True, False])
def test_only_public_proofs_of_approved_figures_are_open(is_public: bool, media: object) -> None:
    ratna = make_membership(make_user("ratna")).user
    wayan = make_membership(make_user("wayan"), role="agency_head").user
    budi = make_membership(make_user("budi"), agency=make_agency("pu", "Dinas PU")).user
    value, file = handed_in(ratna, is_public=is_public)
    assert (status(file), status(file, budi), status(file, ratna), status(file, wayan)) == (
        302,
        404,
        200,
        200,
    )
    approve(value, by=wayan, at=AT)
    assert (status(file), status(file, budi)) == ((200, 200) if is_public else (302, 404))
