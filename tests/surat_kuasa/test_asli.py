"""Where is this letter: the search, the scan of codes, who had the original when."""

from __future__ import annotations

from typing import Any

import pytest

from rentan.core.audit import Jejak
from rentan.core.errors import RuleError
from rentan.ext import db
from rentan.surat_kuasa import actions
from rentan.surat_kuasa.asli import list_tempat, list_tujuan_asli, pindah_asli
from rentan.surat_kuasa.cari_asli import cari_asli, pindai_asli
from rentan.surat_kuasa.models import PerpindahanAsli
from rentan.surat_kuasa.queries import list_perpindahan
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from tests.cast import Cast
from tests.pendaftaran.jalan import hidden
from tests.surat_kuasa.kertas import make_cetak, make_draf, make_unggah
from tests.threads import run_at_once

pytestmark = pytest.mark.usefixtures("hari_uji")


def qr(surat: Any, halaman: int = 1) -> str:
    return f"RENTAN:SK:{surat.ref}:{surat.urutan_versi}:{halaman}/{surat.halaman}"


def test_found_by_number_reference_nip_and_name(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    make_draf(cast.lina)  # not printed: there is no paper to look for
    pindah_asli(surat, AsliDi.OPD, by=cast.budi.pelaku)
    for teks in (surat.nomor, surat.ref.lower(), cast.sari.asn.nip, "198503", "sari", qr(surat), "Rekaan"):
        found = cari_asli(teks, seen_by=cast.budi.pelaku)
        if teks == "198503":
            assert found == []  # a NIP is whole or nothing
            continue
        assert [one.id for one in found] == [surat.id], teks
        assert (found[0].asli_di, found[0].oleh) == (AsliDi.OPD, "Budi Rekaan")
    assert cari_asli("  ", seen_by=cast.budi.pelaku) == []


@pytest.mark.parametrize(
    ("siapa", "melihat"), [("budi", 1), ("dewi", 1), ("wati", 0), ("hadi", 0), ("agus", 0), ("yuni", 0)]
)
def test_and_wati_does_not_find_it(cast: Any, siapa: str, melihat: int) -> None:
    make_unggah(cast.sari)
    assert len(cari_asli("sari", seen_by=getattr(cast, siapa).pelaku)) == melihat


def test_the_bendahara_finds_accepted_letters(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    surat.status = StatusSurat.TERVERIFIKASI
    db.session.flush()
    assert len(cari_asli("sari", seen_by=cast.hadi.pelaku)) == 1
    assert list_tujuan_asli(surat, cast.hadi.pelaku) == (AsliDi.BANK, AsliDi.KEMBALI)


def test_from_hand_to_hand_by_scanning(cast: Any) -> None:
    surat = make_unggah(cast.sari)
    other = make_unggah(cast.eko)
    answers = pindai_asli(
        [qr(surat), qr(surat, 2), surat.ref, qr(other), "BUKAN-KODE"], AsliDi.OPD, by=cast.budi.pelaku
    )
    assert [one.berhasil for one in answers] == [True, False, False]
    assert "Dicatat" in answers[0].kalimat and "di luar jangkauan" in answers[1].kalimat
    pindai_asli([qr(surat)], AsliDi.ADMIN, by=cast.budi.pelaku)
    surat.status = StatusSurat.TERVERIFIKASI
    pindai_asli([qr(surat)], AsliDi.BANK, by=cast.hadi.pelaku)
    way = [(one.ke, one.oleh) for one in list_perpindahan(surat)]
    assert way[1:] == [
        (AsliDi.OPD, cast.budi.akun.id),
        (AsliDi.ADMIN, cast.budi.akun.id),
        (AsliDi.BANK, cast.hadi.akun.id),
    ]
    assert pindai_asli([qr(surat)], AsliDi.OPD, by=cast.budi.pelaku)[0].berhasil is False
    assert "Sudah tercatat" in pindai_asli([qr(surat)], AsliDi.BANK, by=cast.hadi.pelaku)[0].kalimat
    assert other.asli_di is AsliDi.ASN


def test_the_admin_sees_which_originals_lie_on_the_own_desk(cast: Any, client_as: Any) -> None:
    surat = make_unggah(cast.sari)
    pindai_asli([qr(surat)], AsliDi.OPD, by=cast.budi.pelaku)
    pindai_asli([qr(surat)], AsliDi.ADMIN, by=cast.budi.pelaku)
    make_unggah(cast.eko)
    db.session.commit()
    page = client_as(cast.dewi).get("/surat-kuasa/asli").text
    assert 'data-uji="pada-admin"' in page and "Sari Rekaan" in page and "Eko Rekaan" not in page
    for orang in (cast.hadi, cast.wati):
        assert "Sari Rekaan" not in client_as(orang).get("/surat-kuasa/asli").text


def test_an_old_version_must_not_be_used(cast: Any) -> None:
    lama = make_cetak(cast.sari)
    kode = qr(lama)
    actions.ubah(lama, by=cast.sari.pelaku)
    [answer] = pindai_asli([kode], AsliDi.OPD, by=cast.budi.pelaku)
    assert not answer.berhasil and "jangan dipakai" in answer.kalimat and lama.asli_di is AsliDi.NONE
    assert pindai_asli([kode], AsliDi.KEMBALI, by=cast.budi.pelaku)[0].berhasil


def test_each_office_names_its_own_places(cast: Any) -> None:
    assert list_tempat(cast.budi.pelaku) == (AsliDi.OPD, AsliDi.ADMIN, AsliDi.KEMBALI, AsliDi.HILANG)
    assert list_tempat(cast.dewi.pelaku) == (AsliDi.ADMIN, AsliDi.BANK, AsliDi.KEMBALI, AsliDi.HILANG)
    assert list_tempat(cast.hadi.pelaku) == (AsliDi.BANK, AsliDi.KEMBALI)
    assert list_tempat(cast.rini.pelaku) == ()
    with pytest.raises(RuleError):
        pindah_asli(make_unggah(cast.sari), AsliDi.OPD, by=cast.dewi.pelaku)


@pytest.mark.kedua_basis
def test_one_letter_scanned_at_four_desks(app: Any, cast: Any) -> None:
    kode = qr(make_unggah(cast.sari))
    db.session.commit()

    def scan(_number: int) -> str:
        [answer] = pindai_asli([kode], AsliDi.OPD, by=Cast.load().budi.pelaku)
        db.session.commit()
        return answer.kalimat

    done = run_at_once(app, 4, scan)
    assert sum("Dicatat" in str(one) for one in done) == 1, done
    assert sum("Sudah tercatat" in str(one) for one in done) == 3, done
    moved = db.select(db.func.count()).select_from(PerpindahanAsli).where(PerpindahanAsli.ke == AsliDi.OPD)
    assert db.session.scalar(moved) == 1


def test_the_pages(cast: Any, client_as: Any) -> None:
    surat = make_unggah(cast.sari)
    db.session.commit()
    budi = client_as(cast.budi)
    page = budi.get("/surat-kuasa/asli")
    assert page.status_code == 200 and "Pindai surat" in page.text
    sent = {"ke": "opd", "kode": f"{qr(surat)}\r\n{qr(surat, 2)}\r\nSK-SALAH"}
    answer = budi.post("/surat-kuasa/asli/pindai", data=hidden(page, "/surat-kuasa/asli/pindai") | sent)
    assert answer.status_code == 200 and "1 dari 2 surat tercatat" in answer.text
    answer = budi.post(
        "/surat-kuasa/asli/cari", data=hidden(page, "/surat-kuasa/asli/cari") | {"cari": "sari"}
    )
    assert "Pada sekretariat OPD" in answer.text and "dicatat Budi Rekaan" in answer.text
    seen = db.session.scalars(db.select(Jejak.peristiwa)).all()
    assert "nama_dilihat" in seen and "asli_berpindah" in seen
    assert "dicatat Budi Rekaan" in budi.get(f"/surat-kuasa/{surat.id}").text
    empty = budi.post(
        "/surat-kuasa/asli/pindai", data=hidden(page, "/surat-kuasa/asli/pindai") | {"ke": "opd"}
    )
    assert empty.status_code == 422
    assert client_as(cast.sari).get("/surat-kuasa/asli").status_code == 403
