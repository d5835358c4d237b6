"""Files of transcripts: their bytes, or one line that says what is wrong."""

from pathlib import Path

from actors.packed import DAMAGED, opened
from actors.transcripts.transcript import TranscriptError


def unpacked(path: Path) -> bytes:
    """
    A file's bytes, unpacked.

    Raises:
        TranscriptError: It is missing or cut short.
    """
    try:
        with opened(path) as file:
            return file.read()
    except FileNotFoundError:
        raise TranscriptError(f"{path}: there is no such file; name a file of transcripts") from None
    except DAMAGED as error:
        raise TranscriptError(f"{path}: cannot be read ({' '.join(str(error).split())}); get the file again") from error
