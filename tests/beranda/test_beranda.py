"""The start page: each role sees what waits for it, and nothing of anybody else's."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from rentan.akun.queries import pelaku_of
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.beranda.impor import HALAMAN_IMPOR
from rentan.beranda.queries import list_bagian
from rentan.beranda.tugas import Mendesak, nilai, sejak, tertua
from rentan.core.clock import now, today
from rentan.core.imports_base import JenisImpor
from rentan.core.permissions import Peran
from rentan.demo import ensure_demo
from rentan.ext import db
from rentan.iuran.models import Pemberitahuan
from rentan.iuran.pemberitahuan import TARIF
from rentan.opd.models import Opd
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.util.tanggal import awal_bulan, tambah_bulan
from tests import factories

ORANG = (
    ("sari", {"asn"}),
    ("budi", {"operator", "asn"}),
    ("joko", {"kecamatan"}),
    ("rini", {"verifikator", "asn"}),
    ("hadi", {"uang"}),
    ("yuni", {"uang"}),
    ("bayu", {"bpjs"}),
    ("agus", {"pimpinan"}),
    ("dewi", {"admin"}),
)


def page(browser: FlaskClient) -> str:
    answer = browser.get("/beranda")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def tugas(orang: Any, uji: str) -> Any:
    """The task of that name in any part of this person's page."""
    bagian = list_bagian(pelaku_of(orang.akun))
    return next(one for satu in bagian for one in satu.tugas if one.uji == uji)


def print_letter(asn: Any, hari: int, asli: AsliDi | None = None) -> SuratKuasa:
    """A letter printed (and, with ``asli``, sent) so many days ago."""
    pada = now() - timedelta(days=hari)
    surat = SuratKuasa(
        asn_id=asn.id, nomor=f"{asn.nip[-6:]}/SK/I/2026", ref=f"SK-{asn.nip[-8:]}", urutan_versi=1,
        status=StatusSurat.DIUNGGAH if asli else StatusSurat.DICETAK, asli_di=asli or AsliDi.NONE,
        plafon=16_800, isi_enc=b"x", sha256="0" * 64, halaman=1, dicetak_pada=pada, dibuat_pada=pada,
        diunggah_pada=pada if asli else None, ditandatangani_pada=pada.date() if asli else None,
    )  # fmt: skip
    db.session.add(surat)
    db.session.flush()
    return surat


def test_bare_address_leads_home_or_to_the_sign_in(client: FlaskClient, cast: Any, client_as: Any) -> None:
    assert client.get("/").headers["Location"] == "/masuk"
    assert client_as(cast.sari).get("/").headers["Location"] == "/beranda"
    guest = client.get("/beranda")
    assert guest.status_code == 303 and guest.headers["Location"].startswith("/masuk")


@pytest.mark.parametrize(("nama", "bagian"), ORANG)
def test_each_role_has_its_part_and_one_primary_step(
    cast: Any, client_as: Any, nama: str, bagian: set[str]
) -> None:
    html = page(client_as(getattr(cast, nama)))
    assert set(re.findall(r'data-uji="bagian-(\w+)"', html)) == bagian
    assert html.count("btn btn-primary") == 1


def test_operator_sees_own_letters_and_wati_does_not(cast: Any) -> None:
    assert tugas(cast.budi, "dicetak").status is Mendesak.KOSONG
    print_letter(cast.sari.asn, 3)
    print_letter(cast.lina.asn, 30)
    late = tugas(cast.budi, "dicetak")
    assert late.judul.startswith("2 surat") and late.status is Mendesak.TERLAMBAT
    assert "30 hari" in late.petunjuk and late.url == "/surat-kuasa?status=dicetak"
    assert tugas(cast.wati, "dicetak").status is Mendesak.KOSONG


def test_operator_is_told_where_originals_lie(cast: Any) -> None:
    print_letter(cast.sari.asn, 2, AsliDi.ASN)
    print_letter(cast.lina.asn, 40, AsliDi.OPD)
    assert tugas(cast.budi, "asli_asn").status is Mendesak.PERLU
    assert tugas(cast.budi, "asli_opd").judul.startswith("1 lembar")


def test_donor_reads_the_own_state_in_words(cast: Any) -> None:
    sari = next(one for one in list_bagian(pelaku_of(cast.sari.akun)) if one.kunci == "asn")
    assert "belum ikut" in sari.kalimat and sari.langkah.url == "/pendaftaran"
    surat = print_letter(cast.sari.asn, 20)
    assert tugas(cast.sari, "surat").status is Mendesak.TERLAMBAT
    surat.status, surat.asli_di = StatusSurat.DIUNGGAH, AsliDi.ASN
    surat.diunggah_pada, surat.ditandatangani_pada = now(), today()
    db.session.flush()
    sari = next(one for one in list_bagian(pelaku_of(cast.sari.akun)) if one.kunci == "asn")
    assert "menunggu verifikasi" in sari.kalimat and "Belum ada potongan" in sari.kalimat
    assert tugas(cast.sari, "asli").status is Mendesak.PERLU


def test_verifikator_sees_how_many_wait(cast: Any) -> None:
    print_letter(cast.sari.asn, 5, AsliDi.OPD)
    waiting = tugas(cast.rini, "verifikasi")
    assert waiting.judul.startswith("1 surat") and waiting.url == "/verifikasi"
    assert waiting.status is Mendesak.PERLU and "5 hari" in waiting.petunjuk
    own = print_letter(cast.rini.asn, 40, AsliDi.OPD)
    assert tugas(cast.rini, "verifikasi").judul.startswith("1 surat"), "nobody verifies the own letter"
    own.asn_id = cast.eko.asn.id
    db.session.flush()
    assert tugas(cast.rini, "verifikasi").status is Mendesak.TERLAMBAT


def test_operator_sees_a_role_that_ends_only_as_admin(cast: Any, client_as: Any) -> None:
    assert tugas(cast.dewi, "peran").status is Mendesak.KOSONG
    grant = factories.grant(cast.eko.akun, Peran.PETUGAS_KECAMATAN, kecamatan="33.74.01")
    grant.selesai = today() + timedelta(days=5)
    db.session.flush()
    assert tugas(cast.dewi, "peran").judul.startswith("1 peran")
    db.session.commit()
    page = client_as(cast.dewi).get(tugas(cast.dewi, "peran").url).text
    assert "Eko Rekaan" in page and "Rini Rekaan" not in page


def test_person_with_two_money_roles_reads_it_once(cast: Any) -> None:
    factories.grant(cast.hadi.akun, Peran.PENYETUJU)
    assert [one.kunci for one in list_bagian(pelaku_of(cast.hadi.akun))] == ["uang"]


def test_nobody_without_a_role_meets_an_error(cast: Any) -> None:
    akun = factories.make_akun("tanpa.peran", "Tanpa Peran")
    assert list_bagian(pelaku_of(akun)) == []


def test_every_link_of_the_page_leads_somewhere(cast: Any, client_as: Any) -> None:
    for nama, _ in ORANG:
        browser = client_as(getattr(cast, nama))
        for link in set(re.findall(r'href="(/[^"#]*)"', page(browser))):
            if not link.startswith("/static"):
                assert browser.get(link.replace("&amp;", "&")).status_code in (200, 303), (nama, link)


def test_every_sign_in_of_the_demo_city_reaches_its_page(app: Any) -> None:
    for _, pengenal, sandi in ensure_demo(app, 300):
        browser = app.test_client()
        answer = browser.post("/masuk", data={"nip": pengenal, "sandi": sandi}, follow_redirects=False)
        assert answer.status_code == 303, pengenal
        assert 'data-uji="bagian-' in page(browser)


def test_words_of_time() -> None:
    hari_ini = today()
    assert sejak(None) == tertua(None) == ""
    assert sejak(hari_ini).endswith("(hari ini).")
    assert "(3 hari)." in sejak(hari_ini - timedelta(days=3))
    assert tertua(date(2026, 6, 5)).startswith("Yang tertua sejak 5 Juni 2026")
    assert nilai(0) is Mendesak.KOSONG
    assert nilai(1, hari_ini, 7) is Mendesak.PERLU
    assert nilai(1, hari_ini - timedelta(days=8), 7) is Mendesak.TERLAMBAT


def test_the_figures_of_a_kecamatan_lead_to_their_own_lists(cast: Any, client_as: Any) -> None:
    joko = next(one for one in list_bagian(pelaku_of(cast.joko.akun)) if one.kunci == "kecamatan")
    browser = client_as(cast.joko)
    for one in joko.angka:
        assert f"keadaan={one.uji}" in one.url and browser.get(one.url).status_code == 200


def test_the_operator_reads_the_number_that_the_slips_show(cast: Any, client_as: Any) -> None:
    opd = db.session.get(Opd, cast.budi.asn.opd_id)
    factories.make_asn("Paruh Waktu Rekaan", opd, status=StatusAsn.PPPK_PW)
    db.session.commit()
    slip = re.search(r'data-uji="belum">([\d.]+)<', client_as(cast.budi).get("/aktivasi/slip").text)
    told = tugas(cast.budi, "belum_aktivasi")
    assert slip and told.judul.startswith(f"{slip[1]} ASN") and "Termasuk 1 ASN di luar" in told.petunjuk


def test_an_empty_city_asks_for_the_roster(cast: Any) -> None:
    assert tugas(cast.dewi, "roster").status is Mendesak.KOSONG
    db.session.execute(db.update(Asn).values(status_aktif=StatusAktif.PENSIUN))
    roster = tugas(cast.dewi, "roster")
    assert roster.status is Mendesak.PERLU and "belum ada" in roster.judul


def test_every_kind_of_upload_waits_on_the_start_page_with_its_address(cast: Any, client_as: Any) -> None:
    """A kind without its page would be a 500 on the start page of whoever uploaded it."""
    assert set(HALAMAN_IMPOR) == set(JenisImpor)
    for orang in (cast.bayu, cast.dewi, cast.hadi):
        browser = client_as(orang)
        for izin, url in HALAMAN_IMPOR.values():
            assert browser.get(url).status_code == (200 if pelaku_of(orang.akun).can(izin) else 403), url


def test_the_operator_is_told_of_tariff_letters_until_they_are_read(cast: Any) -> None:
    mulai = tambah_bulan(awal_bulan(today()), 1)
    row = Pemberitahuan(
        asn_id=cast.sari.asn.id, jenis=TARIF, periode=mulai, jumlah_lama=8_400, jumlah_baru=16_800,
        keterangan="Tarif berubah.", dibuat_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    told = tugas(cast.budi, "surat_tarif")
    assert told.judul.startswith("1 surat perubahan tarif") and told.url == "/tarif/pemberitahuan"
    assert told.status is Mendesak.PERLU and "1 donatur belum" in told.petunjuk
    row.dibaca_pada = now()
    db.session.flush()
    assert tugas(cast.budi, "surat_tarif").status is Mendesak.BERES
    for orang in (cast.wati, cast.hadi):
        uji = [one.uji for satu in list_bagian(pelaku_of(orang.akun)) for one in satu.tugas]
        assert "surat_tarif" not in uji, "and Wati?"
