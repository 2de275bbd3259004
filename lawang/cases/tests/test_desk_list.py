"""The list: what belongs to whom, in which order, found by what, with how many queries."""

import pytest

from lawang.cases.tests.desk import page, signed_in
from lawang.people.models import User
from tests.case_factory import make_case

pytestmark = pytest.mark.django_db


def test_an_officer_sees_the_cases_of_the_unit(officer: User) -> None:
    case = make_case()
    html = page(signed_in(officer), "list")
    assert case.number in html
    assert "Siti Contoh" in html
