"""Two people where the database can see both (G5): builder and approver, recorder and decider."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rentan.ext import db
from tests.core.test_triggers import put_row

pytestmark = pytest.mark.kedua_basis

#: table: (first person, second person), constraint, and what else the row needs.
PASANGAN: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("paket", "dibuat_oleh", "disetujui_oleh", "ck_paket_dua_orang", {}),
    ("paket", "dikunci_oleh", "disetujui_oleh", "ck_paket_dua_orang", {"dibuat_oleh": uuid.uuid4()}),
    ("paket_uang", "pengimpor", "ditutup_oleh", "ck_paket_uang_penutup", {}),
    ("penerimaan", "oleh", "diputus_oleh", "ck_penerimaan_dua_orang", {"jumlah_bulan": 1}),
    ("usul_iuran", "oleh", "diputus_oleh", "ck_usul_iuran_dua_orang", {"iuran_id": uuid.uuid4()}),
    ("usul_buka", "diusulkan_oleh", "diputus_oleh", "ck_usul_buka_dua_orang", {}),
    (
        "pendapat_kedua",
        "diminta_oleh",
        "dijawab_oleh",
        "ck_pendapat_kedua_orang_lain",
        {"jawaban": "setuju", "dijawab_oleh": uuid.uuid4()},
    ),
]


@pytest.mark.parametrize(("tabel", "satu", "dua", "nama", "lain"), PASANGAN)
def test_one_person_is_refused(
    app: Flask, tabel: str, satu: str, dua: str, nama: str, lain: dict[str, Any]
) -> None:
    orang = uuid.uuid4()
    put_row(tabel, **lain | {satu: orang})
    with pytest.raises(IntegrityError, match=nama), db.engine.begin() as connection:
        connection.execute(text(f"UPDATE {tabel} SET {dua} = {satu}"))  # noqa: S608 -- our own names
