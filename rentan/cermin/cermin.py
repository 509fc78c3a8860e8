"""The three-way mirror of one month: should pay, money is in, BPJS has recorded it; eight cells, set-based.

A sponsorship *should pay* where a contribution of the month stands, or where one is missing although its
donor's letter was in force on the debit day. It should not (any more) where money is to be given back, or was
debited after the letter had ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.permissions import Peran
from rentan.iuran.models import TERAMBIL, Iuran, Urusan
from rentan.iuran.status import GUGUR, UANG_MASUK, JenisUrusan, StatusBpjs, StatusIuran
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.tarif.queries import hari_debet
from rentan.util.tanggal import awal_bulan

#: The letter has ended; money debited afterwards goes back (states.md M19).
_SURAT_SELESAI = (StatusSurat.DICABUT_MENUNGGU, StatusSurat.DICABUT, StatusSurat.BERAKHIR)
#: Closed, these say that an answer has come, not that the month agrees.
_TERJAWAB = (JenisUrusan.TANPA_KABAR, JenisUrusan.DITOLAK_BPJS)


@dataclass(frozen=True)
class Sel:
    """One cell: the three facts as digits (should pay, bank, BPJS), in words, and what is to be done."""

    kode: str
    label: str
    tindakan: str
    pemilik: Peran | None
    url: str

    @property
    def cocok(self) -> bool:
        """All three say the same: nothing to do."""
        return self.kode in ("111", "000")


SEL: dict[str, Sel] = {
    one.kode: one
    for one in (
        Sel("111", "Ketiganya sama: terutang, masuk, tercatat", "Tidak perlu apa-apa.", None, ""),
        Sel("110", "Uang masuk, belum tercatat di BPJS",
            "Kirim setoran, atau tanyakan catatannya kepada BPJS.", Peran.PETUGAS_BPJS, "/setoran"),
        Sel("100", "Terutang, uang belum masuk", "Tanyakan bank, debet ulang, atau terima pembayaran lain.",
            Peran.BENDAHARA, "/autodebet"),
        Sel("101", "Tercatat di BPJS, uangnya tidak ada",
            "Tagih donatur; bank membatalkan debet sesudah disetor.", Peran.BENDAHARA, "/iuran/urusan"),
        Sel("011", "Tidak terutang, tetapi didebet dan tercatat",
            "Kembalikan kepada donatur, dan minta bulannya kembali dari BPJS.",
            Peran.BENDAHARA, "/iuran/urusan"),
        Sel("010", "Tidak terutang, tetapi didebet", "Kembalikan kepada donatur.",
            Peran.BENDAHARA, "/iuran/urusan"),
        Sel("001", "Tercatat di BPJS tanpa iuran", "Tanyakan BPJS siapa yang membayar, atau minta kembali.",
            Peran.PETUGAS_BPJS, "/setoran"),
        Sel("000", "Tidak terutang, tidak masuk, tidak tercatat", "Tidak perlu apa-apa.", None, ""),
    )
}  # fmt: skip
#: Cells in which the three do not agree.
SELISIH = tuple(kode for kode, one in SEL.items() if not one.cocok)

S, B = StatusIuran, StatusBpjs
_LANGKAH: tuple[tuple[str, Callable[[StatusIuran | None, StatusBpjs | None], bool], str], ...] = (
    ("100", lambda uang, _: uang is None,
     "Jadwalkan: surat kuasa berlaku, tetapi iuran bulan ini belum dibuat."),
    ("100", lambda uang, _: uang is S.DITAHAN, "Selesaikan sebab penahanannya, lalu lepaskan."),
    ("100", lambda uang, _: uang in (S.DIKIRIM, S.TANPA_KABAR),
     "Tanyakan bank, lalu catat jawabannya; jangan didebet ulang."),
    ("100", lambda uang, _: uang is S.GAGAL,
     "Debet ulang bila kode bank mengizinkan, atau terima pembayaran tunai atau transfer."),
    ("100", lambda *_: True, "Masukkan ke paket debet, lalu kirim."),
    ("110", lambda _, bpjs: bpjs is B.DITOLAK_BPJS, "Perbaiki data yang ditolak BPJS, lalu setor ulang."),
    ("110", lambda _, bpjs: bpjs is B.DISETOR, "Tanyakan catatannya kepada BPJS, lalu unggah jawabannya."),
    ("110", lambda _, bpjs: bpjs is B.DALAM_SETORAN, "Bayar paket setorannya."),
    ("110", lambda *_: True, "Kirim setoran."),
)  # fmt: skip


def langkah(sel: str, uang: StatusIuran | None, bpjs: StatusBpjs | None) -> str:
    """The one sensible step for a row of this cell."""
    return next(
        (kalimat for kode, holds, kalimat in _LANGKAH if kode == sel and holds(uang, bpjs)),
        SEL[sel].tindakan,
    )


# -- the rows of a month ------------------------------------------------------------------------------------


def cermin(bulan: date) -> Select[Any]:
    """One row per sponsorship that has to do with the month: ids, both states, ``sel``, ``beres``.

    ``beres``: somebody has taken a matter about it with a date, or closed one for good.
    """
    bulan = awal_bulan(bulan)
    baris = union_all(_berbaris(bulan), _tanpa_baris(bulan)).subquery("baris")
    diurus = exists().where(
        Urusan.asuhan_id == baris.c.asuhan_id,
        Urusan.periode == bulan,
        # About money that is not this month's debit.
        Urusan.jenis.not_in((JenisUrusan.SISA_KREDIT, JenisUrusan.KURANG_BAYAR)),
        case(
            (Urusan.selesai_pada.is_(None), Urusan.pemilik_id.is_not(None)),
            # What was said about one mismatch does not explain the next one of the same month.
            (Urusan.jenis == JenisUrusan.CERMIN, Urusan.sel == baris.c.sel),
            else_=Urusan.jenis.not_in(_TERJAWAB),
        ),
    )
    return select(baris, case((diurus, 1), else_=0).label("beres"))


def _bit(syarat: ColumnElement[bool]) -> ColumnElement[str]:
    return case((syarat, literal("1", String)), else_=literal("0", String))


def _berbaris(bulan: date) -> Select[Any]:
    """Sponsorships with a contribution of the month: the one that stands, else the last that fell away."""
    gugur = Iuran.status.in_(GUGUR)
    dikembalikan = exists().where(
        Urusan.jenis == JenisUrusan.PENGEMBALIAN,
        # The liaison's are about what BPJS gives back of a month that only became cheaper.
        Urusan.pemilik == Peran.BENDAHARA,
        Urusan.asuhan_id == Iuran.asuhan_id,
        Urusan.periode == bulan,
        Urusan.selesai_pada.is_(None),
    )
    sesudah_surat = and_(
        Iuran.status == S.BERHASIL,
        SuratKuasa.status.in_(_SURAT_SELESAI),
        SuratKuasa.berlaku_sampai < Iuran.dibayar_pada,
    )
    # Outer join: without a letter the comparison is unknown, which is not "after the letter".
    bukan = or_(gugur, dikembalikan, func.coalesce(sesudah_surat, False))
    urut = func.row_number().over(
        partition_by=Iuran.asuhan_id,
        order_by=(case((gugur, 1), else_=0), case((Iuran.status_bpjs == B.TERCATAT, 0), else_=1), Iuran.id),
    )
    semua = (
        select(
            Iuran.asuhan_id,
            Iuran.id.label("iuran_id"),
            Iuran.pekerja_id,
            Iuran.asn_id,
            cast(Iuran.status, String).label("uang"),
            cast(Iuran.status_bpjs, String).label("bpjs"),
            cast(Iuran.jumlah, Integer).label("jumlah"),
            (_bit(~bukan) + _bit(Iuran.status.in_(UANG_MASUK)) + _bit(Iuran.status_bpjs == B.TERCATAT)).label(
                "sel"
            ),
            urut.label("urut"),
        )
        .join(SuratKuasa, SuratKuasa.id == Iuran.surat_kuasa_id, isouter=True)
        .where(Iuran.periode == bulan)
        .subquery("semua")
    )
    kolom = [one for one in semua.c if one.name != "urut"]
    return select(*kolom).where(semua.c.urut == 1)


def _tanpa_baris(bulan: date) -> Select[Any]:
    """Sponsorships that C1 should have asked for this month and did not."""
    debet = hari_debet(bulan)
    dijeda = or_(
        and_(Asuhan.jeda_sejak <= bulan, or_(Asuhan.jeda_sampai.is_(None), Asuhan.jeda_sampai >= bulan)),
        and_(
            SuratKuasa.jeda_sejak <= bulan,
            or_(
                # What the treasurer has paused lasts until the treasurer lifts it.
                SuratKuasa.status == StatusSurat.DITANGGUHKAN,
                SuratKuasa.jeda_sampai.is_(None),
                SuratKuasa.jeda_sampai >= bulan,
            ),
        ),
    )
    # Two sets of ids, not one EXISTS with OR: that one would be looked up for each sponsorship anew.
    punya = select(Iuran.asuhan_id).where(Iuran.periode == bulan)
    dibayar = select(Iuran.pekerja_id).where(Iuran.periode == bulan, TERAMBIL)
    disebut = exists().where(
        SuratPekerja.surat_kuasa_id == SuratKuasa.id, SuratPekerja.asuhan_id == Asuhan.id
    )
    return (
        select(
            Asuhan.id.label("asuhan_id"),
            cast(null(), Uuid).label("iuran_id"),
            Asuhan.pekerja_id,
            Asuhan.asn_id,
            cast(null(), String).label("uang"),
            cast(null(), String).label("bpjs"),
            cast(null(), Integer).label("jumlah"),
            literal("100", String).label("sel"),
        )
        .join(Asn, Asn.id == Asuhan.asn_id)
        .join(Pekerja, Pekerja.id == Asuhan.pekerja_id)
        .join(SuratKuasa, and_(SuratKuasa.asn_id == Asuhan.asn_id, SuratKuasa.status.in_(HIDUP)))
        .where(
            Asuhan.status.in_((StatusAsuhan.SIAP, StatusAsuhan.AKTIF)),
            func.coalesce(Asuhan.bulan_pertama, SuratKuasa.bulan_pertama) <= bulan,
            or_(Asuhan.sampai.is_(None), Asuhan.sampai >= bulan),
            SuratKuasa.berlaku_mulai <= debet,
            Asn.status_aktif == StatusAktif.AKTIF,
            or_(Pekerja.lunas_sampai.is_(None), Pekerja.lunas_sampai < bulan),
            func.coalesce(~dijeda, True),
            Pekerja.status.in_(TERDAFTAR_DI_BPJS),
            # Nobody is asked for a worker whom his letter does not name; a stand-in's consent is the loan.
            or_(Asuhan.sementara, disebut),
            Asuhan.id.not_in(punya),
            Asuhan.pekerja_id.not_in(dibayar),
        )
    )
