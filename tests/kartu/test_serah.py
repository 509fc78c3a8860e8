"""K7 and K13: a card into the worker's hands, once, by the own kecamatan, and back again by rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from rentan.asn.models import HitunganOpd
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.subject import reveal
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.kartu.models import AcaraSerah, Kartu, PenyerahanKartu
from rentan.kartu.serah import (
    SudahDiserahkan,
    find_penyerahan,
    get_penyerahan,
    hand_over_kartu,
    is_seketika,
    undo_serah,
)
from rentan.kartu.serah_cari import find_scanned, read_scan, search_kartu
from rentan.kartu.status import (
    MACHINE,
    CaraSerah,
    HasilUndangan,
    Hubungan,
    Penerima,
    StatusKartu,
)
from tests.cast import Cast
from tests.kartu.hari import BESOK, TUGU, list_undangan, make_acara, make_kartu
from tests.threads import run_at_once


def serahkan(kartu: Kartu, orang: Any, **more: Any) -> PenyerahanKartu:
    facts = {
        "penerima": Penerima.PEKERJA, "tanggal": today(), "cara": CaraSerah.PINDAI, "identitas_dilihat": True,
    }  # fmt: skip
    return hand_over_kartu(kartu, by=orang.pelaku, **(facts | more))


WAKIL = {
    "penerima": Penerima.WAKIL, "identitas_dilihat": False, "nama_wakil": "Tini Rekaan",
    "hubungan": Hubungan.ANAK, "alasan_wakil": "sakit",
}  # fmt: skip


@pytest.mark.kedua_basis
def test_joko_hands_a_card_over_and_the_opd_counts_it(cast: Cast) -> None:
    kartu = make_kartu(asn=cast.sari)
    row = serahkan(kartu, cast.joko)
    db.session.commit()
    assert kartu.status is StatusKartu.DISERAHKAN
    assert (row.tanggal, row.penerima, row.dicatat_oleh) == (today(), Penerima.PEKERJA, cast.joko.akun.id)
    assert list_riwayat(MACHINE, kartu)[-1].langkah == "K7"
    counted = db.session.scalar(
        db.select(HitunganOpd.pekerja_kartu).where(HitunganOpd.opd_id == cast.sari.asn.opd_id)
    )
    assert counted == 1


def test_and_tini_of_another_kecamatan_cannot(cast: Cast) -> None:
    kartu = make_kartu()
    with pytest.raises(Forbidden):
        serahkan(kartu, cast.tini)
    with pytest.raises(RuleError, match="tidak dikenal"):
        find_scanned(kartu.kode, seen_by=cast.tini.pelaku)


@pytest.mark.parametrize("nama", ["sari", "budi", "wati", "rini", "bayu", "dewi"])
def test_nobody_else_hands_cards_over(cast: Cast, nama: str) -> None:
    with pytest.raises(Forbidden):
        serahkan(make_kartu(), getattr(cast, nama))


def test_somebody_for_the_worker_needs_name_relation_and_reason(cast: Cast) -> None:
    kartu = make_kartu()
    for missing in ("nama_wakil", "hubungan", "alasan_wakil"):
        with pytest.raises(RuleError, match="nama wakil"):
            serahkan(kartu, cast.joko, **(WAKIL | {missing: None}))
    row = serahkan(kartu, cast.joko, **WAKIL)
    assert reveal(row, "nama_wakil") == "Tini Rekaan"
    assert b"Tini" not in (row.nama_wakil_enc or b"")


def test_the_identity_must_have_been_seen(cast: Cast) -> None:
    with pytest.raises(RuleError, match="identitas"):
        serahkan(make_kartu(), cast.joko, identitas_dilihat=False)


def test_a_parcel_is_counted_before_its_cards_are_handed_over(cast: Cast) -> None:
    with pytest.raises(RuleError, match="belum dihitung"):
        serahkan(make_kartu(status=StatusKartu.DIKIRIM_KEC), cast.joko)


def test_not_tomorrow(cast: Cast) -> None:
    with pytest.raises(RuleError, match="sesudah hari ini"):
        serahkan(make_kartu(), cast.joko, tanggal=today() + BESOK)


@pytest.mark.kedua_basis
def test_twice_is_a_notice_with_the_first_time(cast: Cast) -> None:
    kartu = make_kartu()
    first = serahkan(kartu, cast.joko)
    with pytest.raises(SudahDiserahkan) as said:
        serahkan(kartu, cast.joko)
    assert said.value.penyerahan is first


def test_the_list_of_the_day_is_ticked(cast: Cast) -> None:
    acara = make_acara(cast.joko, 2)
    undangan = list_undangan(acara)[0]
    serahkan(undangan.kartu, cast.joko, acara=acara)
    assert [one.hasil for one in list_undangan(acara)] == [HasilUndangan.DISERAHKAN, HasilUndangan.MENUNGGU]


def test_a_card_fetched_at_the_counter_does_not_wait_on_its_day(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    (undangan,) = list_undangan(acara)
    row = serahkan(undangan.kartu, cast.joko)
    assert undangan.hasil is HasilUndangan.DISERAHKAN
    undo_serah(row, by=cast.joko.pelaku)
    assert undangan.hasil is HasilUndangan.MENUNGGU
    assert undangan.kartu.status is StatusKartu.DIJADWALKAN


def test_a_day_in_the_future_hands_nothing_over(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1, tanggal=today() + BESOK)
    with pytest.raises(RuleError, match="baru berlangsung"):
        serahkan(list_undangan(acara)[0].kartu, cast.joko, acara=acara)


# -- K13 ----------------------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_taken_back_at_once_by_who_did_it(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    (undangan,) = list_undangan(acara)
    row = serahkan(undangan.kartu, cast.joko, acara=acara)
    db.session.commit()
    undo_serah(row, by=cast.joko.pelaku)
    db.session.commit()
    assert undangan.hasil is HasilUndangan.MENUNGGU
    assert undangan.kartu.status is StatusKartu.DIJADWALKAN
    assert [one.langkah for one in list_riwayat(MACHINE, undangan.kartu)] == ["K6", "K7", "K13", "K6"]
    assert row.dibatalkan_oleh == cast.joko.akun.id
    again = serahkan(undangan.kartu, cast.joko, acara=acara)
    db.session.commit()
    assert find_penyerahan(undangan.kartu) is again


def test_later_only_by_somebody_else_and_on_another_day_with_a_reason(cast: Cast) -> None:
    kartu = make_kartu()
    with time_machine.travel(now() - timedelta(days=2)):
        row = serahkan(kartu, cast.joko)
        db.session.commit()
    assert not is_seketika(row, cast.joko.pelaku)
    with pytest.raises(RuleError, match="petugas lain"):
        undo_serah(row, by=cast.joko.pelaku, alasan="salah_baris")
    with pytest.raises(RuleError, match="alasan"):
        undo_serah(row, by=cast.bayu.pelaku)
    undo_serah(row, by=cast.bayu.pelaku, alasan="salah_baris", catatan="tertukar")
    assert kartu.status is StatusKartu.DITERIMA_KEC
    assert row.alasan_batal == "salah_baris: tertukar"
    with pytest.raises(RuleError, match="sudah dibatalkan"):
        undo_serah(row, by=cast.bayu.pelaku, alasan="salah_baris")


def test_and_tini_does_not_even_see_it(cast: Cast) -> None:
    row = serahkan(make_kartu(), cast.joko)
    for nama in ("tini", "sari", "budi", "rini"):
        with pytest.raises(NotFound):
            get_penyerahan(row.id, seen_by=getattr(cast, nama).pelaku)
    assert get_penyerahan(row.id, seen_by=cast.bayu.pelaku) is row


# -- races --------------------------------------------------------------------------------------------------


@pytest.mark.kedua_basis
def test_four_desks_with_one_card_hand_it_over_once(app: Flask, cast: Cast) -> None:
    kartu_id, acara_id = make_acara_of_one(cast)
    joko = cast.joko.pelaku

    def desk(_n: int) -> Any:
        row = hand_over_kartu(
            db.session.get_one(Kartu, kartu_id), penerima=Penerima.PEKERJA, tanggal=today(),
            cara=CaraSerah.PINDAI, identitas_dilihat=True, by=joko,
            acara=db.session.get_one(AcaraSerah, acara_id),
        )  # fmt: skip
        db.session.commit()
        return row.id

    done = run_at_once(app, 4, desk)
    assert sum(not isinstance(one, Exception) for one in done) == 1
    assert [type(one) for one in done if isinstance(one, Exception)] == [SudahDiserahkan] * 3
    assert db.session.scalar(db.select(db.func.count()).select_from(PenyerahanKartu)) == 1


def make_acara_of_one(cast: Cast) -> tuple[Any, Any]:
    acara = make_acara(cast.joko, 1)
    return list_undangan(acara)[0].kartu_id, acara.id


@pytest.mark.kedua_basis
def test_four_desks_with_four_cards_of_one_donor(app: Flask, cast: Cast) -> None:
    kartu = [make_kartu(f"Pekerja {n}", asn=cast.sari).id for n in range(8)]
    joko = cast.joko.pelaku

    def desk(number: int) -> int:
        for kartu_id in kartu[number * 2 : number * 2 + 2]:
            hand_over_kartu(
                db.session.get_one(Kartu, kartu_id), penerima=Penerima.PEKERJA, tanggal=today(),
                cara=CaraSerah.PINDAI, identitas_dilihat=True, by=joko,
            )  # fmt: skip
            db.session.commit()
        return number

    assert run_at_once(app, 4, desk) == [0, 1, 2, 3]
    counted = db.session.scalar(
        db.select(HitunganOpd.pekerja_kartu).where(HitunganOpd.opd_id == cast.sari.asn.opd_id)
    )
    assert counted == 8


# -- which card is meant ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("teks", "read"),
    [
        ("RENTAN:KT:7K2MQ9XW", ("kode", "7K2MQ9XW")),
        (" rentan:kt:7k2mq9xw\n", ("kode", "7K2MQ9XW")),
        ("7k2m-q9xw", ("kode", "7K2MQ9XW")),
        ("7K2MQ9XO", ("kode", "7K2MQ9X0")),
        ("26110123456", ("kpj", "26110123456")),
        ("2611 0123 456", ("kpj", "26110123456")),
        ("2611012345", ("kpj", "2611012345")),
        ("RENTAN:SK:SK-1:1:1/2", None),
        ("RENTAN:LH:AC-1:1/2", None),
        ("x", None),
        ("", None),
        ("a" * 80, None),
    ],
)
def test_what_a_scanner_types(teks: str, read: Any) -> None:
    assert read_scan(teks) == read


def test_found_by_label_by_typing_and_by_the_cards_own_barcode(cast: Cast) -> None:
    kartu = make_kartu(kpj="26110123456")
    replaced = make_kartu(kpj="26110123456", status=StatusKartu.HILANG)
    for teks in (f"RENTAN:KT:{kartu.kode}", kartu.kode.lower(), "26110123456"):
        assert find_scanned(teks, seen_by=cast.joko.pelaku) is kartu
    assert find_scanned(replaced.kode, seen_by=cast.joko.pelaku) is replaced


def test_refusal_tells_nothing_about_foreign_cards(cast: Cast) -> None:
    foreign = make_kartu(kelurahan=TUGU)
    said = set()
    for teks in (foreign.kode, f"RENTAN:KT:{foreign.kode}", "K0000000", "26110999999", "???"):
        with pytest.raises(RuleError) as refused:
            find_scanned(teks, seen_by=cast.joko.pelaku)
        said.add((refused.value.pesan, refused.value.kode, refused.value.status))
    assert len(said) == 1


def test_search_by_name_and_last_digits(cast: Cast) -> None:
    kartu = make_kartu("Slamet Widodo Rekaan", kpj="26110123456")
    make_kartu("Slamet Widodo Rekaan", kelurahan=TUGU)
    other = make_kartu("Slamet Hartono Rekaan")
    nik = reveal(kartu.pekerja, "nik") or ""
    joko = cast.joko.pelaku
    assert {one.id for one in search_kartu("slamet", "", seen_by=joko)} == {kartu.id, other.id}
    assert [one.id for one in search_kartu("widodo", "", seen_by=joko)] == [kartu.id]
    assert [one.id for one in search_kartu("slamet", nik[-4:], seen_by=joko)] == [kartu.id]
    assert [one.id for one in search_kartu("", "3456", seen_by=joko)] == [kartu.id]
    # More digits of the card's number narrow the search; of a NIK they would tell the birth date (MSK-1).
    assert [one.id for one in search_kartu("", "10123456", seen_by=joko)] == [kartu.id]
    assert not search_kartu("slamet", nik[-6:], seen_by=joko)
    assert search_kartu("slamet", "", seen_by=joko)[0].nik4 in {
        nik[-4:],
        (reveal(other.pekerja, "nik") or "")[-4:],
    }
    assert not search_kartu("%", "", seen_by=joko)
    assert not search_kartu("slamet widodo", "", seen_by=cast.sari.pelaku)


def test_at_most_twenty(cast: Cast) -> None:
    for n in range(25):
        make_kartu(f"Slamet {n} Rekaan")
    assert len(search_kartu("slamet", "", seen_by=cast.joko.pelaku)) == 20
