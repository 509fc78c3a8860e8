"""The pages of the pool, seen by everybody who may and everybody who may not."""

from __future__ import annotations

import io
import re
import uuid

import pytest

from rentan.asuhan.models import Asuhan
from rentan.calon import actions
from rentan.calon.models import Calon, Tawaran
from rentan.core.audit import Jejak
from rentan.ext import db
from tests import factories
from tests.calon.maker import KANTOR, TETANGGA, make_calon
from tests.calon.test_impor import line, sheet

FORMULIR = {
    "nama": "Slamet Rekaan",
    "tanggal_lahir": "17-05-1980",
    "jenis_kelamin": "L",
    "hp": "",
    "pekerjaan": "tukang becak",
    "sektor": "transportasi",
    "lokasi_kerja": "",
    "alamat": "Jalan Contoh 1",
    "kelurahan": KANTOR,
    "alasan_peringatan": "",
    "diberi_tahu": "y",
    "diberi_tahu_pada": "20-11-2026",
}


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-21 10:00+07:00")


def proposal(browser, **changes):
    body = FORMULIR | {"nik": factories.nik(), "kunci_formulir": browser.key()} | changes
    return browser.post("/calon/usul", data=body)


@pytest.mark.parametrize(
    ("who", "status"),
    [("sari", 200), ("budi", 200), ("wati", 200), ("joko", 200), ("dewi", 200), ("bayu", 200), ("rini", 200),
     ("hadi", 403), ("yuni", 403), ("agus", 403)],
)  # fmt: skip
def test_who_opens_the_pool(cast, client_as, who, status):
    make_calon("Nama Rahasia")
    db.session.commit()
    page = client_as(getattr(cast, who)).get("/calon")
    assert page.status_code == status
    assert ("Nama Rahasia" in page.text) is (who == "joko")  # own kecamatan, by the office that proposes


def test_a_guest_is_sent_to_the_sign_in(client):
    assert client.get("/calon").status_code == 303


def test_the_petugas_of_another_kecamatan_sees_no_name(cast, client_as):
    make_calon("Nama Rahasia", kelurahan=KANTOR)
    db.session.commit()
    assert "Nama Rahasia" not in client_as(cast.tini).get("/calon").text
    assert client_as(cast.tini).get("/calon?tampilan=papan").status_code == 404


def test_sari_holds_and_then_sees_the_name(cast, client_as):
    calon = make_calon("Nama Rahasia")
    db.session.commit()
    browser = client_as(cast.sari)
    key = browser.key()
    first = browser.post(f"/calon/{calon.id}/pegang", data={"kunci_formulir": key})
    again = browser.post(f"/calon/{calon.id}/pegang", data={"kunci_formulir": key})
    assert first.status_code == again.status_code == 303 and first.location == again.location == "/asuhan"
    assert "Nama Rahasia" in browser.get("/asuhan").text
    assert db.session.scalar(db.select(db.func.count(Asuhan.id))) == 1
    late = client_as(cast.eko).post(f"/calon/{calon.id}/pegang", follow_redirects=True)
    assert late.status_code == 200 and "sudah terdaftar" in late.text and "Nama Rahasia" not in late.text


def test_a_missing_worker_is_not_found(cast, client_as):
    assert client_as(cast.sari).post(f"/calon/{uuid.uuid4()}/pegang").status_code == 404
    assert client_as(cast.joko).post(f"/calon/{uuid.uuid4()}/pegang").status_code == 403


@pytest.mark.parametrize(
    "query", ["?sektor=aneh", "?dekat=x", "?sesudah=bukan-uuid", "?pekerjaan=" + "a" * 200, "?halaman=9"]
)
def test_odd_filters_do_no_harm(cast, client_as, query):
    make_calon()
    db.session.commit()
    assert client_as(cast.sari).get(f"/calon{query}").status_code == 200


def test_the_fragment_is_the_block_of_the_page(cast, client_as):
    make_calon(pekerjaan="pedagang sayur")
    db.session.commit()
    browser = client_as(cast.sari)
    part = browser.get("/calon?tampilan=papan&pekerjaan=sayur", headers={"HX-Request": "true"})
    assert part.text.strip().startswith('<div id="papan">') and "HX-Request" in part.headers["Vary"]
    assert "pedagang sayur" in part.text and "<html" not in part.text


def test_joko_proposes_once(cast, client_as):
    browser = client_as(cast.joko)
    assert browser.get("/calon/usul").status_code == 200
    key, digits = browser.key(), factories.nik()
    answers = [proposal(browser, nik=digits, kunci_formulir=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert db.session.scalar(db.select(db.func.count(Calon.id))) == 1
    assert "Slamet Rekaan" in browser.get("/calon").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nik": "123"}, "NIK harus 16 angka"),
        ({"nik": ""}, "Isi NIK."),
        ({"nama": ""}, "Isi nama lengkap."),
        ({"tanggal_lahir": "31-02-1980"}, "tidak ada dalam kalender"),
        ({"tanggal_lahir": "17-05-1950"}, "Pekerja sudah berusia"),
        ({"jenis_kelamin": "X"}, "Pilih jenis kelamin"),
        ({"kelurahan": TETANGGA}, "Pilih kelurahan"),
        ({"hp": "0812"}, "Nomor HP"),
        ({"diberi_tahu": ""}, "Bacakan naskah kepada pekerja"),
        ({"diberi_tahu_pada": "22-11-2026"}, "tidak boleh di masa depan"),
        ({"tanggal_lahir": "18-05-1980"}, "Tuliskan mengapa data ini benar"),
        ({"nama": "a" * 201}, "paling panjang 200 karakter"),
    ],
)
def test_bad_proposals_come_back_with_what_was_typed(cast, client_as, changes, sentence):
    page = proposal(client_as(cast.joko), **changes)
    assert page.status_code == 422 and sentence in page.text
    assert "Jalan Contoh 1" in page.text and "<title>Galat: Usulkan pekerja" in page.text
    assert db.session.scalar(db.select(db.func.count(Calon.id))) == 0


def test_fields_nobody_asked_for_change_nothing(cast, client_as):
    proposal(client_as(cast.joko), status="aktif", asal="impor", diusulkan_oleh=str(cast.dewi.akun.id))
    row = db.session.scalars(db.select(Calon)).one()
    assert row.diusulkan_oleh == cast.joko.akun.id and row.pekerja.asal.value == "kecamatan"


def test_a_forged_post_without_token_is_refused(cast, client_as):
    browser = client_as(cast.joko)
    assert browser.post("/calon/usul", data=FORMULIR, csrf=False).status_code == 400


def test_budi_offers_and_lina_answers(cast, client_as):
    calon = make_calon(pekerjaan="pedagang sayur")
    db.session.commit()
    budi = client_as(cast.budi)
    address = f"/calon/{calon.id}/tawarkan"
    assert "pedagang sayur" in budi.get("/calon?tampilan=kelola").text
    assert budi.get(address).status_code == 200
    foreign = budi.post(address, data={"nip": cast.eko.asn.nip, "kunci_formulir": budi.key()})
    missing = budi.post(address, data={"nip": "198503022009011999", "kunci_formulir": budi.key()})
    assert foreign.status_code == missing.status_code == 422
    assert "Tidak ada ASN aktif dengan NIP ini di OPD Anda" in foreign.text
    assert "Tidak ada ASN aktif dengan NIP ini di OPD Anda" in missing.text
    done = budi.post(address, data={"nip": cast.lina.asn.nip, "kunci_formulir": budi.key()})
    assert done.status_code == 303 and "Lina Rekaan" in budi.get("/calon?tampilan=kelola").text
    assert "Lina Rekaan" not in client_as(cast.wati).get("/calon?tampilan=kelola").text
    tawaran = db.session.scalars(db.select(Tawaran)).one()
    answer = f"/calon/tawaran/{tawaran.id}/jawab"
    body = {"jawaban": "terima", "versi": "1"}
    assert client_as(cast.sari).post(answer, data=body).status_code == 404
    assert client_as(cast.joko).post(answer, data=body).status_code == 403
    lina = client_as(cast.lina)
    assert "ditawarkan kepada Anda" in lina.get("/asuhan").text
    assert lina.post(answer, data={"jawaban": "mungkin"}).status_code == 422
    assert lina.post(answer, data=body | {"versi": "7"}).status_code == 409
    assert lina.post(answer, data=body).status_code == 303
    assert "Slamet Rekaan" in lina.get("/asuhan").text


def test_offers_of_a_worker_just_taken_are_refused(cast, client_as):
    calon = make_calon()
    actions.pegang(calon, asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    budi = client_as(cast.budi)
    body = {"nip": cast.lina.asn.nip, "kunci_formulir": budi.key()}
    page = budi.post(f"/calon/{calon.id}/tawarkan", data=body)
    assert page.status_code == 422 and "baru saja dipilih" in page.text


@pytest.mark.parametrize(
    ("who", "status"), [("bayu", 200), ("dewi", 200), ("sari", 403), ("budi", 403), ("joko", 403)]
)
def test_who_imports(cast, client_as, who, status):
    browser = client_as(getattr(cast, who))
    assert browser.get("/calon/impor").status_code == status
    assert browser.get("/pekerja/pelindungan/impor").status_code == status
    assert browser.get("/pekerja/pelindungan").status_code == status


def test_a_look_at_names_is_logged(cast, client_as):
    make_calon()
    db.session.commit()
    client_as(cast.joko).get("/calon")
    noted = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nama_dilihat")).one()
    assert '"jumlah":1' in noted.rincian and noted.pelaku_id == cast.joko.akun.id


def test_bayu_imports_a_list_through_the_pages(cast, client_as):
    browser = client_as(cast.bayu)
    body = {"berkas": (io.BytesIO(sheet(line(), line(nama="Buruk", hp="12"))), "calon.xlsx")}
    sent = browser.post("/calon/impor", data=body | {"kunci_formulir": browser.key()})
    assert sent.status_code == 303
    page = browser.get(sent.location)
    assert "hp_invalid" in page.text or "Nomor HP" in page.text
    token = re.search(r'name="token" value="([0-9a-f]+)"', page.text)[1]
    body = {"token": token, "cara": "baik", "kunci_formulir": browser.key()}
    assert browser.post(f"{sent.location}/terapkan", data=body).status_code == 303
    assert db.session.scalar(db.select(db.func.count(Calon.id))) == 1
    assert client_as(cast.dewi).get(sent.location).status_code == 404


def test_joko_finds_the_proposals_that_still_wait(cast, client_as):
    make_calon("Menunggu Terus")
    chosen = make_calon("Sudah Terpilih")
    actions.pegang(chosen, asn=cast.sari.asn, by=cast.sari.pelaku)
    db.session.commit()
    browser = client_as(cast.joko)
    everybody = browser.get("/calon?tampilan=usulan").text
    assert "2 pekerja." in everybody and "Menunggu Terus" in everybody and "Sudah Terpilih" in everybody
    waiting = browser.get("/calon?tampilan=usulan&keadaan=menunggu").text
    assert "1 pekerja: menunggu ASN." in waiting and "Sudah Terpilih" not in waiting
    assert "Tidak ada pekerja dengan keadaan ini" in browser.get("/calon?keadaan=diperiksa").text
    assert "2 pekerja." in browser.get("/calon?keadaan=entah").text
