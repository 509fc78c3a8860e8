"""From the request to the kecamatan: K1-K5 and the packing list, on both engines."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask

from rentan.core.actor import SISTEM
from rentan.core.clock import today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.subject import reveal
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.kartu import actions, queries
from rentan.kartu.models import Kartu
from rentan.kartu.penangan import PENANGAN, read_baris
from rentan.kartu.status import MACHINE, StatusKartu
from rentan.kepesertaan.kpj import setelah_kpj
from rentan.paket import actions as paket_actions
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.status import StatusPekerja
from tests import factories
from tests.cast import Cast
from tests.kartu import maker
from tests.threads import run_at_once

S = StatusKartu


def cards() -> list[Kartu]:
    return list(db.session.scalars(db.select(Kartu).order_by(Kartu.id)))


@pytest.mark.kedua_basis
def test_request_makes_one_card_per_registered_worker_with_a_donor(app: Flask, cast: Cast) -> None:
    wanted = maker.make_terdaftar(cast.sari)
    late = maker.make_terdaftar(cast.eko, kpj=False)
    factories.make_pekerja("Tanpa Donatur", status=StatusPekerja.TERDAFTAR)
    unregistered = maker.make_terdaftar(cast.sari)
    unregistered.pekerja.status = StatusPekerja.DIAJUKAN_BPJS
    db.session.flush()
    assert queries.count_belum() == 2
    assert actions.request_kartu(by=cast.bayu.pelaku) == 2
    assert actions.request_kartu(by=cast.bayu.pelaku) == 0
    found = {one.pekerja_id: one for one in cards()}
    assert set(found) == {wanted.pekerja_id, late.pekerja_id}
    # The number of the first one is known, so K2 followed at once; the other waits for it.
    one = found[wanted.pekerja_id]
    assert (one.status, one.kecamatan_kode) == (S.TERBIT, maker.NGALIYAN)
    assert reveal(one, "nomor") == reveal(wanted.pekerja, "kpj")
    assert [row.langkah for row in list_riwayat(MACHINE, one)] == ["K1", "K2"]
    assert found[late.pekerja_id].status is S.DIMINTA
    assert len({card.kode for card in cards()}) == 2


@pytest.mark.kedua_basis
def test_the_kpj_import_numbers_requested_cards(app: Flask, cast: Cast) -> None:
    late = maker.make_terdaftar(cast.sari, kpj=False)
    assert actions.minta_kartu() == 1  # the job, as the system
    assert actions.record_nomor(by=SISTEM) == 0
    maker.give_kpj(late.pekerja, "26123456789")
    for hook in setelah_kpj:
        hook([late.pekerja_id], cast.bayu.pelaku)
    assert cards()[0].status is S.TERBIT


@pytest.mark.kedua_basis
def test_twenty_presses_at_once_request_each_card_once(app: Flask, cast: Cast) -> None:
    for _ in range(5):
        maker.make_terdaftar(cast.sari)
    bayu = cast.bayu.pelaku

    def press(_: int) -> int:
        count = actions.request_kartu(by=bayu)
        db.session.commit()
        return count

    results = run_at_once(app, 8, press)
    assert len(cards()) == 5
    refused = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, RuleError) and one.kode == "bersamaan" for one in refused)
    assert sum(one for one in results if isinstance(one, int)) == 5


@pytest.mark.kedua_basis
def test_the_list_of_a_kecamatan_goes_from_built_to_sent(app: Flask, cast: Cast) -> None:
    ours = [maker.make_terdaftar(cast.sari, f"Urut {nama}") for nama in ("Ceti", "Abi", "Budi")]
    theirs = maker.make_terdaftar(cast.sari, "Di Tugu", maker.TUGU)
    waiting = maker.make_terdaftar(cast.sari, "Tanpa Nomor", kpj=False)
    bayu = cast.bayu.pelaku
    actions.request_kartu(by=bayu)
    paket = paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=maker.NGALIYAN)
    assert paket.jumlah == 3
    lines = PENANGAN.list_baris(paket, sesudah=0, banyak=10)
    assert [one.judul.split(",")[0] for one in lines] == ["Urut Abi", "Urut Budi", "Urut Ceti"]
    assert [one.urutan for one in PENANGAN.list_baris(paket, sesudah=1, banyak=1)] == [2]
    left = PENANGAN.list_dikecualikan(paket, banyak=10)
    assert [(one.judul, one.siapa) for one in left] == [(waiting.pekerja.nama, "Petugas BPJS")]
    with pytest.raises(RuleError) as again:
        paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=maker.NGALIYAN)
    assert again.value.kode == "paket_terbuka"

    paket_actions.kunci_paket(paket, by=bayu)
    by_worker = {one.pekerja_id: one for one in cards()}
    assert {by_worker[one.pekerja_id].status for one in ours} == {S.DICETAK}
    assert by_worker[theirs.pekerja_id].status is S.TERBIT
    first = paket_actions.read_berkas(paket)
    ours[0].pekerja.nama = "Nama Baru"  # what is frozen stays
    db.session.flush()
    assert paket_actions.read_berkas(paket) == first
    frozen = read_baris(paket)
    assert [one.nama for one in frozen] == ["Urut Abi", "Urut Budi", "Urut Ceti"]
    assert all(len(one.angka) == 4 and len(one.kode) == 8 for one in frozen)
    sheet = zipfile.ZipFile(io.BytesIO(first)).read("xl/worksheets/sheet1.xml").decode()
    kinds = set(re.findall(r'<c r="[A-Z]+\d+"[^>]* t="(\w+)"', sheet))
    assert kinds == {"inlineStr"}  # text cells only
    assert len(re.findall(r"<c ", sheet)) == len(re.findall(r't="inlineStr"', sheet))

    with pytest.raises(RuleError):
        paket_actions.kirim_paket(paket, by=bayu)  # nobody has approved it
    paket_actions.setujui_paket(paket, by=cast.yuni.pelaku)
    paket_actions.kirim_paket(paket, by=bayu, tanda_terima="kurir")
    assert {by_worker[one.pekerja_id].status for one in ours} == {S.DIKIRIM_KEC}


@pytest.mark.kedua_basis
def test_cards_of_a_cancelled_list_stay_printed_and_go_into_the_next(app: Flask, cast: Cast) -> None:
    maker.make_terdaftar(cast.sari)
    bayu = cast.bayu.pelaku
    actions.request_kartu(by=bayu)
    paket = paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=maker.NGALIYAN)
    paket_actions.kunci_paket(paket, by=bayu)
    with pytest.raises(RuleError):
        paket_actions.buka_paket(paket, alasan="salah", by=bayu)
    paket_actions.batal_paket(paket, alasan="Salah kecamatan", by=bayu)
    (kartu,) = cards()
    assert (kartu.status, kartu.paket_id) == (S.DICETAK, None)
    again = paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=maker.NGALIYAN)
    assert (again.jumlah, kartu.paket_id) == (1, again.id)
    paket_actions.kunci_paket(again, by=bayu)
    assert [row.langkah for row in list_riwayat(MACHINE, kartu)] == ["K1", "K2", "K3"]


@pytest.mark.kedua_basis
def test_a_line_taken_out_is_free_again(app: Flask, cast: Cast) -> None:
    for _ in range(2):
        maker.make_terdaftar(cast.sari)
    bayu = cast.bayu.pelaku
    actions.request_kartu(by=bayu)
    paket = paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=maker.NGALIYAN)
    out = cards()[0]
    paket_actions.keluarkan_baris(paket, out.id, by=bayu)
    assert (out.paket_id, paket.jumlah) == (None, 1)
    assert paket_actions.isi_lagi(paket, by=bayu) == 2


@pytest.mark.kedua_basis
def test_two_liaisons_building_the_same_list_get_one(app: Flask, cast: Cast) -> None:
    maker.make_terdaftar(cast.sari)
    bayu = cast.bayu.pelaku
    actions.request_kartu(by=bayu)

    def build(_: int) -> Any:
        paket = paket_actions.susun_paket(JenisPaket.KARTU, today(), by=bayu, lingkup=maker.NGALIYAN)
        db.session.commit()
        return paket.id

    results = run_at_once(app, 6, build)
    assert len([one for one in results if not isinstance(one, Exception)]) == 1
    assert all(one.kode == "paket_terbuka" for one in results if isinstance(one, RuleError))


@pytest.mark.kedua_basis
def test_receiving_counts_the_missing_and_the_strange(app: Flask, cast: Cast) -> None:
    paket, sent = maker.kirim_daftar(cast, 4)
    stray = maker.make_kartu(cast.sari, S.DIKIRIM_KEC, kecamatan=maker.TUGU)
    db.session.commit()
    joko = cast.joko.pelaku
    with pytest.raises(RuleError) as silent:
        actions.receive_kiriman([], {sent[0].id: " "}, by=joko)
    assert silent.value.kode == "tanpa_catatan"
    with pytest.raises(Forbidden):  # and Tini?
        actions.receive_kiriman([sent[0].id], {}, by=cast.tini.pelaku)
    db.session.rollback()
    there = [one.id for one in sent[:2]]
    assert actions.receive_kiriman(there, {}, by=joko, asing=[stray.kode, "ZZZZ0000"]) == (2, 0)
    assert "33.74.15" in (stray.catatan or "")
    assert paket.status is StatusPaket.DIKIRIM
    assert actions.receive_kiriman(
        [sent[1].id, sent[2].id], {sent[3].id: "Tidak ada dalam amplop"}, by=joko
    ) == (1, 1)
    assert [one.status for one in sent] == [S.DITERIMA_KEC] * 3 + [S.HILANG]
    assert all(one.diterima_pada for one in sent[:3])
    replacement = db.session.scalars(db.select(Kartu).where(Kartu.menggantikan_id == sent[3].id)).one()
    assert (replacement.status, replacement.pekerja_id) == (S.DIMINTA, sent[3].pekerja_id)
    assert paket.status is StatusPaket.HASIL_LENGKAP  # every card is accounted for


@pytest.mark.kedua_basis
def test_two_officers_counting_the_same_parcel(app: Flask, cast: Cast) -> None:
    _, sent = maker.kirim_daftar(cast, 3)
    ids, joko = [one.id for one in sent], cast.joko.pelaku

    def receive(_: int) -> tuple[int, int]:
        done = actions.receive_kiriman(ids, {}, by=joko)
        db.session.commit()
        return done

    assert sorted(run_at_once(app, 4, receive)) == [(0, 0)] * 3 + [(3, 0)]
