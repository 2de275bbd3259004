"""Counts of tries: exact also when many try at the same moment, over when their span is, and nobody's name in them."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from lawang.lib.refused import TooMany
from lawang.record import limits
from lawang.record.limits import Limit, count
from lawang.record.models import Tries

THREE = Limit("uji", 3, timedelta(minutes=15), "Terlalu sering.")


@pytest.mark.django_db
def test_one_too_many_is_told_when_it_is_worth_a_try(at: datetime) -> None:
    for _try in range(3):
        count((THREE, "a"), at=at)
    with pytest.raises(TooMany, match="Terlalu sering") as refusal:
        count((THREE, "a"), at=at + timedelta(minutes=5))
    assert refusal.value.seconds == 600
    count((THREE, "b"), at=at)  # somebody else
    count((Limit("lain", 3, THREE.within, ""), "a"), at=at)  # something else
    count((THREE, "a"), at=at + timedelta(minutes=15))  # another span


@pytest.mark.django_db
def test_several_limits_are_counted_at_once_and_the_longest_wait_is_told(at: datetime) -> None:
    one = Limit("satu", 1, timedelta(minutes=1), "Satu menit.")
    day = Limit("hari", 1, timedelta(days=1), "Satu hari.")
    count((one, "a"), (day, "a"), at=at)
    with pytest.raises(TooMany, match="Satu hari"):
        count((one, "a"), (day, "a"), at=at)
    with pytest.raises(TooMany, match="Satu menit"):
        count((one, "a"), at=at)


@pytest.mark.django_db
def test_nothing_is_counted_without_a_limit_or_a_name(at: datetime) -> None:
    for _try in range(5):
        count((Limit("bebas", 0, timedelta(days=1), ""), "a"), (THREE, ""), at=at)
    assert not Tries.objects.exists()


@pytest.mark.django_db
def test_whoever_has_shown_that_they_may_begins_anew(at: datetime) -> None:
    for _try in range(3):
        count((THREE, "a"), at=at)
    limits.forget(THREE, "a")
    count((THREE, "a"), at=at)


@pytest.mark.django_db
def test_who_tried_is_not_kept_in_clear_and_not_longer_than_needed(at: datetime) -> None:
    count((THREE, "+6281234567890"), at=at)
    key = Tries.objects.get().key
    assert len(key) == 64
    assert key != hashlib.sha256(b"+6281234567890").hexdigest()  # all numbers can be tried, our secret cannot
    assert limits.sweep(at=at + timedelta(minutes=14)) == 0
    assert limits.sweep(at=at + timedelta(minutes=15)) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_are_all_counted(at: datetime) -> None:
    def try_it(_number: int) -> bool:
        try:
            count((THREE, "a"), (Limit("lain", 1000, THREE.within, ""), "b"), at=at)
        except TooMany:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        passed = sum(pool.map(try_it, range(40)))
    assert passed == 3
    assert sorted(Tries.objects.values_list("count", flat=True)) == [40, 40]
