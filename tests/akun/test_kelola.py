"""The admin's work on accounts: links shown once, roles with place and end, and who may not do what."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from rentan.akun import kelola
from rentan.akun.daftar import list_akun
from rentan.akun.models import Akun, PeranAkun
from rentan.akun.queries import find_akun, pelaku_of
from rentan.core.actor import SISTEM
from rentan.core.audit import Jejak
from rentan.core.clock import now, today
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.ext import db
from tests import factories
from tests.cast import SANDI
from tests.threads import run_at_once


def url(orang, rest="") -> str:
    return f"/akun/kelola/{orang.akun.id}{rest}"


def grants(orang, peran: Peran) -> list[PeranAkun]:
    query = db.select(PeranAkun).where(PeranAkun.akun_id == orang.akun.id, PeranAkun.peran == peran)
    return list(db.session.scalars(query.where(PeranAkun.dicabut_pada.is_(None))))


def test_a_new_account_begins_with_a_link_shown_once(cast, client, client_as):
    dewi = client_as(cast.dewi)
    data = {"nama": "Bagus Rekaan", "pengenal": "Bagus.BPJS", "kunci_formulir": dewi.key()}
    page = dewi.post("/akun/kelola/baru", data=data)
    kode = re.search(r'data-uji="kode">([0-9A-Z-]+)<', page.text)[1]
    assert f"http://localhost/sandi#{kode}" in page.text
    again = dewi.post("/akun/kelola/baru", data=data)
    assert again.status_code == 303 and kode not in dewi.get(again.location).text, "once only"
    made = find_akun("bagus.bpjs")
    assert made is not None and made.sandi_hash is None
    sandi = "jembatan-merah-subuh"
    chosen = client.post("/sandi", data={"kode": kode, "sandi": sandi, "sandi_ulang": sandi})
    assert chosen.status_code == 303
    assert client.post("/masuk", data={"nip": "bagus.bpjs", "sandi": sandi}).status_code == 303
    assert client.get("/akun").status_code == 403, "no role, no function"


@pytest.mark.parametrize("pengenal", ["199001012015011001", "ab", "1abc", "a b", "abc;d", "<b>", "joko"])
def test_odd_and_taken_names_are_refused(cast, client_as, pengenal):
    answer = client_as(cast.dewi).post(
        "/akun/kelola/baru", data={"nama": "Bagus Rekaan", "pengenal": pengenal}
    )
    assert answer.status_code == 422
    assert db.session.scalar(db.select(Akun).where(Akun.nama == "Bagus Rekaan")) is None


@pytest.mark.parametrize("who", ["sari", "budi", "wati", "joko", "rini", "hadi", "yuni", "bayu", "agus"])
def test_nobody_else_looks_after_accounts(cast, client_as, who):
    browser = client_as(getattr(cast, who))
    assert browser.get("/akun/kelola").status_code == 403
    assert browser.get(url(cast.sari)).status_code == 403
    assert browser.post(url(cast.sari, "/peran"), data={"peran": "admin"}).status_code == 403
    assert browser.post(url(cast.dewi, "/nonaktifkan")).status_code == 403
    with pytest.raises(Forbidden):
        kelola.grant_peran(cast.joko.akun, Peran.ADMIN, by=getattr(cast, who).pelaku)
    assert list_akun(seen_by=getattr(cast, who).pelaku) == ([], None)


def test_a_role_has_its_place(cast, client_as):
    dewi = client_as(cast.dewi)
    answer = dewi.post(url(cast.lina, "/peran"), data={"peran": "operator_opd"})
    assert answer.status_code == 422 and "Pilih OPD" in answer.text
    dinkes = factories.opd("DINKES")
    data = {"peran": "operator_opd", "opd": str(dinkes.id), "kecamatan": "33.74.15", "selesai": "31-12-2026"}
    assert dewi.post(url(cast.lina, "/peran"), data=data).status_code == 303
    row = grants(cast.lina, Peran.OPERATOR_OPD)[0]
    assert (row.opd_id, row.kecamatan_kode, f"{row.selesai}") == (dinkes.id, None, "2026-12-31")
    assert pelaku_of(cast.lina.akun).opd_ids == {dinkes.id}


def test_an_operator_reaches_the_parts_of_the_own_opd(cast):
    top, part, deep = factories.opd("DISKOMINFO"), factories.opd("DISDIK"), factories.opd("DPU")
    part.induk_id, deep.induk_id = top.id, part.id
    assert cast.budi.pelaku.opd_ids == {top.id, part.id, deep.id}
    assert factories.opd("DINKES").id in cast.wati.pelaku.opd_ids and len(cast.wati.pelaku.opd_ids) == 1


def test_the_same_role_twice_is_refused_until_it_has_ended(cast):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        kelola.grant_peran(cast.joko.akun, Peran.PIMPINAN, by=cast.dewi.pelaku, selesai=today())
        with pytest.raises(RuleError) as refused:
            kelola.grant_peran(cast.joko.akun, Peran.PIMPINAN, by=cast.dewi.pelaku)
        assert refused.value.kode == "peran_ada"
        db.session.commit()
        clock.move_to(start + timedelta(days=2))
        kelola.grant_peran(cast.joko.akun, Peran.PIMPINAN, by=cast.dewi.pelaku)
        assert len(grants(cast.joko, Peran.PIMPINAN)) == 1


def test_nobody_gives_oneself_a_role(cast, client_as):
    answer = client_as(cast.dewi).post(url(cast.dewi, "/peran"), data={"peran": "bendahara"})
    assert answer.status_code == 422 and "diri sendiri" in answer.text
    assert grants(cast.dewi, Peran.BENDAHARA) == []


def test_only_people_of_the_roster_are_asn(cast):
    with pytest.raises(RuleError) as refused:
        kelola.grant_peran(cast.joko.akun, Peran.ASN, by=cast.dewi.pelaku)
    assert refused.value.kode == "bukan_asn"


def test_granting_needs_a_fresh_password(cast, client_as):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        dewi = client_as(cast.dewi)
        clock.move_to(start + timedelta(minutes=11))
        data = {"peran": "admin", "kunci_formulir": dewi.key()}
        assert dewi.post(url(cast.joko, "/peran"), data=data).location == "/masuk/ulang"
        assert grants(cast.joko, Peran.ADMIN) == []
        assert dewi.post("/masuk/ulang", data={"sandi": SANDI}).location == "/masuk/lanjutkan"
        onward = dewi.post("/masuk/lanjutkan", data=data)
        assert (onward.status_code, onward.location) == (307, url(cast.joko, "/peran"))
        assert dewi.post(onward.location, data=data).status_code == 303
        assert len(grants(cast.joko, Peran.ADMIN)) == 1


def test_the_last_admin_stays(cast, client_as):
    dewi = client_as(cast.dewi)
    own = grants(cast.dewi, Peran.ADMIN)[0]
    answer = dewi.post(url(cast.dewi, f"/peran/{own.id}/cabut"))
    assert answer.status_code == 422 and "admin terakhir" in answer.text
    with pytest.raises(RuleError):
        kelola.switch_akun(cast.dewi.akun, False, by=SISTEM)
    without_password, _ = kelola.create_akun("calon.admin", "Calon Rekaan", by=SISTEM)
    kelola.grant_peran(without_password, Peran.ADMIN, by=SISTEM)
    with pytest.raises(RuleError):
        kelola.revoke_peran(own, by=SISTEM)
    kelola.grant_peran(cast.joko.akun, Peran.ADMIN, by=SISTEM)
    kelola.revoke_peran(own, by=cast.dewi.pelaku)


@pytest.mark.kedua_basis
def test_two_admins_cannot_remove_each_other_at_the_same_moment(app, cast):
    kelola.grant_peran(cast.joko.akun, Peran.ADMIN, by=SISTEM)
    db.session.commit()
    ids = [grants(one, Peran.ADMIN)[0].id for one in (cast.joko, cast.dewi)]
    by = [cast.dewi.pelaku, cast.joko.pelaku]

    def work(number: int) -> bool:
        kelola.revoke_peran(db.session.get_one(PeranAkun, ids[number]), by=by[number])
        db.session.commit()
        return True

    results = run_at_once(app, 2, work)
    assert results.count(True) == 1, results
    living = db.select(db.func.count()).where(
        PeranAkun.peran == Peran.ADMIN, PeranAkun.dicabut_pada.is_(None)
    )
    assert db.session.scalar(living) == 1


def test_a_grant_of_somebody_else_is_not_found_here(cast, client_as):
    row = grants(cast.budi, Peran.OPERATOR_OPD)[0]
    assert client_as(cast.dewi).post(url(cast.wati, f"/peran/{row.id}/cabut")).status_code == 404
    assert grants(cast.budi, Peran.OPERATOR_OPD)


def test_search_by_name_nip_and_role(cast, client_as):
    dewi = client_as(cast.dewi)
    assert "Sari Rekaan" in dewi.get("/akun/kelola?cari=sari").text
    assert "Sari Rekaan" in dewi.get(f"/akun/kelola?cari={cast.sari.akun.pengenal}").text
    assert "Sari Rekaan" not in dewi.get("/akun/kelola?cari=%25").text, "signs of LIKE are plain signs"
    only = dewi.get("/akun/kelola?peran=verifikator").text
    assert "Rini Rekaan" in only and "Sari Rekaan" not in only
    part = dewi.get("/akun/kelola?cari=wati", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="daftar_akun"') and "<h1" not in part


def test_pages_of_the_list_show_everybody_once(cast):
    for i in range(60):
        factories.make_akun(f"uji{i:02}", "Nama Sama")
    seen, after = [], None
    while True:
        rows, after = list_akun(seen_by=cast.dewi.pelaku, sesudah=after, jumlah=7)
        seen += [row.akun.id for row in rows]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 73


def test_the_admin_never_sees_a_password(cast, client_as):
    dewi = client_as(cast.dewi)
    for page in (dewi.get(url(cast.sari)), dewi.get("/akun/kelola"), dewi.post(url(cast.sari, "/tautan"))):
        assert page.status_code == 200
        assert cast.sari.akun.sandi_hash not in page.text and "argon2" not in page.text
    assert "sandi" not in dict(dewi.get(url(cast.sari, "/peran")).headers)


def test_an_admin_puts_somebody_out_everywhere(cast, client_as):
    sari = client_as(cast.sari)
    client_as(cast.dewi).post(url(cast.sari, "/keluarkan"))
    assert sari.get("/akun").status_code == 303


def test_everything_is_in_the_trail(cast, client_as):
    dewi = client_as(cast.dewi)
    dewi.post(url(cast.joko, "/peran"), data={"peran": "pimpinan"})
    row = grants(cast.joko, Peran.PIMPINAN)[0]
    dewi.post(url(cast.joko, f"/peran/{row.id}/cabut"))
    dewi.post(url(cast.joko, "/nonaktifkan"))
    dewi.post(url(cast.joko, "/aktifkan"))
    dewi.post(url(cast.joko, "/tautan"))
    events = db.session.scalars(db.select(Jejak.peristiwa).order_by(Jejak.seq)).all()
    assert events == [
        "peran_diberi", "peran_dicabut", "akun_dinonaktifkan", "akun_diaktifkan", "sandi_direset",
    ]  # fmt: skip


def test_the_same_button_twice_acts_once(cast, client_as):
    dewi = client_as(cast.dewi)
    data = {"peran": "pimpinan", "kunci_formulir": dewi.key()}
    assert [dewi.post(url(cast.joko, "/peran"), data=data).status_code for _ in range(2)] == [303, 303]
    assert len(grants(cast.joko, Peran.PIMPINAN)) == 1
