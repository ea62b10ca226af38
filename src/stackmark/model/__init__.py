"""Documents (bytes kept) and typed views on them."""

from stackmark.model.document import Document
from stackmark.model.strict_json import parse_json

__all__ = ["Document", "parse_json"]
