"""Write-offs and refunds: proposed by the treasurer, decided by another (C13, C14)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rentan.asn.models import Tahapan
from rentan.asn.status import Tahap
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.iuran import buku, queries, usul
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.gerak import SUDAH_DISETOR, balikkan_debet, beri_bukti, naikkan_didebit
from rentan.iuran.kredit import pakai_kredit
from rentan.iuran.models import Iuran, Jurnal, Urusan, UsulIuran
from rentan.iuran.queries import rows_berdiri
from rentan.iuran.status import (
    AlasanTahan,
    JenisUrusan,
    JenisUsul,
    KelasGagal,
    StatusBpjs,
    StatusIuran,
    StatusUsul,
)
from rentan.iuran.urusan import buka_urusan
from rentan.iuran.usul_alasan import ALASAN, TAGIHAN_BALIK
from rentan.laporan.periksa import uang
from rentan.util.tanggal import awal_bulan
from tests import factories
from tests.iuran.maker import Donatur, make_donatur, make_iuran
from tests.threads import run_at_once

S, J = StatusIuran, JenisUsul
BENDAHARA = Pelaku(akun_id=None, peran=frozenset({Peran.BENDAHARA}))
MEMERIKSA = ("jurnal", "saldo", "titipan", "piutang")


def kini() -> date:
    return awal_bulan(today())


def debited(donatur: Donatur, status_bpjs: StatusBpjs = StatusBpjs.BELUM) -> Iuran:
    """Paid by debit, in the ledger, and on the rung."""
    row = make_iuran(donatur.asuhan[0], kini())
    beri_bukti([row], {row.id: today()})
    row.status, row.status_bpjs = S.BERHASIL, status_bpjs
    akun = AkunBuku.BANK_PENAMPUNG, AkunBuku.TITIPAN_IURAN
    buku.catat(
        [buku.Posting.dua_sisi(JenisJurnal.DEBET, today(), *akun, row.jumlah, iuran_id=row.id)], by=SISTEM
    )
    if status_bpjs in SUDAH_DISETOR:
        buku.catat(
            [
                buku.Posting.dua_sisi(
                    JenisJurnal.SETORAN, today(), akun[1], akun[0], row.jumlah, iuran_id=row.id
                )
            ],
            by=SISTEM,
        )
    naikkan_didebit([row])
    db.session.flush()
    return row


def propose(cast: Any, row: Iuran, alasan: str = "", by: Any = None) -> UsulIuran:
    jenis = usul.jenis_usul(row) or J.HAPUSKAN
    alasan = alasan or next(iter(ALASAN[jenis]))
    return usul.propose_usul(
        row, jenis, alasan=alasan, keterangan="kabar keluarga", by=by or cast.hadi.pelaku
    )


def on_rung(donatur: Donatur) -> bool:
    query = db.select(Tahapan).where(
        Tahapan.asn_id == donatur.asn.id, Tahapan.tahap == Tahap.DIDEBIT, Tahapan.sampai.is_(None)
    )
    return db.session.scalar(query) is not None


@pytest.fixture
def donatur(cast: Any) -> Donatur:
    return make_donatur()


@pytest.mark.parametrize("status", [S.TERJADWAL, S.DITAHAN, S.GAGAL])
def test_write_off(cast: Any, donatur: Donatur, status: StatusIuran) -> None:
    row = make_iuran(
        donatur.asuhan[0], kini(), status, alasan_tahan=AlasanTahan.MANDAT, kelas_gagal=KelasGagal.HENTIKAN
    )
    proposal = propose(cast, row, "pekerja_meninggal")
    assert row.status is status and queries.count_putusan(cast.yuni.pelaku) == 1

    usul.accept_usul(proposal, by=cast.yuni.pelaku, versi=proposal.versi)
    db.session.commit()

    assert (row.status, proposal.status) == (S.DIHAPUSKAN, StatusUsul.DITERIMA)
    step = db.session.scalars(db.select(Riwayat).where(Riwayat.langkah == "C13")).one()
    assert (step.alasan, step.pelaku_id) == ("pekerja_meninggal", cast.yuni.akun.id)
    make_iuran(donatur.asuhan[0], kini())  # the month is free again
    db.session.commit()


def test_a_written_off_month_gives_its_credit_back(cast: Any, donatur: Donatur) -> None:
    asuhan = donatur.asuhan[0]
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.KELEBIHAN, today(), AkunBuku.KAS, AkunBuku.KREDIT_DONATUR, 3_000,
                asuhan_id=asuhan.id,
            )
        ],
        by=SISTEM,
    )  # fmt: skip
    row = make_iuran(asuhan, kini())
    pakai_kredit([asuhan.id])
    assert row.kredit_dipakai == 3_000
    usul.accept_usul(propose(cast, row), by=cast.yuni.pelaku)
    assert buku.saldo_kredit([asuhan.id]) == {asuhan.id: 3_000} and row.kredit_dipakai == 0


def test_refund_before_the_remittance(cast: Any, donatur: Donatur) -> None:
    row = debited(donatur)
    urusan = Urusan(
        jenis=JenisUrusan.PENGEMBALIAN, periode=kini(), iuran_id=row.id, asuhan_id=row.asuhan_id,
        keterangan="Didebet sesudah cabut", pemilik=Peran.BENDAHARA, dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(urusan)
    assert on_rung(donatur)

    usul.accept_usul(propose(cast, row, "sesudah_cabut"), by=cast.yuni.pelaku)
    db.session.commit()

    assert row.status is S.DIKEMBALIKAN and not on_rung(donatur)
    assert (buku.saldo(AkunBuku.BANK_PENAMPUNG), buku.saldo(AkunBuku.TITIPAN_IURAN)) == (0, 0)
    assert not buku.list_berlaku([row.id], JenisJurnal.DEBET), "the refund names the debit"
    assert urusan.selesai_pada is not None and urusan.catatan


def test_another_paid_worker_of_the_month_keeps_the_rung(cast: Any) -> None:
    donatur = make_donatur(pekerja=2)
    row = debited(donatur)
    make_iuran(donatur.asuhan[1], kini(), S.BERHASIL, dibayar_pada=today())
    usul.accept_usul(propose(cast, row), by=cast.yuni.pelaku)
    assert on_rung(donatur)


@pytest.mark.parametrize("status_bpjs", [StatusBpjs.DISETOR, StatusBpjs.TERCATAT])
@pytest.mark.parametrize("alasan", ["pekerja_meninggal", TAGIHAN_BALIK])
def test_refund_after_the_remittance(
    cast: Any, donatur: Donatur, status_bpjs: StatusBpjs, alasan: str
) -> None:
    """BPJS has the money: it becomes the donor's credit, unless the bank has taken it back already."""
    row = debited(donatur, StatusBpjs.DISETOR)
    row.status_bpjs, row.tercatat_pada = status_bpjs, today()
    usul.accept_usul(propose(cast, row, alasan), by=cast.yuni.pelaku)

    ditagih = alasan == TAGIHAN_BALIK
    assert buku.saldo(AkunBuku.PIUTANG_BPJS) == 8_400
    assert buku.saldo_kredit([row.asuhan_id]) == ({} if ditagih else {row.asuhan_id: 8_400})
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == (-8_400 if ditagih else 0)
    assert sum(buku.saldo(one) for one in AkunBuku) == 0


@pytest.mark.parametrize("status", [S.BERHASIL, S.GAGAL])
def test_nothing_while_it_is_in_a_remittance(cast: Any, donatur: Donatur, status: StatusIuran) -> None:
    row = debited(donatur)
    row.status, row.kelas_gagal, row.status_bpjs = status, KelasGagal.HENTIKAN, StatusBpjs.DALAM_SETORAN
    with pytest.raises(RuleError, match="paket setoran"):
        propose(cast, row)


def test_what_was_remitted_and_taken_back_is_not_written_off(cast: Any, donatur: Donatur) -> None:
    row = debited(donatur, StatusBpjs.DISETOR)
    row.status, row.kelas_gagal = S.GAGAL, KelasGagal.COBA_LAGI
    with pytest.raises(RuleError, match="sudah disetor ke BPJS"):
        propose(cast, row)


def taken_back(donatur: Donatur, status_bpjs: StatusBpjs = StatusBpjs.TERCATAT) -> Iuran:
    """Remitted, and then the bank took the debit back (C15)."""
    row = debited(donatur, StatusBpjs.DISETOR)
    balikkan_debet([row], tanggal=today(), by=BENDAHARA)
    row.status_bpjs, row.tercatat_pada = status_bpjs, today()
    db.session.flush()
    return row


def test_what_the_city_advanced_for_a_recorded_month_is_written_off(cast: Any, donatur: Donatur) -> None:
    """C13: the city bears it, the posting names the debt, and the worker keeps the month."""
    row = taken_back(donatur)
    urusan = buka_urusan(
        JenisUrusan.TALANGAN, row.asuhan, row.periode, "Tagih kembali.", pemilik=Peran.BENDAHARA, iuran=row
    )
    [utang] = buku.list_berlaku([row.id], JenisJurnal.PIUTANG).values()
    proposal = propose(cast, row, "tidak_tertagih")
    assert "Kota menanggung Rp8.400" in usul.akibat_usul(proposal)
    usul.accept_usul(proposal, by=cast.yuni.pelaku)

    assert (row.status, row.status_bpjs) == (S.DIHAPUSKAN, StatusBpjs.TERCATAT)
    assert (buku.saldo(AkunBuku.PIUTANG_DONATUR), buku.saldo(AkunBuku.BEBAN_KOTA)) == (0, 8_400)
    jurnal = db.session.scalars(db.select(Jurnal).where(Jurnal.jenis == JenisJurnal.PENGHAPUSAN)).one()
    assert (jurnal.membalik_id, jurnal.usul_id) == (utang, proposal.id)
    assert urusan.selesai_pada is not None
    assert [list(one.cari()) for one in uang.PEMERIKSAAN if one.nama in MEMERIKSA] == [[]] * len(MEMERIKSA)
    # Nobody else is asked for a month that BPJS has.
    assert rows_berdiri(row.asuhan, [row.periode]) == {row.periode: row}


def test_a_repayment_that_is_taken_back_as_well_is_owed_once(cast: Any, donatur: Donatur) -> None:
    row = taken_back(donatur)
    row.status = S.BERHASIL
    akun = AkunBuku.BANK_PENAMPUNG, AkunBuku.PIUTANG_DONATUR
    buku.catat(
        [buku.Posting.dua_sisi(JenisJurnal.DEBET, today(), *akun, row.jumlah, iuran_id=row.id)], by=SISTEM
    )
    balikkan_debet([row], tanggal=today(), by=BENDAHARA)
    assert (buku.saldo(AkunBuku.PIUTANG_DONATUR), buku.saldo(AkunBuku.TITIPAN_IURAN)) == (8_400, 0)


@pytest.mark.parametrize("status", [S.DALAM_BATCH, S.DIKIRIM, S.TANPA_KABAR, S.DIHAPUSKAN, S.DIKEMBALIKAN])
def test_other_states_offer_nothing(cast: Any, donatur: Donatur, status: StatusIuran) -> None:
    row = make_iuran(donatur.asuhan[0], kini(), status)
    assert usul.jenis_usul(row) is None
    with pytest.raises(RuleError):
        propose(cast, row)


def test_a_state_that_changed_meanwhile_stops_the_approval(cast: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], kini())
    proposal = propose(cast, row)
    row.status = S.DALAM_BATCH
    db.session.flush()
    with pytest.raises(RuleError, match="Dalam paket debet"):
        usul.accept_usul(proposal, by=cast.yuni.pelaku)
    assert proposal.status is StatusUsul.DIAJUKAN


def test_one_open_proposal_a_contribution(cast: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], kini())
    first = propose(cast, row)
    with pytest.raises(RuleError, match="sudah ada usul"):
        propose(cast, row)
    usul.refuse_usul(first, catatan="Belum jelas.", by=cast.yuni.pelaku)
    db.session.commit()
    assert row.status is S.TERJADWAL and first.catatan == "Belum jelas."
    assert propose(cast, row).status is StatusUsul.DIAJUKAN


def test_reasons_belong_to_their_kind(cast: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], kini())
    with pytest.raises(RuleError) as refused:
        propose(cast, row, TAGIHAN_BALIK)
    assert refused.value.field == "alasan"


def test_who_may(cast: Any, donatur: Donatur) -> None:
    row = make_iuran(donatur.asuhan[0], kini())
    for orang in (cast.yuni, cast.sari, cast.wati, cast.bayu, cast.dewi):
        with pytest.raises(Forbidden):
            propose(cast, row, by=orang.pelaku)
    proposal = propose(cast, row)
    for orang in (cast.hadi, cast.wati, cast.bayu, cast.dewi, cast.agus):
        with pytest.raises(Forbidden):
            usul.accept_usul(proposal, by=orang.pelaku)
    factories.grant(cast.hadi.akun, Peran.PENYETUJU)
    with pytest.raises(RuleError, match="tidak boleh menyetujui"):
        usul.accept_usul(proposal, by=cast.hadi.pelaku)


def test_the_donor_himself_neither_proposes_nor_decides(cast: Any) -> None:
    for peran in (Peran.BENDAHARA, Peran.PENYETUJU):
        factories.grant(cast.sari.akun, peran)
    row = make_iuran(make_donatur(cast.sari.asn).asuhan[0], kini())
    with pytest.raises(RuleError, match="iuran Anda sendiri"):
        propose(cast, row, by=cast.sari.pelaku)
    proposal = propose(cast, row)
    with pytest.raises(RuleError, match="iuran Anda sendiri"):
        usul.accept_usul(proposal, by=cast.sari.pelaku)


@pytest.mark.kedua_basis
def test_two_approvers_at_once(app: Any, cast: Any) -> None:
    factories.grant(cast.dewi.akun, Peran.PENYETUJU)
    row = debited(make_donatur())
    usul_id = propose(cast, row).id
    db.session.commit()
    orang = [cast.yuni.pelaku, cast.dewi.pelaku]

    def one(n: int) -> str:
        usul.accept_usul(queries.get_usul(usul_id, seen_by=orang[n], untuk_diubah=True), by=orang[n])
        db.session.commit()
        return "ya"

    answers = run_at_once(app, 2, one)
    assert answers.count("ya") == 1
    assert [one.kode for one in answers if one != "ya"] == ["status_tidak_cocok"]
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == 0
