"""Files as they are published: plain, gzip or zstd."""

import gzip
import zlib
from pathlib import Path

import pyarrow as pa

from actors.transcripts.transcript import TranscriptError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def unpacked(path: Path) -> bytes:
    """
    A file's bytes, unpacked.

    Raises:
        TranscriptError: It is missing or cut short.
    """
    try:
        body = path.read_bytes()
        if body.startswith(_ZSTD):
            return pa.input_stream(pa.py_buffer(body), compression="zstd").read()  # type: ignore[no-any-return]
        return gzip.decompress(body) if body.startswith(_GZIP) else body
    except FileNotFoundError:
        raise TranscriptError(f"{path}: there is no such file; name a file of transcripts") from None
    except (OSError, EOFError, zlib.error) as error:
        raise TranscriptError(f"{path}: cannot be read ({' '.join(str(error).split())}); get the file again") from error
