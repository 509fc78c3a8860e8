"""The counters of participation counted anew from dated facts, and compared with what is stored."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, select, text

from rentan.asn.hitungan_dasar import DI_LUAR, KOLOM, berdiri, jumlah_pekerja, pekerja_pada
from rentan.asn.hitungan_simpan import TABEL, Kunci
from rentan.asn.models import Penempatan, Tahapan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.clock import today
from rentan.ext import db
from rentan.util.tanggal import awal_bulan, tambah_bulan


@dataclass(frozen=True)
class Selisih:
    """A counter that does not tell what the dated facts tell."""

    opd_id: uuid.UUID
    bulan: date
    status_asn: StatusAsn
    kolom: str
    tercatat: int
    dihitung: int


def hitung_ulang(bulan: date) -> None:
    """Count the month of ``bulan`` and all later ones up to the running again, set-based, from dated facts.

    For bulk changes (imports, the demo city), which do not go through the moves above. Changes made at the
    same time wait for this one.
    """
    db.session.flush()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE hitungan_opd IN EXCLUSIVE MODE"))
    for satu in _bulan_sampai_kini(awal_bulan(bulan)):
        hasil = _hitung(satu)
        # A row of zeros where everybody left: without it the month would show the values of the one before.
        pernah = db.session.execute(
            select(TABEL.c.opd_id, TABEL.c.status_asn).where(TABEL.c.bulan <= satu).distinct()
        )
        for opd_id, status in pernah:
            hasil.setdefault((opd_id, status), {})
        db.session.execute(TABEL.delete().where(TABEL.c.bulan == satu))
        baris = [
            {"opd_id": opd_id, "bulan": satu, "status_asn": status, **{k: isi.get(k, 0) for k in KOLOM}}
            for (opd_id, status), isi in hasil.items()
        ]
        if baris:
            db.session.execute(TABEL.insert(), baris)


def periksa_hitungan() -> list[Selisih]:
    """Every counter of every month since the first that differs from a recount; nothing is changed."""
    tersimpan: dict[date, list[tuple[Kunci, dict[str, int]]]] = {}
    for baris in db.session.execute(select(TABEL).order_by(TABEL.c.bulan)):
        isi = {kolom: getattr(baris, kolom) for kolom in KOLOM}
        tersimpan.setdefault(baris.bulan, []).append(((baris.opd_id, baris.status_asn), isi))
    berlaku: dict[Kunci, dict[str, int]] = {}
    beda: list[Selisih] = []
    for bulan in _bulan_sampai_kini(min(tersimpan, default=awal_bulan(today()))):
        berlaku.update(tersimpan.get(bulan, ()))
        hasil = _hitung(bulan)
        for kunci in sorted(berlaku.keys() | hasil.keys(), key=lambda one: (str(one[0]), one[1].value)):
            ada, benar = berlaku.get(kunci, {}), hasil.get(kunci, {})
            beda.extend(
                Selisih(kunci[0], bulan, kunci[1], kolom, ada.get(kolom, 0), benar.get(kolom, 0))
                for kolom in KOLOM
                if ada.get(kolom, 0) != benar.get(kolom, 0)
            )
    return beda


def _bulan_sampai_kini(awal: date) -> Iterator[date]:
    akhir = max(awal, awal_bulan(today()))
    while awal <= akhir:
        yield awal
        awal = tambah_bulan(awal, 1)


def _hitung(bulan: date) -> dict[Kunci, dict[str, int]]:
    """What the dated facts say about the end of this month."""
    aktif = Penempatan.status_aktif == StatusAktif.AKTIF
    di, di_sana = (Penempatan.opd_id, Penempatan.status_asn), berdiri(Penempatan, bulan)
    hasil: dict[Kunci, dict[str, int]] = {}

    def catat(query: Select[*tuple[Any, ...]]) -> None:
        for opd_id, status, kolom, jumlah in db.session.execute(query):
            if jumlah:
                hasil.setdefault((opd_id, status), {})[kolom] = int(jumlah)

    for kolom, syarat in (("roster", aktif), ("di_luar", Penempatan.status_aktif.in_(DI_LUAR))):
        catat(select(*di, literal(kolom), func.count()).where(di_sana, syarat).group_by(*di))
    catat(
        select(*di, Tahapan.tahap, func.count(Tahapan.asn_id.distinct()))
        .join(Tahapan, Tahapan.asn_id == Penempatan.asn_id)
        .where(di_sana, aktif, berdiri(Tahapan, bulan))
        .group_by(*di, Tahapan.tahap)
    )
    pekerja = pekerja_pada(bulan).subquery()
    for kolom, jumlah in jumlah_pekerja(pekerja).items():
        catat(
            select(*di, literal(kolom), jumlah)
            .join(pekerja, pekerja.c.asn_id == Penempatan.asn_id)
            .where(di_sana, aktif)
            .group_by(*di)
        )
    return hasil
