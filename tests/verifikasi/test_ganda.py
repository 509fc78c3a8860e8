"""W4: apart, merged, refused; who keeps the worker, what each side reads, two verifikator at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from rentan.asn.hitungan_dasar import KOLOM_PEKERJA
from rentan.asn.hitungan_ulang import periksa_hitungan
from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.calon.actions import add_to_pool, tawarkan
from rentan.calon.models import Calon
from rentan.core.audit import Jejak
from rentan.core.clock import now
from rentan.core.errors import RuleError, Stale
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.pekerja.actions import flag_duplicates
from rentan.pekerja.koreksi import data_of
from rentan.pekerja.models import DugaDuplikat, Pekerja
from rentan.pekerja.status import MACHINE, PutusanDuplikat, StatusPekerja
from rentan.verifikasi import duplikat
from tests import factories
from tests.cast import Cast, Orang
from tests.threads import run_at_once

BEDA, SAMA, TOLAK = PutusanDuplikat.BEDA, PutusanDuplikat.SAMA, PutusanDuplikat.TOLAK
S = StatusPekerja


def pekerja(nama: str, *, umur_catatan: int = 0, **more: Any) -> Pekerja:
    """A worker recorded some days ago."""
    row = factories.make_pekerja(nama, **more)
    row.dicatat_pada = now() - timedelta(days=umur_catatan)
    return row


def asuh(orang: Orang, row: Pekerja, *, hari_lalu: int = 0) -> Asuhan:
    made = asuhan_actions.usulkan(
        orang.asn, row, program="JKK+JKM", penghasilan=1_000_000, periode=1, bulan_pertama=None,
        by=orang.pelaku,
    )  # fmt: skip
    made.dibuat_pada = now() - timedelta(days=hari_lalu)
    return made


def pasangan(**more: Any) -> tuple[Pekerja, Pekerja, DugaDuplikat]:
    """An older and a younger record that resemble each other, committed."""
    lama, baru = pekerja("Sri Rahayu", umur_catatan=9), pekerja("Sri Rahayuu", **more)
    assert flag_duplicates(baru) == 1
    db.session.commit()
    return lama, baru, db.session.scalars(db.select(DugaDuplikat)).one()


def counted() -> list[Any]:
    """Counters of workers that do not tell what the rows tell (factories write no roster counters)."""
    return [one for one in periksa_hitungan() if one.kolom in KOLOM_PEKERJA]


@pytest.mark.kedua_basis
def test_apart_is_remembered(cast: Cast) -> None:
    lama, baru, duga = pasangan()
    assert lama.status is baru.status is S.DUGA_DUPLIKAT
    duplikat.keep_apart(duga, alasan="KTP berbeda.", by=cast.rini.pelaku)
    db.session.commit()
    assert lama.status is baru.status is S.LAYAK and duga.putusan is BEDA
    assert flag_duplicates(baru) == flag_duplicates(lama) == 0
    assert list_riwayat(MACHINE, baru)[-1].langkah == "W4"


def test_apart_waits_for_the_other_doubts(cast: Cast) -> None:
    lama, baru, duga = pasangan()
    ketiga = pekerja("Sri Rahayu")
    flag_duplicates(ketiga)
    db.session.commit()
    duplikat.keep_apart(duga, alasan="KTP berbeda.", by=cast.rini.pelaku)
    assert {lama.status, baru.status, ketiga.status} == {S.DUGA_DUPLIKAT}
    rest = db.session.scalars(db.select(DugaDuplikat).where(DugaDuplikat.diputus_pada.is_(None))).all()
    assert len(rest) == 2
    for one in rest:
        duplikat.keep_apart(one, alasan="KTP berbeda.", by=cast.rini.pelaku)
    assert {lama.status, baru.status, ketiga.status} == {S.LAYAK}


@pytest.mark.kedua_basis
def test_merged_first_claim_with_the_older_record(cast: Cast) -> None:
    lama, baru, _ = pasangan()
    first, later = asuh(cast.sari, lama, hari_lalu=3), asuh(cast.eko, baru)
    db.session.commit()
    duga = db.session.scalars(db.select(DugaDuplikat)).one()
    duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    db.session.commit()
    assert baru.status is S.BERAKHIR and baru.digabung_ke == lama.id and lama.status is S.LAYAK
    assert first.status is StatusAsuhan.DIUSULKAN and first.pekerja_id == lama.id
    assert later.status is StatusAsuhan.DITOLAK and later.alasan_akhir == "duplikat"
    assert not counted()


@pytest.mark.kedua_basis
def test_merged_first_claim_with_the_younger_record(cast: Cast) -> None:
    """Who claimed first keeps the worker, whichever record it was; the sponsorship keeps its id."""
    lama, baru, duga = pasangan()
    first, later = asuh(cast.eko, baru, hari_lalu=3), asuh(cast.sari, lama)
    db.session.commit()
    duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    db.session.commit()
    assert first.status is StatusAsuhan.DIUSULKAN and first.pekerja_id == lama.id
    assert later.status is StatusAsuhan.DITOLAK
    assert not counted()


@pytest.mark.kedua_basis
def test_merged_moves_the_only_claim_and_its_counters(cast: Cast) -> None:
    """The older record is registered already: its cover counts for the donor from now on."""
    lama, baru, duga = pasangan()
    lama.status = S.TERDAFTAR
    only = asuh(cast.eko, baru)
    db.session.commit()
    duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    db.session.commit()
    assert only.pekerja_id == lama.id and only.status is StatusAsuhan.DIUSULKAN
    assert lama.status is S.TERDAFTAR and baru.status is S.BERAKHIR
    assert not counted()


def test_merged_into_somebody_who_cannot_be_covered(cast: Cast) -> None:
    lama, baru, duga = pasangan()
    lama.status = S.DITANGGUNG_LAIN
    claim = asuh(cast.eko, baru)
    db.session.commit()
    duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    assert claim.status is StatusAsuhan.DITOLAK and lama.status is S.DITANGGUNG_LAIN


def test_merged_never_ends_somebody_with_bpjs(cast: Cast) -> None:
    lama, baru, duga = pasangan()
    baru.status = S.TERDAFTAR
    db.session.commit()
    with pytest.raises(RuleError) as refused:
        duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    assert refused.value.kode == "tidak_dapat_digabung"
    assert lama.status is S.DUGA_DUPLIKAT


@pytest.mark.kedua_basis
def test_merged_with_the_younger_number(cast: Cast) -> None:
    lama, baru, duga = pasangan()
    salah, benar = data_of(lama).nik, data_of(baru).nik
    duplikat.merge_records(duga, alasan="NIK pada KTP.", nik_baru=True, by=cast.rini.pelaku)
    db.session.commit()
    assert (data_of(lama).nik, data_of(baru).nik) == (benar, salah)
    trail = " ".join(db.session.scalars(db.select(Jejak.rincian)))
    assert salah not in trail and benar not in trail


@pytest.mark.parametrize("lama_menunggu", [True, False])
def test_merged_place_in_the_pool(cast: Cast, lama_menunggu: bool) -> None:
    """The longer wait counts; an offer for the record that ends is taken back."""
    lama, baru, _ = pasangan()
    lama.status = baru.status = S.LAYAK
    if lama_menunggu:
        add_to_pool(lama, by=cast.dewi.pelaku)
    place = add_to_pool(baru, by=cast.dewi.pelaku)
    place.menunggu_sejak = now() - timedelta(days=30)
    offer = tawarkan(place, cast.lina.asn, by=cast.dewi.pelaku)
    lama.status = baru.status = S.DUGA_DUPLIKAT
    db.session.commit()
    duga = db.session.scalars(db.select(DugaDuplikat)).one()
    duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    db.session.commit()
    mine = db.session.scalars(db.select(Calon).where(Calon.pekerja_id == lama.id)).one()
    assert mine.keluar_pada is None and (now() - mine.menunggu_sejak).days == 30
    assert offer.status.value == ("kedaluwarsa" if lama_menunggu else "menunggu")


def test_merged_doubts_follow(cast: Cast) -> None:
    """A third one who resembled both is asked about once, against the older record."""
    _lama, _baru, _ = pasangan()
    ketiga = pekerja("Sri Rahayu")
    lina = cast.lina.asn
    flag_duplicates(ketiga)
    db.session.commit()
    duga = db.session.scalars(db.select(DugaDuplikat).where(DugaDuplikat.pekerja_id == _baru.id)).one()
    duplikat.merge_records(duga, alasan="Satu KTP.", by=cast.rini.pelaku)
    db.session.commit()
    rest = db.session.scalars(db.select(DugaDuplikat).where(DugaDuplikat.diputus_pada.is_(None))).all()
    assert len(rest) == 1 and {rest[0].pekerja_id, rest[0].mirip_id} == {ketiga.id, _lama.id}
    assert _lama.status is ketiga.status is S.DUGA_DUPLIKAT and lina
    assert flag_duplicates(ketiga) == 0, "the ended record resembles nobody"


@pytest.mark.kedua_basis
def test_refused(cast: Cast) -> None:
    """The suspicious record is refused with its claim; the other one goes on."""
    lama, baru, duga = pasangan()
    good, bad = asuh(cast.sari, lama), asuh(cast.eko, baru)
    db.session.commit()
    duplikat.refuse_record(duga, alasan="KTP palsu.", by=cast.rini.pelaku)
    db.session.commit()
    assert baru.status is S.TIDAK_LAYAK and lama.status is S.LAYAK
    assert bad.status is StatusAsuhan.DITOLAK and good.status is StatusAsuhan.DIUSULKAN
    assert not counted()


def test_a_held_worker_is_let_go(cast: Cast) -> None:
    lama, baru, duga = pasangan()
    held = asuhan_actions.pegang(cast.lina.asn, baru, by=cast.lina.pelaku)
    db.session.commit()
    duplikat.refuse_record(duga, alasan="KTP palsu.", by=cast.rini.pelaku)
    assert held.status is StatusAsuhan.BERAKHIR and lama.status is S.LAYAK
    assert not counted()


def test_an_asn_is_never_merged(cast: Cast) -> None:
    row = factories.make_pekerja("Lina Rekaan", lahir=cast.lina.asn.tanggal_lahir)
    flag_duplicates(row)
    db.session.commit()
    duga = db.session.scalars(db.select(DugaDuplikat)).one()
    with pytest.raises(RuleError) as refused:
        duplikat.merge_records(duga, alasan="Sama.", by=cast.rini.pelaku)
    assert refused.value.kode == "asn"
    duplikat.refuse_record(duga, alasan="ASN itu sendiri.", by=cast.rini.pelaku)
    assert row.status is S.TIDAK_LAYAK


def test_nobody_decides_about_the_own_worker(cast: Cast, client_as: Any) -> None:
    _lama, baru, duga = pasangan()
    asuh(cast.rini, baru)
    db.session.commit()
    rini, url = client_as(cast.rini), f"/verifikasi/ganda/{duga.id}"
    page = rini.get(url).text
    assert "Diputus verifikator lain" in page and "Simpan putusan" not in page and "/nik" not in page
    assert rini.post(f"{url}/nik", data={"kunci_formulir": rini.key()}).status_code == 403
    for act in (duplikat.keep_apart, duplikat.merge_records, duplikat.refuse_record):
        with pytest.raises(RuleError) as refused:
            act(duga, alasan="Tidak boleh.", by=cast.rini.pelaku)
        assert refused.value.kode == "ikut_terlibat"


@pytest.mark.kedua_basis
def test_two_verifikator_at_once(app: Flask, cast: Cast) -> None:
    _lama, baru, duga = pasangan()
    duga_id, pelaku = duga.id, cast.rini.pelaku
    acts = [duplikat.keep_apart, duplikat.merge_records, duplikat.refuse_record] * 2

    def decide(number: int) -> str:
        try:
            acts[number](db.session.get_one(DugaDuplikat, duga_id), alasan="Bersamaan.", by=pelaku)
            db.session.commit()
        except Stale:
            db.session.rollback()
            return "terlambat"
        return "menang"

    assert sorted(run_at_once(app, 6, decide)) == ["menang"] + ["terlambat"] * 5
    db.session.expire_all()
    assert duga.putusan in (BEDA, SAMA, TOLAK)
    assert len([one for one in list_riwayat(MACHINE, baru) if one.langkah == "W4"]) == 1


def test_the_page_masks_and_unmasks(cast: Cast, client_as: Any) -> None:
    """Numbers stay hidden until a click, which is noted for both records and wears off."""
    lama, baru, duga = pasangan()
    numbers = [data_of(lama).nik, data_of(baru).nik]
    rini = client_as(cast.rini)
    url = f"/verifikasi/ganda/{duga.id}"
    page = rini.get(url).text
    assert not any(one in page or one[-4:] in page for one in numbers) and "Berbeda pada angka ke-" in page
    shown = rini.post(f"{url}/nik", data={"kunci_formulir": rini.key()})
    assert all(one in shown.text for one in numbers) and shown.headers["Refresh"].startswith("60;")
    looked = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nik_dibuka")).all()
    assert {one.objek_id for one in looked} == {str(lama.id), str(baru.id)}


@pytest.mark.parametrize("putusan", ["beda", "sama", "tolak"])
def test_deciding_on_the_page(cast: Cast, client_as: Any, putusan: str) -> None:
    _lama, baru, duga = pasangan()
    asuh(cast.eko, baru)
    db.session.commit()
    assert "sedang diperiksa" in client_as(cast.eko).get("/asuhan").text
    rini, url = client_as(cast.rini), f"/verifikasi/ganda/{duga.id}"
    assert rini.post(url, data={"kunci_formulir": rini.key(), "putusan": putusan}).status_code == 422
    data = {"kunci_formulir": rini.key(), "putusan": putusan, "nik": "lama", "alasan": "Dari KTP."}
    assert rini.post(url, data=data).status_code == 303
    again = rini.post(url, data=data | {"kunci_formulir": rini.key()})
    assert again.status_code == 409
    assert "Sudah diputus" in rini.get(url).text
    mine = client_as(cast.eko).get("/asuhan").text
    assert "Dari KTP" not in mine and "sedang diperiksa" not in mine


@pytest.mark.parametrize("siapa", ["wati", "sari", "dewi", "bayu"])
def test_and_the_others(cast: Cast, client_as: Any, siapa: str) -> None:
    _lama, _baru, duga = pasangan()
    browser = client_as(getattr(cast, siapa))
    assert browser.get(f"/verifikasi/ganda/{duga.id}").status_code == 403
    assert browser.post(f"/verifikasi/ganda/{duga.id}", data={"putusan": "beda"}).status_code == 403
