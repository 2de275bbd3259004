"""Whatever is sent to the planner's forms gets an answer, never a 500."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lawang.plans.models import Revision
from tests.cast import make_membership, make_user
from tests.plan_factory import make_indicator, make_plan, make_programme, make_quick_win

pytestmark = pytest.mark.django_db

words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\x00", "9" * 30, "-1", "1e400", "2026", "2.024", "0", "NaN", "=1+1", "٣", "a" * 6000]
    ),
    st.integers(-5, 10**12).map(str),
)


@pytest.fixture
def client() -> Client:
    revision = make_plan(status=Revision.Status.DRAFT, in_force_from=None)
    programme = make_programme(revision)
    make_indicator(programme)
    make_quick_win(programme)
    client = Client()
    client.force_login(
        make_membership(make_user("dewi"), role="planner").user, "lawang.people.login.Identified"
    )
    return client


def addresses() -> list[tuple[str, tuple[Any, ...]]]:
    revision = Revision.objects.get()
    programme, win = revision.programmes.get(), revision.quick_wins.get()
    return [
        ("direction", ()),
        ("basis", ()),
        ("publish", ()),
        ("order", ()),
        ("many", ()),
        ("add_programme", ()),
        ("programme", (programme.key,)),
        ("add_indicator", (programme.key,)),
        ("merge", (programme.key,)),
        ("split", (programme.key,)),
        ("budget", (programme.key,)),
        ("indicator", (revision.indicators.get().key,)),
        ("quick_win", (win.key,)),
        *(
            ("add_part", (programme.key, kind))
            for kind in ("anggaran", "kegiatan", "tonggak", "ketergantungan", "percepatan", "mitra", "zzz")
        ),
        *(("add_win_part", (win.key, kind)) for kind in ("mitra", "risiko", "sumber-daya")),
        *(
            ("add_row", (kind,))
            for kind in ("arah", "swot", "kesenjangan", "aplikasi", "lembaga", "anggaran")
        ),
    ]


def names_of(client: Client, address: str) -> list[str]:
    """Return the names of all inputs of a page."""
    import re

    html = client.get(address).content.decode()
    return sorted(set(re.findall(r'name="([^"]+)"', html)) - {"csrfmiddlewaretoken", "q", "viewport"})


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_forms_answer_to_anything(client: Client, data: st.DataObject) -> None:
    for name, args in addresses():
        address = reverse(f"planner:{name}", args=args)
        names = names_of(client, address) or ["pilih", "pindah", "semua-lead", "semua-year_to", "saring"]
        picked = data.draw(st.lists(st.sampled_from(names), max_size=12, unique=True))
        typed = {one: data.draw(words) for one in picked}
        if name == "publish":
            typed.pop("in_force_from_year", None)
        answer = client.post(address, typed)
        assert answer.status_code < 500, (name, args, typed)
        if not Revision.objects.filter(status="draft").exists():
            return


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "q",
                "dimensi",
                "instansi",
                "keadaan",
                "halaman",
                "edisi",
                "berat",
                "tentang",
                "aturan",
                "tahun",
                "sumber",
            ]
        ),
        words,
    )
)
def test_lists_answer_to_anything(client: Client, query: dict[str, str]) -> None:
    for name in ("programmes", "review", "roadmap", "money"):
        assert client.get(reverse(f"planner:{name}"), query).status_code < 500
