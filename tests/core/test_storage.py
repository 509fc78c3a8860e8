"""The document store: names of our own, whole files, nothing readable by others (UPL-4, UPL-5)."""

import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from obstore.store import MemoryStore

from rentan.core import storage
from rentan.core.storage import (
    KEY,
    LocalStore,
    MissingObject,
    ObjectStore,
    new_key,
    open_store,
    sweep_orphans,
)


@pytest.fixture(params=["folder", "object"])
def store(request, tmp_path):
    return LocalStore(tmp_path / "berkas") if request.param == "folder" else ObjectStore(MemoryStore())


def test_put_get_list_delete(store):
    key, other = new_key("berkas"), new_key("cetak")
    assert not store.exists(key)
    store.put(key, b"isi")
    store.put(other, b"")
    assert store.exists(key) and store.get(key) == b"isi" and store.get(other) == b""
    (found,) = store.list("berkas")
    assert (found.key, found.size) == (key, 3)
    assert abs(found.changed_at - datetime.now(UTC)) < timedelta(minutes=1)
    store.put(key, b"baru")
    assert store.get(key) == b"baru"
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(MissingObject):
        store.get(key)
    assert list(store.list("berkas")) == [] and list(store.list("kosong")) == []


def test_new_keys_are_random_and_ours():
    keys = {new_key("berkas") for _ in range(100)}
    assert len(keys) == 100 and all(KEY.fullmatch(k) for k in keys)
    for prefix in ("", "../x", "Berkas", "a/b", "x" * 40, "berkas\n"):
        with pytest.raises(ValueError, match="not a prefix"):
            new_key(prefix)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "berkas/../../x",
        "berkas/ab/KTP Siti.jpg",
        "berkas/ab/" + "a" * 31,
        "berkas/ab/" + "a" * 32 + "\n",
        "berkas/ab/" + "a" * 32 + "/..",
        "berkas\\ab\\" + "a" * 32,
        "berkas/%2e/" + "a" * 32,
    ],
)
def test_keys_we_did_not_make_are_refused(store, key):
    for call in (store.get, store.delete, store.exists, lambda k: store.put(k, b"x")):
        with pytest.raises(ValueError, match="not a key"):
            call(key)
    with pytest.raises(ValueError, match="not a prefix"):
        list(store.list("../"))


def test_folders_0700_files_0600_whatever_the_umask(tmp_path):
    old = os.umask(0)
    try:
        store = LocalStore(tmp_path / "berkas")
        key = new_key("berkas")
        store.put(key, b"isi")
    finally:
        os.umask(old)
    path = store.root / key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, store.root):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_write_is_synced_before_and_after_the_rename(tmp_path, monkeypatch):
    done = []
    real_sync, real_rename = os.fsync, type(tmp_path).rename
    monkeypatch.setattr(
        os, "fsync", lambda fd: (done.append(stat.S_ISDIR(os.fstat(fd).st_mode)), real_sync(fd))
    )
    monkeypatch.setattr(type(tmp_path), "rename", lambda a, b: (done.append("rename"), real_rename(a, b))[1])
    store = LocalStore(tmp_path / "berkas")
    store.put(new_key("berkas"), b"isi")
    assert done[-3:] == [False, "rename", True]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    store = LocalStore(tmp_path)
    key = new_key("berkas")
    store.put(key, b"lama")

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(key, b"baru")
    assert store.get(key) == b"lama"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / key]


def test_links_do_not_lead_out_of_the_store(tmp_path):
    secret = tmp_path / "rahasia"
    secret.write_bytes(b"kunci")
    store = LocalStore(tmp_path / "berkas")
    key = new_key("berkas")
    store.put(key, b"isi")
    (store.root / key).unlink()
    (store.root / key).symlink_to(secret)
    assert not store.exists(key)
    with pytest.raises(OSError, match="symbolic"):
        store.get(key)
    outside = tmp_path / "luar"
    outside.mkdir()
    (store.root / "lain").symlink_to(outside)
    with pytest.raises(ValueError, match="leads out"):
        store.put(new_key("lain"), b"x")


def test_orphans_are_swept_after_their_time(store):
    kept, orphan = new_key("berkas"), new_key("berkas")
    for key in (kept, orphan):
        store.put(key, b"x")
    now = datetime.now(UTC)
    assert sweep_orphans(store, "berkas", {kept}, now - timedelta(hours=48)) == []
    assert sweep_orphans(store, "berkas", {kept}, now + timedelta(hours=1)) == [orphan]
    assert store.exists(kept) and not store.exists(orphan)


def test_partial_writes_are_swept_and_never_listed(tmp_path):
    store = LocalStore(tmp_path)
    key = new_key("berkas")
    store.put(key, b"x")
    partial = (tmp_path / key).with_name(f"{storage._PARTIAL}0011")
    partial.write_bytes(b"separuh")
    assert [s.key for s in store.list("berkas")] == [key]
    now = datetime.now(UTC)
    assert store.sweep_partial(now - timedelta(hours=48)) == 0
    assert store.sweep_partial(now + timedelta(hours=1)) == 1
    assert not partial.exists()


def test_open_store(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "ap-southeast-3")
    assert open_store(str(tmp_path / "a b")).root == tmp_path / "a b"
    assert open_store((tmp_path / "c d").as_uri()).root == tmp_path / "c d"
    assert isinstance(open_store("s3://rentan/dokumen"), ObjectStore)
    for url in ("s3://", "ftp://x/y", "http://x"):
        with pytest.raises(ValueError, match=r"bucket|folder"):
            open_store(url)
