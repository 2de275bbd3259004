"""Words about documents, for templates of any noun below."""

from django import template

from lawang.documents import kinds

register = template.Library()
register.filter("kind_name", kinds.kind_name)
