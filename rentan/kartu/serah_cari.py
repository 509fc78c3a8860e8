"""Which card is meant: by a scanned or typed code, or by name and last digits. Always the own kecamatan."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import case, select

from rentan.core.actor import Pelaku
from rentan.core.errors import NotFound, RuleError
from rentan.core.qr import KodeKartu, parse_kode
from rentan.core.subject import load_deks, reveal
from rentan.ext import db, runtime
from rentan.kartu.models import Kartu
from rentan.kartu.status import DI_KECAMATAN, StatusKartu
from rentan.pekerja.models import Pekerja
from rentan.util.kode import read_kode
from rentan.util.nama import nama_inti
from rentan.wilayah.models import Kelurahan

#: What can be looked for by name: in hand, or handed over already (to say so).
DICARI = (*DI_KECAMATAN, StatusKartu.DISERAHKAN)
PALING_BANYAK = 20
#: Last digits of a NIK that are looked at and shown.
ANGKA_NIK = 4
_KODE = re.compile(r"[A-Z0-9]{4,20}")
#: Our codes have a letter; a card number is usually of eleven digits, and other lengths exist.
_KPJ = re.compile(r"[0-9]{5,20}")


@dataclass(frozen=True)
class Temuan:
    """A card found by name; beside ``nik4``, the last four digits, stands no birth date (MSK-1)."""

    id: uuid.UUID
    kode: str
    nama: str
    kelurahan: str
    nik4: str
    status: StatusKartu


def read_scan(teks: str) -> tuple[str, str] | None:
    """("kode" or "kpj", value) of a label's QR text, a typed card code or the card's own barcode."""
    plain = teks.strip().upper()
    if plain.startswith("RENTAN:"):
        found = parse_kode(plain)
        return ("kode", found.kode) if isinstance(found, KodeKartu) else None
    digits = re.sub(r"[\s.-]", "", plain)
    if _KPJ.fullmatch(digits):
        return "kpj", digits
    kode = read_kode(plain)
    return ("kode", kode) if _KODE.fullmatch(kode) else None


def find_scanned(teks: str, *, seen_by: Pelaku) -> Kartu:
    """The scanned card. Raises ``RuleError`` ``tak_dikenal``: the same for none and for a foreign one."""
    read = read_scan(teks)
    row = None
    if read is not None:
        jenis, nilai = read
        by_number = Kartu.nomor_bi == runtime().keyring.blind_index("kpj", nilai)
        # A replaced card carries the same number: the one that can be handed over comes first.
        query = (
            select(Kartu)
            .where(Kartu.kecamatan_kode.in_(seen_by.kecamatan))
            .where(Kartu.kode == nilai if jenis == "kode" else by_number)
            .order_by(case((Kartu.status.in_(DICARI), 0), else_=1), Kartu.sejak.desc(), Kartu.id)
        )
        row = db.session.scalar(query.limit(1))
    if row is None:
        raise RuleError(
            "Kode ini tidak dikenal di kecamatan Anda. Periksa labelnya, lalu cari kartunya menurut nama.",
            "nomor_kartu",
            kode="tak_dikenal",
        )
    return row


def get_kartu_kecamatan(kartu_id: uuid.UUID, *, seen_by: Pelaku) -> Kartu:
    """A card of the own kecamatan. Raises ``NotFound``."""
    query = select(Kartu).where(Kartu.id == kartu_id, Kartu.kecamatan_kode.in_(seen_by.kecamatan))
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def search_kartu(nama: str, angka: str, *, seen_by: Pelaku) -> list[Temuan]:
    """At most twenty cards whose worker's name contains ``nama`` and whose NIK or number ends in ``angka``.

    Either may be empty, not both. By name and kelurahan. Of the NIK only the four digits are compared that
    the answer shows: with more of them the search would tell the birth date digit by digit (MSK-1).
    """
    inti = nama_inti(nama)
    query = (
        select(Kartu, Pekerja, Kelurahan.nama)
        .join(Pekerja, Kartu.pekerja_id == Pekerja.id)
        .join(Kelurahan, Pekerja.kelurahan_kode == Kelurahan.kode)
        .where(Kartu.kecamatan_kode.in_(seen_by.kecamatan), Kartu.status.in_(DICARI))
        .order_by(Pekerja.nama_inti, Kelurahan.nama, Kartu.id)
    )
    if inti:
        query = query.where(Pekerja.nama_inti.contains(inti, autoescape=True))
    if not angka:
        query = query.limit(PALING_BANYAK)
    rows = db.session.execute(query).all()
    load_deks(pekerja.id for _, pekerja, _ in rows)
    found: list[Temuan] = []
    for kartu, pekerja, kelurahan in rows:
        digits = reveal(pekerja, "nik") or ""
        by_nik = len(angka) <= ANGKA_NIK and digits.endswith(angka)
        if angka and not (by_nik or (reveal(kartu, "nomor") or "").endswith(angka)):
            continue
        found.append(Temuan(kartu.id, kartu.kode, pekerja.nama, kelurahan, digits[-ANGKA_NIK:], kartu.status))
        if len(found) == PALING_BANYAK:
            break
    return found
