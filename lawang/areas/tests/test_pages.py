import pytest
from django.test import Client

from lawang.areas.actions import rename
from lawang.areas.tests.make import AT, LATER, area, import_squares, make_area, make_regency

pytestmark = pytest.mark.django_db


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_way_goes_down_from_province_to_village(client: Client) -> None:
    make_regency(with_points=True)
    assert 'href="/data-wilayah/90/"' in page(client, "/data-wilayah/")
    assert 'href="/data-wilayah/90.01/"' in page(client, "/data-wilayah/90/")
    regency = page(client, "/data-wilayah/90.01/")
    assert 'href="/data-wilayah/90.01.02/"' in regency
    assert "<svg" in regency
    assert "Pasar Hulu" in page(client, "/data-wilayah/90.01.01/")
    assert "Kelurahan Pasar Hulu" in page(client, "/data-wilayah/90.01.01.1001/")


@pytest.mark.parametrize("words", ["tanjung raya", "90.01.04", "900104", "  TANJUNG   raya "])
def test_search_finds_by_name_and_code(client: Client, words: str) -> None:
    make_regency()
    assert "Kecamatan Tanjung Raya Timur" in page(client, f"/data-wilayah/?q={words}")


@pytest.mark.parametrize("words", ["zzz", "%", "_%_", "\x00", "x" * 5000, "<script>", "²²²"])
def test_search_for_nonsense_answers_with_a_sentence(client: Client, words: str) -> None:
    make_regency()
    text = client.get("/data-wilayah/", {"q": words}).content.decode()
    assert "<script>alert" not in text
    assert "<h1>" in text


def test_an_unknown_code_is_not_found(client: Client) -> None:
    assert client.get("/data-wilayah/99.99/").status_code == 404
    assert client.get("/data-wilayah/9/").status_code == 404


def test_history_names_decree_and_day(client: Client) -> None:
    make_regency()
    rename(area("90.01.01"), name="Hulu Baru", decree="Perda 4/2026", date=LATER, by=None, at=AT)
    text = page(client, "/data-wilayah/90.01.01/")
    assert "Perda 4/2026" in text
    assert "ganti nama" in text


def test_export_holds_the_areas_below_and_names_the_licence(client: Client) -> None:
    make_regency()
    response = client.get("/data-wilayah/90.01.01/wilayah.csv")
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "code,parent,level,name,decree,valid_from"
    assert [line.split(",")[0] for line in lines[1:]] == ["90.01.01", "90.01.01.1001", "90.01.01.2002"]
    assert "odbl" in response["Link"]


def test_every_page_credits_the_code_list_and_speaks_english(client: Client) -> None:
    make_regency()
    for path in ("/data-wilayah/", "/en/data-wilayah/", "/data-wilayah/90.01/", "/en/data-wilayah/90.01.01/"):
        assert "idn-area-data, ODbL" in page(client, path)
    assert '<html lang="en"' in page(client, "/en/data-wilayah/")


@pytest.mark.parametrize("path", ["/data-wilayah/", "/data-wilayah/?q=hulu", "/data-wilayah/90.01/"])
def test_queries_are_few_and_do_not_grow(
    client: Client, django_assert_max_num_queries: object, path: str
) -> None:
    make_regency(with_points=True)
    import_squares()
    with django_assert_max_num_queries(12) as before:  # type: ignore[operator]
        page(client, path)
    for number in range(5, 25):
        make_area(f"90.01.{number:02}", f"Hulu {number}", area("90.01"))
    with django_assert_max_num_queries(len(before)):  # type: ignore[operator]
        page(client, path)
