"""One case: what is shown to whom, what can be done, what is written down."""

import pytest

from lawang.cases.models import Case
from lawang.cases.tests.desk import page, signed_in
from lawang.people.models import User
from lawang.record.models import Access
from tests.case_factory import make_case

pytestmark = pytest.mark.django_db


def test_whoever_opens_a_case_is_written_down(officer: User) -> None:
    case = make_case()
    html = page(signed_in(officer), "case", case.key)
    assert "Rapat koperasi" in html
    assert "1611034505900001" in html
    access = Access.objects.get()
    assert (access.by, access.fields) == (officer, ["answers"])
    assert Case.objects.get() == case
