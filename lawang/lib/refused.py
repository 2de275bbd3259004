"""The one exception for an expected refusal."""


class Refused(Exception):
    """What was asked is not possible, for a reason the person can understand.

    `sentence` is shown to the person as it is, in their language: what is wrong, where, and what to do.
    Anything else that is raised is a bug.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)
