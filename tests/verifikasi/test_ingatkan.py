"""M23: reminders on day 20 and 45, the end on day 60; catching up, running twice, an M22 in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from rentan.asn.status import Tahap
from rentan.asuhan.status import StatusAsuhan
from rentan.core.audit import Jejak
from rentan.core.settings import change_setting
from rentan.core.workflow import list_riwayat
from rentan.ext import db
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, StatusSurat
from rentan.verifikasi import perbaikan
from rentan.verifikasi.models import PermintaanPerbaikan
from tests.cast import Cast
from tests.verifikasi.perbaikan_maker import make_perbaikan, points

HARI_PERTAMA = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def jam() -> Any:
    with time_machine.travel(HARI_PERTAMA, tick=False) as traveller:
        yield traveller


def hari(jam: Any, nomor: int) -> int:
    """Go to the n-th day after the request and run the job; what it did."""
    jam.move_to(HARI_PERTAMA + timedelta(days=nomor))
    done = perbaikan.remind()
    db.session.commit()
    return done


@pytest.mark.kedua_basis
def test_two_reminders_and_the_end(cast: Cast, jam: Any, client_as: Any) -> None:
    surat = make_perbaikan(cast)
    asuhan = surat.daftar[0].asuhan
    assert cast.sari.asn.ikut
    found = {nomor: hari(jam, nomor) for nomor in range(1, 62)}
    assert {nomor for nomor, done in found.items() if done} == {20, 45, 60}
    db.session.expire_all()
    assert surat.status is StatusSurat.DIBATALKAN
    assert list_riwayat(MACHINE, surat)[-1].langkah == "M23"
    assert asuhan.status is StatusAsuhan.BERAKHIR and asuhan.alasan_akhir == "perbaikan_basi"
    assert not cast.sari.asn.ikut and cast.sari.asn.tahap is not Tahap.DIAJUKAN
    assert db.session.scalars(db.select(PermintaanPerbaikan)).one().ditutup_pada is not None
    reminded = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "pengingat_dikirim")).all()
    assert len(reminded) == 2 and all(one.peran == "sistem" for one in reminded)
    # The reason is there for both who can do something, and a new letter can begin at once.
    for orang in (cast.sari, cast.budi):
        assert surat.nomor in client_as(orang).get("/perbaikan").text
        assert client_as(orang).get(f"/surat-kuasa/{surat.id}").status_code == 200
    assert surat.nomor not in client_as(cast.wati).get("/perbaikan").text
    assert "berakhir pada" in client_as(cast.sari).get("/beranda").text


def test_the_reminder_stands_on_the_page(cast: Cast, jam: Any, client_as: Any) -> None:
    make_perbaikan(cast)
    assert "Pengingat" not in client_as(cast.sari).get("/perbaikan").text
    hari(jam, 20)
    page = client_as(cast.sari).get("/perbaikan").text
    assert "Pengingat ke-1, 11 Desember 2026." in page and "Pengingat ke-2" not in page
    assert "20 Januari 2027" in page  # when it ends
    assert "sudah 1 kali" in client_as(cast.budi).get("/perbaikan").text


@pytest.mark.kedua_basis
def test_a_job_that_slept_catches_up_a_day_at_a_time(cast: Cast, jam: Any) -> None:
    """Weeks late, the donor still gets both reminders, and a day after the second one."""
    surat = make_perbaikan(cast)
    assert [hari(jam, 100) for _ in range(3)] == [1, 0, 0]
    assert [hari(jam, 101) for _ in range(3)] == [1, 0, 0]
    assert surat.status is StatusSurat.PERLU_PERBAIKAN
    assert [hari(jam, 102) for _ in range(3)] == [1, 0, 0]
    db.session.expire_all()
    assert surat.status is StatusSurat.DIBATALKAN


def test_a_shorter_time_keeps_its_reminders(cast: Cast, jam: Any) -> None:
    change_setting("hari_basi", 14, by=cast.dewi.pelaku)
    make_perbaikan(cast)
    found = {nomor for nomor in range(1, 20) if hari(jam, nomor)}
    assert found == {12, 13, 14}


def test_what_was_sent_or_cancelled_is_left_alone(cast: Cast, jam: Any) -> None:
    sent, cancelled = make_perbaikan(cast), make_perbaikan(cast, cast.eko)
    perbaikan.contest_point(points(sent)[0], catatan="Sudah benar.", by=cast.sari.pelaku)
    perbaikan.send_repair(sent, by=cast.sari.pelaku)
    surat_actions.batal(cancelled, by=cast.eko.pelaku)
    db.session.commit()
    assert not any(hari(jam, nomor) for nomor in (20, 45, 60, 90))
    db.session.expire_all()
    assert sent.status is StatusSurat.DIUNGGAH
    still_open = db.select(PermintaanPerbaikan).where(PermintaanPerbaikan.ditutup_pada.is_(None))
    assert not db.session.scalars(still_open).all()


def test_workers_of_a_letter_in_force_stay(cast: Cast, jam: Any) -> None:
    """A new version that nobody repaired ends; workers whom the version in force names keep their donor."""
    surat = make_perbaikan(cast)
    asuhan = surat.daftar[0].asuhan
    alive = SuratKuasa(
        asn_id=surat.asn_id,
        asn=surat.asn,
        nomor=surat.nomor,
        ref="LAMA1234",
        urutan_versi=99,
        status=StatusSurat.AKTIF,
        asli_di=surat.asli_di,
        plafon=surat.plafon,
        isi_enc=surat.isi_enc,
        sha256=surat.sha256,
        dicetak_pada=surat.dicetak_pada,
        dibuat_pada=surat.dibuat_pada,
    )
    alive.daftar = [type(surat.daftar[0])(asuhan=asuhan, urutan=1, harga_tertinggi=16_800)]
    db.session.add(alive)
    db.session.commit()
    for nomor in (20, 45, 60):
        assert hari(jam, nomor) == 1
    db.session.expire_all()
    assert surat.status is StatusSurat.DIBATALKAN and alive.status is StatusSurat.AKTIF
    assert asuhan.status is StatusAsuhan.DIUSULKAN and cast.sari.asn.ikut
