"""A hand-over day from its plan to the frozen berita acara (K6, K8)."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from rentan.core.audit import Jejak
from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError, Stale
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.kartu import acara as actions
from rentan.kartu import acara_queries
from rentan.kartu.actions import report_kartu
from rentan.kartu.kembali import note_absent_kartu
from rentan.kartu.models import AcaraSerah, Kartu, UndanganSerah
from rentan.kartu.serah import undo_serah
from rentan.kartu.status import MACHINE, HasilUndangan, StatusAcara, StatusKartu
from tests.cast import Cast
from tests.kartu.hari import BESOK, NGALIYAN, TUGU, list_undangan, make_acara, make_kartu
from tests.kartu.test_serah import WAKIL, serahkan
from tests.threads import run_at_once

RENCANA = {"nama": "Tahap dua", "tempat": "Aula", "kecamatan_kode": NGALIYAN[0][:8]}


def finish(acara: AcaraSerah, orang: Any) -> None:
    held = acara_queries.get_acara(acara.id, seen_by=orang.pelaku, untuk_diubah=True)
    actions.finish_acara(held, by=orang.pelaku)
    db.session.commit()


def test_planned_in_the_own_kecamatan_for_today_or_later(cast: Cast) -> None:
    acara = actions.create_acara(tanggal=today(), by=cast.joko.pelaku, **RENCANA)
    assert acara.status is StatusAcara.RENCANA
    assert acara.kode.startswith("AC-")
    with pytest.raises(RuleError, match="sebelum hari ini"):
        actions.create_acara(tanggal=today() - BESOK, by=cast.joko.pelaku, **RENCANA)
    for nama in ("tini", "bayu", "sari"):
        with pytest.raises(Forbidden):
            actions.create_acara(tanggal=today(), by=getattr(cast, nama).pelaku, **RENCANA)


def test_and_tini_does_not_see_it(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    for nama in ("tini", "sari", "budi", "bayu"):
        with pytest.raises(NotFound):
            acara_queries.get_acara(acara.id, seen_by=getattr(cast, nama).pelaku)
        assert not acara_queries.list_acara(seen_by=getattr(cast, nama).pelaku)


@pytest.mark.kedua_basis
def test_the_list_is_ordered_by_kelurahan_and_name_and_lines_keep_their_number(cast: Cast) -> None:
    acara = make_acara(cast.joko, 7)
    rows = acara_queries.list_baris(acara)
    assert [one.undangan.urutan for one in rows] == [1, 2, 3, 4, 5, 6, 7]
    places = [(one.kelurahan, one.pekerja.nama_inti) for one in rows]
    assert places == sorted(places)
    assert {one.kartu.status for one in rows} == {StatusKartu.DIJADWALKAN}
    late = make_kartu("Aan Rekaan")
    held = acara_queries.get_acara(acara.id, seen_by=cast.joko.pelaku, untuk_diubah=True)
    assert actions.invite_kartu(held, [late.id, rows[0].kartu.id], by=cast.joko.pelaku) == 1
    assert [one.kartu.id for one in acara_queries.list_baris(acara)] == [
        *(one.kartu.id for one in rows),
        late.id,
    ]
    with pytest.raises(RuleError, match="masih menunggu"):
        actions.invite_kartu(held, [late.id], by=cast.joko.pelaku)


def test_a_card_of_another_kecamatan_cannot_be_put_on_it(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    with pytest.raises(NotFound):
        actions.invite_kartu(acara, [make_kartu(kelurahan=TUGU).id], by=cast.joko.pelaku)


@pytest.mark.kedua_basis
def test_two_days_cannot_invite_one_card(app: Flask, cast: Cast) -> None:
    days = [make_acara(cast.joko, 0).id for _ in range(2)]
    kartu_id = make_kartu().id
    db.session.commit()
    joko = cast.joko.pelaku

    def invite(number: int) -> int:
        held = acara_queries.get_acara(days[number], seen_by=joko, untuk_diubah=True)
        count = actions.invite_kartu(held, [kartu_id], by=joko)
        db.session.commit()
        return count

    done = run_at_once(app, 2, invite)
    assert sorted(map(str, done))[0] == "1"
    assert sum(isinstance(one, RuleError) for one in done) == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(UndanganSerah)) == 1


def test_absent_with_a_reason_counts_as_a_try(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1)
    (undangan,) = list_undangan(acara)
    actions.note_absent(undangan, alasan="pindah", by=cast.joko.pelaku)
    assert (undangan.hasil, undangan.alasan) == (HasilUndangan.TIDAK_DATANG, "pindah")
    assert (undangan.kartu.status, undangan.kartu.percobaan) == (StatusKartu.TIDAK_KETEMU, 1)
    assert list_riwayat(MACHINE, undangan.kartu)[-1].alasan == "pindah"
    with pytest.raises(RuleError, match="sudah dicatat"):
        actions.note_absent(undangan, alasan="pindah", by=cast.joko.pelaku)
    # A late comer is handed the card all the same.
    serahkan(undangan.kartu, cast.joko, acara=acara)
    assert undangan.hasil is HasilUndangan.DISERAHKAN


@pytest.mark.kedua_basis
def test_the_end_makes_totals_a_number_and_a_frozen_paper(cast: Cast) -> None:
    acara = make_acara(cast.joko, 5)
    rows = list_undangan(acara)
    serahkan(rows[0].kartu, cast.joko, acara=acara)
    serahkan(rows[1].kartu, cast.joko, acara=acara, **WAKIL)
    actions.note_absent(rows[2], alasan="sakit", by=cast.joko.pelaku)
    extra = make_kartu("Tambahan Rekaan")
    serahkan(extra, cast.joko, acara=acara)
    finish(acara, cast.joko)
    baris, tambahan = acara_queries.list_baris(acara), acara_queries.list_tambahan(acara)
    jumlah = acara_queries.hitung(baris, len(tambahan))
    assert (jumlah.diundang, jumlah.sendiri, jumlah.diwakilkan, jumlah.tidak_datang) == (5, 1, 1, 3)
    assert (jumlah.menunggu, jumlah.tambahan, jumlah.diserahkan) == (0, 1, 2)
    assert acara.status is StatusAcara.SELESAI
    assert acara.nomor_ba == f"BA-{today().year}-000001"
    pdf = actions.read_berita_acara(acara)
    assert pdf.startswith(b"%PDF") and hashlib.sha256(pdf).hexdigest() == acara.sha256_ba
    assert rows[3].kartu.percobaan == 1
    assert db.session.scalar(db.select(Jejak.seq).where(Jejak.peristiwa == "berita_acara_dibuat"))
    with pytest.raises(RuleError, match="sudah selesai"):
        serahkan(rows[4].kartu, cast.joko, acara=acara)


def test_the_end_refuses_a_stale_page_and_a_day_to_come(cast: Cast) -> None:
    acara = make_acara(cast.joko, 1, tanggal=today() + BESOK)
    with pytest.raises(RuleError, match="mulai"):
        finish(acara, cast.joko)
    db.session.rollback()
    with pytest.raises(Stale):
        actions.finish_acara(acara, by=cast.joko.pelaku, versi=99)


@pytest.mark.kedua_basis
def test_desks_and_the_end_at_the_same_moment_agree(app: Flask, cast: Cast) -> None:
    """Either the card is in the berita acara as handed over, or the desk hears that the day is over."""
    acara = make_acara(cast.joko, 4)
    acara_id, kartu = acara.id, [one.kartu_id for one in list_undangan(acara)]
    joko = cast.joko.pelaku

    def work(number: int) -> Any:
        if number == 0:
            actions.finish_acara(acara_queries.get_acara(acara_id, seen_by=joko, untuk_diubah=True), by=joko)
            db.session.commit()
            return "selesai"
        day = db.session.get_one(AcaraSerah, acara_id)
        serahkan(db.session.get_one(Kartu, kartu[number - 1]), cast_joko, acara=day)
        db.session.commit()
        return "diserahkan"

    class CastJoko:
        pelaku = joko

    cast_joko = CastJoko()
    done = run_at_once(app, 5, work)
    assert done[0] == "selesai"
    assert all(one == "diserahkan" or isinstance(one, RuleError) for one in done[1:]), done
    db.session.expire_all()
    day = db.session.get_one(AcaraSerah, acara_id)
    handed = sum(one.hasil is HasilUndangan.DISERAHKAN for one in list_undangan(day))
    assert handed == done.count("diserahkan")
    assert all(one.hasil is not HasilUndangan.MENUNGGU for one in list_undangan(day))


@pytest.mark.kedua_basis
def test_absent_from_the_cards_page_and_the_end_at_the_same_moment_count_one_try(
    app: Flask, cast: Cast
) -> None:
    acara = make_acara(cast.joko, 4)
    acara_id, kartu = acara.id, [one.kartu_id for one in list_undangan(acara)]
    joko = cast.joko.pelaku

    def work(number: int) -> Any:
        if number == 0:
            actions.finish_acara(acara_queries.get_acara(acara_id, seen_by=joko, untuk_diubah=True), by=joko)
        elif number < 3:
            note_absent_kartu(db.session.get_one(Kartu, kartu[number]), alasan="pindah", by=joko)
        else:
            report_kartu(db.session.get_one(Kartu, kartu[number]), "hilang", catatan="Tak ada.", by=joko)
        db.session.commit()
        return "selesai"

    done = run_at_once(app, 4, work)
    assert done[0] == "selesai", done
    assert all(one == "selesai" or isinstance(one, RuleError) for one in done), done
    db.session.expire_all()
    lines = list_undangan(db.session.get_one(AcaraSerah, acara_id))
    assert all(one.hasil is not HasilUndangan.MENUNGGU for one in lines)
    assert [db.session.get_one(Kartu, one).percobaan for one in kartu[:3]] == [1, 1, 1]


def test_cancelled_without_a_try_and_only_while_nothing_was_handed_over(cast: Cast) -> None:
    acara = make_acara(cast.joko, 2)
    rows = list_undangan(acara)
    row = serahkan(rows[0].kartu, cast.joko, acara=acara)
    with pytest.raises(RuleError, match="berita acara"):
        actions.cancel_acara(acara, by=cast.joko.pelaku)
    undo_serah(row, by=cast.joko.pelaku)
    actions.cancel_acara(acara, by=cast.joko.pelaku)
    assert acara.status is StatusAcara.DIBATALKAN
    assert [one.kartu.percobaan for one in rows] == [0, 0]
    assert {one.kartu.status for one in rows} == {StatusKartu.TIDAK_KETEMU}
    again = make_acara(cast.joko, 0)
    assert actions.invite_kartu(again, [one.kartu_id for one in rows], by=cast.joko.pelaku) == 2


# -- pages --------------------------------------------------------------------------------------------------


def test_joko_plans_chooses_and_prints(cast: Cast, client_as: Any) -> None:
    for n in range(3):
        make_kartu(f"Pekerja {n} Rekaan", hp=None if n == 0 else "+6281234567890")
    make_kartu("Orang Tugu Rekaan", kelurahan=TUGU)
    db.session.commit()
    joko = client_as(cast.joko)
    answer = joko.post(
        "/kartu/acara/baru",
        data={
            "nama": "Tahap satu", "tempat": "Aula", "tanggal": f"{today():%d-%m-%Y}",
            "kecamatan": NGALIYAN[0][:8], "kunci_formulir": joko.key(),
        },
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = joko.get(answer.location)
    assert page.text.count('name="kartu"') == 3
    assert "Orang Tugu" not in page.text
    acara = db.session.scalars(db.select(AcaraSerah)).one()
    ids = [
        str(one) for one in db.session.scalars(db.select(Kartu.id).where(Kartu.kecamatan_kode == "33.74.15"))
    ]
    answer = joko.post(answer.location, data={"kartu": ids, "kunci_formulir": joko.key()})
    assert answer.status_code == 303
    for paper, mime in (
        ("daftar-hadir.pdf", "application/pdf"), ("daftar-hadir.pdf?kertas=f4", "application/pdf"),
        ("label.pdf", "application/pdf"), ("undangan.pdf", "application/pdf"),
        ("hasil.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):  # fmt: skip
        got = joko.get(f"/kartu/acara/{acara.id}/{paper}")
        assert (got.status_code, got.mimetype) == (200, mime), paper
    assert joko.get(f"/kartu/acara/{acara.id}/berita-acara.pdf").status_code == 404
    assert client_as(cast.tini).get(f"/kartu/acara/{acara.id}/label.pdf").status_code == 404
    assert client_as(cast.bayu).get(f"/kartu/acara/{acara.id}").status_code == 403


def test_the_end_on_the_page_and_its_files(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 2)
    serahkan(list_undangan(acara)[0].kartu, cast.joko, acara=acara, **WAKIL)
    db.session.commit()
    joko = client_as(cast.joko)
    url = f"/kartu/acara/{acara.id}"
    page = joko.get(f"{url}/selesai")
    assert "1 kartu belum dicatat" in page.text
    answer = joko.post(f"{url}/selesai", data={"versi": acara.versi, "kunci_formulir": joko.key()})
    assert answer.status_code == 303
    first = joko.get(f"{url}/berita-acara.pdf").data
    assert joko.get(f"{url}/berita-acara.pdf").data == first
    book = CalamineWorkbook.from_filelike(io.BytesIO(joko.get(f"{url}/hasil.xlsx").data))
    values = book.get_sheet_by_name("DAFTAR").to_python()
    assert any("Diwakilkan" in row and "Tini Rekaan" in row for row in values)
    assert any("Tidak datang" in row for row in values)


def test_change_of_a_day_that_was_changed_meanwhile(cast: Cast, client_as: Any) -> None:
    acara = make_acara(cast.joko, 1)
    joko = client_as(cast.joko)
    isi = {"nama": "Baru", "tempat": "Balai", "tanggal": f"{today() + timedelta(days=3):%d-%m-%Y}"}
    url = f"/kartu/acara/{acara.id}/ubah"
    assert joko.post(url, data=isi | {"versi": 77, "kunci_formulir": joko.key()}).status_code == 409
    assert joko.post(url, data=isi | {"versi": acara.versi, "kunci_formulir": joko.key()}).status_code == 303
    assert (acara.nama, acara.tempat) == ("Baru", "Balai")
