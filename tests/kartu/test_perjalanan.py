"""Not found, returned, sent again, lost, replaced, cancelled: K8-K12, on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
from flask import Flask

from rentan.asn.models import HitunganOpd
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.kartu import actions, kembali, queries
from rentan.kartu.acara import create_acara, finish_acara, invite_kartu, read_berita_acara
from rentan.kartu.models import Kartu
from rentan.kartu.serah import hand_over_kartu, undo_serah
from rentan.kartu.status import (
    MACHINE,
    AlasanBatalKartu,
    CaraSerah,
    HasilUndangan,
    Penerima,
    StatusKartu,
)
from rentan.kartu.tawaran import list_tawaran
from rentan.pekerja.koreksi import list_perubahan, values_of
from rentan.pekerja.status import StatusPekerja
from tests.cast import Cast
from tests.kartu import maker
from tests.threads import run_at_once

S = StatusKartu


def serah(kartu: Kartu, cast: Cast) -> Any:
    return hand_over_kartu(
        kartu,
        penerima=Penerima.PEKERJA,
        identitas_dilihat=True,
        tanggal=today(),
        cara=CaraSerah.PINDAI,
        by=cast.joko.pelaku,
    )


@pytest.mark.kedua_basis
def test_three_tries_then_back_to_the_liaison(app: Flask, cast: Cast) -> None:
    kartu, joko = maker.make_kartu(cast.sari), cast.joko.pelaku
    for attempt in range(1, 4):
        acara = create_acara(
            nama=f"Hari {attempt}", tempat="Balai", tanggal=today(), kecamatan_kode=maker.NGALIYAN, by=joko
        )
        invite_kartu(acara, [kartu.id], by=joko)
        kembali.note_absent_kartu(kartu, alasan="pindah", by=joko)
        assert (kartu.status, kartu.percobaan) == (S.TIDAK_KETEMU, attempt)
        if attempt < 3:
            assert "3 kali" in (list_tawaran(kartu, joko)["kembalikan"].alasan or "")
            with pytest.raises(RuleError):
                kembali.return_kartu(kartu, by=joko)
    with pytest.raises(RuleError) as unlisted:
        kembali.note_absent_kartu(kartu, alasan="pindah", by=joko)
    assert unlisted.value.kode == "tanpa_undangan"
    with pytest.raises(Forbidden):  # and Tini?
        kembali.return_kartu(kartu, by=cast.tini.pelaku)
    kembali.return_kartu(kartu, by=joko)
    assert kartu.status is S.DIKEMBALIKAN


@pytest.mark.kedua_basis
def test_sixty_days_are_enough_too(app: Flask, cast: Cast) -> None:
    kartu = maker.make_kartu(cast.sari, S.TIDAK_KETEMU, percobaan=1, diterima_pada=now() - timedelta(days=60))
    assert list_tawaran(kartu, cast.joko.pelaku)["kembalikan"].alasan is None
    kembali.return_kartu(kartu, by=cast.joko.pelaku)


@pytest.mark.kedua_basis
@pytest.mark.parametrize("siapa", ["sari", "budi"])
def test_donor_or_operator_gives_the_address_and_the_card_goes_there(
    app: Flask, cast: Cast, siapa: str
) -> None:
    kartu = maker.make_kartu(cast.sari, S.DIKEMBALIKAN, percobaan=3)
    bayu = cast.bayu.pelaku
    with pytest.raises(RuleError) as early:
        kembali.resend_kartu(kartu, by=bayu)
    assert early.value.kode == "alamat_belum"
    tujuan = maker.kelurahan(maker.TUGU)
    for other in (cast.wati, cast.eko, cast.joko, cast.rini, cast.bayu):  # and Wati?
        with pytest.raises(Forbidden):
            kembali.answer_alamat(kartu, alamat="Jalan X", kelurahan_kode=tujuan, by=other.pelaku)
    by = getattr(cast, siapa).pelaku
    with pytest.raises(RuleError):
        kembali.answer_alamat(kartu, alamat="Jalan X", kelurahan_kode="99.99.99.9999", by=by)
    kembali.answer_alamat(kartu, alamat="Jalan Baru 7", kelurahan_kode=tujuan, by=by)
    assert (kartu.kecamatan_kode, kartu.pekerja.alamat) == (maker.TUGU, "Jalan Baru 7")
    (kept,) = list_perubahan(kartu.pekerja)
    assert values_of(kept)["alamat"] == "Jalan Contoh 1"
    kembali.resend_kartu(kartu, by=bayu)
    assert (kartu.status, kartu.percobaan, kartu.paket_id) == (S.DIKIRIM_KEC, 0, None)
    # It is Tugu's now.
    assert queries.list_isi_kiriman(None, cast.tini.pelaku.kecamatan)[0].id == kartu.id
    with pytest.raises(Forbidden):
        actions.receive_kiriman([kartu.id], {}, by=cast.joko.pelaku)
    assert actions.receive_kiriman([kartu.id], {}, by=cast.tini.pelaku) == (1, 0)
    assert kartu.diterima_pada is not None


@pytest.mark.kedua_basis
def test_resending_without_an_answer_needs_a_word(app: Flask, cast: Cast) -> None:
    kartu = maker.make_kartu(cast.sari, S.DIKEMBALIKAN)
    kembali.resend_kartu(kartu, catatan="Ketua RT memastikan", by=cast.bayu.pelaku)
    assert list_riwayat(MACHINE, kartu)[-1].catatan == "Ketua RT memastikan"


@pytest.mark.kedua_basis
@pytest.mark.parametrize("apa", ["hilang", "rusak", "salah_data"])
def test_a_lost_broken_or_wrong_card_is_replaced(app: Flask, cast: Cast, apa: str) -> None:
    kartu = maker.make_kartu(cast.sari)
    with pytest.raises(RuleError) as silent:
        actions.report_kartu(kartu, apa, catatan="  ", by=cast.joko.pelaku)
    assert silent.value.kode == "tanpa_catatan"
    for other in (cast.tini, cast.eko, cast.rini, cast.budi, cast.dewi):  # and Tini?
        with pytest.raises(Forbidden):
            actions.report_kartu(kartu, apa, catatan="tidak berhak", by=other.pelaku)
    baru = actions.report_kartu(kartu, apa, catatan="Terbawa banjir", by=cast.joko.pelaku)
    assert kartu.status.value == apa
    assert baru is not None and baru.menggantikan_id == kartu.id
    assert (baru.status, baru.asuhan_id, baru.kecamatan_kode) == (S.DIMINTA, kartu.asuhan_id, maker.NGALIYAN)
    # The chain goes on, and each card knows all of it.
    actions.record_nomor_kartu(baru, by=cast.bayu.pelaku)
    assert [one.id for one in queries.list_rantai(kartu)] == [kartu.id, baru.id]
    assert queries.list_rantai(kartu) == queries.list_rantai(baru)
    # Bulk numbering leaves replacements to be noted one by one.
    assert queries.count_menunggu_nomor() == 0


@pytest.mark.kedua_basis
def test_the_donor_reports_a_lost_card_after_the_hand_over_and_the_counter_follows(
    app: Flask, cast: Cast
) -> None:
    kartu = maker.make_kartu(cast.sari)
    serah(kartu, cast)

    def counted() -> int:
        query = db.select(db.func.coalesce(db.func.sum(HitunganOpd.pekerja_kartu), 0))
        return int(db.session.scalar(query.where(HitunganOpd.bulan == today().replace(day=1))) or 0)

    assert counted() == 1
    with pytest.raises(Forbidden):
        actions.report_kartu(kartu, "hilang", catatan="bukan milik saya", by=cast.eko.pelaku)
    baru = actions.report_kartu(kartu, "hilang", catatan="Dompetnya hilang", by=cast.sari.pelaku)
    assert counted() == 0
    assert baru is not None
    assert list_riwayat(MACHINE, baru)[0].peran == "sistem"


@pytest.mark.kedua_basis
def test_a_reversed_hand_over_can_be_repeated(app: Flask, cast: Cast) -> None:
    kartu = maker.make_kartu(cast.sari)
    first = serah(kartu, cast)
    undo_serah(first, by=cast.joko.pelaku)
    assert kartu.status is S.DITERIMA_KEC
    later = serah(kartu, cast)
    later.dicatat_pada = now() - timedelta(days=2)
    db.session.flush()
    assert "petugas lain" in str(list_tawaran(kartu, cast.joko.pelaku)["batalkan_serah"].alasan)
    with pytest.raises(RuleError):
        undo_serah(later, by=cast.joko.pelaku, alasan="salah baris")
    undo_serah(later, by=cast.bayu.pelaku, alasan="Salah baris di lembar")
    assert len(queries.list_penyerahan(kartu)) == 2


@pytest.mark.kedua_basis
def test_reporting_a_scheduled_card_closes_its_line(app: Flask, cast: Cast) -> None:
    kartu, joko = maker.make_kartu(cast.sari), cast.joko.pelaku
    acara = create_acara(nama="Hari", tempat="Balai", tanggal=today(), kecamatan_kode=maker.NGALIYAN, by=joko)
    invite_kartu(acara, [kartu.id], by=joko)
    line = queries.find_undangan_menunggu(kartu)
    assert line is not None
    actions.report_kartu(kartu, "salah_data", catatan="Nama salah", by=joko)
    assert line.hasil is HasilUndangan.SALAH_DATA
    assert queries.find_undangan_menunggu(kartu) is None


def test_a_card_lost_on_the_day_is_not_said_to_lie_in_the_kecamatan(app: Flask, cast: Cast) -> None:
    kartu, absent, joko = maker.make_kartu(cast.sari), maker.make_kartu(cast.eko), cast.joko.pelaku
    acara = create_acara(nama="Hari", tempat="Balai", tanggal=today(), kecamatan_kode=maker.NGALIYAN, by=joko)
    invite_kartu(acara, [kartu.id, absent.id], by=joko)
    actions.report_kartu(kartu, "hilang", catatan="Terjatuh di jalan", by=joko)
    finish_acara(acara, by=joko)
    page = pdfium.PdfDocument(read_berita_acara(acara))[0].get_textpage().get_text_bounded()
    text = " ".join(page.split())
    assert "Kartu dilaporkan hilang" in text
    assert text.count("kembali disimpan di kecamatan") == 1, "only the card whose worker did not come"


@pytest.mark.kedua_basis
def test_no_replacement_for_whom_nobody_pays_or_bpjs_does_not_know(app: Flask, cast: Cast) -> None:
    gone = maker.make_kartu(cast.sari)
    gone.asuhan.status = StatusAsuhan.BERAKHIR
    ended = maker.make_kartu(cast.sari)
    ended.pekerja.status = StatusPekerja.BERAKHIR
    db.session.flush()
    for kartu in (gone, ended):
        assert actions.report_kartu(kartu, "hilang", catatan="Hilang", by=cast.joko.pelaku) is None
    with pytest.raises(RuleError) as without:
        actions.request_again(gone, by=cast.bayu.pelaku)
    assert without.value.kode == "tanpa_asuhan"
    with pytest.raises(RuleError) as unknown:
        actions.request_again(ended, by=cast.bayu.pelaku)
    assert unknown.value.kode == "penjaga_k1"
    gone.asuhan.status = StatusAsuhan.SIAP
    assert actions.request_again(gone, by=cast.bayu.pelaku).status is S.DIMINTA


@pytest.mark.kedua_basis
def test_cancelling_needs_the_reason_to_be_true_and_the_print_destroyed(app: Flask, cast: Cast) -> None:
    kartu, bayu = maker.make_kartu(cast.sari), cast.bayu.pelaku

    def cancel(**lain: Any) -> None:
        values = {"alasan": AlasanBatalKartu.GANDA, "catatan": "Kartu lama masih ada", "dimusnahkan": True}
        actions.cancel_kartu(kartu, **(values | lain), by=bayu)

    for wrong, kode in (
        ({"catatan": ""}, "tanpa_catatan"),
        ({"alasan": AlasanBatalKartu.BERAKHIR}, "masih_terdaftar"),
        ({"dimusnahkan": False}, "belum_dimusnahkan"),
    ):
        with pytest.raises(RuleError) as refused:
            cancel(**wrong)
        assert refused.value.kode == kode
    with pytest.raises(Forbidden):
        actions.cancel_kartu(
            kartu, alasan=AlasanBatalKartu.GANDA, catatan="x", dimusnahkan=True, by=cast.joko.pelaku
        )
    cancel()
    assert kartu.status is S.DIBATALKAN
    assert "dimusnahkan" in (list_riwayat(MACHINE, kartu)[-1].catatan or "")
    # Who had a card once gets no other one by itself.
    assert queries.count_belum() == 0
    again = actions.request_again(kartu, by=bayu)
    with pytest.raises(RuleError) as twice:
        actions.request_again(kartu, by=bayu)
    assert twice.value.kode == "bersamaan"
    assert again.menggantikan_id == kartu.id


@pytest.mark.kedua_basis
def test_two_reports_at_once_make_one_replacement(app: Flask, cast: Cast) -> None:
    kartu = maker.make_kartu(cast.sari)
    db.session.commit()
    key, joko, versi = kartu.id, cast.joko.pelaku, kartu.versi

    def report(_: int) -> Any:
        mine = queries.get_kartu(key, seen_by=joko)
        actions.report_kartu(mine, "hilang", catatan="Hilang", by=joko, versi=versi)
        db.session.commit()
        return "ok"

    results = run_at_once(app, 4, report)
    assert results.count("ok") == 1
    assert all(isinstance(one, RuleError | Stale) for one in results if one != "ok"), results
    assert db.session.scalar(db.select(db.func.count()).where(Kartu.menggantikan_id == key)) == 1


@pytest.mark.kedua_basis
def test_each_sees_the_own_cards_only(app: Flask, cast: Cast) -> None:
    sari = maker.make_kartu(cast.sari, nama="Slamet Rekaan")
    eko = maker.make_kartu(cast.eko, kecamatan=maker.TUGU, nama="Slamet Kedua")
    reach = {
        "sari": {sari}, "eko": {eko}, "budi": {sari}, "wati": {eko}, "joko": {sari}, "tini": {eko},
        "rini": {sari, eko}, "bayu": {sari, eko}, "dewi": set(), "agus": set(), "hadi": set(), "lina": set(),
    }  # fmt: skip
    for nama, mine in reach.items():
        by = getattr(cast, nama).pelaku
        listed = {one.id for one in queries.list_kartu(seen_by=by).baris}
        assert listed == {one.id for one in mine}, nama
        assert {one.id for one in queries.find_kartu("slamet", seen_by=by)} == listed, nama
        for one in (sari, eko):
            if one in mine:
                assert queries.get_kartu(one.id, seen_by=by) is one
            else:
                with pytest.raises(NotFound):
                    queries.get_kartu(one.id, seen_by=by)


def test_a_card_is_found_by_code_name_and_last_digits(app: Flask, cast: Cast) -> None:
    kartu = maker.make_kartu(cast.sari, nama="Slamet Rekaan")
    maker.make_kartu(cast.sari, nama="Slamet Lain")
    bayu = cast.bayu.pelaku
    last = actions.reveal(kartu, "nomor")[-4:]
    for words in (kartu.kode, f"{kartu.kode[:4]}-{kartu.kode[4:]}".lower(), f"slamet {last}", last):
        assert [one.id for one in queries.find_kartu(words, seen_by=bayu)] == [kartu.id], words
    assert queries.find_kartu("%", seen_by=bayu) == []
    assert queries.find_kartu("12", seen_by=bayu) == []
