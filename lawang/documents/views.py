"""The public check page."""

from django.http import HttpRequest, HttpResponse


def check_any(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def check(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse()
