"""The bank's answers: every line an outcome, the same file twice changes nothing (M13-M15)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from rentan.asn.status import Tahap
from rentan.asuhan.status import StatusAsuhan
from rentan.autodebet.berlaku import berlakukan
from rentan.autodebet.models import BarisMandat
from rentan.autodebet.perbaikan import get_tolakan, kembalikan, list_tolakan
from rentan.berkas.queries import list_kini
from rentan.berkas.status import JenisBerkas
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.permissions import Peran
from rentan.core.settings import change_setting
from rentan.core.subject import reveal
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.paket.models import Paket, Pengecualian
from rentan.paket.status import StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.jeda import pause_surat, resume_surat
from rentan.surat_kuasa.penjaga import JEDA_BLOKIR
from rentan.surat_kuasa.queries import find_berjalan
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from rentan.verifikasi.models import PermintaanPerbaikan, Putusan
from rentan.verifikasi.status import HasilPutusan
from tests import factories
from tests.autodebet.maker import impor, jawab, kirim, make_berlaku, make_setuju, setujui
from tests.cast import Cast
from tests.iuran.maker import make_donatur
from tests.surat_kuasa.kertas import add_asuhan, make_unggah, upload_all
from tests.threads import run_at_once
from tests.tolak import refusal

pytestmark = pytest.mark.usefixtures("hari_uji")


def exceptions() -> list[str]:
    return sorted(db.session.scalars(db.select(Pengecualian.kode)))


@pytest.mark.kedua_basis
def test_the_bank_accepts(cast: Any) -> None:
    surat = make_setuju(cast)
    asuhan = surat.daftar[0].asuhan
    asuhan.pekerja.status = StatusPekerja.TERDAFTAR
    paket = kirim(cast)
    hasil = impor([jawab(surat)], cast)
    assert (hasil.changed, hasil.unchanged, hasil.rincian["Diterima bank"]) == (1, 0, 1)
    assert surat.status is StatusSurat.AKTIF and surat.berlaku_mulai == date(2026, 12, 1)
    assert asuhan.status is StatusAsuhan.SIAP  # registered at BPJS already: A7
    assert paket.status is StatusPaket.HASIL_LENGKAP
    [baris] = db.session.scalars(db.select(BarisMandat))
    assert (baris.hasil, baris.kode_hasil, baris.berlaku_mulai) == (
        HasilBaris.DITERIMA,
        "00",
        surat.berlaku_mulai,
    )


def test_a_worker_whom_bpjs_has_not_registered_goes_on_waiting(cast: Any) -> None:
    surat = make_berlaku(cast)
    assert surat.daftar[0].asuhan.status is StatusAsuhan.MENUNGGU_MANDAT


def test_some_answers_first(cast: Any) -> None:
    sari, eko = make_setuju(cast), make_setuju(cast, "eko")
    paket = kirim(cast)
    impor([jawab(sari)], cast)
    assert paket.status is StatusPaket.HASIL_SEBAGIAN and eko.status is StatusSurat.DIAJUKAN_BANK
    impor([jawab(sari), jawab(eko, "21")], cast)
    assert paket.status is StatusPaket.HASIL_LENGKAP and eko.status is StatusSurat.DITOLAK_BANK


@pytest.mark.kedua_basis
def test_the_same_file_twice_changes_nothing(cast: Any) -> None:
    sari, eko = make_setuju(cast), make_setuju(cast, "eko")
    kirim(cast)
    lines = [jawab(sari), jawab(eko, "99"), f"SK-TIDAKADA;123;00;x;{21}-11-2026"]
    impor(lines, cast)
    before = (sari.versi, eko.versi, exceptions())
    again = impor(reversed(lines), cast)
    assert (again.changed, again.unchanged, again.rincian["Menjadi pengecualian"]) == (0, 3, 0)
    assert (sari.versi, eko.versi, exceptions()) == before
    assert exceptions() == ["kode_tidak_dikenal", "referensi_tidak_dikenal"]


@pytest.mark.parametrize(
    ("ubah", "kode"),
    [
        ({"rekening": "9999999999"}, "rekening_beda"),
        ({"kode": "77"}, "kode_tidak_dikenal"),
        ({"tanggal": "22-11-2026"}, "tanggal_tidak_mungkin"),
        ({"tanggal": "20-11-2026"}, "tanggal_tidak_mungkin"),
    ],
)
def test_what_fits_nowhere_is_an_exception_and_stops_nothing(
    cast: Any, ubah: dict[str, str], kode: str
) -> None:
    sari, eko = make_setuju(cast), make_setuju(cast, "eko")
    kirim(cast)
    impor([jawab(sari, **ubah), jawab(eko)], cast)
    assert sari.status is StatusSurat.DIAJUKAN_BANK and eko.status is StatusSurat.AKTIF
    [one] = db.session.scalars(db.select(Pengecualian))
    assert one.kode == kode and sari.ref not in one.pesan and sari.ref in (reveal(one, "nilai") or "")


def test_an_unreadable_line_is_refused_with_its_place(cast: Any) -> None:
    sari = make_setuju(cast)
    kirim(cast)
    hasil = impor([jawab(sari), ";2034567891;00;;21-11-2026", "SK-AAAA;1;00;;31-02-2026"], cast)
    assert len(hasil.refused) == 2 and sari.status is StatusSurat.AKTIF


def test_two_answers_for_one_letter(cast: Any) -> None:
    sari = make_setuju(cast)
    kirim(cast)
    impor([jawab(sari), jawab(sari, "21")], cast)
    assert sari.status is StatusSurat.DIAJUKAN_BANK
    assert exceptions() == ["jawaban_bertentangan", "jawaban_bertentangan"]


def test_the_bank_changes_its_mind(cast: Any) -> None:
    sari = make_berlaku(cast)
    impor([jawab(sari, "62")], cast)
    assert sari.status is StatusSurat.AKTIF and exceptions() == ["jawaban_berubah"]


def test_a_letter_never_sent(cast: Any) -> None:
    sari = make_setuju(cast)
    impor([jawab(sari)], cast)
    assert sari.status is StatusSurat.TERVERIFIKASI and exceptions() == ["belum_dikirim"]


def test_a_file_cut_in_half_says_so(cast: Any) -> None:
    sari = make_setuju(cast)
    kirim(cast)
    assert "terpotong" in impor([jawab(sari)], cast, kaki="TOTAL;2").warnings[0]


def test_ones_own_answer_is_for_somebody_else(cast: Any) -> None:
    sari = make_setuju(cast)
    kirim(cast)
    factories.grant(cast.sari.akun, Peran.BENDAHARA)
    db.session.flush()
    hadi, cast.hadi = cast.hadi, cast.sari
    impor([jawab(sari)], cast)
    assert sari.status is StatusSurat.DIAJUKAN_BANK and exceptions() == ["surat_sendiri"]
    cast.hadi = hadi
    impor([jawab(sari)], cast)
    assert sari.status is StatusSurat.AKTIF


@pytest.mark.kedua_basis
def test_a_new_version_replaces_the_one_in_force(cast: Any) -> None:
    lama = make_berlaku(cast)
    db.session.commit()
    with time_machine.travel("2026-12-10T03:00:00Z", tick=False):
        baru = setujui(make_unggah(cast.sari), cast)
        kirim(cast)
        impor([jawab(baru)], cast)
        assert baru.status is StatusSurat.AKTIF and baru.berlaku_mulai == date(2027, 1, 1)
        assert lama.status is StatusSurat.DIGANTI and lama.berlaku_sampai == date(2026, 12, 31)
        assert list_riwayat(MACHINE, lama)[-1].langkah == "M20"
        assert cast.sari.asn.tahap is Tahap.TERVERIFIKASI


def test_two_versions_before_one_cut_off_take_turns(cast: Any) -> None:
    lama = make_berlaku(cast)
    baru = setujui(make_unggah(cast.sari), cast)
    kirim(cast)
    impor([jawab(baru)], cast)
    assert (lama.berlaku_sampai, baru.berlaku_mulai) == (date(2026, 12, 31), date(2027, 1, 1))


def test_a_new_version_waits_for_the_end_of_a_pause(cast: Any) -> None:
    """M20 begins at ``aktif``: the exception says what to do, and then the same answer is taken."""
    surat = make_setuju(cast)
    surat.urutan_versi = 2
    kirim(cast)
    lama = make_donatur(cast.sari.asn, pekerja=0, rekening="1099999999").surat
    pause_surat(lama, 1, by=cast.hadi.pelaku, alasan=JEDA_BLOKIR)
    assert impor([jawab(surat)], cast).rincian["Menjadi pengecualian"] == 1
    assert exceptions() == ["surat_dijeda"] and surat.status is StatusSurat.DIAJUKAN_BANK

    resume_surat(lama, by=cast.hadi.pelaku)
    impor([jawab(surat)], cast, kaki="TOTAL;1")
    assert (surat.status, lama.status) == (StatusSurat.AKTIF, StatusSurat.DIGANTI)


@pytest.mark.kedua_basis
def test_two_treasurers_read_one_answer(app: Any, cast: Any) -> None:
    sari = make_setuju(cast)
    kirim(cast)
    line = jawab(sari)
    db.session.commit()

    def read(_number: int) -> int:
        found = impor([line], Cast.load())
        db.session.commit()
        return found.changed

    done = run_at_once(app, 4, read)
    assert sum(one for one in done if isinstance(one, int)) == 1, done
    assert all(isinstance(one, int | RuleError) for one in done), done
    assert [one.langkah for one in list_riwayat(MACHINE, sari)].count("M13") == 1


# -- M12 ----------------------------------------------------------------------------------------------------


def test_in_force_without_the_bank_only_by_setting(cast: Any) -> None:
    surat = make_setuju(cast)
    assert refusal(lambda: berlakukan(surat, by=cast.hadi.pelaku)).kode == "penjaga_m12"
    db.session.rollback()
    cast = Cast.load()
    surat = make_setuju(cast)
    change_setting("bank_mendaftar_mandat", False, by=cast.dewi.pelaku)
    for siapa in ("rini", "wati", "budi", "yuni"):
        with pytest.raises(Forbidden):
            berlakukan(surat, by=getattr(cast, siapa).pelaku)
    berlakukan(surat, by=cast.hadi.pelaku)
    assert surat.status is StatusSurat.AKTIF and surat.berlaku_mulai == date(2026, 12, 1)


# -- M15 ----------------------------------------------------------------------------------------------------


def refused_letter(cast: Any, kode: str) -> Any:
    surat = make_setuju(cast)
    kirim(cast)
    impor([jawab(surat, kode)], cast)
    return surat


@pytest.mark.kedua_basis
def test_a_picture_is_asked_for_again(cast: Any) -> None:
    surat = refused_letter(cast, "21")
    kini = list_kini(surat.id)
    old = Putusan(
        surat_kuasa_id=surat.id, berkas_id=kini[JenisBerkas.SURAT_KUASA].id, hasil=HasilPutusan.YA,
        oleh=cast.rini.akun.id, pada=surat.diputus_pada,
    )  # fmt: skip
    db.session.add(old)
    db.session.flush()
    tolakan = get_tolakan(surat.id, seen_by=cast.rini.pelaku)
    kembalikan(tolakan, kalimat=tolakan.kode.kalimat, versi=surat.versi, by=cast.rini.pelaku)
    assert surat.status is StatusSurat.PERLU_PERBAIKAN and old.gugur_pada is not None
    permintaan = db.session.scalars(db.select(PermintaanPerbaikan)).one()
    [butir] = permintaan.butir
    assert butir.putusan.berkas_id == kini[JenisBerkas.SURAT_KUASA].id
    assert butir.putusan.alasan == "tanda_tangan_beda" and "Tandatangani ulang" in butir.putusan.kalimat
    assert cast.sari.asn.tahap is Tahap.DIAJUKAN
    assert list_tolakan(seen_by=cast.rini.pelaku) == []


def test_wrong_data_opens_the_next_version(cast: Any) -> None:
    surat = refused_letter(cast, "14")
    tolakan = get_tolakan(surat.id, seen_by=cast.rini.pelaku)
    baru = kembalikan(tolakan, kalimat=tolakan.kode.kalimat, by=cast.rini.pelaku)
    assert surat.status is StatusSurat.DIBATALKAN and baru.status is StatusSurat.DRAF
    assert baru.urutan_versi == surat.urutan_versi + 1 and not baru.dibantu
    assert set(list_kini(baru.id)) == {JenisBerkas.KTP}  # the bank book is asked for anew
    assert find_berjalan(surat.asn_id) == baru and baru.daftar[0].asuhan == surat.daftar[0].asuhan
    last = list_riwayat(MACHINE, surat)[-1]
    assert last.langkah == "M15" and "nomornya" in (last.catatan or "")
    surat_actions.isi_draf(baru, by=cast.sari.pelaku, rekening="1111222233")
    surat_actions.cetak(baru, by=cast.sari.pelaku)
    upload_all(baru, cast.sari.pelaku)
    assert baru.status is StatusSurat.DICETAK


@pytest.mark.parametrize("siapa", ["wati", "budi", "hadi", "sari", "dewi"])
def test_only_a_verifikator_sends_back(cast: Any, siapa: str) -> None:
    surat = refused_letter(cast, "21")
    with pytest.raises(NotFound):
        get_tolakan(surat.id, seen_by=getattr(cast, siapa).pelaku)
    tolakan = get_tolakan(surat.id, seen_by=cast.rini.pelaku)
    with pytest.raises(Forbidden):
        kembalikan(tolakan, kalimat="x", by=getattr(cast, siapa).pelaku)


def test_a_sentence_and_the_page_as_seen(cast: Any) -> None:
    surat = refused_letter(cast, "31")
    tolakan = get_tolakan(surat.id, seen_by=cast.rini.pelaku)
    assert refusal(lambda: kembalikan(tolakan, kalimat="  ", by=cast.rini.pelaku)).field == "kalimat"
    with pytest.raises(Stale):
        kembalikan(tolakan, kalimat="x", versi=surat.versi - 1, by=cast.rini.pelaku)


def test_the_old_version_stays_in_force_while_the_new_one_is_refused(cast: Any) -> None:
    lama = make_berlaku(cast)
    add_asuhan(cast.sari, nama="Parman Rekaan")
    baru = setujui(make_unggah(cast.sari), cast)
    kirim(cast)
    impor([jawab(baru, "22")], cast)
    assert baru.status is StatusSurat.DITOLAK_BANK and lama.status is StatusSurat.AKTIF


def test_letters_and_packets_agree(cast: Any) -> None:
    make_berlaku(cast)
    paket = db.session.scalars(db.select(Paket)).one()
    assert paket.status is StatusPaket.HASIL_LENGKAP and paket.jumlah == 1
