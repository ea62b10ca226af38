"""Pages."""

from __future__ import annotations


def home(request):
    raise NotImplementedError


def progress(request, pk):
    raise NotImplementedError
