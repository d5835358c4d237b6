"""Addresses of stores, which stand in manifests and messages and so must hold no secret."""

from urllib.parse import parse_qsl, urlsplit

from events.errors import StoreUnavailable

_SECRETS = ("password", "secret", "token", "passwd", "access_key")


def is_postgres(address: str) -> bool:
    """Whether an address names a PostgreSQL server."""
    return address.startswith(("postgresql://", "postgres://"))


def refuse_secrets(address: str) -> None:
    """An address goes into the manifest, into messages and into the shell's history.

    Raises:
        StoreUnavailable: It holds a password; the message does not repeat it.
    """
    try:
        parts = urlsplit(address)
        given = parts.password is not None or any(word in name.lower() for name, _ in parse_qsl(parts.query) for word in _SECRETS)
    except ValueError as error:
        raise StoreUnavailable(f"the address of a store cannot be read ({error}); write postgresql://user@host:5432/database") from None
    if given:
        bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        remedy = "take it out of the address, and set PGPASSWORD or ~/.pgpass for PostgreSQL, the usual variables for other services"
        raise StoreUnavailable(f"the address of {bare} holds a secret; {remedy}")
