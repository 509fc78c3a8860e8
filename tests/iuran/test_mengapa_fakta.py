"""What the page promises is what the next batch does: the sentences beside C1, DEBET and ULANG themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rentan.asuhan.putusan import henti, kembali
from rentan.autodebet.debet_isi import list_calon
from rentan.core.actor import SISTEM
from rentan.ext import db
from rentan.iuran.jadwal import jadwalkan
from rentan.iuran.mengapa_fakta import jelaskan_bulan
from rentan.iuran.status import KelasGagal, StatusIuran
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.jeda import pause_surat
from rentan.surat_kuasa.models import SuratPekerja
from rentan.surat_kuasa.penjaga import JEDA_BLOKIR
from tests.autodebet.maker_debet import HASIL, SIAP, baris_of, jawab, kirim, pada
from tests.iuran.maker import Donatur, make_donatur, make_iuran
from tests.siaga.maker import DESEMBER, JANUARI, NOVEMBER, make_aktif

pytestmark = pytest.mark.usefixtures("hari_uji")
FEBRUARI = date(2027, 2, 1)
ULANG = date(2026, 12, 4)


def told(donatur: Donatur, bulan: date = DESEMBER) -> tuple[str, str, list[str]]:
    """Code and words of the answer, and the codes of what comes next."""
    db.session.flush()
    [one] = jelaskan_bulan(donatur.asn, bulan)
    return (
        one.penjelasan.jawaban.kode,
        one.penjelasan.jawaban.teks,
        [k.kode for k in one.penjelasan.lanjutan],
    )


def alasan(jenis: JenisPaket, bulan: date, hari: date, periode: date) -> str | None:
    [one] = [one for one in list_calon(jenis, bulan, hari) if one.periode == periode]
    return one.alasan


def gagal(cast: Any, donatur: Donatur) -> None:
    with pada(SIAP):
        make_iuran(donatur.asuhan[0], DESEMBER)
        paket = kirim(cast)
    with pada(HASIL):
        jawab(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast)


def test_who_is_never_scheduled_reads_why(cast: Any) -> None:
    sari, eko = make_aktif(cast.sari), make_aktif(cast.eko)
    sari.asuhan[0].pekerja.status = StatusPekerja.NONAKTIF
    eko.asn.tmt_pensiun = DESEMBER
    assert told(sari)[0] == "tidak_disetor" and told(eko)[0] == "habis_masa"
    assert jadwalkan() == 0


def test_a_worker_whom_the_letter_does_not_name(cast: Any) -> None:
    donatur = make_aktif(cast.sari)
    db.session.execute(db.delete(SuratPekerja).where(SuratPekerja.asuhan_id == donatur.asuhan[0].id))
    assert told(donatur)[0] == "tidak_disebut"
    donatur.asuhan[0].sementara = True
    assert told(donatur)[0] != "tidak_disebut"


def test_a_pause_ends_but_the_treasurers_does_not(cast: Any) -> None:
    sari, eko = make_aktif(cast.sari), make_aktif(cast.eko)
    pause_surat(sari.surat, 1, by=cast.sari.pelaku)
    pause_surat(eko.surat, 1, by=cast.hadi.pelaku, alasan=JEDA_BLOKIR)
    assert [told(sari, one)[0] for one in (DESEMBER, JANUARI)] == ["dijeda", "belum_dijadwalkan"]
    assert [told(eko, one)[1] for one in (DESEMBER, JANUARI)] == [
        "Tidak ada potongan, karena sedang dijeda."
    ] * 2


def test_a_prepaid_block_goes_with_its_first_month(cast: Any) -> None:
    donatur = make_donatur(cast.sari.asn, periode=3, mulai=DESEMBER)
    for bulan in (DESEMBER, JANUARI, FEBRUARI):
        make_iuran(donatur.asuhan[0], bulan)
        assert "pada Selasa, 1 Desember 2026" in told(donatur, bulan)[1]
        assert alasan(JenisPaket.DEBET, DESEMBER, DESEMBER, bulan) is None


def test_scheduled_but_not_in_the_next_file(cast: Any) -> None:
    lapsed, late = make_donatur(cast.sari.asn), make_aktif(cast.eko)
    with pada(SIAP):
        make_iuran(lapsed.asuhan[0], DESEMBER)
        assert "Akan dipotong" in told(lapsed)[1]
        henti(late.asuhan[0], alasan="donatur_berhenti", by=SISTEM)
        kirim(cast)
    with pada(datetime(2026, 11, 25, 3, tzinfo=UTC)):
        kembali(late.asuhan[0], mandat_berlaku=True, by=cast.eko.pelaku)
        jadwalkan()
        assert "menunggu paket debet berikutnya" in told(late)[1]
    make_iuran(lapsed.asuhan[0], JANUARI)
    lapsed.asuhan[0].pekerja.status = StatusPekerja.NONAKTIF
    assert told(lapsed, JANUARI)[1].startswith("Belum dipotong. Kepesertaan pekerja sudah berhenti")
    assert alasan(JenisPaket.DEBET, JANUARI, JANUARI, JANUARI)


def test_a_failed_month_is_retried_or_not(cast: Any) -> None:
    donatur = make_aktif(cast.sari)
    gagal(cast, donatur)
    with pada(HASIL):
        assert "dicoba_lagi" in told(donatur)[2]
        for _ in range(2):
            paket = kirim(cast, JenisPaket.ULANG)
            jawab(paket, baris_of(paket), KelasGagal.COBA_LAGI, cast)
            paket.status = StatusPaket.DITUTUP
        assert "bulan_depan" in told(donatur)[2]
        [one] = jelaskan_bulan(donatur.asn, DESEMBER)
        teks = [k.teks for k in one.penjelasan.lanjutan]
        assert "Sudah dicoba 3 kali; dapat dicoba lagi mulai Januari 2027." in teks
        assert alasan(JenisPaket.ULANG, DESEMBER, ULANG, DESEMBER)
    with pada(datetime(2027, 1, 7, 3, tzinfo=UTC)):
        assert "dapat_dicoba" in told(donatur)[2]
        assert alasan(JenisPaket.ULANG, JANUARI, date(2027, 1, 7), DESEMBER) is None
    with pada(HASIL):
        henti(donatur.asuhan[0], alasan="donatur_berhenti", by=SISTEM)
        assert "asuhan_berhenti" in told(donatur)[2]


def test_a_failed_month_under_a_paused_letter(cast: Any) -> None:
    donatur = make_aktif(cast.sari, lunas=date(2026, 10, 1))
    make_iuran(donatur.asuhan[0], NOVEMBER, StatusIuran.GAGAL, kelas_gagal=KelasGagal.COBA_LAGI)
    assert "dapat_dicoba" in told(donatur, NOVEMBER)[2]
    pause_surat(donatur.surat, 1, by=cast.sari.pelaku)
    with pada(datetime(2026, 12, 4, 3, tzinfo=UTC)):
        assert "dijeda" in told(donatur, NOVEMBER)[2]
        assert alasan(JenisPaket.ULANG, DESEMBER, ULANG, NOVEMBER)
    donatur.asuhan[0].pekerja.status = StatusPekerja.NONAKTIF
    assert "tidak_disetor" in told(donatur, NOVEMBER)[2]
