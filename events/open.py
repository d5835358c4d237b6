"""Open a log by its address."""

from collections.abc import Sequence
from pathlib import Path

from events.errors import StoreUnavailable
from events.log import WritableLog
from events.shards import ShardedLog
from events.store import EventStore
from events.urls import is_postgres, refuse_secrets


def open_log(address: str | Path, *, durable: bool = False, must_exist: bool = False) -> WritableLog:
    """The log at an address, to be read or written.

    Args:
        address: A path of a SQLite file, or ``postgresql://user@host:port/database?schema=name``: without a password,
            which libpq finds in PGPASSWORD or ~/.pgpass. One schema holds one run; without a name it is ``public``.
        durable: Wait for the disk at every append; PostgreSQL does so in any case.
        must_exist: Make nothing; for readers.

    Raises:
        StoreUnavailable: It cannot be opened, or holds a password.
        CorruptLog: Something else lies there.
    """
    if not is_postgres(str(address)):
        return EventStore(Path(address), durable=durable, must_exist=must_exist)
    refuse_secrets(str(address))
    try:
        from events.postgres import PostgresLog  # noqa: PLC0415, the driver is an extra
    except ImportError as error:
        raise StoreUnavailable(f"{address} needs the PostgreSQL driver ({error}); pip install 'worldloom[postgres]'") from error
    return PostgresLog(str(address), must_exist=must_exist)


def open_logs(addresses: Sequence[str | Path], *, own: int = 0, durable: bool = False, must_exist: bool = False) -> WritableLog:
    """One log over all its addresses: one file for each host, or one place for all; see ``open_log``.

    Args:
        own: Which of several files takes new streams.
    """
    if len(addresses) == 1:
        return open_log(addresses[0], durable=durable, must_exist=must_exist)
    return ShardedLog([Path(address) for address in addresses], own=own, durable=durable, must_exist=must_exist)
