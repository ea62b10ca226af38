"""Stop an upload that is too large while it comes in, not when it is here (fault F21)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from stackmark_web.awarding.sheet_reading import MAX_BYTES

View = Callable[..., HttpResponse]


class Limit(FileUploadHandler):
    """Counts; beyond the limit nothing more is kept, and the page says why."""

    too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count anew."""
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's
        """Pass the bytes on while there is room."""
        self._size += len(raw_data)
        if self._size > MAX_BYTES:
            self.too_large = True
            raise StopUpload
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The file itself is kept by the handlers behind."""


def limited_upload(view: View) -> View:
    """The view gets ``request.upload_limit``; its CSRF check comes after the limit is in place."""

    @csrf_exempt
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        limit = Limit(request)
        request.upload_limit = limit  # type: ignore[attr-defined]  # ours
        if request.method == "POST":
            request.upload_handlers.insert(0, limit)
        return csrf_protect(view)(request, *args, **kwargs)

    return limited
