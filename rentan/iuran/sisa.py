"""What is still carried over for donors who have stopped: used by their next sponsorship, or paid back.

Credit belongs to a sponsorship, the money to its donor. When the sponsorship has ended, the balance moves to
another one of the same donor; without any, the treasurer proposes the refund and the approver decides.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.kredit import kunci_saldo
from rentan.iuran.models import Entri, Iuran, Urusan, UsulIuran
from rentan.iuran.status import JenisUrusan, JenisUsul, Saluran, StatusIuran, StatusUsul
from rentan.iuran.urusan import UrusanBaru, buka_banyak, tutup_urusan
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan

SISA = JenisUrusan.SISA_KREDIT
KE = {Saluran.TUNAI: AkunBuku.KAS, Saluran.TRANSFER: AkunBuku.BANK_PENAMPUNG}


def rapikan_sisa() -> int:
    """Job "sisa-kredit": move what ended sponsorships carry, and keep the treasurer's list of the rest.

    Answers how many balances moved and matters opened or closed; a second run finds nothing to do.
    """
    db.session.flush()
    berakhir = _berakhir()
    tujuan = _tujuan(berakhir)
    banyak = _pindahkan({dari: tujuan[asn_id] for dari, asn_id in berakhir.items() if dari != tujuan[asn_id]})
    tersisa = buku.saldo_kredit(_berakhir())
    mengasuh = _mengasuh(set(berakhir.values()))
    perlu = {
        key: n for key, n in tersisa.items() if n > 0 and key in berakhir and berakhir[key] not in mengasuh
    }
    return banyak + _buka(perlu) + _tutup(perlu)


def donatur_mengasuh(asn_id: uuid.UUID) -> bool:
    """Has this donor a sponsorship for which money will be asked, so that credit is used?"""
    return asn_id in _mengasuh({asn_id})


def halangan(asuhan: Asuhan, jumlah: int | None = None) -> str | None:
    """Why what is carried over for this sponsorship is not paid back (G3). ``jumlah``: what was proposed."""
    saldo = buku.saldo_kredit([asuhan.id]).get(asuhan.id, 0)
    if donatur_mengasuh(asuhan.asn_id):
        return (
            "Donatur ini mengasuh pekerja, sehingga kelebihan bayarnya dipakai lebih dahulu untuk iuran "
            "berikutnya."
        )
    if saldo <= 0:
        return "Tidak ada kelebihan bayar yang tersisa untuk asuhan ini."
    if jumlah is not None and saldo < jumlah:
        return f"Kelebihan bayarnya kini tinggal {format_rupiah(saldo)}. Tolak usul ini, lalu ajukan lagi."
    return None


def bayar(row: UsulIuran, *, by: Pelaku) -> None:
    """The accepted refund leaves cash box or account today. Raises ``RuleError`` when less is left."""
    if row.jumlah is None or row.saluran is None:
        raise ValueError("not a refund of what is carried over")
    kunci_saldo([row.asuhan_id])
    if sebab := halangan(row.asuhan, row.jumlah):
        raise RuleError(sebab, kode="sisa_berubah")
    posting = buku.Posting.dua_sisi(
        JenisJurnal.PENGEMBALIAN,
        today(),
        AkunBuku.KREDIT_DONATUR,
        KE[row.saluran],
        row.jumlah,
        asuhan_id=row.asuhan_id,
        usul_id=row.id,
    )
    buku.catat([posting], by=by)
    _selesaikan(
        [Urusan.asuhan_id == row.asuhan_id], f"Dikembalikan kepada donatur, bukti {row.bukti}.", by=by
    )


def list_dikembalikan(asn: Asn, tahun: int) -> list[UsulIuran]:
    """What of this donor's credit was paid back in the calendar year, oldest first."""
    query = (
        select(UsulIuran)
        .join(Asuhan, Asuhan.id == UsulIuran.asuhan_id)
        .where(
            Asuhan.asn_id == asn.id,
            UsulIuran.jenis == JenisUsul.SISA,
            UsulIuran.status == StatusUsul.DITERIMA,
            UsulIuran.tanggal_bukti.between(date(tahun, 1, 1), date(tahun, 12, 31)),
        )
    )
    return list(db.session.scalars(query.order_by(UsulIuran.tanggal_bukti, UsulIuran.id)))


def belum_dibayar(asn_id: uuid.UUID) -> tuple[int, int]:
    """Months of this donor that the bank could not collect, and their rupiah: to be seen before a refund."""
    query = select(func.count(), func.sum(Iuran.jumlah - Iuran.kredit_dipakai)).where(
        Iuran.asn_id == asn_id, Iuran.status == StatusIuran.GAGAL
    )
    banyak, jumlah = db.session.execute(query).one()
    return banyak, int(jumlah or 0)


# -- which ---------------------------------------------------------------------------------------------------


def _berakhir() -> dict[uuid.UUID, uuid.UUID]:
    """Ended sponsorships whose balance is not zero, with their donors."""
    bersih = func.sum(case((Entri.sisi == Sisi.K, Entri.jumlah), else_=-Entri.jumlah))
    query = (
        select(Entri.asuhan_id, Asuhan.asn_id)
        .join(Asuhan, Asuhan.id == Entri.asuhan_id)
        .where(Entri.akun == AkunBuku.KREDIT_DONATUR, Asuhan.status.not_in(DIUSULKAN_KE_ATAS))
        .group_by(Entri.asuhan_id, Asuhan.asn_id)
        .having(bersih != 0)
    )
    return {row.asuhan_id: row.asn_id for row in db.session.execute(query)}


def _mengasuh(asn_ids: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The oldest sponsorship that goes on, by donor."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    for some in chunks(sorted(asn_ids)):
        query = select(Asuhan.asn_id, Asuhan.id).where(
            Asuhan.asn_id.in_(some), Asuhan.status.in_(DIUSULKAN_KE_ATAS)
        )
        for row in db.session.execute(query.order_by(Asuhan.dibuat_pada, Asuhan.id)):
            found.setdefault(row.asn_id, row.id)
    return found


def _tujuan(berakhir: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """By donor, where the money gathers: what goes on, else what a refund waits for, else the newest."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    for some in chunks(sorted(berakhir)):
        usul = exists().where(
            UsulIuran.asuhan_id == Asuhan.id,
            UsulIuran.jenis == JenisUsul.SISA,
            UsulIuran.status == StatusUsul.DIAJUKAN,
        )
        query = select(Asuhan.asn_id, Asuhan.id).where(Asuhan.id.in_(some))
        for row in db.session.execute(query.order_by(usul, Asuhan.dibuat_pada, Asuhan.id)):
            found[row.asn_id] = row.id
    return found | _mengasuh(set(berakhir.values()))


def _pindahkan(pasangan: Mapping[uuid.UUID, uuid.UUID]) -> int:
    """Move the balance of each key to its value; a negative one is made up for as far as there is money."""
    saldo = kunci_saldo({*pasangan, *pasangan.values()})
    postings = []
    for dari, ke in sorted(pasangan.items()):
        n = saldo.get(dari, 0)
        asal, tujuan = (dari, ke) if n > 0 else (ke, dari)
        jumlah = n if n > 0 else min(-n, max(saldo.get(ke, 0), 0))
        if not jumlah:
            continue
        saldo[ke] = saldo.get(ke, 0) + (jumlah if n > 0 else -jumlah)
        sisi = (
            buku.Sisipan(AkunBuku.KREDIT_DONATUR, Sisi.D, jumlah, asal),
            buku.Sisipan(AkunBuku.KREDIT_DONATUR, Sisi.K, jumlah, tujuan),
        )
        postings.append(buku.Posting(JenisJurnal.PEMINDAHAN, today(), sisi))
    buku.catat(postings, by=SISTEM)
    return len(postings)


# -- the treasurer's list ------------------------------------------------------------------------------------


def _buka(perlu: Mapping[uuid.UUID, int]) -> int:
    """What a person has closed without a refund is asked again next month."""
    bulan = awal_bulan(today())
    ada: set[uuid.UUID] = set()
    for some in chunks(sorted(perlu)):
        query = select(Urusan.asuhan_id).where(
            Urusan.jenis == SISA,
            Urusan.asuhan_id.in_(some),
            or_(
                Urusan.selesai_pada.is_(None), and_(Urusan.periode == bulan, Urusan.selesai_oleh.is_not(None))
            ),
        )
        ada |= set(db.session.scalars(query))
    return buka_banyak(
        [
            UrusanBaru(SISA, key, bulan, _kalimat(n), Peran.BENDAHARA)
            for key, n in perlu.items()
            if key not in ada
        ]
    )


def _kalimat(jumlah: int) -> str:
    return (
        f"Semua asuhan donatur ini sudah berakhir, dan kelebihan bayarnya {format_rupiah(jumlah)} belum "
        "dikembalikan. Usulkan pengembaliannya kepada penyetuju; bila donatur mengasuh lagi sebelum itu, "
        "kelebihannya dipakai lebih dahulu dan urusan ini selesai sendiri."
    )


def _tutup(perlu: Mapping[uuid.UUID, int]) -> int:
    terbuka = select(Urusan.asuhan_id).where(Urusan.jenis == SISA, Urusan.selesai_pada.is_(None))
    usai = sorted(set(db.session.scalars(terbuka)) - perlu.keys())
    return sum(
        _selesaikan([Urusan.asuhan_id.in_(some)], "Kelebihan bayarnya tidak menunggu lagi.", by=SISTEM)
        for some in chunks(usai)
    )


def _selesaikan(syarat: list[ColumnElement[bool]], catatan: str, *, by: Pelaku) -> int:
    query = select(Urusan).where(Urusan.jenis == SISA, Urusan.selesai_pada.is_(None), *syarat)
    rows = db.session.scalars(query.order_by(Urusan.id).with_for_update(of=Urusan)).all()
    for one in rows:
        tutup_urusan(one, catatan=catatan, by=by)
    return len(rows)
