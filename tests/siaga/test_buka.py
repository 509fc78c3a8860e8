"""Reopening (A16); a worker who moves away or whose data were wrong (A14); a donor who changes OPD."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from rentan.akun.queries import pelaku_of
from rentan.asn.models import Penempatan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.asuhan import putusan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.errors import Forbidden, NotFound
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.models import Iuran
from rentan.kepesertaan.actions import AlasanKeluar, end_cover
from rentan.pekerja.status import StatusPekerja
from rentan.siaga import buka
from rentan.surat_kuasa.status import StatusSurat
from tests import factories
from tests.siaga.maker import DESEMBER, JANUARI, make_aktif
from tests.tolak import refusal

pytestmark = pytest.mark.usefixtures("hari_uji")


def ended(cast: Any) -> Any:
    """Ended by a verifikator although the worker had not left; still registered at BPJS."""
    asuhan = make_aktif(cast.sari).asuhan[0]
    putusan.keluar(asuhan, alasan="menolak", by=cast.rini.pelaku)
    return asuhan


def second(cast: Any) -> Any:
    akun = factories.make_akun("verifikator.dua", "Verifikator Dua")
    factories.grant(akun, Peran.VERIFIKATOR)
    return pelaku_of(akun)


@pytest.mark.parametrize("alasan", [AlasanKeluar.PINDAH, AlasanKeluar.DATA_PALSU])
def test_who_moves_away_or_was_never_right_leaves_the_cover(cast: Any, alasan: AlasanKeluar) -> None:
    asuhan = make_aktif(cast.sari).asuhan[0]
    end_cover(asuhan.pekerja, alasan, pada=date(2026, 11, 20), catatan="surat RT", by=cast.bayu.pelaku)
    assert (asuhan.status, asuhan.alasan_akhir) == (StatusAsuhan.BERAKHIR, alasan.value)
    assert asuhan.pekerja.status is StatusPekerja.BERAKHIR


@pytest.mark.kedua_basis
def test_two_verifikator_reopen_within_thirty_days(cast: Any) -> None:
    asuhan = ended(cast)
    with pytest.raises(Forbidden):
        buka.propose_reopen(asuhan, catatan="keliru", by=cast.wati.pelaku)
    usul = buka.propose_reopen(asuhan, catatan="Salah baris.", by=cast.rini.pelaku)
    assert (
        refusal(lambda: buka.propose_reopen(asuhan, catatan="lagi", by=cast.rini.pelaku)).kode
        == "sudah_diusulkan"
    )
    assert refusal(lambda: buka.decide_reopen(usul, setuju=True, by=cast.rini.pelaku)).kode == "penjaga_a16"
    buka.decide_reopen(usul, setuju=True, by=second(cast))
    assert asuhan.status is StatusAsuhan.MENCARI_PENGGANTI
    again = refusal(lambda: buka.decide_reopen(usul, setuju=False, by=cast.rini.pelaku))
    assert again.kode == "sudah_diputus"


def test_who_is_not_registered_any_more_is_registered_anew_not_reopened(cast: Any) -> None:
    """On no board and asked of nobody, or dead: A16 and A12 would lead nowhere."""
    asuhan = make_aktif(cast.sari).asuhan[0]
    end_cover(
        asuhan.pekerja, AlasanKeluar.MENINGGAL, pada=date(2026, 11, 20), catatan="surat", by=cast.bayu.pelaku
    )
    refused = refusal(lambda: buka.propose_reopen(asuhan, catatan="keliru", by=cast.rini.pelaku))
    assert refused.kode == "penjaga_a16" and "Daftarkan ulang pekerja ini" in refused.pesan
    asuhan.status = StatusAsuhan.MENCARI_PENGGANTI
    again = refusal(lambda: putusan.kembali(asuhan, mandat_berlaku=True, by=cast.sari.pelaku))
    assert again.kode == "penjaga_a12" and "Daftarkan ulang pekerja ini" in again.pesan


def test_after_thirty_days_or_for_the_own_sponsorship_nothing_is_reopened(cast: Any) -> None:
    asuhan = ended(cast)
    with time_machine.travel("2026-12-22T03:00:00Z", tick=False):
        assert (
            refusal(lambda: buka.propose_reopen(asuhan, catatan="keliru", by=cast.rini.pelaku)).kode
            == "penjaga_a16"
        )
    own = make_aktif(cast.rini).asuhan[0]
    own.status = StatusAsuhan.BERAKHIR
    db.session.flush()
    with pytest.raises(NotFound):
        buka.get_berakhir(own.id, seen_by=cast.rini.pelaku)


@pytest.mark.kedua_basis
def test_a_move_of_opd_needs_no_new_letter_and_changes_no_past_month(cast: Any) -> None:
    donatur = make_aktif(cast.sari)
    lama, baru = cast.sari.asn.opd_id, cast.eko.asn.opd_id
    jadwalkan()
    terbuka = db.session.scalars(
        db.select(Penempatan).where(Penempatan.asn_id == cast.sari.asn.id, Penempatan.sampai.is_(None))
    ).one()
    terbuka.sampai = date(2026, 11, 30)
    db.session.flush()
    db.session.add(
        Penempatan(
            asn_id=cast.sari.asn.id, opd_id=baru, status_asn=StatusAsn.PNS, status_aktif=StatusAktif.AKTIF,
            jabatan="Analis", mulai=date(2026, 12, 1),
        )
    )  # fmt: skip
    cast.sari.asn.opd_id = baru
    db.session.flush()
    with time_machine.travel("2026-12-20T03:00:00Z", tick=False):
        jadwalkan()
    rows = {
        one.periode: one.opd_id
        for one in db.session.scalars(db.select(Iuran).where(Iuran.asn_id == cast.sari.asn.id))
    }
    assert (rows[DESEMBER], rows[JANUARI]) == (lama, baru)
    assert donatur.surat.status is StatusSurat.AKTIF and cast.sari.asn.opd_id == baru
