"""What the tests of data protection share: its officer, pages read, a service by which people ask for their data."""

import copy
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from lawang.cases import retention
from lawang.cases.models import Case, Incident, ServiceVersion
from lawang.cases.privacy import incidents
from lawang.cases.privacy.holdings import SERVICE
from lawang.cases.privacy.incidents import Account
from lawang.cases.tests.desk import signed_in
from lawang.people.models import User
from tests.case_factory import DEFINITION, both, make_case, make_version
from tests.cast import make_agency, make_membership, make_role, make_user
from tests.markup import Markup

OFFICER = {
    "cases.see": "agency",
    "cases.handle": "agency",
    "cases.erase": "all",
    "cases.handle_breach": "all",
    "record.see_access": "all",
}


def make_dpo(username: str = "bambang", **fields: Any) -> User:
    """Return the data-protection officer, who also handles the cases of the general affairs office."""
    role = make_role("dpo", OFFICER, **({"highest_privacy": "sensitive"} | fields))
    return make_membership(
        make_user(username, name="Bambang Contoh"), role=role, agency=make_agency("umum", "Bagian Umum")
    ).user


def opened(client: Client, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    """Return a page of data protection; its markup and its caching are checked on the way."""
    answer = client.get(reverse(f"privacy:{name}", args=args) + query)
    assert answer.status_code == status, answer.content.decode()[:2000]
    assert "no-store" in answer["Cache-Control"]
    html = str(answer.content.decode())
    assert Markup(html).problems() == []
    return html


def csv_of(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(f"privacy:{name}", args=args) + query)
    assert answer.status_code == 200
    return str(answer.getvalue().decode("utf-8-sig"))


def make_request_service() -> ServiceVersion:
    """Publish the service by which people ask for their data: who asks is made sure of by a step."""
    data: dict[str, Any] = copy.deepcopy(DEFINITION)
    data["code"], data["series"], data["title"] = SERVICE, "DPB", both("Data pribadi saya")
    data["sections"][0]["fields"] += [
        {
            "name": "data_of",
            "type": "choice",
            "privacy": "internal",
            "title": both("Data siapa"),
            "choices": [{"code": code, "title": both(code)} for code in ("self", "child", "other")],
        },
        {"name": "data_subject_name", "type": "text", "title": both("Nama pemilik data"), "required": False},
    ]
    check = {"name": "identity_proven", "parameters": {"how": "prove.how"}}
    data["steps"].append(
        {
            "code": "prove",
            "title": both("Identitas dipastikan"),
            "kind": "move",
            "from": ["received"],
            "to": "received",
            "by": "officer",
            "fields": [
                {
                    "name": "how",
                    "type": "choice",
                    "privacy": "internal",
                    "title": both("Bagaimana"),
                    "choices": [{"code": code, "title": both(code)} for code in ("counter", "not_proven")],
                }
            ],
            "checks": [check],
        }
    )
    return make_version(data)


def make_request(data_of: str = "self", **given: Any) -> Case:
    """Return Siti's request for her data, or her child's."""
    version = ServiceVersion.objects.filter(service__code=SERVICE).first() or make_request_service()
    return make_case(version, answers={"data_of": data_of, **given.pop("answers", {})}, **given)


def leave_protection_behind(officer: User, case: Case, *, at: datetime) -> None:
    """Give the demonstration an incident and a case that is kept for a dispute; world.py calls it."""
    account = Account(
        title="Surel salah alamat",
        kind=Incident.Kind.DISCLOSED,
        noticed_at=at,
        words="Lampiran terkirim ke orang lain.",
        cases=(case.number,),
    )
    incidents.report(account, by=officer, at=at)
    retention.hold(case, True, by=officer, at=at, why="Gugatan 12/G/2026")


__all__ = [
    "csv_of",
    "leave_protection_behind",
    "make_dpo",
    "make_request",
    "make_request_service",
    "opened",
    "signed_in",
]
