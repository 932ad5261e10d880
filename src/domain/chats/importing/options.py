"""What an uploader and the operator may decide about an import."""

from typing import Literal

import msgspec

Order = Literal["dmy", "mdy", "ymd"]


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    date_order: Order | None = None
    """Overrides what the file suggests; None decides by the file."""
    max_inflated_bytes: int = 1 << 30
    """What may come out of an archive in all, and how large a plain file may be."""
