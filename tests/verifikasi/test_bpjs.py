"""W10: a worker refused by BPJS is corrected by donor or operator; a verifikator accepts or ends it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.audit import Jejak
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.pekerja.actions import flag_duplicates
from rentan.pekerja.gerak import gerak
from rentan.pekerja.koreksi import data_of
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import StatusPekerja
from rentan.verifikasi import perbaikan_bpjs
from tests import factories
from tests.cast import Cast
from tests.surat_kuasa.kertas import add_asuhan
from tests.threads import run_at_once

S = StatusPekerja


def ditolak(cast: Cast, orang: Any = None, *, alasan: str = "nama_beda") -> Asuhan:
    """A sponsored worker whom BPJS refused (W7, W9), committed."""
    asuhan = add_asuhan(orang or cast.sari)
    bayu = cast.bayu.pelaku
    gerak(asuhan.pekerja, "kirim", by=bayu, kosong=[], mandat_disetujui=True)
    gerak(asuhan.pekerja, "ditolak", by=bayu, alasan=alasan, catatan="NAMA TIDAK SESUAI DUKCAPIL")
    asuhan.pekerja.alasan_bpjs = alasan
    db.session.commit()
    return asuhan


def isian(pekerja: Pekerja, **changed: str) -> dict[str, str]:
    return {
        "versi": str(pekerja.versi),
        "nik": "",
        "nama": pekerja.nama,
        "tanggal_lahir": f"{pekerja.tanggal_lahir:%d-%m-%Y}",
        "jenis_kelamin": pekerja.jenis_kelamin.value,
        "hp": "",
        "pekerjaan": pekerja.pekerjaan,
        "sektor": pekerja.sektor.value,
        "lokasi_kerja": pekerja.lokasi_kerja or "",
        "alamat": pekerja.alamat,
        "kelurahan": pekerja.kelurahan_kode,
        "alasan_peringatan": "",
    } | changed


def perbaiki(browser: Any, asuhan: Asuhan, **changed: str) -> Any:
    data = isian(asuhan.pekerja, **changed) | {"kunci_formulir": browser.key()}
    return browser.post(f"/perbaikan/pekerja/{asuhan.id}", data=data)


def putuskan(browser: Any, pekerja: Pekerja, keputusan: str, catatan: str = "") -> Any:
    db.session.refresh(pekerja)
    data = {"keputusan": keputusan, "catatan": catatan, "versi": str(pekerja.versi)}
    return browser.post(f"/verifikasi/bpjs/{pekerja.id}", data=data | {"kunci_formulir": browser.key()})


@pytest.mark.kedua_basis
@pytest.mark.parametrize("siapa", ["sari", "budi"])
def test_corrected_and_accepted(cast: Cast, client_as: Any, siapa: str) -> None:
    asuhan = ditolak(cast)
    pekerja, baru = asuhan.pekerja, factories.nik()
    lama = data_of(pekerja).nik
    donor, rini = client_as(getattr(cast, siapa)), client_as(cast.rini)
    page = donor.get("/perbaikan").text
    assert pekerja.nama in page
    early = putuskan(rini, pekerja, "perbaiki")
    assert early.status_code == 422, "nothing was corrected yet"
    assert "belum diperbaiki" in rini.get(f"/verifikasi/bpjs/{pekerja.id}").text

    assert perbaiki(donor, asuhan).status_code == 422, "the same data once more"
    assert perbaiki(donor, asuhan, nama="Slamet Riyadi Rekaan").status_code == 303
    db.session.expire_all()
    assert perbaiki(donor, asuhan, nik=baru).status_code == 303
    page = rini.get(f"/verifikasi/bpjs/{pekerja.id}").text
    assert "Slamet Rekaan" in page and "Slamet Riyadi Rekaan" in page and "TIDAK SESUAI" in page
    assert lama not in page and baru not in page and "Berbeda pada angka ke-" in page
    shown = rini.post(f"/verifikasi/bpjs/{pekerja.id}/nik", data={"kunci_formulir": rini.key()})
    assert lama in shown.text and baru in shown.text and "Refresh" in shown.headers

    assert putuskan(rini, pekerja, "perbaiki").status_code == 303
    db.session.expire_all()
    assert pekerja.status is S.LAYAK and asuhan.status is StatusAsuhan.DIUSULKAN
    assert donor.get(f"/perbaikan/pekerja/{asuhan.id}").status_code == 404
    assert rini.get(f"/verifikasi/bpjs/{pekerja.id}").status_code == 404


@pytest.mark.kedua_basis
def test_let_go(cast: Cast, client_as: Any) -> None:
    asuhan = ditolak(cast)
    rini = client_as(cast.rini)
    assert putuskan(rini, asuhan.pekerja, "tidak_layak").status_code == 422, "without a word"
    assert putuskan(rini, asuhan.pekerja, "tidak_layak", "Sudah penerima upah.").status_code == 303
    db.session.expire_all()
    assert asuhan.pekerja.status is S.TIDAK_LAYAK
    assert asuhan.status is StatusAsuhan.BERAKHIR and asuhan.alasan_akhir == "ditolak_bpjs"


def test_what_the_donor_cannot_repair_is_not_asked_of_him(cast: Cast, client_as: Any) -> None:
    asuhan = ditolak(cast, alasan="sudah_pu")
    page = client_as(cast.sari).get("/perbaikan").text
    assert "Anda tidak perlu melakukan apa pun" in page
    assert f"/perbaikan/pekerja/{asuhan.id}" not in page
    page = client_as(cast.rini).get("/verifikasi/bpjs").text
    putusan, donatur = page.index('data-uji="bpjs-putusan"'), page.index('data-uji="bpjs-donatur"')
    assert putusan < page.index(str(asuhan.pekerja_id)) < donatur, "the verifikator's turn"


def test_corrected_ones_come_first(cast: Cast, client_as: Any) -> None:
    first, second = ditolak(cast), ditolak(cast, cast.eko)
    assert perbaiki(client_as(cast.eko), second, nama="Slamet Lain Rekaan").status_code == 303
    page = client_as(cast.rini).get("/verifikasi/bpjs").text
    ready, waiting = page.index("Sudah diperbaiki, menunggu Anda"), page.index("Menunggu perbaikan")
    assert ready < page.index(str(second.pekerja_id)) < waiting < page.index(str(first.pekerja_id))
    listed = perbaikan_bpjs.list_bpjs()
    assert [one.diperbaiki for one in listed] == [True, False]


def test_a_fresh_doubt_holds_the_worker(cast: Cast, client_as: Any) -> None:
    """The corrected name resembles somebody: accepted by W10, then a verifikator looks at the pair first."""
    asuhan = ditolak(cast)
    factories.make_pekerja("Slamet Riyadi")
    db.session.commit()
    assert perbaiki(client_as(cast.sari), asuhan, nama="Slamet Riyadii").status_code == 303
    assert putuskan(client_as(cast.rini), asuhan.pekerja, "perbaiki").status_code == 303
    db.session.expire_all()
    assert asuhan.pekerja.status is S.DUGA_DUPLIKAT
    assert flag_duplicates(asuhan.pekerja) == 0


def test_who_corrected_or_gives_does_not_accept(cast: Cast) -> None:
    asuhan = ditolak(cast, cast.rini)
    with pytest.raises(RuleError) as refused:
        perbaikan_bpjs.let_go(asuhan.pekerja, catatan="Tidak.", by=cast.rini.pelaku)
    assert refused.value.kode == "ikut_terlibat"


@pytest.mark.parametrize("siapa", ["wati", "lina", "eko"])
def test_and_the_others(cast: Cast, client_as: Any, siapa: str) -> None:
    asuhan = ditolak(cast)
    browser = client_as(getattr(cast, siapa))
    assert asuhan.pekerja.nama not in browser.get("/perbaikan").text
    assert browser.get(f"/perbaikan/pekerja/{asuhan.id}").status_code == 404
    assert perbaiki(browser, asuhan, nama="Orang Lain").status_code == 404
    assert browser.get("/verifikasi/bpjs").status_code == 403
    assert browser.post(f"/verifikasi/bpjs/{asuhan.pekerja_id}/nik", data={}).status_code in (403, 404)


def test_a_liaison_may_see_numbers_but_not_here(cast: Cast, client_as: Any) -> None:
    asuhan = ditolak(cast)
    bayu = client_as(cast.bayu)
    answer = bayu.post(f"/verifikasi/bpjs/{asuhan.pekerja_id}/nik", data={"kunci_formulir": bayu.key()})
    assert answer.status_code in (403, 404)
    assert not db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nik_dibuka")).all()


@pytest.mark.kedua_basis
def test_accepted_twice_at_once(app: Flask, cast: Cast, client_as: Any) -> None:
    asuhan = ditolak(cast)
    assert perbaiki(client_as(cast.sari), asuhan, nama="Slamet Riyadi Rekaan").status_code == 303
    pekerja_id, pelaku = asuhan.pekerja_id, cast.rini.pelaku

    def decide(_n: int) -> str:
        try:
            perbaikan_bpjs.accept_correction(db.session.get_one(Pekerja, pekerja_id), by=pelaku)
            db.session.commit()
        except RuleError:
            db.session.rollback()
            return "terlambat"
        return "menang"

    assert sorted(run_at_once(app, 4, decide)) == ["menang"] + ["terlambat"] * 3
