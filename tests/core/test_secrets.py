"""Encryption bound to its place, blind index, and key files that fit (KEY-1, 2, 3, 5)."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest

from rentan.core.secrets import (
    InvalidTag,
    KeyFileError,
    Keyring,
    create_key_file,
    decrypt,
    encrypt,
    load_keyring,
)

NIK = "3374151705809001"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    create_key_file(tmp_path / "kunci.json")
    return load_keyring(tmp_path / "kunci.json")


def test_round_trip_with_a_fresh_nonce_each_time() -> None:
    dek, row = os.urandom(32), uuid.uuid4()
    first, second = (encrypt(dek, NIK.encode(), table="t", column="nik", row=row) for _ in range(2))
    assert first != second
    assert len(first) == 12 + len(NIK) + 16
    assert decrypt(dek, first, table="t", column="nik", row=row) == NIK.encode()


@pytest.mark.parametrize("moved", [{"table": "u"}, {"column": "hp"}, {"row": uuid.uuid4()}])
def test_moved_ciphertext_fails(moved: dict[str, object]) -> None:
    dek = os.urandom(32)
    place: dict[str, object] = {"table": "t", "column": "nik", "row": uuid.uuid4()}
    sealed = encrypt(dek, NIK.encode(), **place)  # type: ignore[arg-type]
    with pytest.raises(InvalidTag):
        decrypt(dek, sealed, **(place | moved))  # type: ignore[arg-type]


def test_changed_ciphertext_fails() -> None:
    dek, row = os.urandom(32), uuid.uuid4()
    sealed = bytearray(encrypt(dek, NIK.encode(), table="t", column="nik", row=row))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        decrypt(dek, bytes(sealed), table="t", column="nik", row=row)


def test_wrapped_key_belongs_to_one_person(keyring: Keyring) -> None:
    siti, wawan = uuid.uuid4(), uuid.uuid4()
    wrapped, versi = keyring.new_dek(siti)
    assert len(keyring.unwrap(wrapped, siti, versi)) == 32
    with pytest.raises(InvalidTag):
        keyring.unwrap(wrapped, wawan, versi)
    with pytest.raises(KeyFileError):
        keyring.unwrap(wrapped, siti, versi + 1)


def test_blind_index_is_keyed_and_has_name_spaces(keyring: Keyring, tmp_path: Path) -> None:
    assert keyring.blind_index("nik", NIK) == keyring.blind_index("nik", NIK)
    assert keyring.blind_index("nik", NIK) != keyring.blind_index("rekening", NIK)
    create_key_file(tmp_path / "lain.json")
    assert load_keyring(tmp_path / "lain.json").blind_index("nik", NIK) != keyring.blind_index("nik", NIK)


def test_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "dalam" / "kunci.json"
    create_key_file(path)
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o400
    with pytest.raises(FileExistsError):
        create_key_file(path)
    assert path.read_bytes() == before


def test_keys_do_not_show_in_repr(keyring: Keyring) -> None:
    shown = repr(keyring)
    for secret in (*keyring.kek.values(), keyring.indeks, keyring.jejak, keyring.kode):
        assert secret.hex() not in shown
        assert repr(secret) not in shown


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: "",
        lambda body: "{",
        lambda body: "[]",
        lambda body: json.dumps(body | {"aktif": 2}),
        lambda body: json.dumps(body | {"aktif": "x"}),
        lambda body: json.dumps(body | {"kek": {}}),
        lambda body: json.dumps(body | {"kek": {"1": "QUJD"}}),
        lambda body: json.dumps(body | {"kek": {"1": "bukan base64 !"}}),
        lambda body: json.dumps(body | {"indeks": "QUJD"}),
        lambda body: json.dumps(body | {"jejak": ""}),
        lambda body: json.dumps({name: one for name, one in body.items() if name != "kode"}),
    ],
)
def test_damaged_key_file_is_refused_with_a_sentence(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "kunci.json"
    create_key_file(path)
    body = json.loads(path.read_text())
    path.chmod(0o600)
    path.write_text(damage(body))
    with pytest.raises(KeyFileError, match=r"^Berkas kunci .*\.$"):
        load_keyring(path)


def test_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="tidak ada"):
        load_keyring(tmp_path / "tidak-ada.json")


def test_fingerprint_changes_with_any_key(keyring: Keyring) -> None:
    other = Keyring(keyring.kek, keyring.aktif, os.urandom(32), keyring.jejak, keyring.kode)
    assert other.sidik != keyring.sidik
    assert keyring.indeks.hex() not in keyring.sidik
