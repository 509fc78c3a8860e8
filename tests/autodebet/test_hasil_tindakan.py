"""What a treasurer records by hand: overpayment, late answers, reversals (C10, C15), owners."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from rentan.autodebet.hasil_baris import load_sasaran
from rentan.autodebet.hasil_catat import pengimpor_paket
from rentan.autodebet.hasil_tindakan import langkah
from rentan.core.actor import Pelaku
from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.gladi.bank import Salah
from rentan.iuran import buku, gerak
from rentan.iuran.buku_akun import AkunBuku
from rentan.iuran.models import Iuran, Percobaan, Urusan
from rentan.iuran.status import HasilCoba, JenisUrusan, KelasGagal
from rentan.iuran.urusan import buka_urusan
from rentan.laporan.periksa import uang_paket
from rentan.paket import uang
from rentan.paket.models import Pengecualian
from rentan.paket.penangan import Susulan
from rentan.paket.queries import Urusan as Pilihan
from rentan.paket.queries import get_pengecualian, list_pengecualian
from rentan.paket.status import StatusPaket
from rentan.paket.tampil import uang_tampil
from rentan.paket.urus import Isian, ambil_pengecualian, run_tindakan, selesaikan_pengecualian
from tests.autodebet.hasil_maker import BACA, KIRIM, baca, bank, baris, jawab, keadaan, make_terkirim, tulis
from tests.threads import run_at_once
from tests.tolak import refusal

HARI = Isian(tanggal=date(2026, 12, 1))
BATAL = Isian(tanggal=date(2026, 12, 2), ref_bank="RV77")
SUKSES, GAGAL, MENUNGGU = ("berhasil", "berhasil"), ("gagal", "gagal"), ("dikirim", "terbuka")


@pytest.fixture
def terkirim(cast: Any) -> Any:
    """A batch of three lines at the bank; then the day on which its answers are read."""
    with time_machine.travel(KIRIM, tick=False):
        found = make_terkirim(cast, 3)
    with time_machine.travel(BACA, tick=False):
        yield found


def the_exception() -> Pengecualian:
    return db.session.scalars(db.select(Pengecualian).order_by(Pengecualian.baris.desc())).first()


def settle(cast: Any, tindakan: str, isian: Isian | None = None) -> None:
    selesaikan_pengecualian(
        the_exception(), catatan="surat bank 12/XII", by=cast.hadi.pelaku, tindakan=tindakan, isian=isian
    )


def by_hand(ref: str, kunci: str, isian: Isian, by: Pelaku) -> None:
    run_tindakan(langkah(load_sasaran([ref])[ref]), kunci, isian, by, catatan="surat bank 12/XII")


def unknown(paket: Any) -> None:
    """C9 for the lines that wait, as B9 does it."""
    rows = [one for one in db.session.scalars(db.select(Percobaan)) if one.hasil is HasilCoba.TERBUKA]
    gerak.tanpa_kabar([one.iuran for one in rows])
    for one in rows:
        one.hasil = HasilCoba.TANPA_KABAR
        buka_urusan(
            JenisUrusan.TANPA_KABAR, one.iuran.asuhan, one.iuran.periode, "Tanya.", pemilik=Peran.BENDAHARA,
            iuran=one.iuran,
        )  # fmt: skip
    paket.status = StatusPaket.HASIL_LENGKAP
    db.session.flush()


@pytest.mark.kedua_basis
def test_an_overpayment_is_accepted_and_carried(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    found = bank(data, {Salah.NOMINAL: 1})
    baca(found.berkas[0].data, cast)
    settle(cast, "terima_lebih", HARI)
    assert set(keadaan(paket).values()) == {SUKSES} and paket.status is StatusPaket.HASIL_LENGKAP
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == sum(found.diambil.values())
    assert buku.saldo(AkunBuku.KREDIT_DONATUR) == -1
    # The same line once more, now that the matter is closed, is nothing new.
    [ref] = found.salah
    one = next(one for one in baris(data) if one.referensi == ref)
    assert baca(tulis(jawab(one, nominal=one.nominal + 1)), cast).changed == 0
    # Taken back by the bank: the credit goes with it.
    by_hand(ref, "batal", BATAL, cast.hadi.pelaku)
    assert buku.saldo(AkunBuku.KREDIT_DONATUR) == 0 and keadaan(paket)[ref] == GAGAL


def test_a_step_asks_for_what_it_needs(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    baca(bank(data, {Salah.NOMINAL: 1}).berkas[0].data, cast)
    assert refusal(lambda: settle(cast, "terima_lebih")).kode == "tanpa_tanggal"
    later = Isian(tanggal=date(2026, 12, 4))
    assert refusal(lambda: settle(cast, "terima_lebih", later)).kode == "tanggal_tidak_mungkin"
    assert refusal(lambda: settle(cast, "batal", BATAL)).kode == "tindakan_tidak_mungkin"
    assert refusal(lambda: settle(cast, "gagal", Isian(kode="00"))).kode == "kode_tidak_dikenal"
    assert the_exception().selesai_pada is None


@pytest.mark.parametrize(
    ("tindakan", "isian", "akhir"), [("berhasil", HARI, SUKSES), ("gagal", Isian(kode="51"), GAGAL)]
)
def test_what_the_bank_explains_about_a_duplicate(
    cast: Any, terkirim: Any, tindakan: str, isian: Isian, akhir: tuple[str, str]
) -> None:
    paket, data = terkirim
    found = bank(data, {Salah.DUPLIKAT: 1})
    baca(found.berkas[0].data, cast)
    settle(cast, tindakan, isian)
    [ref] = found.salah
    assert keadaan(paket)[ref] == akhir and paket.status is StatusPaket.HASIL_LENGKAP


def test_only_a_note_moves_nothing(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    baca(bank(data, {Salah.DUPLIKAT: 1}).berkas[0].data, cast)
    assert (
        refusal(lambda: selesaikan_pengecualian(the_exception(), catatan=" ", by=cast.hadi.pelaku)).kode
        == "tanpa_catatan"
    )
    settle(cast, "catatan")
    assert paket.status is StatusPaket.HASIL_SEBAGIAN and the_exception().selesai_pada is not None
    assert refusal(lambda: settle(cast, "catatan")).kode == "sudah_selesai"


def test_the_refusal_was_right_after_all(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    for one in bank(data, {Salah.BERHASIL_SUSULAN: 1}).berkas:
        baca(one.data, cast, one.nama)
    settle(cast, "gagal_benar")
    [kelas] = db.session.scalars(db.select(Iuran.kelas_gagal).where(Iuran.kelas_gagal.is_not(None)))
    assert kelas is KelasGagal.COBA_LAGI


@pytest.mark.kedua_basis
def test_late_answers_to_lines_without_news(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    a, b, c = baris(data)
    baca(tulis(jawab(a)), cast)
    unknown(paket)
    baca(tulis(jawab(b), jawab(a)), cast)
    assert keadaan(paket)[b.referensi] == SUKSES and paket.status is StatusPaket.HASIL_LENGKAP
    by_hand(c.referensi, "gagal", Isian(kode="62"), cast.hadi.pelaku)
    assert keadaan(paket)[c.referensi] == GAGAL
    assert db.session.scalar(db.select(db.func.count()).where(Urusan.selesai_pada.is_(None))) == 0
    coba = db.session.scalar(db.select(Percobaan).where(Percobaan.referensi == c.referensi))
    assert (coba.kode_hasil, coba.keterangan) == ("62", "surat bank 12/XII")


@pytest.mark.kedua_basis
def test_a_closed_batch_stays_and_says_what_changed_afterwards(cast: Any, terkirim: Any) -> None:
    """MON-4, B13: the reversal's own rows carry it; reconciliation and closing are what they were."""
    paket, data = terkirim
    a, b, c = baris(data)
    baca(tulis(jawab(a), jawab(c)), cast)
    unknown(paket)
    uang.rekonsiliasi(paket, kredit_bank=a.nominal + c.nominal, selisih=[], by=cast.hadi.pelaku)
    db.session.execute(db.update(Urusan).values(pemilik_id=cast.hadi.akun.id, tenggat=today()))
    uang.tutup(paket, by=cast.yuni.pelaku)
    before = _batch_rows()
    assert uang_tampil(paket).susulan == Susulan()

    with time_machine.travel("2026-12-03T04:00:00Z", tick=False):
        baca(tulis(jawab(b)), cast)
        by_hand(a.referensi, "batal", BATAL, cast.hadi.pelaku)
    assert _batch_rows() == before
    tampil = uang_tampil(paket)
    assert tampil.susulan == Susulan(1, a.nominal, 1, b.nominal)
    assert tampil.berhasil == a.nominal + c.nominal == paket.uang.kredit_bank
    assert [list(one.cari()) for one in uang_paket.PEMERIKSAAN if one.nama == "bank"] == [[]]


def _batch_rows() -> list[Any]:
    db.session.flush()
    return [db.session.execute(text(f"SELECT * FROM {one}")).all() for one in ("paket", "paket_uang")]


def test_a_reversal_of_what_was_remitted_is_a_matter(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    baca(bank(data).berkas[0].data, cast)
    rows = db.session.scalars(db.select(Iuran).order_by(Iuran.id)).all()
    gerak.masuk_setoran(rows, by=cast.bayu.pelaku)
    gerak.setor(rows, tanggal=today(), paket_id=paket.id, by=cast.hadi.pelaku)
    baca(tulis(jawab(baris(data)[0], "R1", ref="RV1")), cast)
    [urusan] = db.session.scalars(db.select(Urusan))
    assert urusan.jenis is JenisUrusan.TALANGAN
    assert buku.saldo(AkunBuku.PIUTANG_DONATUR) == baris(data)[0].nominal


def test_a_bank_reference_takes_back_one_debit(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    a, b, _ = baris(data)
    baca(bank(data).berkas[0].data, cast)
    by_hand(a.referensi, "batal", BATAL, cast.hadi.pelaku)
    assert refusal(lambda: by_hand(b.referensi, "batal", BATAL, cast.hadi.pelaku)).kode == "ref_bank_ganda"


def test_nobody_decides_about_the_own_line(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    one = baris(data)[0]
    coba = db.session.scalar(db.select(Percobaan).where(Percobaan.referensi == one.referensi))
    self_ = Pelaku(akun_id=cast.hadi.pelaku.akun_id, peran=cast.hadi.pelaku.peran, asn_id=coba.asn_id)
    assert refusal(lambda: by_hand(one.referensi, "berhasil", HARI, self_)).kode == "sendiri"


def test_who_read_the_answers_is_known(cast: Any, terkirim: Any) -> None:
    paket, data = terkirim
    baca(bank(data).berkas[0].data, cast)
    assert pengimpor_paket(paket) == {cast.hadi.pelaku.akun_id}


# -- the work list ------------------------------------------------------------------------------------------


def test_an_exception_is_taken_with_a_date(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    baca(bank(data, {Salah.DUPLIKAT: 1}).berkas[0].data, cast)
    one, by = the_exception(), cast.hadi.pelaku
    assert list_pengecualian(seen_by=by, urusan=Pilihan.BEBAS) == [one]
    assert refusal(lambda: ambil_pengecualian(one, tenggat=date(2026, 12, 2), by=by)).kode == "tenggat_lewat"
    versi = one.versi
    ambil_pengecualian(one, tenggat=date(2026, 12, 4), by=by, versi=versi)
    db.session.flush()
    with pytest.raises(Stale):
        ambil_pengecualian(one, tenggat=date(2026, 12, 5), by=by, versi=versi)
    assert list_pengecualian(seen_by=by, urusan=Pilihan.BEBAS) == []
    assert list_pengecualian(seen_by=by, urusan=Pilihan.SAYA) == [one]
    assert list_pengecualian(seen_by=by, urusan=Pilihan.LEWAT) == []
    with time_machine.travel("2026-12-05T03:00:00Z", tick=False):
        assert list_pengecualian(seen_by=by, urusan=Pilihan.LEWAT) == [one]


def test_wati_has_no_business_with_it(cast: Any, terkirim: Any) -> None:
    _, data = terkirim
    baca(bank(data, {Salah.DUPLIKAT: 1}).berkas[0].data, cast)
    one = the_exception()
    for by in (cast.wati.pelaku, cast.bayu.pelaku, cast.yuni.pelaku):
        with pytest.raises(NotFound):
            get_pengecualian(one.id, seen_by=by)
        with pytest.raises(Forbidden):
            selesaikan_pengecualian(one, catatan="x", by=by)
        with pytest.raises(Forbidden):
            ambil_pengecualian(one, tenggat=date(2026, 12, 9), by=by)


@pytest.mark.kedua_basis
def test_two_settle_the_same_line_at_once(app: Any, cast: Any) -> None:
    with time_machine.travel(KIRIM, tick=False):
        paket, data = make_terkirim(cast, 2)
    with time_machine.travel(BACA, tick=False):
        baca(bank(data, {Salah.DUPLIKAT: 1}).berkas[0].data, cast)
        db.session.commit()
        one_id, by, paket_id = the_exception().id, cast.hadi.pelaku, paket.id

        def settle_once(_n: int) -> str:
            try:
                row = get_pengecualian(one_id, seen_by=by, untuk_diubah=True)
                selesaikan_pengecualian(row, catatan="surat", by=by, tindakan="berhasil", isian=HARI)
                db.session.commit()
            except RuleError as refused:
                db.session.rollback()
                return refused.kode
            return "ok"

        assert sorted(run_at_once(app, 2, settle_once)) == ["ok", "sudah_selesai"]
        assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == sum(one.nominal for one in baris(data))
        assert paket_id is not None
