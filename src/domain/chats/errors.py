"""What can go wrong with a chat; reading the export itself has its own errors in `importing.errors`."""

from domain.chats.importing import errors as importing
from domain.errors import Conflict, Invalid, NotFound, TooLarge


class ChatNotFound(NotFound):
    code = "chat_not_found"
    detail = "There is no such chat."


class ChatNotReady(Conflict):
    code = "chat_not_ready"
    detail = "The chat is still being imported."


class ChatImportFailed(Conflict):
    code = "chat_import_failed"
    detail = "The chat could not be imported."


class UnknownParticipant(Invalid):
    code = "unknown_participant"
    detail = "The display name must be one of the chat's participants."


class UploadTooLarge(TooLarge):
    code = "upload_too_large"
    detail = "The file is larger than this server accepts."


class UploadMalformed(Invalid):
    code = "upload_malformed"
    detail = "The request is not a multipart form with one part named file."


class ImportFailed(Invalid):
    code = "import_failed"
    detail = "The import did not succeed, through no fault of the file. Upload it again."


IMPORT_ERRORS: tuple[type[Invalid], ...] = (
    importing.ExportNotRecognised,
    importing.ExportEmpty,
    importing.ExportEncoding,
    importing.DateOrderImpossible,
    importing.ClockNotUnderstood,
    importing.ArchiveUnreadable,
    importing.ArchiveEncrypted,
    importing.ArchiveWithoutTranscript,
    importing.ArchiveTooLarge,
    importing.ImportLimitExceeded,
    ImportFailed,
)
_BY_CODE = {error.code: error for error in IMPORT_ERRORS}


def import_error(code: str | None) -> Invalid:
    """The error that a failed import has recorded by its code."""
    return _BY_CODE.get(code or "", ImportFailed)()
