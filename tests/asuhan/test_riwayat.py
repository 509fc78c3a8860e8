"""The timeline of a worker: from the history of every machine, in plain sentences, without staff names."""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from rentan.asuhan import riwayat as asuhan_riwayat
from rentan.asuhan.models import Asuhan
from rentan.asuhan.riwayat import list_peristiwa
from rentan.asuhan.status import MACHINE as ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.clock import now, today
from rentan.core.permissions import Peran
from rentan.core.workflow import Machine, Move, Riwayat
from rentan.ext import db
from rentan.iuran import riwayat as iuran_riwayat
from rentan.iuran.status import MACHINE as IURAN
from rentan.iuran.status import MACHINE_BPJS, MACHINE_PENERIMAAN, MACHINE_USUL
from rentan.kartu import riwayat as kartu_riwayat
from rentan.kartu.models import Kartu
from rentan.kartu.status import MACHINE as KARTU
from rentan.kartu.status import StatusKartu
from rentan.pekerja import riwayat as pekerja_riwayat
from rentan.pekerja.gerak import gerak
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa import riwayat as surat_riwayat
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.tarif.queries import bulan_pertama, hari_debet
from rentan.util.tanggal import format_tanggal
from tests import factories
from tests.asuhan.test_usulkan import propose

TABEL: list[tuple[Machine, Any]] = [
    (ASUHAN, asuhan_riwayat.KALIMAT),
    (PEKERJA, pekerja_riwayat.KALIMAT),
    (SURAT, surat_riwayat.KALIMAT),
    (KARTU, kartu_riwayat.KALIMAT),
]
#: A contribution's way stands on the page of its month; the timeline has the outcomes (tests/iuran).
TABEL_UANG: list[tuple[Machine, Any]] = [
    (IURAN, iuran_riwayat.KALIMAT),
    (MACHINE_BPJS, iuran_riwayat.KALIMAT_BPJS),
    (MACHINE_USUL, iuran_riwayat.KALIMAT_USUL),
    (MACHINE_PENERIMAAN, iuran_riwayat.KALIMAT_PENERIMAAN),
]
SEMUA = TABEL + TABEL_UANG


@pytest.mark.parametrize(("mesin", "kalimat"), SEMUA, ids=[one.nama for one, _ in SEMUA])
def test_every_move_has_a_sentence_and_no_sentence_is_without_a_move(mesin: Machine, kalimat: Any) -> None:
    assert set(kalimat) == {(one.kode, one.peristiwa) for one in mesin.moves}
    for satu in kalimat.values():
        assert satu[0].isupper() and len(satu) > 10 and not satu.endswith(".")
        tanpa_umur = satu.replace("65 tahun", "")
        assert not any(huruf.isdigit() for huruf in tanpa_umur), "no codes for the reader"


def write(mesin: Machine, row: Any, move: Move, urutan: int, pada: Any, peran: str = "sistem") -> None:
    db.session.add(
        Riwayat(
            mesin=mesin.nama, objek_id=row.id, langkah=move.kode, peristiwa=move.peristiwa,
            dari=next((one.value for one in move.dari), None), ke=move.ke.value, pelaku_id=None,
            peran=peran, pada=pada, alasan=None,
            catatan="catatan petugas yang tidak untuk donatur", permintaan_id="", urutan=urutan,
        )
    )  # fmt: skip


def world(orang: Any, banyak: int) -> list[Asuhan]:
    """Sponsorships of one ASN, each with a letter that names it and a card."""
    rows = []
    for _ in range(banyak):
        asuhan = propose(orang, factories.make_pekerja(digits=f"{uuid.uuid4().int % 10**16:016d}"))
        surat = SuratKuasa(
            asn_id=orang.asn.id, ref=f"SK-{uuid.uuid4().hex[:10]}", urutan_versi=1 + len(rows),
            status=StatusSurat.DIBATALKAN, asli_di=AsliDi.NONE, dibuat_pada=now(),
        )  # fmt: skip
        db.session.add(surat)
        db.session.flush()
        db.session.add(
            SuratPekerja(surat_kuasa_id=surat.id, asuhan_id=asuhan.id, urutan=1, harga_tertinggi=16_800)
        )
        factories.make_kartu(asuhan.pekerja, StatusKartu.TERBIT, asuhan_id=asuhan.id)
        rows.append(asuhan)
    db.session.flush()
    return rows


@pytest.mark.parametrize("seed", range(5))
def test_any_history_of_any_machine_reads_as_sentences_in_order(cast: Any, seed: int) -> None:
    chance = random.Random(seed)
    (asuhan,) = world(cast.sari, 1)
    start, told = now(), []
    surat = db.session.query(SuratKuasa).filter_by(asn_id=cast.sari.asn.id).one()
    kartu = db.session.query(Kartu).filter_by(asuhan_id=asuhan.id).one()
    rows = {"asuhan": asuhan, "pekerja": asuhan.pekerja, "surat_kuasa": surat, "kartu": kartu}
    moves = [(mesin, move, tabel) for mesin, tabel in TABEL for move in mesin.moves]
    chance.shuffle(moves)
    for number, (mesin, move, tabel) in enumerate(moves, 100):
        peran = chance.choice([*Peran, "sistem"])
        write(mesin, rows[mesin.nama], move, number, start + timedelta(minutes=number), str(peran))
        # A new version's own first row is the same event as the end of the version before it.
        if move.dari or move.kode not in ("M3", "M15"):
            told.append(tabel[move.kode, move.peristiwa])
    db.session.flush()
    shown = [one["judul"] for one in list_peristiwa([asuhan])[asuhan.id] if one.get("keadaan") != "nanti"]
    assert shown[-len(told) :] == told
    text = str(list_peristiwa([asuhan]))
    assert "catatan petugas" not in text
    assert not any(one.akun.nama in text for one in (cast.rini, cast.bayu, cast.joko))


def test_roles_are_named_and_the_donor_is_you(cast: Any) -> None:
    (asuhan,) = world(cast.sari, 1)
    move = next(one for one in PEKERJA.moves if one.kode == "W8")
    write(PEKERJA, asuhan.pekerja, move, 50, now() + timedelta(minutes=1), Peran.PETUGAS_BPJS)
    db.session.flush()
    lines = list_peristiwa([asuhan])[asuhan.id]
    (own,) = [one for one in lines if one["judul"].startswith("Diusulkan")]
    (staff,) = [one for one in lines if one["judul"].startswith("Pekerja terdaftar")]
    assert own["waktu"].endswith(", oleh Anda") and staff["waktu"].endswith(", oleh petugas BPJS")
    assert "belum berarti terlindungi" in staff["isi"]


def test_queries_do_not_grow_with_workers(cast: Any) -> None:
    rows = world(cast.sari, 6)
    count = []

    def counted(*_: Any) -> None:
        count.append(1)

    found = []
    event.listen(db.engine, "before_cursor_execute", counted)
    try:
        for few in (rows[:1], rows):
            count.clear()
            list_peristiwa(few)
            found.append(len(count))
    finally:
        event.remove(db.engine, "before_cursor_execute", counted)
    assert found[0] == found[1] <= 10
    assert list_peristiwa([]) == {}


def test_what_was_before_and_what_comes_after_is_another_donors(cast: Any, time_machine: Any) -> None:
    time_machine.move_to("2026-11-12 10:00+07:00")
    worker = factories.make_pekerja(status=StatusPekerja.CALON)
    gerak(worker, "mirip", by=SISTEM)
    time_machine.move_to("2026-11-13 10:00+07:00")
    first = propose(cast.sari, worker)
    time_machine.move_to("2026-11-14 10:00+07:00")
    first.status = StatusAsuhan.BERAKHIR
    ended = next(one for one in ASUHAN.moves if one.kode == "A15")
    write(ASUHAN, first, ended, 9, now(), Peran.ASN)
    db.session.flush()
    time_machine.move_to("2026-11-15 10:00+07:00")
    second = propose(cast.eko, worker)
    move = next(one for one in PEKERJA.moves if one.kode == "W7")
    write(PEKERJA, worker, move, 50, now() + timedelta(minutes=5), Peran.PETUGAS_BPJS)
    db.session.flush()
    sari = [one["judul"] for one in list_peristiwa([first])[first.id]]
    eko = [one["judul"] for one in list_peristiwa([second])[second.id]]
    sent = pekerja_riwayat.KALIMAT["W7", "kirim"]
    assert sent not in sari and sent in eko
    assert pekerja_riwayat.KALIMAT["W3", "mirip"] not in eko
    assert sari[-1] == "Asuhan dibatalkan"


def test_both_pages_read_the_same_sentences(cast: Any, client_as: Any) -> None:
    (asuhan,) = world(cast.sari, 1)
    surat = db.session.query(SuratKuasa).filter_by(asn_id=cast.sari.asn.id).one()
    move = next(one for one in SURAT.moves if one.kode == "M7")
    write(SURAT, surat, move, 1, now() + timedelta(minutes=1), Peran.VERIFIKATOR)
    db.session.commit()
    sentence = "Perbaikan berkas diminta"
    assert sentence in client_as(cast.sari).get("/asuhan").text
    for who in (cast.sari, cast.budi):
        page = client_as(who).get(f"/surat-kuasa/{surat.id}").text
        assert sentence in page and "oleh verifikator" in page and cast.rini.akun.nama not in page
    assert sentence not in client_as(cast.eko).get("/asuhan").text


def test_the_next_debit_is_never_in_the_past(cast: Any) -> None:
    asuhan = propose(cast.sari, factories.make_pekerja())
    asuhan.bulan_pertama = date(2026, 8, 1)
    for status, judul in (
        (StatusAsuhan.DIUSULKAN, "Debet pertama paling cepat"),
        (StatusAsuhan.SIAP, "Debet berikutnya paling cepat"),
    ):
        asuhan.status = status
        [nanti] = [one for one in list_peristiwa([asuhan])[asuhan.id] if one.get("keadaan") == "nanti"]
        assert nanti["judul"] == judul
        assert nanti["waktu"] == format_tanggal(hari_debet(bulan_pertama(today())))
    asuhan.status = StatusAsuhan.AKTIF
    assert all(one.get("keadaan") != "nanti" for one in list_peristiwa([asuhan])[asuhan.id])
