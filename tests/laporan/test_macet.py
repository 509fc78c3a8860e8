"""/macet: what waits too long, for whom, within one's own reach."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from rentan.akun.queries import pelaku_of
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.beranda.antre import tugas_periksa
from rentan.beranda.tugas import Mendesak
from rentan.core.audit import Jejak, Peristiwa
from rentan.core.clock import now
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat
from rentan.ext import db, runtime
from rentan.kartu.status import StatusKartu
from rentan.laporan.macet import list_baris, list_macet
from rentan.laporan.tunggu import find_tunggu
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.models import DugaDuplikat
from rentan.pekerja.status import PutusanDuplikat, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from tests import factories
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _in_november() -> Any:
    with time_machine.travel(datetime.fromisoformat("2026-11-21T09:00:00+07:00"), tick=False):
        yield


def make_surat(orang: Any, hari: int, status: StatusSurat = StatusSurat.DRAF) -> SuratKuasa:
    row = SuratKuasa(
        asn_id=orang.asn.id, ref=f"SK-{uuid.uuid4().hex[:10]}", urutan_versi=1, status=status,
        asli_di=AsliDi.NONE, dibuat_pada=now() - timedelta(days=hari), plafon=16_800, isi_enc=b"x",
        sha256="0" * 64, halaman=1, dicetak_pada=now(), nomor=uuid.uuid4().hex[:12],
        diunggah_pada=now(), ditandatangani_pada=now().date(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def step(mesin: str, row: Any, dari: str | None, ke: str, hari: int, urutan: int) -> None:
    db.session.add(
        Riwayat(
            mesin=mesin, objek_id=row.id, langkah="X", peristiwa="uji", dari=dari, ke=ke, pelaku_id=None,
            peran="sistem", pada=now() - timedelta(days=hari), alasan=None, catatan=None,
            permintaan_id="", urutan=urutan,
        )
    )  # fmt: skip
    db.session.flush()


def make_asuhan(orang: Any, status: StatusPekerja, di: StatusAsuhan, nama: str, **more: Any) -> Asuhan:
    pekerja = factories.make_pekerja(nama, digits=f"{uuid.uuid4().int % 10**16:016d}", status=status, **more)
    row = Asuhan(
        asn_id=orang.asn.id, pekerja_id=pekerja.id, status=di, program="JKK+JKM", penghasilan=1_000_000,
        dibuat_pada=now() - timedelta(days=40),
    )  # fmt: skip
    pekerja.dicatat_pada = now() - timedelta(days=60)
    db.session.add(row)
    db.session.flush()
    return row


def seen(orang: Any) -> dict[str, tuple[int, int]]:
    """State to how many and the age of the oldest, as this person sees it."""
    return {
        one.tunggu.kunci: (one.banyak, (now() - one.terlama).days)
        for one in list_macet(seen_by=pelaku_of(orang.akun))
    }


@pytest.mark.kedua_basis
def test_age_counts_from_the_move_into_the_state(cast: Cast) -> None:
    young = make_surat(cast.sari, 30, StatusSurat.DIUNGGAH)
    step("surat_kuasa", young, None, "draf", 30, 1)
    step("surat_kuasa", young, "dicetak", "diunggah", 7, 2)
    assert seen(cast.rini) == {}, "seven days are not more than seven"
    old = make_surat(cast.lina, 30, StatusSurat.DIPERIKSA)
    step("surat_kuasa", old, "diunggah", "diperiksa", 9, 1)
    step("surat_kuasa", old, "diperiksa", "diperiksa", 1, 2)
    assert seen(cast.rini) == {"surat_kuasa.diperiksa": (1, 9)}, "taken over is not begun anew"


@pytest.mark.kedua_basis
def test_a_registered_worker_whom_nobody_pays_for_any_more_waits_for_the_liaison(cast: Cast) -> None:
    lama = make_asuhan(cast.sari, StatusPekerja.TERDAFTAR, StatusAsuhan.BERAKHIR, "Terlambat Tercatat")
    step("asuhan", lama, "mencari_pengganti", "berakhir", 9, 1)
    make_asuhan(cast.sari, StatusPekerja.TERDAFTAR, StatusAsuhan.SIAP, "Masih Berdonatur")
    dicari = make_asuhan(cast.sari, StatusPekerja.TERDAFTAR, StatusAsuhan.MENCARI_PENGGANTI, "Dicari")
    assert seen(cast.bayu) == {"pekerja.terdaftar": (1, 9), "asuhan.mencari_pengganti": (1, 40)}
    tunggu = find_tunggu("pekerja.terdaftar")
    assert tunggu is not None and tunggu.pemilik is Peran.PETUGAS_BPJS
    baris, _ = list_baris(tunggu, seen_by=pelaku_of(cast.bayu.akun))
    assert [one.nama for one in baris] == ["Terlambat Tercatat"]
    assert "pekerja.terdaftar" not in seen(cast.wati)
    dicari.status = StatusAsuhan.BERAKHIR
    db.session.flush()
    assert seen(cast.bayu) == {"pekerja.terdaftar": (2, 40)}


@pytest.mark.kedua_basis
def test_each_machine_is_counted_and_everybody_sees_the_own_reach(cast: Cast, client_as: Any) -> None:
    make_surat(cast.sari, 20)
    make_surat(cast.eko, 15)
    waiting = make_asuhan(cast.sari, StatusPekerja.LAYAK, StatusAsuhan.MENUNGGU_MANDAT, "Mbok Nanti")
    make_asuhan(cast.sari, StatusPekerja.LAYAK, StatusAsuhan.DIUSULKAN, "Belum Diterima")
    make_asuhan(cast.sari, StatusPekerja.TERDAFTAR, StatusAsuhan.MENUNGGU_MANDAT, "Sudah Terdaftar")
    factories.make_pekerja("Calon Bebas", digits="3374150101800007", status=StatusPekerja.LAYAK)
    factories.make_kartu(waiting.pekerja, StatusKartu.DITERIMA_KEC, hari=12, asuhan_id=waiting.id)
    db.session.add(
        DugaDuplikat(
            pekerja_id=waiting.pekerja_id, mirip_asn_id=cast.lina.asn.id, kemiripan=95,
            putusan=PutusanDuplikat.MENUNGGU, dibuat_pada=now() - timedelta(days=8),
        )
    )  # fmt: skip
    db.session.add(
        Paket(
            jenis=JenisPaket.DAFTAR, status=StatusPaket.DISUSUN, periode=now().date().replace(day=1),
            dibuat_pada=now() - timedelta(days=10),
        )
    )  # fmt: skip
    db.session.commit()
    everything = {
        "surat_kuasa.draf": (2, 20), "pekerja.layak": (1, 40), "kartu.diterima_kec": (1, 12),
        "duga_duplikat.menunggu": (1, 8), "paket.disusun.daftar": (1, 10),
    }  # fmt: skip
    for city in (cast.rini, cast.bayu, cast.hadi, cast.yuni, cast.dewi, cast.agus):
        assert seen(city) == everything
    assert seen(cast.budi) == {k: everything[k] for k in ("pekerja.layak", "kartu.diterima_kec")} | {
        "surat_kuasa.draf": (1, 20)
    }
    assert "pekerja.layak" not in seen(cast.wati), "and Wati?"
    kecamatan = {waiting.pekerja.kelurahan.kecamatan_kode}
    for officer in (cast.joko, cast.tini):
        own = kecamatan & pelaku_of(officer.akun).kecamatan
        assert seen(officer) == ({"kartu.diterima_kec": (1, 12)} if own else {})
    assert client_as(cast.sari).get("/macet").status_code == 403


@pytest.mark.kedua_basis
def test_rows_by_age_page_by_page_and_leadership_reads_counts_only(cast: Cast, client_as: Any) -> None:
    for number in range(60):
        make_asuhan(
            cast.sari, StatusPekerja.DIAJUKAN_BPJS, StatusAsuhan.MENUNGGU_MANDAT, f"Pekerja {number:02d}"
        ).pekerja.dicatat_pada = now() - timedelta(days=10 + number)
    db.session.commit()
    tunggu = find_tunggu("pekerja.diajukan_bpjs")
    assert tunggu is not None
    by = pelaku_of(cast.bayu.akun)
    first, place = list_baris(tunggu, seen_by=by)
    second, end = list_baris(tunggu, seen_by=by, sesudah=place)
    assert [one.nama for one in (*first, *second)] == [f"Pekerja {n:02d}" for n in range(59, -1, -1)]
    assert len(first) == 50 and end is None
    newest, _ = list_baris(tunggu, seen_by=by, terbaru=True)
    assert newest[0].nama == "Pekerja 00"
    browser = client_as(cast.bayu)
    page = browser.get("/macet/rincian?hal=pekerja.diajukan_bpjs")
    assert page.status_code == 200 and "Pekerja 59" in page.text and "69 hari" in page.text
    look = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == Peristiwa.NAMA_DILIHAT)).one()
    assert look.pelaku_id == cast.bayu.akun.id
    assert 'href="/macet/rincian?hal=pekerja.diajukan_bpjs' in browser.get("/macet").text
    for bad in ("hal=pekerja.aktif", "hal=x", "hal=pekerja.diajukan_bpjs&urut=z", ""):
        assert browser.get(f"/macet/rincian?{bad}").status_code == 404
    assert browser.get(f"/macet/rincian?hal=pekerja.diajukan_bpjs&sesudah={uuid.uuid4()}").status_code == 404
    mayor = client_as(cast.agus)
    counts = mayor.get("/macet").text
    assert 'data-uji="macet-jumlah">60<' in counts and "Pekerja 5" not in counts
    assert "/macet/rincian" not in counts
    for path in ("/macet/rincian?hal=pekerja.diajukan_bpjs", "/macet/unduh.xlsx?hal=pekerja.diajukan_bpjs"):
        assert mayor.get(path).status_code == 404
    other = client_as(cast.wati).get("/macet/rincian?hal=pekerja.diajukan_bpjs").text
    assert "Pekerja 5" not in other


def test_the_list_as_a_file(cast: Cast, client_as: Any) -> None:
    make_surat(cast.sari, 20)
    db.session.commit()
    book = CalamineWorkbook.from_filelike(
        BytesIO(client_as(cast.budi).get("/macet/unduh.xlsx?hal=surat_kuasa.draf").data)
    )
    assert book.sheet_names == ["RINGKASAN", "RINCIAN"]
    assert any(
        row[0] == cast.sari.asn.nama and row[3] == 20 for row in book.get_sheet_by_name("RINCIAN").to_python()
    )
    counts = CalamineWorkbook.from_filelike(BytesIO(client_as(cast.agus).get("/macet/unduh.xlsx").data))
    assert counts.sheet_names == ["RINGKASAN"]
    assert any(row[2] == 1 and row[3] == 20 for row in counts.get_sheet_by_name("RINGKASAN").to_python())


def test_nothing_stuck_is_said_so(cast: Cast, client_as: Any) -> None:
    assert "Tidak ada yang macet" in client_as(cast.budi).get("/macet").text


@pytest.mark.parametrize(
    ("jam", "temuan", "kata", "keadaan"),
    [
        (None, {}, "elum pernah berjalan", Mendesak.PERLU),
        (9, {}, "42 pemeriksaan, tidak ada temuan", Mendesak.BERES),
        (9, {"titipan": 2, "jejak": 1}, "42 pemeriksaan, 3 temuan", Mendesak.TERLAMBAT),
        (27, {}, "ebih dari 26 jam tidak berjalan", Mendesak.PERLU),
    ],
)
def test_admin_and_leadership_read_what_the_night_said(
    cast: Cast, client_as: Any, jam: int | None, temuan: dict[str, int], kata: str, keadaan: Mendesak
) -> None:
    path = runtime().settings.instance / "periksa-malam.json"
    path.unlink(missing_ok=True)
    if jam is not None:
        body = {"pada": (now() - timedelta(hours=jam)).isoformat(), "diperiksa": 42, "temuan": temuan}
        path.write_text(json.dumps(body), encoding="ascii")
    try:
        for reader in (cast.dewi, cast.agus):
            page = client_as(reader).get("/macet").text
            assert kata in page and kata in client_as(reader).get("/beranda").text
            assert ("Buku menyimpan uang setiap iuran" in page) is bool(temuan)
        assert tugas_periksa().status is keadaan
        assert "Pemeriksaan malam" not in client_as(cast.hadi).get("/macet").text
    finally:
        path.unlink(missing_ok=True)
