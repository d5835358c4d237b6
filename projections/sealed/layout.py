"""The files of a sealed log.

::

    segments.json           which files there are, what they hold, and their digests; written last
    events-00000.parquet    stream, position, topic, state: sorted by stream and position
    content-00000.parquet   digest, body: sorted by digest

A stored event's bytes are those of every other store, so seals, links and digests stay what they were.
"""

from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
from pyarrow import fs

from events.errors import CorruptLog, StoreUnavailable
from events.urls import refuse_secrets

FORMAT = 1
INDEX = "segments.json"
EVENTS = pa.schema([("stream", pa.string()), ("position", pa.int64()), ("topic", pa.string()), ("state", pa.binary())])
CONTENT = pa.schema([("digest", pa.string()), ("body", pa.binary())])


class Segment(NamedTuple):
    """One file."""

    file: str
    rows: int
    first: str
    """Key of the first row: a stream, or a content's digest."""
    last: str
    digest: str
    """Of the file's bytes."""


class Index(NamedTuple):
    """All files, in the order of their keys."""

    events: list[Segment]
    content: list[Segment]

    def to_json(self) -> bytes:
        """The bytes of ``segments.json``."""
        parts = {"events": [part._asdict() for part in self.events], "content": [part._asdict() for part in self.content]}
        whole = {"format": FORMAT, "digest": digest_of(orjson.dumps(parts)), **parts}
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def of_json(cls, text: bytes, place: str) -> "Index":
        """Read ``segments.json``.

        Raises:
            CorruptLog: It is not as it was written, or is of a later version.
        """
        try:
            whole: dict[str, Any] = orjson.loads(text)
            if whole["format"] != FORMAT:
                raise CorruptLog(f"{place}: {INDEX} has format {whole['format']!r}, this version of Worldloom reads {FORMAT}; upgrade it")
            index = cls(*([Segment(**part) for part in whole[name]] for name in cls._fields))
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptLog(f"{place}: {INDEX} is damaged ({error}); restore the log from a copy") from error
        if index.to_json() != text:
            raise CorruptLog(f"{place}: {INDEX} was changed after it was written; restore the log from a copy")
        return index


def digest_of(body: bytes | pa.Buffer) -> str:
    """Digest of a file's bytes."""
    return blake2b(body, digest_size=32).hexdigest()


def open_folder(address: str | Path, *, make: bool = False) -> fs.FileSystem:
    """The file system below a folder: a path, or a URI such as ``s3://bucket/run?region=eu-west-1``.

    Args:
        make: Make the folder where it is missing.

    Raises:
        StoreUnavailable: pyarrow does not know the kind of address, it cannot be made, or it holds a secret.
    """
    refuse_secrets(str(address))
    try:
        if "://" in str(address):
            system, path = fs.FileSystem.from_uri(str(address))
        else:
            system, path = fs.LocalFileSystem(), str(Path(address).absolute())
        if make:
            system.create_dir(path, recursive=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())
        raise StoreUnavailable(f"{address} cannot be opened ({why}); name a folder, or a URI such as s3://bucket/run") from error
    return fs.SubTreeFileSystem(path, system)
