"""Why an export cannot be imported.

Invalid
├── ExportNotRecognised       no importer knows it
├── ExportEmpty               nothing is in it
├── ExportEncoding            its bytes are not UTF-8, nor UTF-16 with a byte order mark
├── DateOrderImpossible       the uploader's date order contradicts the file
├── ClockNotUnderstood        words beside its times that may mean morning or afternoon
├── ArchiveUnreadable         a zip that is damaged, or packed in a way nobody uses
├── ArchiveEncrypted          a zip with a password
├── ArchiveWithoutTranscript  a zip without a chat in it
├── ArchiveTooLarge           a zip that inflates beyond the limit
└── ImportLimitExceeded       a readable file beyond the limits of an import

No sentence here holds text, names or file names of an export.
"""

from domain.errors import Invalid


class ExportNotRecognised(Invalid):
    code = "export_not_recognised"
    detail = "The file is not a chat export of a platform that is known here."


class ExportEmpty(Invalid):
    code = "export_empty"
    detail = "The file is empty."


class ExportEncoding(Invalid):
    code = "export_encoding"
    detail = "The file is neither UTF-8 nor UTF-16 with a byte order mark."


class DateOrderImpossible(Invalid):
    code = "date_order_impossible"
    detail = "The dates of the file cannot be read in the given order of day, month and year."


class ClockNotUnderstood(Invalid):
    code = "clock_not_understood"
    detail = "The words beside the times of the file are not known: they may tell morning from afternoon."


class ArchiveUnreadable(Invalid):
    code = "archive_unreadable"
    detail = "The archive is damaged or packed with an unusual method."


class ArchiveEncrypted(Invalid):
    code = "archive_encrypted"
    detail = "The archive is protected by a password."


class ArchiveWithoutTranscript(Invalid):
    code = "archive_without_transcript"
    detail = "No chat transcript was found in the archive."


class ArchiveTooLarge(Invalid):
    code = "archive_too_large"
    detail = "The archive inflates beyond the limit."


class ImportLimitExceeded(Invalid):
    code = "import_limit_exceeded"
    detail = "The export is beyond the limits of an import."
