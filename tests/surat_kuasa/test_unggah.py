"""M4, M22 and the papers: what is handed in, by whom, and where the original is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.exc import DBAPIError

from rentan.asn.status import Tahap
from rentan.berkas.models import Berkas
from rentan.berkas.queries import list_kini, read_asal, read_bersih
from rentan.berkas.status import JenisBerkas
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.surat_kuasa import actions, asli
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa
from rentan.surat_kuasa.queries import list_perpindahan, list_tawaran
from rentan.surat_kuasa.status import MACHINE, AsliDi, StatusSurat
from tests.surat_kuasa.kertas import (
    as_jpeg,
    as_pdf,
    make_cetak,
    make_draf,
    make_unggah,
    pages,
    photo,
    print_of,
    scan,
    upload,
    upload_all,
)
from tests.tolak import refusal

SURAT, KTP, BUKU = JenisBerkas.SURAT_KUASA, JenisBerkas.KTP, JenisBerkas.BUKU_REKENING


pytestmark = pytest.mark.usefixtures("hari_uji")


def test_handing_in(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    assert (
        surat.status is StatusSurat.DIUNGGAH and surat.diunggah_pada and surat.ditandatangani_pada == today()
    )
    assert cast.sari.asn.tahap is Tahap.DIAJUKAN and cast.sari.asn.ikut
    assert surat.asli_di is AsliDi.ASN
    last = list_riwayat(MACHINE, surat)[-1]
    assert last.langkah == "M4" and len(last.dokumen) == 3


@pytest.mark.parametrize("kurang", [SURAT, KTP, BUKU])
def test_three_papers_are_needed(cast: Any, kurang: JenisBerkas) -> None:
    surat, by = make_cetak(cast.sari), cast.sari.pelaku
    for jenis, data, nama in (
        (SURAT, scan(surat), "a.pdf"),
        (KTP, photo(), "b.jpg"),
        (BUKU, photo(), "c.jpg"),
    ):
        if jenis is not kurang:
            upload(surat, jenis, data, nama, by)
    refused = refusal(lambda: actions.unggah(surat, ditandatangani_pada=today(), by=by))
    assert kurang.label in refused.pesan
    assert list_tawaran(surat, by)["unggah"].alasan == refused.pesan
    assert surat.ditandatangani_pada is None and not cast.sari.asn.ikut


@pytest.mark.parametrize(("geser", "kata"), [(-1, "baru dicetak"), (3, "sesudah hari ini")])
def test_signature_between_print_and_today(cast: Any, geser: int, kata: str) -> None:
    surat, by = make_cetak(cast.sari), cast.sari.pelaku
    upload_all(surat, by)
    with time_machine.travel("2026-11-23T03:00:00Z", tick=False):
        for good in (date(2026, 11, 21), date(2026, 11, 23)):
            assert good <= today()
        bad = date(2026, 11, 21) + timedelta(days=geser)
        refused = refusal(lambda: actions.unggah(surat, ditandatangani_pada=bad, by=by))
        assert kata in refused.pesan and surat.status is StatusSurat.DICETAK
        actions.unggah(surat, ditandatangani_pada=date(2026, 11, 21), by=by)


def test_the_date_of_printing_is_the_citys(cast: Any) -> None:
    """Printed at 23.30 UTC on the 20th: in Semarang it is the 21st already."""
    with time_machine.travel("2026-11-20T23:30:00Z", tick=False):
        surat = make_cetak(cast.sari)
        upload_all(surat, cast.sari.pelaku)
        refused = refusal(
            lambda: actions.unggah(surat, ditandatangani_pada=date(2026, 11, 20), by=cast.sari.pelaku)
        )
        assert "21 November 2026" in refused.pesan


# -- page codes ---------------------------------------------------------------------------------------------


def test_codes_are_recognised_on_scan_and_photo(cast: Any) -> None:
    surat, by = make_cetak(cast.sari), cast.sari.pelaku
    assert upload(surat, SURAT, scan(surat), "a.pdf", by).halaman_dikenal == surat.halaman
    first = pages(print_of(surat), scale=100 / 72)[0].rotate(178, expand=True, fillcolor="white")
    assert upload(surat, SURAT, as_jpeg(first), "foto.jpg", by).halaman_dikenal == 1


def test_missing_pages_are_noticed_when_codes_prove_it(cast: Any) -> None:
    surat, by = make_cetak(cast.sari), cast.sari.pelaku
    assert surat.halaman == 2
    upload_all(surat, by)
    upload(surat, SURAT, as_jpeg(pages(print_of(surat))[0]), "foto.jpg", by)
    assert "2 halaman" in refusal(lambda: actions.unggah(surat, ditandatangani_pada=today(), by=by)).pesan
    # A picture on which no code can be read proves nothing: the verifikator decides.
    upload(surat, SURAT, photo("white"), "foto.jpg", by)
    actions.unggah(surat, ditandatangani_pada=today(), by=by)


def test_somebody_elses_letter_is_refused(cast: Any) -> None:
    sari, lina = make_cetak(cast.sari), make_cetak(cast.lina)
    refused = refusal(lambda: upload(sari, SURAT, scan(lina), "a.pdf", cast.sari.pelaku))
    assert refused.kode == "kode_surat_lain" and "Lina" not in refused.pesan
    # One foreign page among the own ones is enough.
    mixed = as_pdf([pages(print_of(sari))[0], pages(print_of(lina))[1]])
    assert refusal(lambda: upload(sari, SURAT, mixed, "a.pdf", cast.sari.pelaku)).kode == "kode_surat_lain"
    assert list_kini(sari.id).keys() == {JenisBerkas.SURAT_CETAK}


def test_the_old_version_is_refused(cast: Any) -> None:
    by = cast.sari.pelaku
    lama = make_cetak(cast.sari)
    old_scan = scan(lama)
    baru = actions.ubah(lama, by=by)
    actions.cetak(baru, by=by)
    refused = refusal(lambda: upload(baru, SURAT, old_scan, "a.pdf", by))
    assert refused.kode == "kode_versi_lama" and "versi 2" in refused.pesan
    assert refusal(lambda: upload(lama, SURAT, old_scan, "a.pdf", by)).kode == "status_tidak_cocok"


# -- keeping ------------------------------------------------------------------------------------------------


def test_papers_are_stored_encrypted_and_read_back(cast: Any, app: Any) -> None:
    surat, by = make_draf(cast.sari), cast.sari.pelaku
    data = photo()
    row = upload(surat, KTP, data, "KTP Sari Rekaan 3374.jpg", by)
    assert read_asal(row) == data and read_bersih(row)[:3] == b"\xff\xd8\xff"
    store = app.extensions["rentan"].store
    for key in (row.kunci_asal, row.kunci_bersih):
        assert data[:64] not in store.get(key) and b"\xff\xd8\xff\xe0" not in store.get(key)


def test_a_newer_paper_takes_the_place_and_the_older_stays(cast: Any) -> None:
    surat, by = make_draf(cast.sari), cast.sari.pelaku
    first = upload(surat, KTP, photo(), "a.jpg", by)
    second = upload(surat, KTP, photo("navy"), "b.jpg", by)
    db.session.refresh(first)
    assert first.diganti_pada and second.diganti_pada is None
    assert list_kini(surat.id) == {KTP: second}
    assert read_asal(first) == photo()


def test_the_database_keeps_one_current_paper(cast: Any) -> None:
    surat = make_draf(cast.sari)
    row = upload(surat, KTP, photo(), "a.jpg", cast.sari.pelaku)
    columns = {c.name: getattr(row, c.name) for c in Berkas.__table__.columns if c.name != "id"}
    with pytest.raises(DBAPIError):
        db.session.add(Berkas(**columns))
        db.session.flush()


def test_the_signed_letter_comes_after_the_print(cast: Any) -> None:
    surat, by = make_draf(cast.sari), cast.sari.pelaku
    assert refusal(lambda: upload(surat, SURAT, photo(), "a.jpg", by)).kode == "status_tidak_cocok"
    upload(surat, KTP, photo(), "a.jpg", by)
    assert (
        refusal(lambda: upload(surat, JenisBerkas.SURAT_CETAK, photo(), "a.jpg", by)).kode == "berkas_jenis"
    )


def test_after_handing_in_nothing_is_replaced(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    for jenis in (SURAT, KTP, BUKU):
        assert (
            refusal(lambda jenis=jenis: upload(surat, jenis, photo(), "a.jpg", cast.sari.pelaku)).kode
            == "status_tidak_cocok"
        )


def test_a_new_version_keeps_ktp_and_bank_book(cast: Any) -> None:
    surat, by = make_cetak(cast.sari), cast.sari.pelaku
    upload_all(surat, by)
    baru = actions.ubah(surat, by=by)
    assert list_kini(baru.id).keys() == {KTP, BUKU}
    assert list_kini(surat.id).keys() == {JenisBerkas.SURAT_CETAK}


def test_only_so_many_files_a_day(cast: Any) -> None:
    surat, by = make_draf(cast.sari), cast.sari.pelaku
    data = photo()
    for _ in range(30):
        db.session.add(_uploaded(surat, by.akun_id, ukuran=1000))
    assert refusal(lambda: upload(surat, KTP, data, "a.jpg", by)).kode == "berkas_kuota"
    with time_machine.travel("2026-11-21T17:00:01Z", tick=False):  # midnight in the city
        upload(surat, KTP, data, "a.jpg", by)


def test_only_so_many_bytes_a_day(cast: Any) -> None:
    surat, by = make_draf(cast.sari), cast.sari.pelaku
    db.session.add(_uploaded(surat, by.akun_id, ukuran=50 * 1024**2 - 100))
    refused = refusal(lambda: upload(surat, KTP, photo(), "a.jpg", by))
    assert refused.kode == "berkas_kuota" and "besok" in refused.pesan
    # The operator has an own quota.
    upload(surat, KTP, photo(), "a.jpg", cast.budi.pelaku)


def _uploaded(surat: SuratKuasa, oleh: Any, *, ukuran: int) -> Berkas:
    return Berkas(
        jenis=BUKU, asn_id=surat.asn_id, surat_kuasa_id=None, kunci_asal="x", kunci_bersih="x",
        mime="image/jpeg", halaman=1, ukuran_asal=ukuran, ukuran=1, sha256_asal="", sha256="",
        diunggah_oleh=oleh, diunggah_pada=now(),
    )  # fmt: skip


# -- on behalf ----------------------------------------------------------------------------------------------


def test_the_operator_hands_in_for_somebody_of_the_own_opd(cast: Any) -> None:
    surat = make_unggah(cast.sari, by=cast.budi.pelaku)
    assert surat.status is StatusSurat.DIUNGGAH and surat.asli_di is AsliDi.OPD
    with pytest.raises(Forbidden):
        upload(make_draf(cast.eko), KTP, photo(), "a.jpg", cast.budi.pelaku)


@pytest.mark.parametrize("siapa", ["wati", "lina", "rini", "dewi", "agus", "bayu", "joko", "hadi"])
def test_nobody_else_hands_in(cast: Any, siapa: str) -> None:
    surat, other = make_cetak(cast.sari), getattr(cast, siapa).pelaku
    upload_all(surat, cast.sari.pelaku)
    for move in (
        lambda: upload(surat, KTP, photo(), "a.jpg", other),
        lambda: actions.unggah(surat, ditandatangani_pada=today(), by=other),
        lambda: actions.ubah(surat, by=other),
    ):
        with pytest.raises(Forbidden):
            move()
    # Admin and bendahara have places of their own to name (tests/surat_kuasa/test_asli.py), not the OPD's.
    with pytest.raises(RuleError if siapa in ("dewi", "hadi") else Forbidden):
        asli.pindah_asli(surat, AsliDi.OPD, by=other)


# -- cancelling ---------------------------------------------------------------------------------------------


def test_cancelling_a_sent_letter_steps_down(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    actions.batal(surat, by=cast.sari.pelaku)
    assert surat.status is StatusSurat.DIBATALKAN
    assert not cast.sari.asn.ikut and cast.sari.asn.tahap is None
    assert actions.buat(cast.sari.asn, by=cast.sari.pelaku).urutan_versi == 2


def test_the_verifikator_cancels_a_duplicate_but_not_the_own(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    assert refusal(lambda: actions.batal(surat, by=cast.rini.pelaku)).kode == "tanpa_alasan"
    actions.batal(surat, by=cast.rini.pelaku, alasan="duplikat")
    own = make_cetak(cast.rini)
    actions.batal(own, by=cast.rini.pelaku, alasan="duplikat")
    assert list_riwayat(MACHINE, own)[-1].peran == "asn"
    lina = make_draf(cast.lina)
    for other in (cast.budi, cast.wati, cast.dewi, cast.agus):
        with pytest.raises(Forbidden):
            actions.batal(lina, by=other.pelaku, alasan="x")


# -- the original -------------------------------------------------------------------------------------------


def test_the_way_of_the_original(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    asli.pindah_asli(surat, AsliDi.OPD, by=cast.sari.pelaku, catatan="diserahkan ke loket")
    assert refusal(lambda: asli.pindah_asli(surat, AsliDi.ASN, by=cast.sari.pelaku)).field == "ke"
    asli.pindah_asli(surat, AsliDi.ADMIN, by=cast.budi.pelaku)
    asli.pindah_asli(surat, AsliDi.HILANG, by=cast.budi.pelaku)
    way = [(one.dari.value, one.ke.value) for one in list_perpindahan(surat)]
    assert way == [("none", "asn"), ("asn", "opd"), ("opd", "admin"), ("admin", "hilang")]


@pytest.mark.parametrize("ke", [AsliDi.BANK, AsliDi.NONE, AsliDi.ASN])
def test_the_operator_cannot_say_everything(cast: Any, ke: AsliDi) -> None:
    surat = make_unggah(cast.sari)
    assert refusal(lambda: asli.pindah_asli(surat, ke, by=cast.budi.pelaku)).kode == "asli_tidak_dapat_pindah"


def test_a_draft_has_no_original(cast: Any) -> None:
    surat = make_draf(cast.sari)
    assert refusal(lambda: asli.pindah_asli(surat, AsliDi.OPD, by=cast.budi.pelaku))


@pytest.mark.kedua_basis
def test_the_way_cannot_be_rewritten(cast: Any) -> None:
    make_unggah(cast.sari)
    db.session.commit()
    with pytest.raises(DBAPIError):
        db.session.execute(db.update(PerpindahanAsli).values(ke=AsliDi.HILANG))
    db.session.rollback()
