"""Awards for demonstrations: two that were decided and one that a jury still judges, all marked as an example.

The shortlists are real, out of the results that the demonstration loads; jurors, marks, quick wins and reasons are
invented and say so. They are no statement about the regencies that they name.
"""

from collections.abc import Sequence
from datetime import datetime

from lawang.documents import signatures
from lawang.lib.text import text
from lawang.movement.awards import actions
from lawang.movement.awards.actions import Win
from lawang.movement.awards.certificates import certify
from lawang.movement.awards.models import Award, AwardJuror
from lawang.movement.awards.packs import newest
from lawang.movement.models import Evaluation
from lawang.people.models import User

YEAR = 2023
CATEGORIES = ("percepatan", "keseluruhan")
REASONS = {
    "percepatan": text(
        "Alasan contoh: antrean turun dari tiga jam ke setengah jam, dan tiga daerah lain sudah menirunya.",
        "Example reasons: queues fell from three hours to half an hour, and three other regions have copied it.",
    ),
    "keseluruhan": text(
        "Alasan contoh: dewan bersidang setiap triwulan, dan setiap program punya pemilik dan angka.",
        "Example reasons: the council met each quarter, and every programme has an owner and a figure.",
    ),
}


def load(secretary: User, head: User, jurors: Sequence[User], *, at: datetime) -> int:
    """Open the example categories of the year with published results; return how many awards were published.

    Those with a single nominee are left to the jury.
    """
    wanted = [one for one in newest() if one.code in CATEGORIES]
    evaluation = Evaluation.objects.get(year=YEAR)
    made, _empty = actions.open_awards(evaluation, wanted, by=secretary, at=at)
    count = 0
    for award in made:
        if award.way.names_subject:
            for one in award.nominees.select_related("award", "assessment__area"):
                words = f"Percepatan contoh {one.assessment.area.title}"
                actions.name_subject(one, words, by=secretary, at=at)
        seats = [actions.seat_juror(award, user, by=secretary, at=at) for user in jurors]
        actions.begin_judging(award, by=secretary, at=at)
        if award.nominees.count() > 1:
            _judge(award, seats, at)
            winner = award.nominees.order_by("rank", "assessment__area__code")[0]
            win = Win(winner.pk, 1, REASONS[award.code])
            actions.decide(award, [win], by=secretary, at=at)
            actions.publish(award, by=secretary, at=at)
            winner.refresh_from_db()
            signatures.sign(certify(winner, by=secretary, at=at), by=head, at=at)
            count += 1
    return count


def _judge(award: Award, seats: Sequence[AwardJuror], at: datetime) -> None:
    """Let the jurors agree with the results, but for one mark of the last of them."""
    nominees = list(award.nominees.filter(is_dropped=False))
    for number, juror in enumerate(seats):
        actions.declare(juror, {one.pk: "" for one in nominees}, by=juror.user, at=at)
        marks = {}
        for one in nominees:
            mark = max(award.least, award.most - (one.rank or 1) + 1)
            marks[one.pk] = {criterion["code"]: mark for criterion in award.criteria}
            if number == len(seats) - 1:
                marks[one.pk][award.criteria[0]["code"]] = max(award.least, mark - 1)
        actions.mark(juror, marks, by=juror.user, at=at)
        actions.hand_in(juror, by=juror.user, at=at)
