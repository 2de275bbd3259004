"""What the desk pages of cohorts share: one page for every form, and who is signed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from lawang.lib.refused import Refused
from lawang.movement.cohorts.models import Participant
from lawang.people.models import User
from lawang.people.node import now
from lawang.record.actions import keep_file
from lawang.record.models import File, Privacy
from lawang.record.resent import done
from lawang.web.forms import OurForm

Crumbs = list[tuple[str, str]]


def person(request: HttpRequest) -> User:
    """Return who is signed in; `needs` has made sure that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def keep_paper(upload: Any, participant: Participant, *, by: User, at: datetime) -> File | None:
    """Keep a paper of a participant, if there is one."""
    if not upload:
        return None
    return keep_file(upload, name=str(upload.name), about=participant, privacy=Privacy.INTERNAL, by=by, at=at)


def form_page(
    request: HttpRequest,
    form: Any,
    do: Callable[[dict[str, Any], User, datetime], Any],
    *,
    title: str,
    submit: str,
    back: str,
    said: str,
    crumbs: Crumbs,
    caption: str = "",
    lead: str = "",
    draft: str = "",
) -> HttpResponseBase:
    """Show a form on a page of its own; a good one is given to `do`, a refusal is shown above it.

    Afterwards the page `back` opens, or the address that `do` returns.
    """
    assert isinstance(form, OurForm)
    if request.method == "POST" and form.is_valid():  # type: ignore[attr-defined]
        try:
            made = do(form.cleaned_data, person(request), now())  # type: ignore[attr-defined]
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return done(made if isinstance(made, str) else back)
    context = {
        "form": form,
        "title": title,
        "caption": caption,
        "lead": lead,
        "submit": submit,
        "back": back,
        "draft": draft,
        "crumbs": crumbs,
    }
    status = 422 if form.errors else 200  # type: ignore[attr-defined]
    return render(request, "movement/cohorts/form.html", context, status=status)
