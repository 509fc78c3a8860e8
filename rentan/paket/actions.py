"""The road of a batch (states.md §6): built, locked, approved by a second person, sent, answered.

A batch's file is made once, at the lock, and never again: every download gives the stored bytes.
"""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.exc import IntegrityError

from rentan.core import arsip
from rentan.core.actor import Pelaku
from rentan.core.clock import now
from rentan.core.errors import RuleError
from rentan.core.numbering import next_number
from rentan.core.workflow import advance, check_move
from rentan.ext import db
from rentan.paket.models import Paket
from rentan.paket.penangan import penangan_of, uang_of
from rentan.paket.status import MACHINE, UANG, JenisPaket, StatusPaket
from rentan.paket.uang import hitung, lupakan_persetujuan
from rentan.util.tanggal import awal_bulan

PREFIX = "paket"
_SANDI_NOMOR = {
    JenisPaket.MANDAT: "SK",
    JenisPaket.DEBET: "DB",
    JenisPaket.ULANG: "DU",
    JenisPaket.SETOR: "ST",
    JenisPaket.DAFTAR: "DP",
    JenisPaket.KARTU: "KT",
}


def susun_paket(jenis: JenisPaket, periode: date, *, by: Pelaku, lingkup: str = "") -> Paket:
    """B1: a new batch of this month and place with everything that may be in it.

    Raises ``RuleError`` ``paket_terbuka`` while another one of the kind, month and place is still open, and
    ``paket_kosong`` when nothing waits.
    """
    paket = buat_paket(jenis, periode, by=by, lingkup=lingkup)
    paket.jumlah = penangan_of(jenis).isi(paket, by=by)
    if not paket.jumlah:
        raise RuleError(
            f"Tidak ada {penangan_of(jenis).sebutan} yang dapat dimasukkan ke paket saat ini.",
            kode="paket_kosong",
        )
    return paket


def buat_paket(jenis: JenisPaket, periode: date, *, by: Pelaku, lingkup: str = "") -> Paket:
    """B1 without its lines, for a kind that fills it in the background. Raises ``RuleError``."""
    paket = Paket(
        id=uuid.uuid4(),
        jenis=jenis,
        periode=awal_bulan(periode),
        lingkup=lingkup,
        jumlah=0,
        urutan_berkas=0,
        dibuat_oleh=by.akun_id,
        dibuat_pada=now(),
    )
    try:
        with db.session.begin_nested():
            advance(MACHINE, paket, "susun", by=by, baru=True)
    except IntegrityError:
        raise RuleError(
            "Masih ada paket sejenis yang belum dikirim. Selesaikan atau batalkan paket itu lebih dahulu.",
            kode="paket_terbuka",
        ) from None
    return paket


def isi_lagi(paket: Paket, *, by: Pelaku, versi: int | None = None) -> int:
    """B2: add what has become ready since; answers the number of lines."""
    advance(MACHINE, paket, "ubah_baris", by=by, versi=versi)
    paket.jumlah = penangan_of(paket.jenis).isi(paket, by=by)
    return paket.jumlah


def keluarkan_baris(paket: Paket, baris_id: uuid.UUID, *, by: Pelaku, versi: int | None = None) -> None:
    """B2: take one line out. Raises ``NotFound`` for a line of another batch."""
    advance(MACHINE, paket, "ubah_baris", by=by, versi=versi)
    penangan_of(paket.jenis).keluarkan(paket, baris_id, by=by)
    paket.jumlah -= 1


def kunci_paket(paket: Paket, *, by: Pelaku, versi: int | None = None) -> None:
    """B3: freeze the lines, make the file once, keep it with its hash. Raises ``RuleError``."""
    penangan = penangan_of(paket.jenis)
    check_move(
        MACHINE, paket, "kunci", by=by, versi=versi, jumlah=paket.jumlah, penghalang=penghalang_kunci(paket)
    )
    tahun = paket.periode.year
    paket.urutan_berkas += 1
    paket.nomor = f"{_SANDI_NOMOR[paket.jenis]}-{tahun}-{next_number(f'paket_{paket.jenis}', tahun):04d}"
    berkas = penangan.bekukan(paket, by=by)
    if paket.jenis in UANG:
        hitung(paket)
    paket.nama_berkas = berkas.nama
    paket.sha256 = arsip.hash_of(berkas.data)
    paket.kunci_berkas = arsip.simpan(paket, "kunci_berkas", berkas.data, prefix=PREFIX)
    paket.dikunci_oleh, paket.dikunci_pada = by.akun_id, now()
    advance(MACHINE, paket, "kunci", by=by, jumlah=paket.jumlah)
    penangan.setelah_kunci(paket, by=by)


def penghalang_kunci(paket: Paket) -> str | None:
    """B3: what stands in the way of the lock of a batch of money, in a sentence."""
    return uang_of(paket.jenis).penghalang_kunci(paket) if paket.jenis in UANG else None


def buka_paket(paket: Paket, *, alasan: str, by: Pelaku, versi: int | None = None) -> None:
    """B4: void the file of a locked batch that nobody has approved; the next lock makes a new number.

    A packing list is not reopened: its cards are printed (K3). Cancel it instead.
    """
    if paket.jenis is JenisPaket.KARTU:
        raise RuleError(
            "Kartu dalam daftar kirim ini sudah dicetak, sehingga daftar tidak dapat dibuka kembali.",
            kode="kartu_tercetak",
        )
    advance(MACHINE, paket, "buka", by=by, versi=versi, catatan=alasan)
    paket.dikunci_oleh = paket.dikunci_pada = None
    lupakan_persetujuan(paket)


def setujui_paket(paket: Paket, *, by: Pelaku, versi: int | None = None) -> None:
    """B5a: the second person's approval; never by who built or locked it (also a CHECK)."""
    check_move(MACHINE, paket, "setujui", by=by, versi=versi)
    paket.disetujui_oleh, paket.disetujui_pada = by.akun_id, now()
    advance(MACHINE, paket, "setujui", by=by)


def kirim_paket(
    paket: Paket, *, by: Pelaku, tanda_terima: str | None = None, versi: int | None = None
) -> None:
    """B5: the file has been handed over; its bytes are compared with the approved hash once more."""
    sha256 = arsip.hash_of(read_berkas(paket))
    advance(MACHINE, paket, "kirim", by=by, versi=versi, sha256=sha256)
    paket.dikirim_pada, paket.tanda_terima = now(), tanda_terima
    penangan_of(paket.jenis).setelah_kirim(paket, by=by)


def batal_paket(paket: Paket, *, by: Pelaku, alasan: str, versi: int | None = None) -> None:
    """B12: give up a batch that was not sent; its lines are free again."""
    advance(MACHINE, paket, "batal", by=by, versi=versi, catatan=alasan)
    penangan_of(paket.jenis).setelah_batal(paket, by=by)


def catat_hasil(paket: Paket, *, lengkap: bool, by: Pelaku) -> None:
    """B8: answers have come in for some lines, or for all. Nothing happens when that is known already."""
    tujuan = StatusPaket.HASIL_LENGKAP if lengkap else StatusPaket.HASIL_SEBAGIAN
    if paket.status is not tujuan:
        advance(MACHINE, paket, tujuan.value, by=by)


def read_berkas(paket: Paket) -> bytes:
    """The frozen file, byte for byte. Raises ``RuleError`` while the batch has none."""
    if paket.kunci_berkas is None or paket.sha256 is None:
        raise RuleError("Paket ini belum dikunci, sehingga berkasnya belum ada.", kode="paket_belum_dikunci")
    return arsip.baca(paket, "kunci_berkas", paket.kunci_berkas, paket.sha256)
