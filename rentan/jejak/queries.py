"""Reading the trail: newest first, a page at a time, with the names of who acted."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rentan.akun.models import Akun
from rentan.core.actor import Pelaku
from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import start_of_day
from rentan.core.permissions import Peran, Permission
from rentan.ext import db


@dataclass(frozen=True)
class Saringan:
    """What is looked for; everything empty means the whole trail. Dates are the city's, both inclusive."""

    peristiwa: Peristiwa | None = None
    pelaku: str = ""
    objek: str = ""
    permintaan: str = ""
    hasil: str = ""
    dari: date | None = None
    sampai: date | None = None


@dataclass(frozen=True)
class BarisJejak:
    """One event in words."""

    seq: int
    waktu: datetime
    peristiwa: str
    pelaku: str
    peran: str
    alamat: str
    permintaan_id: str
    objek: str
    hasil: str
    rincian: list[tuple[str, str]]


def list_jejak(
    saringan: Saringan, *, seen_by: Pelaku, sebelum: int | None = None, jumlah: int = 50
) -> tuple[list[BarisJejak], int | None]:
    """Events before number ``sebelum``, newest first, and the number to go on before; for those who may."""
    if not seen_by.can(Permission.JEJAK_LIHAT):
        return [], None
    query = db.select(Jejak, Akun.nama).outerjoin(Akun, Akun.id == Jejak.pelaku_id)
    for condition in _conditions(saringan):
        query = query.where(condition)
    if sebelum is not None:
        query = query.where(Jejak.seq < sebelum)
    rows = db.session.execute(query.order_by(Jejak.seq.desc()).limit(jumlah + 1)).all()
    page = [_baris(row, nama) for row, nama in rows[:jumlah]]
    return page, page[-1].seq if len(rows) > jumlah else None


def _conditions(saringan: Saringan):  # type: ignore[no-untyped-def]
    if saringan.peristiwa is not None:
        yield Jejak.peristiwa == saringan.peristiwa.value
    if saringan.pelaku:
        # The whole sign-in name or NIP: everybody with a similar name would answer another question.
        plain = "".join(saringan.pelaku.split()).casefold()
        yield Jejak.pelaku_id.in_(db.select(Akun.id).where(Akun.pengenal == plain))
    if saringan.objek:
        yield Jejak.objek_id == _id(saringan.objek)
    if saringan.permintaan:
        yield Jejak.permintaan_id == saringan.permintaan.strip()
    if saringan.hasil:
        yield Jejak.hasil == saringan.hasil
    if saringan.dari is not None:
        yield Jejak.waktu >= start_of_day(saringan.dari)
    if saringan.sampai is not None:
        yield Jejak.waktu < start_of_day(saringan.sampai + timedelta(days=1))


def _id(teks: str) -> str:
    try:
        return str(uuid.UUID(teks.strip()))
    except ValueError:
        return teks.strip()


def _baris(row: Jejak, nama: str | None) -> BarisJejak:
    facts = json.loads(row.rincian)
    return BarisJejak(
        seq=row.seq,
        waktu=row.waktu,
        peristiwa=name_of(row.peristiwa),
        pelaku=nama or ("Sistem" if row.peran == "sistem" else "Tamu"),
        peran=_peran(row.peran),
        alamat=row.alamat,
        permintaan_id=row.permintaan_id,
        objek=f"{row.objek_jenis} {row.objek_id}".strip(),
        hasil=row.hasil,
        rincian=[(str(key), _teks(value)) for key, value in sorted(facts.items()) if value is not None],
    )


def _peran(teks: str) -> str:
    """``asn,operator_opd`` -> ``ASN, Operator OPD``."""
    labels = {one.value: one.label for one in Peran}
    return ", ".join(labels.get(one, one.capitalize()) for one in teks.split(",") if one)


def _teks(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_teks(one)}" for key, one in value.items())
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def name_of(peristiwa: str) -> str:
    """``masuk_gagal`` -> ``Masuk gagal``."""
    return peristiwa.replace("_", " ").capitalize()
