"""The document store: already encrypted bytes under names that the server made (UPL-4, UPL-5, habit 16).

A local folder by default, any S3-compatible store by address. The local side is written here rather than by
obstore, whose ``LocalStore`` neither syncs to disk nor sets file modes.
"""

import os
import re
import secrets
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from obstore.exceptions import NotFoundError
from obstore.store import MemoryStore, S3Store

KEY = re.compile(r"[a-z][a-z0-9_]{0,31}/[0-9a-f]{2}/[0-9a-f]{32}")
"""``berkas/3f/3f…``: a room's prefix, a folder of the first two digits, 128 random bits."""

_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PARTIAL = ".bagian-"


class MissingObject(Exception):
    """The store has nothing under this key."""


@dataclass(frozen=True)
class Stored:
    """What a listing says of an object: size in bytes, last change as an aware instant."""

    key: str
    size: int
    changed_at: datetime


class Store(Protocol):
    """One interface for all places. Every method raises ``ValueError`` for a key we did not make."""

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data`` durably: whole or not at all, also when the power fails."""

    def get(self, key: str) -> bytes:
        """The bytes. Raises ``MissingObject``."""

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens when it is not there."""

    def exists(self, key: str) -> bool:
        """Whether there is an object under this key."""

    def list(self, prefix: str) -> Iterator[Stored]:
        """All objects of a room's prefix."""

    def sweep_partial(self, before: datetime) -> int:
        """Remove what interrupted writes left behind; the number of them."""


def new_key(prefix: str) -> str:
    """A fresh random key. Nothing a user typed is ever part of a name."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"not a prefix: {prefix!r}")
    name = secrets.token_hex(16)
    return f"{prefix}/{name[:2]}/{name}"


def check_key(key: str) -> str:
    """The key itself, if ``new_key`` could have made it. Raises ``ValueError``."""
    if not KEY.fullmatch(key):
        raise ValueError("not a key of this store")
    return key


def open_store(url: str) -> Store:
    """The store at a folder path, ``file:///…`` or ``s3://bucket/prefix`` (credentials: AWS_* variables)."""
    if url.startswith("s3://"):
        parts = urlsplit(url)
        if not parts.netloc:
            raise ValueError("s3:// needs a bucket")
        return ObjectStore(S3Store(parts.netloc, prefix=parts.path.strip("/") or None))
    if url.startswith("file://"):
        url = unquote(urlsplit(url).path)
    elif "://" in url:
        raise ValueError("documents are kept in a folder or under s3://")
    return LocalStore(Path(url))


def sweep_orphans(store: Store, prefix: str, known_keys: Container[str], older_than: datetime) -> list[str]:
    """Delete objects without a row that are older than the given instant (UPL-5: 48 h); returns their keys.

    The age protects uploads whose row is being committed right now: read ``known_keys`` before listing.
    """
    orphans = [s.key for s in store.list(prefix) if s.changed_at < older_than and s.key not in known_keys]
    for key in orphans:
        store.delete(key)
    store.sweep_partial(older_than)
    return orphans


class LocalStore:
    """A private folder: directories 0700, files 0600, written whole or not at all."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()
        self.root.chmod(0o700)

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        self._make_folder(path.parent)
        partial = path.with_name(_PARTIAL + secrets.token_hex(8))
        try:
            with open(partial, "xb", opener=_private) as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
            partial.rename(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def get(self, key: str) -> bytes:
        try:
            # O_NOFOLLOW: a link planted in the store must not lead out of it.
            with open(self._path(key), "rb", opener=_no_link) as f:
                return f.read()
        except FileNotFoundError:
            raise MissingObject(key) from None

    def delete(self, key: str) -> None:
        path = self._path(key)
        with suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)

    def exists(self, key: str) -> bool:
        path = self._path(key)
        return path.is_file() and not path.is_symlink()

    def list(self, prefix: str) -> Iterator[Stored]:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"not a prefix: {prefix!r}")
        for path in sorted((self.root / prefix).glob("??/*")):
            key = path.relative_to(self.root).as_posix()
            if KEY.fullmatch(key):
                yield Stored(key, path.stat().st_size, _changed(path))

    def sweep_partial(self, before: datetime) -> int:
        left = [p for p in self.root.glob(f"*/??/{_PARTIAL}*") if _changed(p) < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, key: str) -> Path:
        path = self.root / check_key(key)
        if not path.parent.resolve().is_relative_to(self.root):
            raise ValueError("key leads out of the store")
        return path

    def _make_folder(self, folder: Path) -> None:
        """Create the folders below the root, each made durable in its parent."""
        for step in (folder.parent, folder):
            if not step.is_dir():
                step.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(step.parent)


class ObjectStore:
    """Any store that obstore speaks to; S3 makes a put whole and durable by itself."""

    def __init__(self, backend: S3Store | MemoryStore) -> None:
        self._backend = backend

    def put(self, key: str, data: bytes) -> None:
        self._backend.put(check_key(key), data)

    def get(self, key: str) -> bytes:
        try:
            return bytes(self._backend.get(check_key(key)).bytes())
        except (NotFoundError, FileNotFoundError):
            raise MissingObject(key) from None

    def delete(self, key: str) -> None:
        with suppress(NotFoundError, FileNotFoundError):
            self._backend.delete(check_key(key))

    def exists(self, key: str) -> bool:
        try:
            self._backend.head(check_key(key))
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    def list(self, prefix: str) -> Iterator[Stored]:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"not a prefix: {prefix!r}")
        for page in self._backend.list(prefix):
            for item in page:
                if KEY.fullmatch(item["path"]):
                    yield Stored(item["path"], item["size"], item["last_modified"])

    def sweep_partial(self, before: datetime) -> int:
        return 0  # a put is whole or absent


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
