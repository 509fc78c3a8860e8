"""Each check of money finds its own damage, and none speaks about a month that went right."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text, update

from rentan.asuhan.models import Asuhan
from rentan.core.actor import SISTEM
from rentan.core.clock import today
from rentan.ext import db, runtime
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.models import Entri, Iuran, Jurnal, Penerimaan, Percobaan
from rentan.iuran.penerimaan import accept_penerimaan, record_penerimaan
from rentan.iuran.status import KelasGagal, Saluran
from rentan.laporan.periksa import SEMUA, uang, uang_bukti, uang_paket
from rentan.laporan.periksa.malam import last_night, periksa_malam
from rentan.paket.models import Paket, PaketUang
from rentan.pekerja.models import Pekerja
from rentan.setoran.models import BarisSetor
from rentan.surat_kuasa.models import SuratKuasa
from tests.autodebet.maker_debet import DES, HASIL, SIAP, baris_of, jawab, kirim, make_bulan, pada
from tests.cast import Cast
from tests.setoran import maker as setor

PEMERIKSAAN = (*uang.PEMERIKSAAN, *uang_bukti.PEMERIKSAAN, *uang_paket.PEMERIKSAAN)


@dataclass
class Bulan:
    """A December: two debited and remitted, one failed, one failed and paid in cash with 600 too much."""

    cast: Cast
    paket: Paket
    setoran: Paket
    iuran: list[Iuran]
    penerimaan: Penerimaan

    @property
    def baris(self) -> list[Percobaan]:
        return baris_of(self.paket)


@pytest.fixture
def bulan(cast: Cast) -> Any:
    with pada(SIAP):
        make_bulan(4)
        paket = kirim(cast)
    with pada(HASIL):
        lines = baris_of(paket)
        jawab(paket, lines[:2], None, cast)
        jawab(paket, lines[2:], KelasGagal.COBA_LAGI, cast, lengkap=True)
        setoran = setor.send(cast, DES)
        iuran = [one.iuran for one in lines]
        diterima = record_penerimaan(
            iuran[3].asuhan, saluran=Saluran.TUNAI, tanggal=today(), bukti="B-1", jumlah=9_000,
            bulan_mulai=DES, jumlah_bulan=1, by=cast.hadi.pelaku,
        )  # fmt: skip
        accept_penerimaan(diterima, by=cast.yuni.pelaku)
        yield Bulan(cast, paket, setoran, iuran, diterima)


def found() -> dict[str, list[str]]:
    db.session.flush()
    db.session.expire_all()
    return {
        one.nama: [temuan.keterangan for temuan in temuan_semua]
        for one in PEMERIKSAAN
        if (temuan_semua := list(one.cari()))
    }


def ubah(model: Any, row_id: uuid.UUID, **values: Any) -> None:
    """Raw SQL, past every rule of the application."""
    tabel = model.__table__
    kunci = tabel.c.paket_id if model is PaketUang else tabel.c.id
    db.session.execute(update(tabel).where(kunci == row_id).values(**values))


def test_a_month_that_went_right_has_no_findings(bulan: Bulan) -> None:
    assert found() == {}
    setor.read_record(bulan.cast, setor.answer(bulan.iuran[0]), setor.answer(bulan.iuran[1]))
    assert found() == {}


def _entri_pincang(b: Bulan) -> None:
    jurnal = db.session.query(Jurnal).filter_by(iuran_id=b.iuran[0].id).first()
    db.session.add(
        Entri(id=uuid.uuid4(), jurnal_id=jurnal.id, urutan=9, akun=AkunBuku.KAS, sisi=Sisi.D, jumlah=1)
    )


def _balik_salah(b: Bulan) -> None:
    jurnal = db.session.query(Jurnal).filter_by(iuran_id=b.iuran[0].id, jenis=JenisJurnal.DEBET).one()
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.PEMBALIKAN, DES, AkunBuku.TITIPAN_IURAN, AkunBuku.BANK_PENAMPUNG, 1,
                membalik_id=jurnal.id,
            )
        ],
        by=SISTEM,
    )  # fmt: skip


def _kredit_minus(b: Bulan) -> None:
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.PENGEMBALIAN, DES, AkunBuku.KREDIT_DONATUR, AkunBuku.KAS, 500,
                asuhan_id=b.iuran[0].asuhan_id,
            )
        ],
        by=SISTEM,
    )  # fmt: skip


def _debet_ganda(b: Bulan) -> None:
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.DEBET, DES, AkunBuku.BANK_PENAMPUNG, AkunBuku.PIUTANG_DONATUR, 8_400,
                iuran_id=b.iuran[0].id, paket_id=b.paket.id,
            )
        ],
        by=SISTEM,
    )  # fmt: skip


def _dua_baris_sebulan(b: Bulan) -> None:
    for index in ("uq_iuran_asuhan", "uq_iuran_pekerja"):
        db.session.execute(text(f"DROP INDEX {index}"))
    tabel = Iuran.__table__
    row = dict(db.session.execute(tabel.select().where(tabel.c.id == b.iuran[2].id)).mappings().one())
    db.session.execute(tabel.insert().values(**row | {"id": uuid.uuid4()}))


def _setelah(b: Bulan) -> None:
    """A treasurer has reconciled the batch, and a rupiah has gone."""
    ubah(PaketUang, b.paket.id, kredit_bank=16_799, selisih=[])
    ubah(Paket, b.paket.id, status="direkonsiliasi")


def _tanpa_asal(b: Bulan) -> None:
    """Money of the bank that belongs to nothing."""
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.PENGEMBALIAN, DES, AkunBuku.PIUTANG_BPJS, AkunBuku.BANK_PENAMPUNG, 5_000
            )
        ],
        by=SISTEM,
    )


MUTASI: dict[str, tuple[str, Callable[[Bulan], None]]] = {
    "posting yang pincang": ("jurnal", _entri_pincang),
    "pembalikan yang tidak utuh": ("jurnal", _balik_salah),
    "kelebihan bayar dipakai dua kali": ("saldo", _kredit_minus),
    "berhasil tanpa pembukuan": ("titipan", lambda b: ubah(Iuran, b.iuran[2].id, status="berhasil",
                                                              dibayar_pada=DES)),
    "tanpa kuitansi": ("titipan", lambda b: ubah(Iuran, b.iuran[0].id, nomor_bukti=None)),
    "didebet dua kali": ("satu_berhasil", _debet_ganda),
    "utang yang tidak ada": ("piutang", _debet_ganda),
    "uang keluar tanpa usul": ("dua_orang_uang", _kredit_minus),
    "dua iuran sebulan": ("satu_berhasil", _dua_baris_sebulan),
    "total paket": ("total_paket", lambda b: ubah(PaketUang, b.paket.id, jumlah_rupiah=1)),
    "jumlah baris setoran": ("total_paket", lambda b: ubah(Paket, b.setoran.id, jumlah=7)),
    "sidik berkas": ("berkas_paket", lambda b: ubah(Paket, b.paket.id, sha256="0" * 64)),
    "baris beku yang diubah": ("berkas_paket", lambda b: ubah(
        Percobaan, b.baris[0].id, isi_enc=db.session.get(Percobaan, b.baris[1].id).isi_enc)),
    "baris tanpa jawaban": ("jawaban", lambda b: ubah(Percobaan, b.baris[0].id, hasil="terbuka")),
    "keadaan iuran": ("percobaan", lambda b: ubah(Iuran, b.iuran[2].id, status="tanpa_kabar")),
    "percobaan terbuka": ("percobaan", lambda b: ubah(Percobaan, b.baris[2].id, hasil="terbuka")),
    "hasil tanpa buku": ("bank", lambda b: ubah(Percobaan, b.baris[2].id, hasil="berhasil")),
    "kredit bank": ("bank", _setelah),
    "tanpa surat berlaku": ("mandat", lambda b: ubah(
        SuratKuasa, b.iuran[0].surat_kuasa_id, berlaku_sampai=date(2026, 11, 30))),
    "di atas batas": ("mandat", lambda b: ubah(SuratKuasa, b.iuran[0].surat_kuasa_id, plafon=8_399)),
    "harga": ("harga", lambda b: ubah(Iuran, b.iuran[0].id, sektor="lain", jkk=10_000, jumlah=13_400)),
    "satu orang": ("dua_orang_uang", lambda b: ubah(
        PaketUang, b.paket.id, setuju_pertama_oleh=b.cast.yuni.akun.id)),
    "penyetuju kedua": ("dua_orang_uang", lambda b: ubah(PaketUang, b.paket.id, perlu_kedua=True)),
    "setoran": ("setoran", lambda b: ubah(Iuran, b.iuran[0].id, status_bpjs="belum")),
    "baris setoran": ("setoran", lambda b: ubah(
        BarisSetor, db.session.query(BarisSetor).first().id, hasil="dikeluarkan")),
    "lunas tanpa catatan": ("lunas", lambda b: ubah(Pekerja, b.iuran[0].pekerja_id, lunas_sampai=DES)),
    "catatan tanpa lunas": ("lunas", lambda b: ubah(
        Iuran, b.iuran[0].id, status_bpjs="tercatat", tercatat_pada=DES)),
    "uang tanpa asal": ("asal_uang", _tanpa_asal),
    "penerimaan lain jumlah": ("penerimaan", lambda b: ubah(Penerimaan, b.penerimaan.id, jumlah=99_000)),
    "penerimaan ditolak": ("penerimaan", lambda b: ubah(Penerimaan, b.penerimaan.id, status="ditolak")),
    "bayar tanpa penerimaan": ("dasar_bayar", lambda b: ubah(Iuran, b.iuran[3].id, penerimaan_id=None)),
    "hari bayar": ("dasar_bayar", lambda b: ubah(Iuran, b.iuran[0].id, dibayar_pada=date(2020, 1, 1))),
    "kelebihan tanpa buku": ("kredit_dipakai", lambda b: ubah(Iuran, b.iuran[1].id, kredit_dipakai=4_000)),
    "jumlah bayar setoran": ("bayar_setoran", lambda b: ubah(PaketUang, b.setoran.id, kredit_bank=1)),
    "setoran tanpa bukti": ("bayar_setoran", lambda b: ubah(PaketUang, b.setoran.id, nomor_bukti=None)),
    "bulan baris": ("berkas_paket", lambda b: ubah(Iuran, b.iuran[0].id, periode=date(2026, 11, 1))),
    "sebelum bulan pertama": ("bulan_pertama", lambda b: ubah(
        Asuhan, b.iuran[0].asuhan_id, bulan_pertama=date(2027, 6, 1))),
    "lunas di muka": ("perlindungan", lambda b: ubah(
        Pekerja, b.iuran[0].pekerja_id, lunas_sampai=date(2030, 1, 1))),
    "terlindungi tanpa catatan": ("perlindungan", lambda b: ubah(
        Pekerja, b.iuran[0].pekerja_id, status="aktif")),
    "donatur lain": ("donatur", lambda b: ubah(Asuhan, b.iuran[0].asuhan_id, asn_id=b.cast.sari.asn.id)),
    "surat orang lain": ("donatur", lambda b: ubah(
        Iuran, b.iuran[0].id, surat_kuasa_id=b.iuran[1].surat_kuasa_id)),
}  # fmt: skip


def test_each_damage_is_found_by_its_check(bulan: Bulan) -> None:
    """One after the other, each undone before the next."""
    missed = []
    for sebutan, (nama, rusak) in MUTASI.items():
        db.session.commit()
        rusak(bulan)
        if nama not in (temuan := found()):
            missed.append(f"{sebutan}: {sorted(temuan)}")
        db.session.rollback()
    assert missed == []
    assert {nama for nama, _ in MUTASI.values()} == {one.nama for one in PEMERIKSAAN}


@pytest.mark.kedua_basis
def test_the_checks_speak_both_engines(bulan: Bulan) -> None:
    assert found() == {}
    ubah(Iuran, bulan.iuran[0].id, nomor_bukti=None)
    assert list(found()) == ["titipan"]


def test_the_night_counts_findings_once_a_day_and_names_no_row(bulan: Bulan, caplog: Any) -> None:
    path = runtime().settings.instance / "periksa-malam.json"
    path.unlink(missing_ok=True)
    assert last_night() is None
    ubah(Iuran, bulan.iuran[0].id, nomor_bukti=None)
    try:
        assert periksa_malam() >= 1
        assert last_night().temuan["titipan"] == 1
        assert last_night().diperiksa == sum(not one.produksi for one in SEMUA)
        assert "periksa titipan: 1 findings" in caplog.text
        assert str(bulan.iuran[0].id) not in caplog.text
        assert periksa_malam() == 0
    finally:
        path.unlink(missing_ok=True)
