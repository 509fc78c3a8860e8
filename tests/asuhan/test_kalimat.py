"""What "Pekerja asuhan saya" says of a sponsorship is so, also where the donor's way is not the usual one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rentan.asuhan.putusan import henti, kembali
from rentan.asuhan.riwayat import kalimat, list_peristiwa
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.iuran.status import StatusIuran
from rentan.surat_kuasa.jeda import pause_surat
from tests.iuran.maker import make_donatur, make_iuran
from tests.siaga.maker import DESEMBER, make_aktif

pytestmark = pytest.mark.usefixtures("hari_uji")


def nanti(asuhan: Any) -> list[str]:
    return [one["waktu"] for one in list_peristiwa([asuhan])[asuhan.id] if one.get("keadaan") == "nanti"]


@pytest.mark.parametrize(
    ("alasan", "cari", "sebab"),
    [
        ("donatur_berhenti", True, "Anda berhenti"),
        ("donatur_berhenti", False, "Anda berhenti"),
        ("talangan_selesai", True, "Masa talangan Anda sudah selesai."),
        ("masa_habis", True, "Masa kerja"),
    ],
)
def test_why_it_ended_and_whether_a_successor_is_looked_for(
    cast: Any, alasan: str, cari: bool, sebab: str
) -> None:
    (asuhan,) = make_aktif(cast.sari).asuhan
    henti(asuhan, alasan=alasan, by=SISTEM, cari_pengganti=cari)

    assert kalimat(asuhan).startswith(sebab)
    assert ("mencarikan pengganti" in kalimat(asuhan)) is cari
    assert not any("dicarikan" in one["judul"] for one in list_peristiwa([asuhan])[asuhan.id])


def test_a_worker_taken_back_before_the_first_record_is_not_said_to_be_recorded(cast: Any) -> None:
    (asuhan,) = make_donatur(cast.sari.asn).asuhan
    henti(asuhan, alasan="donatur_berhenti", by=SISTEM)
    kembali(asuhan, mandat_berlaku=True, by=cast.sari.pelaku)
    assert asuhan.status is StatusAsuhan.AKTIF and "tercatat" not in kalimat(asuhan)

    asuhan.pekerja.lunas_sampai = DESEMBER
    assert kalimat(asuhan) == "Iuran pertama sudah tercatat."


def test_the_next_debit_is_told_where_it_is_the_next(cast: Any, time_machine: Any) -> None:
    time_machine.move_to("2026-11-27 10:00+07:00")
    terkirim, bebas = make_donatur(cast.sari.asn), make_donatur(cast.eko.asn)
    make_iuran(terkirim.asuhan[0], DESEMBER, StatusIuran.DIKIRIM)
    assert nanti(terkirim.asuhan[0]) == [] and nanti(bebas.asuhan[0]) == ["4 Januari 2027"]
    make_iuran(bebas.asuhan[0], date(2027, 1, 1))
    assert nanti(bebas.asuhan[0]) == ["4 Januari 2027"]

    pause_surat(bebas.surat, 2, by=cast.eko.pelaku)
    assert nanti(bebas.asuhan[0]) == []
    assert "hari debet" not in kalimat(bebas.asuhan[0])
