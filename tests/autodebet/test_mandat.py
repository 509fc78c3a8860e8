"""Letters to the bank: what goes into a packet, its frozen file, M11 when it leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rentan.autodebet.mandat import PENANGAN
from rentan.autodebet.models import BarisMandat
from rentan.core.clock import today
from rentan.core.errors import Forbidden, NotFound, RuleError
from rentan.core.permissions import Peran
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.paket import actions as paket_actions
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.paket.status_baris import HasilBaris
from rentan.surat_kuasa import actions as surat_actions
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.queries import get_surat, list_perpindahan
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.tarif.queries import bulan_pertama
from tests import factories
from tests.autodebet.maker import kirim, make_setuju, setujui_paket, susun
from tests.cast import Cast
from tests.threads import run_at_once
from tests.tolak import refusal

pytestmark = pytest.mark.usefixtures("hari_uji")


def test_a_packet_takes_accepted_letters_whose_paper_is_at_hand(cast: Any) -> None:
    surat, jauh = make_setuju(cast), make_setuju(cast, "eko", asli=AsliDi.OPD)
    paket = susun(cast)
    assert paket.jumlah == 1 and f"{paket.periode}" == "2026-12-01"
    [baris] = PENANGAN.list_baris(paket, sesudah=0, banyak=10)
    assert baris.judul == surat.asn.nama and "2034567891" not in baris.rincian
    [keluar] = PENANGAN.list_dikecualikan(paket, banyak=10)
    assert keluar.id == jauh.id and "sekretariat OPD" in keluar.alasan and keluar.siapa == "operator OPD"


def test_nothing_waits(cast: Any) -> None:
    assert refusal(lambda: susun(cast)).kode == "paket_kosong"


@pytest.mark.parametrize("siapa", ["wati", "budi", "rini", "dewi", "yuni", "bayu", "sari"])
def test_only_the_bendahara_builds(cast: Any, siapa: str) -> None:
    make_setuju(cast)
    cast.hadi = getattr(cast, siapa)
    with pytest.raises(Forbidden):
        susun(cast)


def test_the_file_is_frozen_with_count_and_sum(cast: Any) -> None:
    sari, eko = make_setuju(cast), make_setuju(cast, "eko")
    paket = setujui_paket(susun(cast), cast)
    data = paket_actions.read_berkas(paket)
    lines = data.decode().split("\r\n")
    assert lines[0].startswith("H;") and lines[0].endswith(";2026-12;2;33600")
    assert lines[1] == "NO;REFERENSI;NAMA;NO_REKENING;NAMA_REKENING;PLAFON;BULAN_PERTAMA"
    by_ref = {line.split(";")[1]: line.partition(";")[2] for line in lines[2:4]}
    assert by_ref[sari.ref] == f"{sari.ref};Sari Rekaan;2034567891;SARI REKAAN;16800;2026-12"
    assert eko.ref in by_ref and [line[0] for line in lines[2:4]] == ["1", "2"]
    assert lines[4] == "T;2;33600" and lines[5] == ""
    frozen = json.loads(reveal(db.session.scalars(db.select(BarisMandat)).first(), "isi") or "{}")
    assert frozen["plafon"] == 16_800
    sari.nama_rekening = "LAIN SAMA SEKALI"
    assert paket_actions.read_berkas(paket) == data


def test_a_name_cannot_break_the_layout(cast: Any) -> None:
    surat = make_setuju(cast)
    surat.asn.nama = 'Sari; "Rekaan"'
    surat.nama_rekening = "=1+1"
    paket = setujui_paket(susun(cast), cast)
    line = paket_actions.read_berkas(paket).decode().split("\r\n")[2]
    assert line.count(";") == 6 and ";=1" not in line and '"' not in line


def test_sending_moves_letter_and_paper(cast: Any) -> None:
    surat = make_setuju(cast)
    paket = kirim(cast)
    assert surat.status is StatusSurat.DIAJUKAN_BANK and surat.asli_di is AsliDi.BANK
    last = list_perpindahan(surat)[-1]
    assert last.catatan == f"Paket {paket.nomor}" and last.oleh == cast.hadi.akun.id
    assert refusal(lambda: susun(cast)).kode == "paket_kosong"  # not in another open packet


def test_a_line_taken_out_waits_for_the_next_packet(cast: Any) -> None:
    surat = make_setuju(cast)
    make_setuju(cast, "eko")
    paket = susun(cast)
    baris = db.session.scalars(db.select(BarisMandat).where(BarisMandat.surat_kuasa_id == surat.id)).one()
    paket_actions.keluarkan_baris(paket, baris.id, by=cast.hadi.pelaku)
    with pytest.raises(NotFound):
        paket_actions.keluarkan_baris(paket, baris.id, by=cast.hadi.pelaku)
    paket_actions.isi_lagi(paket, by=cast.hadi.pelaku)
    assert paket.jumlah == 1 and PENANGAN.list_dikecualikan(paket, banyak=5)[0].id == surat.id
    setujui_paket(paket, cast)
    paket_actions.kirim_paket(paket, by=cast.hadi.pelaku)
    assert surat.status is StatusSurat.TERVERIFIKASI and susun(cast).jumlah == 1


def test_a_cancelled_packet_frees_its_letters(cast: Any) -> None:
    make_setuju(cast)
    paket = setujui_paket(susun(cast), cast)
    paket_actions.batal_paket(paket, by=cast.hadi.pelaku, alasan="keliru")
    assert susun(cast).jumlah == 1


def test_a_letter_cancelled_while_built_leaves_the_packet(cast: Any) -> None:
    surat = make_setuju(cast)
    make_setuju(cast, "eko")
    paket = susun(cast)
    surat_actions.batal(surat, by=cast.sari.pelaku)
    setujui_paket(paket, cast)
    assert paket.jumlah == 1 and surat.ref not in paket_actions.read_berkas(paket).decode()
    paket_actions.kirim_paket(paket, by=cast.hadi.pelaku)
    assert surat.status is StatusSurat.DIBATALKAN


def test_a_file_with_a_cancelled_letter_is_not_sent(cast: Any) -> None:
    surat = make_setuju(cast)
    make_setuju(cast, "eko")
    paket = setujui_paket(susun(cast), cast)
    surat_actions.batal(surat, by=cast.sari.pelaku)
    refused = refusal(lambda: paket_actions.kirim_paket(paket, by=cast.hadi.pelaku))
    assert refused.kode == "paket_berubah"
    db.session.rollback()


def test_the_paper_went_back_meanwhile(cast: Any) -> None:
    surat = make_setuju(cast)
    paket = susun(cast)
    surat.asli_di = AsliDi.KEMBALI
    db.session.flush()
    [satu] = PENANGAN.list_hambatan(paket, banyak=5)
    assert satu.siapa == "ASN"
    assert refusal(lambda: paket_actions.kunci_paket(paket, by=cast.hadi.pelaku)).kode == "baris_terhambat"


def test_nobody_handles_the_own_letter(cast: Any) -> None:
    surat = make_setuju(cast)
    make_setuju(cast, "eko")
    factories.grant(cast.sari.akun, Peran.BENDAHARA)
    paket = paket_actions.susun_paket(JenisPaket.MANDAT, bulan_pertama(today()), by=cast.sari.pelaku)
    assert paket.jumlah == 1
    excluded = {one.id: one.siapa for one in PENANGAN.list_dikecualikan(paket, banyak=5)}
    assert excluded[surat.id] == "bendahara lain"
    paket_actions.batal_paket(paket, by=cast.sari.pelaku, alasan="uji")
    penuh = setujui_paket(susun(cast), cast)
    refused = refusal(lambda: paket_actions.kirim_paket(penuh, by=cast.sari.pelaku))
    assert refused.kode == "surat_sendiri"


@pytest.mark.kedua_basis
def test_many_treasurers_build_one_packet(app: Any, cast: Any) -> None:
    make_setuju(cast)
    db.session.commit()

    def build(_number: int) -> Any:
        paket = susun(Cast.load())
        db.session.commit()
        return paket.id

    made = run_at_once(app, 8, build)
    assert sum(not isinstance(one, Exception) for one in made) == 1
    assert all(isinstance(one, RuleError) for one in made if isinstance(one, Exception)), made
    assert db.session.scalars(db.select(BarisMandat)).one().hasil is HasilBaris.MENUNGGU


@pytest.mark.kedua_basis
def test_cancelling_while_the_packet_is_sent(app: Any, cast: Any) -> None:
    """Either the letter leaves, or it is cancelled and the packet stays: never both."""
    surat_id, paket_id = make_setuju(cast).id, setujui_paket(susun(cast), cast).id
    db.session.commit()

    def work(number: int) -> Any:
        people = Cast.load()
        if number:
            surat = get_surat(surat_id, seen_by=people.sari.pelaku, untuk_diubah=True)
            surat_actions.batal(surat, by=people.sari.pelaku)
        else:
            paket = db.session.get_one(Paket, paket_id, with_for_update=True)
            paket_actions.kirim_paket(paket, by=people.hadi.pelaku)
        db.session.commit()
        return number

    done = run_at_once(app, 2, work)
    won = [one for one in done if not isinstance(one, Exception)]
    assert len(won) == 1 and isinstance(done[1 - won[0]], RuleError), done
    surat, paket = db.session.get_one(SuratKuasa, surat_id), db.session.get_one(Paket, paket_id)
    sent = (surat.status, paket.status) == (StatusSurat.DIAJUKAN_BANK, StatusPaket.DIKIRIM)
    stayed = (surat.status, paket.status) == (StatusSurat.DIBATALKAN, StatusPaket.DISETUJUI)
    assert sent if won == [0] else stayed
