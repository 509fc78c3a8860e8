"""The four facts of product.md §3, never mixed, each with its own date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from rentan.asn.hitungan_dasar import PEKERJA_TERLINDUNGI
from rentan.asuhan.models import Asuhan
from rentan.core.clock import start_of_day, to_local
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.status import StatusBpjs
from rentan.laporan.queries import Angka
from rentan.paket.models import PaketUang
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor
from rentan.tarif.queries import hari_debet
from rentan.util.tanggal import tambah_bulan


@dataclass(frozen=True)
class FaktaKota:
    """One fact: how many, of whom, and the day it was last said (``None``: never yet, or not before then)."""

    label: str
    banyak: int
    satuan: str
    tanggal: date | None
    sumber: str


def list_fakta(bulan: date, kota: Angka) -> list[FaktaKota]:
    """Registered with us, debited by the bank, remitted to BPJS, active at BPJS, as known in that month."""
    sesudah = start_of_day(tambah_bulan(bulan, 1))
    tercatat, aktif = db.session.execute(
        select(
            select(func.max(Asuhan.dibuat_pada)).where(Asuhan.dibuat_pada < sesudah).scalar_subquery(),
            select(func.max(Riwayat.pada))
            .where(Riwayat.mesin == "pekerja", Riwayat.ke == PEKERJA_TERLINDUNGI[0], Riwayat.pada < sesudah)
            .scalar_subquery(),
        )
    ).one()
    debet = hari_debet(bulan) if kota.didebit else None
    disetor, setor = db.session.execute(
        select(func.count(Iuran.id.distinct()), func.max(PaketUang.tanggal))
        .join(BarisSetor, BarisSetor.iuran_id == Iuran.id)
        .join(PaketUang, PaketUang.paket_id == BarisSetor.paket_id)
        .where(
            Iuran.periode == bulan,
            Iuran.status_bpjs.in_((StatusBpjs.DISETOR, StatusBpjs.TERCATAT)),
            BarisSetor.hasil.in_((HasilSetor.MENUNGGU, HasilSetor.TERCATAT)),
        )
    ).one()
    return [
        FaktaKota("Tercatat pada kami", kota.pekerja, "pekerja", _hari(tercatat), "pendaftaran ASN"),
        FaktaKota("Didebet bank", kota.didebit, "ASN", debet, "hasil debet bank"),
        FaktaKota("Disetor ke BPJS", disetor, "pekerja", setor, "bukti setoran"),
        FaktaKota("Aktif di BPJS (terlindungi)", kota.pekerja_aktif, "pekerja", _hari(aktif), "jawaban BPJS"),
    ]


def _hari(pada: datetime | None) -> date | None:
    return to_local(pada).date() if pada is not None else None
