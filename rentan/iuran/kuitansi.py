"""Receipts, and a donor's year: from rows to paper."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.core import cetak_uang
from rentan.core.cetak import render_dokumen
from rentan.core.errors import RuleError
from rentan.core.kop import kop_kota
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran import buku, sisa
from rentan.iuran.buku_akun import JenisJurnal
from rentan.iuran.models import Iuran, Jurnal, Penerimaan, UsulIuran
from rentan.iuran.status import GUGUR, MACHINE, UANG_MASUK, StatusBpjs, StatusIuran
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja
from rentan.util.tanggal import format_tanggal

_MASUK = (JenisJurnal.DEBET, JenisJurnal.PENERIMAAN)
_SALURAN = {
    StatusIuran.BERHASIL: "Debet rekening",
    StatusIuran.DARI_KREDIT: "Kelebihan bayar",
}


def berkuitansi(iuran: Iuran) -> bool:
    """Is the money of this month in, so that there is a receipt for it?"""
    return iuran.status in UANG_MASUK and iuran.nomor_bukti is not None


def saluran_of(iuran: Iuran) -> str:
    """How the month was paid, in words."""
    if iuran.status is StatusIuran.DIBAYAR_LAIN and iuran.penerimaan_id is not None:
        masuk = db.session.get_one(Penerimaan, iuran.penerimaan_id)
        return f"{masuk.saluran.label}, bukti {masuk.bukti}"
    return _SALURAN.get(iuran.status, "Jalan lain")


def hitung_bukti(iuran: Iuran) -> tuple[int, int]:
    """What a paid month was paid with, in whole rupiah: all of it, and the part that carried-over money paid.

    From the postings as they stood at that moment: a price that changes afterwards is settled by postings of
    its own, and what was received stays what it was.
    """
    query = select(Jurnal).where(Jurnal.iuran_id == iuran.id).options(db.selectinload(Jurnal.entri))
    jurnal = db.session.scalars(query.order_by(Jurnal.pada, Jurnal.id)).all()
    dibalik = {one.membalik_id: one.pada for one in jurnal if one.membalik_id is not None}
    masuk = [one for one in jurnal if one.jenis in _MASUK and one.id not in dibalik][-1:]
    saat = masuk[0].pada if masuk else _dibayar_kredit(iuran)
    kredit = [
        one
        for one in jurnal
        if one.jenis is JenisJurnal.PAKAI_KREDIT
        and one.pada <= saat
        and (one.id not in dibalik or dibalik[one.id] > saat)
    ]
    dari_kredit = sum(one.entri[0].jumlah for one in kredit)
    return sum(one.entri[0].jumlah for one in masuk) + dari_kredit, dari_kredit


def _dibayar_kredit(iuran: Iuran) -> datetime:
    """When credit had paid the month whole (C1)."""
    query = select(Riwayat.pada).where(
        Riwayat.mesin == MACHINE.nama,
        Riwayat.objek_id == iuran.id,
        Riwayat.ke == StatusIuran.DARI_KREDIT.value,
    )
    return db.session.scalars(query).one()


def print_kuitansi(iuran: Iuran, *, waktu: datetime) -> bytes:
    """The receipt of one month as PDF. Raises ``RuleError`` while the money is not in."""
    if not berkuitansi(iuran) or iuran.nomor_bukti is None or iuran.dibayar_pada is None:
        raise RuleError("Belum ada kuitansi, karena iuran ini belum dibayar.", kode="tanpa_kuitansi")
    jumlah, kredit = hitung_bukti(iuran)
    dokumen = cetak_uang.Kuitansi(
        kop=kop_kota(),
        nomor=iuran.nomor_bukti,
        nama=iuran.asn.nama,
        nip=iuran.asn.nip,
        opd=db.session.get_one(Opd, iuran.opd_id).nama,
        pekerja=iuran.pekerja.nama,
        program=iuran.program,
        bulan=iuran.periode,
        jumlah=jumlah,
        kredit=kredit if iuran.status is not StatusIuran.DARI_KREDIT else 0,
        dibayar=iuran.dibayar_pada,
        saluran=saluran_of(iuran),
        tercatat=iuran.tercatat_pada if iuran.status_bpjs is StatusBpjs.TERCATAT else None,
    )
    return render_dokumen(dokumen, waktu=waktu).pdf


@dataclass(frozen=True)
class SelTahun:
    """One worker and month. ``dibayar`` and ``tercatat``: the money is in, BPJS has recorded the month."""

    iuran: Iuran

    @property
    def dibayar(self) -> bool:
        return self.iuran.status in UANG_MASUK

    @property
    def tercatat(self) -> bool:
        return self.iuran.status_bpjs is StatusBpjs.TERCATAT

    @property
    def kata(self) -> str:
        """In a few words, for a narrow cell."""
        if self.tercatat:
            return "tercatat"
        if self.dibayar:
            return "dibayar"
        return "ditahan" if self.iuran.status is StatusIuran.DITAHAN else "belum"


@dataclass(frozen=True)
class Tahun:
    """A donor's year: workers in columns, months in rows. Amounts in whole rupiah.

    ``kredit`` is used for the next month if the donor goes on (``mengasuh``), else paid back;
    ``dikembalikan`` is what was paid back in this year.
    """

    tahun: int
    pekerja: list[Pekerja]
    bulan: list[date]
    sel: dict[tuple[date, uuid.UUID], SelTahun]
    kredit: int
    mengasuh: bool
    dikembalikan: list[UsulIuran]

    def di(self, bulan: date, pekerja: Pekerja) -> SelTahun | None:
        return self.sel.get((bulan, pekerja.id))

    def jumlah(self, bulan: date | None = None, pekerja: Pekerja | None = None) -> int:
        """What was paid: of a month, of a worker, or in all."""
        return sum(
            one.iuran.jumlah
            for (b, p), one in self.sel.items()
            if one.dibayar and (bulan is None or b == bulan) and (pekerja is None or p == pekerja.id)
        )

    @property
    def dibayar(self) -> int:
        return sum(one.dibayar for one in self.sel.values())

    @property
    def tercatat(self) -> int:
        return sum(one.tercatat for one in self.sel.values())


def susun_tahun(asn: Asn, tahun: int) -> Tahun:
    """The months of this year that stand, the credit carried over today, and what of it was paid back."""
    query = (
        select(Iuran)
        .where(
            Iuran.asn_id == asn.id,
            Iuran.periode.between(date(tahun, 1, 1), date(tahun, 12, 1)),
            Iuran.status.not_in(GUGUR),
        )
        .options(db.joinedload(Iuran.pekerja))
        .order_by(Iuran.periode, Iuran.dijadwalkan_pada, Iuran.id)
    )
    rows = list(db.session.scalars(query))
    pekerja: dict[uuid.UUID, Pekerja] = {}
    for row in rows:
        pekerja.setdefault(row.pekerja_id, row.pekerja)
    return Tahun(
        tahun,
        sorted(pekerja.values(), key=lambda one: (one.nama.casefold(), one.id)),
        [date(tahun, n, 1) for n in range(1, 13)],
        {(row.periode, row.pekerja_id): SelTahun(row) for row in rows},
        kredit_donatur(asn),
        sisa.donatur_mengasuh(asn.id),
        sisa.list_dikembalikan(asn, tahun),
    )


def kredit_donatur(asn: Asn) -> int:
    """What is carried over for all sponsorships of this donor, in whole rupiah."""
    ids = db.session.scalars(select(Asuhan.id).where(Asuhan.asn_id == asn.id)).all()
    return sum(max(0, one) for one in buku.saldo_kredit(ids).values())


def print_tahun(asn: Asn, isi: Tahun, *, waktu: datetime) -> bytes:
    """The year on A4."""
    dokumen = cetak_uang.TahunDonatur(
        kop=kop_kota(),
        tahun=isi.tahun,
        nama=asn.nama,
        nip=asn.nip,
        opd=db.session.get_one(Opd, asn.opd_id).nama,
        pekerja=tuple(one.nama for one in isi.pekerja),
        baris=tuple(
            cetak_uang.BulanDonatur(
                bulan=bulan,
                sel=tuple(
                    (one.iuran.jumlah, one.kata) if (one := isi.di(bulan, pekerja)) else None
                    for pekerja in isi.pekerja
                ),
                jumlah=isi.jumlah(bulan),
            )
            for bulan in isi.bulan
        ),
        jumlah_pekerja=tuple(isi.jumlah(pekerja=one) for one in isi.pekerja),
        jumlah=isi.jumlah(),
        dibayar=isi.dibayar,
        tercatat=isi.tercatat,
        kredit=isi.kredit,
        mengasuh=isi.mengasuh,
        dikembalikan=tuple(
            (one.tanggal_bukti, one.rupiah, f"{one.saluran.label}, bukti {one.bukti}")
            for one in isi.dikembalikan
            if one.tanggal_bukti and one.saluran
        ),
        per=format_tanggal(waktu.date()),
    )
    return render_dokumen(dokumen, waktu=waktu).pdf
