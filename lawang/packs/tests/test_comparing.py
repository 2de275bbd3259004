from lawang.packs.comparing import compare


def said(before: object, after: object) -> list[str]:
    return [str(change) for change in compare(before, after)]


def test_a_file_with_one_thing_is_compared_word_by_word() -> None:
    before = {"theme": [{"name": {"id": "Coba"}, "accent": "#1f5c3f", "tagline": {"id": "Satu"}}]}
    after = {"theme": [{"name": {"id": "Coba"}, "accent": "#5c2f1f", "short_name": "C"}]}
    assert said(before, after) == [
        "~ theme › accent: #1f5c3f → #5c2f1f",
        "+ theme › short_name: C",
        "- theme › tagline: Satu",
    ]


def test_items_are_told_apart_by_code_and_their_order_matters() -> None:
    before = {"roles": [{"code": "a", "title": {"id": "A"}}, {"code": "b", "title": {"id": "B"}}]}
    after = {"roles": [{"code": "b", "title": {"id": "B"}}, {"code": "a", "title": {"id": "Aa"}}]}
    assert said(before, after) == ["~ roles › a › title › id: A → Aa", "~ roles › urutan: a, b → b, a"]


def test_a_picture_is_compared_by_its_hash() -> None:
    before = {"crest": {"file": "a.svg", "sha256": "1", "content": "x"}}
    after = {"crest": {"file": "a.svg", "sha256": "2", "content": "y"}}
    assert said(before, after) == ["~ crest › sha256: 1 → 2"]


def test_equal_words_are_counted() -> None:
    assert said(["x"], ["x", "x"]) == ["+ x (2): x"]


def test_nothing_differs_from_itself() -> None:
    assert said({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}) == []
