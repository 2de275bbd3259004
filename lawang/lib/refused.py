"""The one exception for an expected refusal."""


class Refused(Exception):
    """What was asked is not possible, for a reason the person can understand.

    `sentence` is shown to the person as it is, in their language: what is wrong, where, and what to do.
    Anything else that is raised is a bug.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


class TryLater(Refused):
    """What was asked is right, and cannot be done just now: what was sent stays, and may be sent again (503)."""

    seconds = 60  # after which it is worth a try


class TooMany(TryLater):
    """Somebody asks too often (429)."""

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds
