"""Reference data of the city profile into the tables: areas, agencies, tariff. Safe to run at every start.

Rows are matched by their code. What an admin has changed stays: only missing rows are added, and an agency
without a place learns the ward of its office (``kelurahan``, an optional column of ``opd.csv``).
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from rentan.core.secrets import KeyFileError, Keyring
from rentan.core.subject import Sidik
from rentan.opd.models import Opd
from rentan.profil import Profil
from rentan.tarif.models import TarifKelas, TarifPotongan
from rentan.tarif.price import load_tarif_csv
from rentan.wilayah.models import Kecamatan, Kelurahan

#: The classes are those of PP 44/2015 annex II, in force since long before the movement began.
KELAS_MULAI = date(2015, 7, 1)
KELAS_DASAR_HUKUM = "PP 44/2015 Lampiran II"


def load_reference(connection: Connection, profil: Profil, keyring: Keyring) -> None:
    """Add missing rows and bind the database to this key file (KEY-5: ``KeyFileError`` when another's)."""
    _bind_keys(connection, keyring)
    _load_areas(connection, profil)
    _load_opd(connection, profil)
    _load_tarif(connection, profil)


def _bind_keys(connection: Connection, keyring: Keyring) -> None:
    found = connection.scalar(select(Sidik.sidik))
    if found is None:
        connection.execute(insert(Sidik).values(id=1, sidik=keyring.sidik))
    elif found != keyring.sidik:
        raise KeyFileError("Berkas kunci ini bukan pasangan basis data ini. Pakai berkas kunci yang benar.")


def _load_areas(connection: Connection, profil: Profil) -> None:
    _add_missing(connection, Kecamatan, "kode", _rows(profil.kecamatan_csv, "kode", "nama", "prefiks_nik"))
    kelurahan = (
        {"kode": row["kode"], "nama": row["nama"], "kecamatan_kode": row["kode_kecamatan"]}
        for row in _rows(profil.kelurahan_csv, "kode", "nama", "kode_kecamatan")
    )
    _add_missing(connection, Kelurahan, "kode", kelurahan)


def _load_opd(connection: Connection, profil: Profil) -> None:
    columns = ("kode", "nama", "singkatan", "jenis", "induk", "kelurahan")
    rows = [
        {"id": uuid.uuid4(), "versi": 1, "urutan": number, "berlaku_mulai": None, "berlaku_sampai": None}
        | row
        for number, row in enumerate(_rows(profil.opd_csv, *columns), 1)
    ]
    ids = {row["kode"]: row["id"] for row in rows}
    ids |= {row.kode: row.id for row in connection.execute(select(Opd.kode, Opd.id))}
    for row in rows:
        row["induk_id"] = ids.get(row.pop("induk"))
        row["kelurahan_kode"] = row.pop("kelurahan") or None
    # Parents first: a part names its whole.
    rows.sort(key=lambda row: (row["induk_id"] is not None, row["urutan"]))
    _add_missing(connection, Opd, "kode", rows)
    for row in rows:
        if row["kelurahan_kode"]:
            no_place = (Opd.kode == row["kode"], Opd.kelurahan_kode.is_(None))
            connection.execute(update(Opd).where(*no_place).values(kelurahan_kode=row["kelurahan_kode"]))


def _load_tarif(connection: Connection, profil: Profil) -> None:
    if connection.scalar(select(TarifKelas.id).limit(1)) is not None:
        return
    tarif = load_tarif_csv(
        profil.bpu_iuran_csv.read_text(encoding="utf-8"),
        profil.potongan_iuran_csv.read_text(encoding="utf-8"),
    )
    connection.execute(
        insert(TarifKelas),
        [
            {
                "id": uuid.uuid4(),
                "berlaku_mulai": KELAS_MULAI,
                "penghasilan_min": kelas.min,
                "penghasilan_maks": kelas.maks,
                "dasar": kelas.dasar,
                "jkk": kelas.jkk,
                "jkm": kelas.jkm,
                "jht": kelas.jht,
                "dasar_hukum": KELAS_DASAR_HUKUM,
            }
            for kelas in tarif.kelas
        ],
    )
    connection.execute(
        insert(TarifPotongan),
        [
            {
                "id": uuid.uuid4(),
                "mulai": one.mulai,
                "sampai": one.sampai,
                "sektor": one.sektor,
                "pendanaan": one.pendanaan,
                "program": one.program,
                "persen": one.persen,
                "dasar_hukum": one.dasar_hukum,
            }
            for one in tarif.potongan
        ],
    )


def _rows(path: Path, *columns: str) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {column: row.get(column) or "" for column in columns}


def _add_missing(connection: Connection, model: Any, key: str, rows: Any) -> None:
    known = set(connection.scalars(select(getattr(model, key))))
    fresh = [row for row in rows if row[key] not in known]
    for row in fresh:
        connection.execute(insert(model).values(**row))
