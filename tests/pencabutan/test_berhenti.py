"""Stopping: never refused, no reason, dates told before, three dates kept (M18, M19, M22, A10, A15)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

from rentan.asn.status import Tahap
from rentan.asuhan.status import StatusAsuhan
from rentan.autodebet.models import BarisMandat
from rentan.berkas.models import Berkas
from rentan.berkas.queries import read_bersih
from rentan.calon.models import Calon
from rentan.core.clock import now
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.workflow import advance, list_riwayat
from rentan.ext import db
from rentan.paket import actions as paket_actions
from rentan.paket.models import Paket
from rentan.paket.status import StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.status import StatusPekerja
from rentan.pencabutan import actions
from rentan.pencabutan.akibat import Cara, akibat_of
from rentan.pencabutan.models import Pencabutan
from rentan.pencabutan.queries import find_pencabutan, get_pencabutan, list_pencabutan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import get_surat
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from tests.autodebet import maker_debet
from tests.autodebet.maker import (
    impor,
    jawab,
    kirim,
    make_berlaku,
    make_setuju,
    setujui,
    setujui_paket,
    susun,
)
from tests.cast import Cast
from tests.surat_kuasa.kertas import make_draf, make_unggah, text_of
from tests.threads import run_at_once
from tests.tolak import refusal

pytestmark = pytest.mark.usefixtures("hari_uji")


def berlaku_siap(cast: Any) -> SuratKuasa:
    """In force, its worker registered at BPJS: the sponsorship is ``siap``."""
    surat = make_setuju(cast)
    surat.daftar[0].asuhan.pekerja.status = StatusPekerja.TERDAFTAR
    kirim(cast)
    impor([jawab(surat)], cast)
    return surat


# -- before the bank ----------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
@pytest.mark.parametrize("buat", [make_draf, make_unggah])
def test_before_the_bank_the_letter_is_cancelled_and_the_workers_are_free(cast: Any, buat: Any) -> None:
    surat = buat(cast.sari)
    asuhan = surat.daftar[0].asuhan
    akibat = akibat_of(surat)
    assert akibat and akibat.cara is Cara.BATAL and akibat.bebas == (asuhan,)
    assert actions.stop_surat(surat, by=cast.sari.pelaku) is None
    assert surat.status is StatusSurat.DIBATALKAN and asuhan.status is StatusAsuhan.BERAKHIR
    assert asuhan.alasan_akhir == "mandat_dicabut" and cast.sari.asn.tahap is None
    assert find_pencabutan(surat.id) is None  # nothing that the bank would have to hear
    assert db.session.scalars(db.select(Calon)).one().pekerja_id == asuhan.pekerja_id


def test_without_leave_the_worker_is_not_put_on_the_board(cast: Any) -> None:
    actions.stop_surat(make_unggah(cast.sari), cari_pengganti=False, by=cast.sari.pelaku)
    assert db.session.scalars(db.select(Calon)).all() == []


def test_an_accepted_letter_leaves_the_packet_that_has_not_gone(cast: Any) -> None:
    surat = make_setuju(cast)
    susun(cast)
    actions.stop_surat(surat, by=cast.sari.pelaku)
    assert db.session.scalars(db.select(BarisMandat)).one().hasil is HasilBaris.DIKELUARKAN
    assert cast.sari.asn.tahap is None


# -- in force -----------------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_withdrawing_a_letter_in_force(cast: Any) -> None:
    surat = berlaku_siap(cast)
    asuhan = surat.daftar[0].asuhan
    assert asuhan.status is StatusAsuhan.SIAP
    akibat = akibat_of(surat)
    assert akibat and akibat.cara is Cara.CABUT and akibat.potongan_terakhir is None
    assert akibat.cari_pengganti == (asuhan,)
    row = actions.stop_surat(surat, by=cast.sari.pelaku, versi=surat.versi)
    assert row and surat.status is StatusSurat.DICABUT_MENUNGGU
    assert (row.ditandatangani_pada, row.diteruskan_pada) == (date(2026, 11, 21), None)
    assert row.nomor == "000001/CK/XI/2026"
    assert asuhan.status is StatusAsuhan.MENCARI_PENGGANTI and asuhan.alasan_akhir == "donatur_berhenti"
    assert surat.berlaku_sampai == date(2026, 11, 30) and cast.sari.asn.tahap is None
    assert not cast.sari.asn.ikut
    assert [one.langkah for one in list_riwayat(MACHINE, surat)][-1] == "M18"


@pytest.mark.parametrize(
    ("hari", "terakhir", "akan", "bebas"),
    [
        ("2026-11-21", None, False, date(2026, 12, 1)),
        ("2026-11-24", None, False, date(2026, 12, 1)),  # the cut-off itself still frees December
        ("2026-11-25", None, False, date(2027, 1, 1)),  # closed, but no line of this letter has left
        ("2026-12-10", None, False, date(2027, 1, 1)),
    ],
)
def test_a_letter_that_was_in_no_debit_file_has_no_last_debit(
    cast: Any, hari: str, terakhir: date | None, akan: bool, bebas: date
) -> None:
    surat = make_berlaku(cast)
    with time_machine.travel(f"{hari}T03:00:00Z", tick=False):
        akibat = akibat_of(surat)
        assert akibat is not None
        assert (akibat.potongan_terakhir, akibat.akan_dipotong, akibat.bebas_mulai) == (terakhir, akan, bebas)
        actions.stop_surat(surat, by=cast.sari.pelaku)
        assert surat.berlaku_sampai is not None and (bebas - surat.berlaku_sampai).days == 1


@pytest.mark.parametrize(
    ("hari", "akan"), [("2026-11-27", True), ("2026-12-01", True), ("2026-12-10", False)]
)
def test_the_last_debit_is_told_before(cast: Any, hari: str, akan: bool) -> None:
    (donatur,), _ = maker_debet.make_bulan(1)
    maker_debet.kirim(cast)
    with time_machine.travel(f"{hari}T03:00:00Z", tick=False):
        akibat = akibat_of(donatur.surat)
        assert akibat is not None and akibat.potongan_terakhir == date(2026, 12, 1)
        assert (akibat.akan_dipotong, akibat.batas) == (akan, date(2026, 11, 24))


def test_the_paper_for_the_bank_is_frozen(cast: Any) -> None:
    surat = berlaku_siap(cast)
    row = actions.stop_surat(surat, by=cast.sari.pelaku)
    berkas = db.session.get_one(Berkas, row.berkas_cetak_id if row else None)
    text = text_of(read_bersih(berkas))
    for part in (
        "SURAT PENCABUTAN KUASA", "000001/CK/XI/2026", "Sari Rekaan", "2034567891", surat.ref,
        surat.nomor or "?", "1 Desember 2026", "melalui aplikasi",
    ):  # fmt: skip
        assert part in text, part
    assert "RENTAN:SK" not in text


def test_twice_is_told_politely(cast: Any) -> None:
    surat = berlaku_siap(cast)
    actions.stop_surat(surat, by=cast.sari.pelaku)
    assert refusal(lambda: actions.stop_surat(surat, by=cast.sari.pelaku)).kode == "sudah_berakhir"
    with pytest.raises(Stale):
        actions.stop_surat(surat, by=cast.sari.pelaku, versi=1)


@pytest.mark.parametrize("siapa", ["wati", "lina", "rini", "dewi", "yuni", "bayu", "agus", "joko"])
def test_and_nobody_else(cast: Any, siapa: str) -> None:
    surat = berlaku_siap(cast)
    with pytest.raises(Forbidden):
        actions.stop_surat(surat, by=getattr(cast, siapa).pelaku)


def test_on_paper_through_the_operator(cast: Any) -> None:
    surat = berlaku_siap(cast)
    by = cast.budi.pelaku
    assert refusal(lambda: actions.stop_surat(surat, by=by)).field == "ditandatangani_pada"
    for day in (date(2026, 11, 20), date(2026, 11, 22)):
        refused = refusal(lambda day=day: actions.stop_surat(surat, by=by, ditandatangani_pada=day))
        assert refused.kode == "tanggal_tidak_mungkin"
    with time_machine.travel("2026-11-23T03:00:00Z", tick=False):
        row = actions.stop_surat(surat, by=by, ditandatangani_pada=date(2026, 11, 22))
        assert row and row.ditandatangani_pada == date(2026, 11, 22) and row.diterima_pada == now()
    berkas = db.session.get_one(Berkas, row.berkas_cetak_id)
    assert "bertanda tangan di kertas" in text_of(read_bersih(berkas))


def test_the_operator_cannot_cancel_what_is_not_at_the_bank(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    with pytest.raises(Forbidden):
        actions.stop_surat(surat, by=cast.budi.pelaku, ditandatangani_pada=date(2026, 11, 21))


def test_on_a_reported_death(cast: Any) -> None:
    surat = berlaku_siap(cast)
    actions.stop_surat(surat, by=cast.hadi.pelaku)
    last = list_riwayat(MACHINE, surat)[-1]
    assert (last.peran, last.alasan) == ("bendahara", "meninggal")


def test_a_newer_version_under_way_stops_too(cast: Any) -> None:
    lama = berlaku_siap(cast)
    baru = make_unggah(cast.sari)
    actions.stop_surat(lama, by=cast.sari.pelaku)
    assert baru.status is StatusSurat.DIBATALKAN and cast.sari.asn.tahap is None


@pytest.mark.parametrize("oleh", ["hadi", "budi"])
@pytest.mark.parametrize("di_bank", [True, False])
def test_a_death_or_a_paper_stops_the_newer_version_too(cast: Any, oleh: str, di_bank: bool) -> None:
    """The owner does not cancel it, so it ends in the moment in which it would come into force."""
    lama = berlaku_siap(cast)
    baru = make_setuju(cast) if di_bank else make_unggah(cast.sari)
    if di_bank:
        kirim(cast)
    pada = {"ditandatangani_pada": date(2026, 11, 21)} if oleh == "budi" else {}
    actions.stop_surat(lama, by=getattr(cast, oleh).pelaku, **pada)
    if not di_bank:
        assert actions.run_waiting() == 0  # the system cancels only in the donor's own name
        setujui(baru, cast)
        kirim(cast)
    impor([jawab(baru)], cast)
    assert baru.status is StatusSurat.DICABUT_MENUNGGU and cast.sari.asn.tahap is None
    alasan = list_riwayat(MACHINE, baru)[-1].alasan
    assert alasan == ("meninggal" if oleh == "hadi" else "donatur_berhenti")
    assert baru.daftar[0].asuhan.status is StatusAsuhan.BERAKHIR


def test_a_paper_older_than_the_newer_version_leaves_it(cast: Any) -> None:
    lama = berlaku_siap(cast)
    with time_machine.travel("2026-11-23T03:00:00Z", tick=False):
        baru = make_unggah(cast.sari)
        actions.stop_surat(lama, by=cast.budi.pelaku, ditandatangani_pada=date(2026, 11, 22))
        assert find_pencabutan(baru.id) is None and baru.status is StatusSurat.DIUNGGAH


def test_stopping_the_newer_version_leaves_the_one_in_force(cast: Any) -> None:
    lama = berlaku_siap(cast)
    baru = make_unggah(cast.sari)
    actions.stop_surat(baru, by=cast.sari.pelaku)
    assert lama.status is StatusSurat.AKTIF and lama.daftar[0].asuhan.status is StatusAsuhan.SIAP
    assert baru.daftar[0].asuhan.status is StatusAsuhan.BERAKHIR
    assert cast.sari.asn.tahap is Tahap.TERVERIFIKASI


# -- while somebody else holds the letter -------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_stopping_while_the_bank_has_it(cast: Any) -> None:
    surat = make_setuju(cast)
    kirim(cast)
    row = actions.stop_surat(surat, by=cast.sari.pelaku)
    assert row and row.berkas_cetak_id and surat.status is StatusSurat.DIAJUKAN_BANK
    assert refusal(lambda: actions.stop_surat(surat, by=cast.sari.pelaku)).kode == "sudah_dicabut"
    assert actions.run_waiting() == 0
    impor([jawab(surat)], cast)
    assert surat.status is StatusSurat.DICABUT_MENUNGGU
    assert [one.langkah for one in list_riwayat(MACHINE, surat)][-2:] == ["M13", "M18"]
    assert surat.daftar[0].asuhan.status is StatusAsuhan.BERAKHIR and cast.sari.asn.tahap is None


def test_the_bank_refuses_what_was_stopped(cast: Any) -> None:
    surat = make_setuju(cast)
    kirim(cast)
    actions.stop_surat(surat, by=cast.sari.pelaku)
    impor([jawab(surat, "14")], cast)
    assert actions.run_waiting() == 1 and surat.status is StatusSurat.DIBATALKAN
    assert actions.run_waiting() == 0
    assert list_riwayat(MACHINE, surat)[-1].pelaku_id == cast.sari.akun.id


def test_stopping_while_a_verifikator_has_it(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    advance(MACHINE, surat, "ambil", by=cast.rini.pelaku)
    row = actions.stop_surat(surat, by=cast.sari.pelaku)
    assert row and surat.status is StatusSurat.DIPERIKSA and row.berkas_cetak_id is None
    advance(MACHINE, surat, "lepas", by=cast.dewi.pelaku)
    assert actions.run_waiting() == 1 and surat.status is StatusSurat.DIBATALKAN


# -- the way to the bank ------------------------------------------------------------------------------------


def test_three_dates_and_the_end(cast: Any) -> None:
    surat = berlaku_siap(cast)
    row = actions.stop_surat(surat, by=cast.sari.pelaku)
    assert row and list_pencabutan(seen_by=cast.hadi.pelaku) == [row]
    assert list_pencabutan(seen_by=cast.sari.pelaku) == []
    hadi = cast.hadi.pelaku
    assert refusal(lambda: actions.acknowledge_pencabutan(row, by=hadi)).kode == "belum_diteruskan"
    for day in (date(2026, 11, 20), date(2026, 11, 22)):
        assert refusal(lambda day=day: actions.forward_pencabutan(row, day, by=hadi)).field == "tanggal"
    with pytest.raises(Forbidden):
        actions.forward_pencabutan(row, date(2026, 11, 21), by=cast.sari.pelaku)
    actions.forward_pencabutan(row, date(2026, 11, 21), by=hadi)
    assert refusal(lambda: actions.forward_pencabutan(row, date(2026, 11, 21), by=hadi))
    actions.acknowledge_pencabutan(row, by=hadi)
    assert surat.status is StatusSurat.DICABUT and list_pencabutan(seen_by=hadi) == []
    assert list_pencabutan(seen_by=hadi, selesai=True) == [row]


@pytest.mark.parametrize("siapa", ["wati", "lina", "agus", "joko", "bayu", "yuni"])
def test_others_do_not_see_a_withdrawal(cast: Any, siapa: str) -> None:
    row = actions.stop_surat(berlaku_siap(cast), by=cast.sari.pelaku)
    assert row is not None
    with pytest.raises(NotFound):
        get_pencabutan(row.id, seen_by=getattr(cast, siapa).pelaku)


def test_after_withdrawing_a_new_letter_may_be_made(cast: Any) -> None:
    actions.stop_surat(berlaku_siap(cast), by=cast.sari.pelaku)
    assert setujui(make_unggah(cast.sari), cast).status is StatusSurat.TERVERIFIKASI


# -- at the same moment -------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_stopping_in_four_tabs_at_once(app: Any, cast: Any) -> None:
    surat_id = berlaku_siap(cast).id
    db.session.commit()

    def stop(_number: int) -> bool:
        by = Cast.load().sari.pelaku
        actions.stop_surat(get_surat(surat_id, seen_by=by, untuk_diubah=True), by=by)
        db.session.commit()
        return True

    done = run_at_once(app, 4, stop)
    assert done.count(True) == 1 and all(one is True or isinstance(one, RuleError) for one in done), done
    assert db.session.scalars(db.select(Pencabutan)).one().nomor == "000001/CK/XI/2026"


@pytest.mark.kedua_basis
def test_stopping_while_the_packet_leaves(app: Any, cast: Any) -> None:
    """Either cancelled before it left, or written down to be carried out on the bank's answer."""
    surat_id, paket_id = make_setuju(cast).id, setujui_paket(susun(cast), cast).id
    db.session.commit()

    def work(number: int) -> Any:
        people = Cast.load()
        if number:
            by = people.sari.pelaku
            actions.stop_surat(get_surat(surat_id, seen_by=by, untuk_diubah=True), by=by)
        else:
            paket = db.session.get_one(Paket, paket_id, with_for_update=True)
            paket_actions.kirim_paket(paket, by=people.hadi.pelaku)
        db.session.commit()
        return number

    done = run_at_once(app, 2, work)
    assert not any(isinstance(one, OperationalError) for one in done), done
    surat, paket = db.session.get_one(SuratKuasa, surat_id), db.session.get_one(Paket, paket_id)
    if paket.status is StatusPaket.DIKIRIM:
        assert surat.status is StatusSurat.DIAJUKAN_BANK and find_pencabutan(surat_id) is not None
    else:
        assert surat.status is StatusSurat.DIBATALKAN and isinstance(done[0], RuleError)
        assert paket.status is StatusPaket.DISETUJUI
