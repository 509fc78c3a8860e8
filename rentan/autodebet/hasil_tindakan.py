"""What a treasurer may record by hand about one debited line, from an exception or from a letter of the bank.

C7 and C8 for a line that waits, C10 for one without news, C15 for a success that the bank took back. Nobody
does it for the own contribution (G5).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import select, update

from rentan.asn.models import Asn
from rentan.autodebet.hasil_baris import (
    PANJANG_KETERANGAN,
    Jawaban,
    Keadaan,
    Putusan,
    Sasaran,
    baca_simpanan,
    load_sasaran,
)
from rentan.autodebet.hasil_catat import catat_jawaban, hold_paket, majukan_paket
from rentan.autodebet.hasil_putus import possible_day
from rentan.autodebet.layout_debet import layout_debet
from rentan.core.actor import Pelaku
from rentan.core.errors import RuleError
from rentan.core.imports_base import JenisImpor
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.models import Iuran, Jurnal, Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import DI_LUAR
from rentan.paket.urus import Isian, Tindakan, register_penyelesai
from rentan.util.rekening import mask_rekening
from rentan.util.rupiah import format_rupiah

K = Keadaan


def langkah(target: Sasaran, said: Jawaban | None = None, sebab: str = "") -> list[Tindakan]:
    """The steps that are possible for this line now; ``said`` and ``sebab`` are those of an exception."""
    if target.paket_status not in DI_LUAR or target.hasil is HasilCoba.DIKELUARKAN:
        return []
    menunggu = (target.hasil, target.status) in (
        (HasilCoba.TERBUKA, StatusIuran.DIKIRIM),
        (HasilCoba.TANPA_KABAR, StatusIuran.TANPA_KABAR),
    )
    found = []
    if menunggu and said is not None and sebab == "nominal_lebih" and said.nominal > target.jumlah:
        lebih = said.nominal - target.jumlah
        akibat = (
            f"Iuran dicatat berhasil; {format_rupiah(lebih)} menjadi kelebihan bayar donatur dan dipakai "
            "lebih dahulu pada bulan berikutnya."
        )
        found.append(
            _step(
                "terima_lebih", "Terima sebagai kelebihan bayar", akibat, partial(_accept_more, target, lebih)
            )
        )
    if menunggu:
        akibat = f"Bank memastikan rekening donatur ini didebet tepat {format_rupiah(target.jumlah)}."
        found.append(_step("berhasil", "Catat berhasil", akibat, partial(_success, target)))
        akibat = "Bank memastikan rekening donatur ini tidak didebet."
        found.append(_step("gagal", "Catat gagal", akibat, partial(_failure, target), "kode"))
    if target.hasil is HasilCoba.BERHASIL and target.status is StatusIuran.BERHASIL:
        akibat = "Bank sudah mengembalikan uangnya kepada donatur; iuran menjadi gagal lagi."
        run = partial(_reversal, target)
        found.append(_step("batal", "Catat pembatalan bank", akibat, run, "tanggal", "ref_bank"))
    if sebab == "berhasil_setelah_gagal" and target.status is StatusIuran.GAGAL:
        akibat = "Bank memastikan rekening tidak didebet; iuran boleh didebet ulang menurut kodenya."
        run = partial(_still_failed, target)
        found.append(Tindakan("gagal_benar", "Memang gagal", akibat, lambda _satu, isian, by: run(isian, by)))
    return found


def _step(kunci: str, label: str, akibat: str, run: Callable[[Isian, Pelaku], None], *isian: str) -> Tindakan:
    """A step that asks for the day, or for ``isian``."""
    asked = frozenset(isian or ("tanggal",))
    return Tindakan(kunci, label, akibat, lambda _satu, filled, by: run(filled, by), asked)


def _own(target: Sasaran, by: Pelaku) -> None:
    if by.asn_id is not None and target.asn_id == by.asn_id:
        raise RuleError("Ini iuran Anda sendiri, sehingga petugas lain yang memutuskannya.", kode="sendiri")


def _record(target: Sasaran, keadaan: Keadaan, kode: str, isian: Isian, by: Pelaku) -> Paket:
    _own(target, by)
    if keadaan is not K.GAGAL and not possible_day(isian.tanggal, target):
        raise RuleError(
            "Tanggalnya harus antara hari berkas dikirim dan hari ini.",
            "tanggal",
            kode="tanggal_tidak_mungkin",
        )
    said = Jawaban(
        lembar="", nomor=0, ref="", rekening="", nominal=target.jumlah, kode=kode, waktu="",
        tanggal=isian.tanggal, keterangan=isian.catatan[:PANJANG_KETERANGAN], ref_bank=isian.ref_bank,
    )  # fmt: skip
    catat_jawaban([Putusan(said, keadaan, sasaran=target)], by=by)
    paket = hold_paket([target.paket_id])[target.paket_id]
    majukan_paket(paket, by=by)
    return paket


def _success(target: Sasaran, isian: Isian, by: Pelaku) -> None:
    kode = next(kode for kode, one in target.layout.kode.items() if one.berhasil)
    _record(target, K.BERHASIL, kode, isian, by)


def _failure(target: Sasaran, isian: Isian, by: Pelaku) -> None:
    kode = target.layout.kode.get(isian.kode)
    if kode is None or kode.berhasil or kode.arti == "pembalikan":
        raise RuleError("Pilih sebab gagal menurut bank.", "kode", kode="kode_tidak_dikenal")
    _record(target, K.GAGAL, kode.kode, isian, by)


def _accept_more(target: Sasaran, lebih: int, isian: Isian, by: Pelaku) -> None:
    """C7 with the difference as the donor's credit (states.md §5)."""
    _success(target, isian, by)
    if isian.tanggal is None:  # asked for by the step
        return
    asuhan_id = db.session.scalar(select(Iuran.asuhan_id).where(Iuran.id == target.iuran_id))
    posting = buku.Posting.dua_sisi(
        JenisJurnal.KELEBIHAN,
        isian.tanggal,
        AkunBuku.BANK_PENAMPUNG,
        AkunBuku.KREDIT_DONATUR,
        lebih,
        asuhan_id=asuhan_id,
        iuran_id=target.iuran_id,
        paket_id=target.paket_id,
    )
    buku.catat([posting], by=by)


def _reversal(target: Sasaran, isian: Isian, by: Pelaku) -> None:
    """C15; an overpayment of the same debit goes back with it, unless it has been used already."""
    terpakai = select(Percobaan.id).where(Percobaan.ref_bank == isian.ref_bank)
    if db.session.scalar(terpakai.limit(1)) is not None:
        raise RuleError(
            "Nomor referensi bank ini sudah dipakai untuk pembatalan lain.", "ref_bank", kode="ref_bank_ganda"
        )
    kode = next(kode for kode, one in target.layout.kode.items() if one.arti == "pembalikan")
    _record(target, K.DIBATALKAN, kode, isian, by)
    kelebihan = _overpayment(target)
    if kelebihan is None:
        return
    jurnal_id, asuhan_id, jumlah = kelebihan
    if buku.saldo_kredit([asuhan_id]).get(asuhan_id, 0) < jumlah:
        raise RuleError(
            "Kelebihan bayar dari debet ini sudah dipakai untuk bulan lain, sehingga pembatalannya tidak "
            "dapat dicatat begitu saja. Selesaikan dengan penyetuju lewat usul pengembalian.",
            kode="kelebihan_terpakai",
        )
    if isian.tanggal is not None:
        buku.balik([jurnal_id], tanggal=isian.tanggal, by=by)


def _overpayment(target: Sasaran) -> tuple[uuid.UUID, uuid.UUID, int] | None:
    dibalik = select(Jurnal.membalik_id).where(Jurnal.membalik_id.is_not(None))
    row = db.session.scalar(
        select(Jurnal).where(
            Jurnal.iuran_id == target.iuran_id,
            Jurnal.paket_id == target.paket_id,
            Jurnal.jenis == JenisJurnal.KELEBIHAN,
            Jurnal.id.not_in(dibalik),
        )
    )
    if row is None:
        return None
    kredit = next(one for one in row.entri if one.asuhan_id is not None)
    return (row.id, kredit.asuhan_id, kredit.jumlah) if kredit.asuhan_id else None


def _still_failed(target: Sasaran, _isian: Isian, by: Pelaku) -> None:
    """The refusal stands: its code decides again whether the line may be tried once more (C11)."""
    _own(target, by)
    kode = target.layout.kode.get(target.kode_hasil or "")
    if kode is None or kode.kelas is None:
        raise RuleError("Kode jawaban semula tidak dikenal lagi.", kode="kode_tidak_dikenal")
    db.session.execute(
        update(Iuran)
        .where(Iuran.id == target.iuran_id, Iuran.status == StatusIuran.GAGAL)
        .values(kelas_gagal=kode.kelas, versi=Iuran.versi + 1)
        .execution_options(synchronize_session="fetch")
    )


class PenyelesaiHasil:
    """Exceptions of the bank's answers to debits."""

    def rincian(self, satu: Pengecualian) -> Sequence[tuple[str, str]]:
        said, target = _of(satu)
        if said is None:
            return ()
        layout = target.layout if target else layout_debet()
        kode = layout.kode.get(said.kode)
        found = [
            ("Referensi", said.ref or "tidak terbaca"),
            ("Rekening menurut bank", mask_rekening(said.rekening) if said.rekening else "tidak terbaca"),
            ("Nominal menurut bank", format_rupiah(said.nominal)),
            ("Kode bank", f"{said.kode} ({kode.kata if kode else 'tidak dikenal'})"),
            ("Waktu menurut bank", said.waktu or "tidak terbaca"),
        ]
        if said.keterangan:
            found.append(("Keterangan bank", said.keterangan))
        if target is not None:
            found += rincian_sasaran(target)
        return found

    def tindakan(self, satu: Pengecualian) -> Sequence[Tindakan]:
        said, target = _of(satu)
        return langkah(target, said, satu.kode) if target else ()

    def pilihan_kode(self) -> Sequence[tuple[str, str]]:
        return kode_gagal()


def kode_gagal() -> list[tuple[str, str]]:
    """The refusals to choose from."""
    return [
        (kode, f"{kode} {one.kata}")
        for kode, one in layout_debet().kode.items()
        if not one.berhasil and one.arti != "pembalikan"
    ]


def rincian_sasaran(target: Sasaran) -> list[tuple[str, str]]:
    """Our side of a line: whose it is, what was asked, how it stands."""
    nama = db.session.scalar(select(Asn.nama).where(Asn.id == target.asn_id)) or ""
    nomor = db.session.scalar(select(Paket.nomor).where(Paket.id == target.paket_id)) or ""
    return [
        ("Donatur", nama),
        ("Paket", nomor),
        ("Rekening yang dikirim", mask_rekening(target.rekening) if target.rekening else ""),
        ("Nominal yang dikirim", format_rupiah(target.jumlah)),
        ("Keadaan iuran", target.status.label),
    ]


def _of(satu: Pengecualian) -> tuple[Jawaban | None, Sasaran | None]:
    text = reveal(satu, "nilai")
    if text is None:
        return None, None
    said = baca_simpanan(text, satu.lembar, satu.baris)
    target = load_sasaran([said.ref]).get(said.ref) if said.ref else None
    return said, target


register_penyelesai(JenisImpor.HASIL_DEBET, PenyelesaiHasil())
