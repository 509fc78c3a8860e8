"""What is carried over for donors who have stopped is used by the next sponsorship or paid back by two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
import time_machine

from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import batalkan_oleh_sistem
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.iuran import buku, queries, sisa, usul
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.kredit import pakai_kredit
from rentan.iuran.models import Jurnal, Urusan, UsulIuran
from rentan.iuran.status import JenisUrusan, Saluran, StatusIuran, StatusUsul
from rentan.iuran.urusan import selesaikan_urusan
from rentan.laporan.periksa import uang, uang_paket
from rentan.surat_kuasa.status import StatusSurat
from rentan.util.tanggal import awal_bulan
from tests.iuran.maker import Donatur, make_donatur, make_iuran
from tests.threads import run_at_once

AKUN = AkunBuku.KREDIT_DONATUR


def lebih(asuhan: Asuhan, jumlah: int) -> None:
    akun = (AkunBuku.KAS, AKUN) if jumlah > 0 else (AKUN, AkunBuku.KAS)
    posting = buku.Posting.dua_sisi(JenisJurnal.KELEBIHAN, today(), *akun, abs(jumlah), asuhan_id=asuhan.id)
    buku.catat([posting], by=SISTEM)


def terbuka() -> list[Urusan]:
    db.session.flush()
    query = db.select(Urusan).where(Urusan.jenis == JenisUrusan.SISA_KREDIT, Urusan.selesai_pada.is_(None))
    return list(db.session.scalars(query))


def saldo(donatur: Donatur) -> list[int]:
    found = buku.saldo_kredit([one.id for one in donatur.asuhan])
    return [found.get(one.id, 0) for one in donatur.asuhan]


def ajukan(cast: Any, asuhan: Asuhan, bukti: str = "BKK-1", by: Pelaku | None = None) -> UsulIuran:
    return usul.propose_sisa(
        asuhan, saluran=Saluran.TUNAI, bukti=bukti, tanggal_bukti=today(), alasan="berhenti",
        keterangan="diambil sendiri", by=by or cast.hadi.pelaku,
    )  # fmt: skip


def lagi(donatur: Donatur) -> Donatur:
    """The same donor sponsors another worker, with a new letter."""
    donatur.surat.status, donatur.surat.urutan_versi = StatusSurat.DICABUT, 9
    db.session.flush()
    return make_donatur(donatur.asn, mulai=today())


@pytest.fixture
def berhenti(cast: Any) -> Donatur:
    """Sari had two workers; both sponsorships have ended, one with 3.000 and one with 500 left."""
    donatur = make_donatur(cast.sari.asn, pekerja=2)
    for one, jumlah in zip(donatur.asuhan, (3_000, 500), strict=True):
        batalkan_oleh_sistem(one, alasan="mandat_dicabut")
        lebih(one, jumlah)
    db.session.commit()
    return donatur


def test_the_treasurer_is_told_once_and_the_money_gathers(berhenti: Donatur) -> None:
    assert sisa.rapikan_sisa() == 2
    assert sorted(saldo(berhenti)) == [0, 3_500]
    [one] = terbuka()
    assert (
        "Rp3.500" in one.keterangan and saldo(berhenti)[[a.id for a in berhenti.asuhan].index(one.asuhan_id)]
    )
    assert sisa.rapikan_sisa() == 0
    assert [list(one.cari()) for one in uang.PEMERIKSAAN if one.nama in ("jurnal", "saldo")] == [[], []]


def test_a_shortfall_of_one_sponsorship_is_made_up_by_the_other(berhenti: Donatur) -> None:
    lebih(berhenti.asuhan[0], -3_200)
    sisa.rapikan_sisa()
    assert sorted(saldo(berhenti)) == [0, 300]


def test_who_has_another_sponsorship_uses_it_there(cast: Any, berhenti: Donatur) -> None:
    sisa.rapikan_sisa()
    [urusan] = terbuka()
    baru = lagi(berhenti)
    sisa.rapikan_sisa()
    assert urusan.selesai_pada is not None and not terbuka()
    assert saldo(berhenti) == [0, 0] and saldo(baru) == [3_500]
    bulan = make_iuran(baru.asuhan[0], awal_bulan(today()))
    pakai_kredit([baru.asuhan[0].id])
    assert (bulan.kredit_dipakai, bulan.status) == (3_500, StatusIuran.TERJADWAL)


def test_what_a_person_closed_is_asked_again_next_month(cast: Any, berhenti: Donatur) -> None:
    sisa.rapikan_sisa()
    selesaikan_urusan(terbuka()[0], catatan="Ahli waris belum ditemukan.", by=cast.hadi.pelaku)
    assert sisa.rapikan_sisa() == 0
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        assert sisa.rapikan_sisa() == 1


def test_two_people_pay_it_back_and_the_donor_sees_it(cast: Any, client_as: Any, berhenti: Donatur) -> None:
    sisa.rapikan_sisa()
    [urusan] = terbuka()
    db.session.commit()
    assert "bendahara mengembalikannya" in client_as(cast.sari).get("/iuran").text
    hadi, yuni = client_as(cast.hadi), client_as(cast.yuni)
    url = f"/iuran/kelola/sisa/{urusan.asuhan_id}"
    assert url in hadi.get(f"/iuran/urusan/{urusan.id}").text
    isi = {"saluran": "transfer", "bukti": "BKK-12", "tanggal_bukti": f"{today():%d-%m-%Y}",
           "alasan": "berhenti", "keterangan": "Rekening yang sama"}  # fmt: skip
    assert hadi.post(url, data=isi).status_code == 303
    row = db.session.scalars(db.select(UsulIuran)).one()
    assert "Lihat usul" in hadi.get(url).text
    page = yuni.get(f"/iuran/usul/lihat/{row.id}").text
    assert "Rp3.500 dikembalikan kepada donatur secara transfer" in page and "BKK-12" in page
    assert "Rp3.500" in yuni.get("/iuran/putusan").text
    assert yuni.post(f"/iuran/usul/lihat/{row.id}/setujui", data={"versi": row.versi}).status_code == 303

    db.session.expire_all()
    jurnal = db.session.scalars(db.select(Jurnal).where(Jurnal.usul_id == row.id)).one()
    assert (jurnal.jenis, jurnal.tanggal) == (JenisJurnal.PENGEMBALIAN, today())
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == -3_500 and buku.saldo(AKUN) == 0
    assert urusan.selesai_pada is not None and "BKK-12" in (urusan.catatan or "")
    sari = client_as(cast.sari)
    assert "Rp3.500 sudah dikembalikan kepada Anda" in sari.get(f"/iuran/tahun/{today().year}").text
    pdf = pdfium.PdfDocument(sari.get(f"/iuran/tahun/{today().year}.pdf").data)
    assert "BKK-12" in pdf[0].get_textpage().get_text_bounded()
    assert [list(one.cari()) for one in uang_paket.PEMERIKSAAN if one.nama == "dua_orang_uang"] == [[]]


def test_who_may_not(cast: Any, berhenti: Donatur) -> None:
    sisa.rapikan_sisa()
    asuhan = terbuka()[0].asuhan
    hadi = cast.hadi.pelaku
    sendiri = Pelaku(akun_id=hadi.akun_id, peran=hadi.peran, asn_id=asuhan.asn_id)
    with pytest.raises(RuleError):
        ajukan(cast, asuhan, by=sendiri)
    row = ajukan(cast, asuhan)
    keduanya = Pelaku(akun_id=hadi.akun_id, peran=hadi.peran | cast.yuni.pelaku.peran)
    with pytest.raises(RuleError, match="tidak boleh menyetujui"):
        usul.accept_usul(row, by=keduanya)
    with pytest.raises(RuleError, match="Sudah ada usul"):
        ajukan(cast, asuhan, "BKK-2")


@pytest.mark.parametrize("perubahan", ["terpakai", "mengasuh"])
def test_what_changed_meanwhile_stops_the_approval(cast: Any, berhenti: Donatur, perubahan: str) -> None:
    sisa.rapikan_sisa()
    row = ajukan(cast, terbuka()[0].asuhan)
    if perubahan == "terpakai":
        lebih(row.asuhan, -1)
    else:
        lagi(berhenti)
    with pytest.raises(RuleError, match="tinggal" if perubahan == "terpakai" else "mengasuh pekerja"):
        usul.accept_usul(row, by=cast.yuni.pelaku)
    assert row.status is StatusUsul.DIAJUKAN
    usul.refuse_usul(row, catatan="Sudah berubah.", by=cast.yuni.pelaku)


@pytest.mark.kedua_basis
def test_paid_back_once_when_two_approve_at_once(app: Any, cast: Any, berhenti: Donatur) -> None:
    sisa.rapikan_sisa()
    row_id = ajukan(cast, terbuka()[0].asuhan).id
    db.session.commit()
    by = cast.yuni.pelaku

    def accept(_n: int) -> str:
        usul.accept_usul(queries.get_usul(row_id, seen_by=by, untuk_diubah=True), by=by)
        db.session.commit()
        return "ya"

    outcomes = run_at_once(app, 2, accept)
    assert outcomes.count("ya") == 1
    assert [one.kode for one in outcomes if one != "ya"] == ["status_tidak_cocok"]
    db.session.expire_all()
    assert buku.saldo(AKUN) == 0 and buku.saldo(AkunBuku.KAS) == 0
