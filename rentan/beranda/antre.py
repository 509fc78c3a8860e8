"""A queue as a line of the inbox: how many wait, since when, late or not, and where the work is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from rentan.beranda.tugas import Mendesak, Tugas, nilai, tertua
from rentan.core.actor import Pelaku
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.laporan.kabar_periksa import KeadaanPeriksa, kabar_periksa
from rentan.laporan.macet import list_macet
from rentan.util.angka import format_angka


@dataclass(frozen=True)
class Antre:
    """One queue. ``query`` selects the moment since which each row waits; more than ``batas`` days (``None``:
    the setting ``hari_macet``) make it late.
    """

    judul: str
    query: Select[Any]
    url: str
    uji: str
    petunjuk: str = ""
    batas: int | None = None

    def hitungan(self, nomor: int) -> Select[*tuple[Any, ...]]:
        """(number, how many, oldest) of this queue, as a part of one query for all of them."""
        rows = self.query.subquery()
        return select(literal(nomor), func.count(), func.min(next(iter(rows.c)))).select_from(rows)


def tugas_antre(antre: Antre, banyak: int, terlama: date | datetime | None) -> Tugas:
    """The line of a queue that has been counted."""
    batas = int(get_setting("hari_macet")) if antre.batas is None else antre.batas
    kalimat = " ".join(one for one in (antre.petunjuk, tertua(terlama)) if one)
    return Tugas(
        f"{format_angka(banyak)} {antre.judul}" if banyak else f"Tidak ada {antre.judul}",
        nilai(banyak, terlama, batas),
        kalimat if banyak else "",
        antre.url if banyak else "",
        antre.uji,
    )


def baca_antre(*antrean: Antre) -> list[Tugas]:
    """The lines of several queues in one query: what waits first (late before due), then what is empty."""
    urutan = {"terlambat": 0, "perlu": 1, "berjalan": 2, "kosong": 3}
    query = union_all(*(one.hitungan(nomor) for nomor, one in enumerate(antrean)))
    tugas = [
        tugas_antre(antrean[nomor], int(banyak), terlama)
        for nomor, banyak, terlama in sorted(db.session.execute(query).tuples(), key=lambda one: one[0])
    ]
    return sorted(tugas, key=lambda one: urutan[one.status.value])


def tugas_macet(by: Pelaku) -> Tugas:
    """What has waited too long within this person's reach, for anybody."""
    rows = list_macet(seen_by=by)
    hari = get_setting("hari_macet")
    banyak = sum(one.banyak for one in rows)
    terlama = min((one.terlama for one in rows), default=None)
    judul = f"hal macet lebih dari {hari} hari"
    antre = Antre(judul, select(), "/macet", "macet", "Daftarnya menurut pemilik.", batas=0)
    return tugas_antre(antre, banyak, terlama)


def tugas_periksa() -> Tugas:
    """The nightly checks: also said when all is well, since silence might mean that they do not run."""
    kabar = kabar_periksa()
    status = {
        KeadaanPeriksa.BERSIH: Mendesak.BERES,
        KeadaanPeriksa.TEMUAN: Mendesak.TERLAMBAT,
    }.get(kabar.keadaan, Mendesak.PERLU)
    return Tugas(kabar.judul, status, kabar.kalimat, "/macet#pemeriksaan", "periksa")
