"""The state machines proved against states.md: random walks, no arrow beyond, buttons that say why."""

from __future__ import annotations

import random
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import Machine, Move, advance, check_move, list_riwayat, offers
from rentan.ext import db, runtime
from tests import factories
from tests.cast import Cast
from tests.mesin.dasar import AKUN, Jalan
from tests.mesin.jalan import JALAN as JALAN_JALAN
from tests.mesin.tabel import read_table
from tests.mesin.uang import JALAN as JALAN_UANG
from tests.mesin.uang import PENDEK

JALAN = JALAN_JALAN | JALAN_UANG


# -- the walk -----------------------------------------------------------------------------------------------


def pelaku(
    acak: random.Random, jalan: Jalan, row: Any, opd: uuid.UUID, siapa: frozenset[Peran] = frozenset()
) -> Pelaku:
    """Anybody: the system, one role or two, the owner or not, of this OPD and kecamatan or not.

    ``siapa``: mostly one of these, so that walks get somewhere.
    """
    if acak.random() < (0.15 if siapa else 0.4):
        return SISTEM
    peran = frozenset(acak.sample(list(Peran), acak.choice([1, 1, 1, 2])))
    if siapa and acak.random() < 0.8:
        peran = frozenset({acak.choice(sorted(siapa))})
    return Pelaku(
        akun_id=acak.choice(AKUN),
        peran=peran,
        asn_id=jalan.milik(row) if acak.random() < 0.4 else uuid.UUID(int=99),
        opd_ids=frozenset({opd}) if acak.random() < 0.7 else frozenset(),
        kecamatan=frozenset({"33.74.15"}) if acak.random() < 0.7 else frozenset({"33.74.16"}),
    )


def may(nama: str, jalan: Jalan, row: Any, by: Pelaku, siapa: set[Peran | None]) -> bool:
    """states.md's "Who", with its scopes, said once more."""
    if by.is_system:
        return None in siapa
    own = jalan.milik(row) is not None and by.asn_id == jalan.milik(row)
    for peran in siapa & by.peran:
        if peran is Peran.ASN and not (own or nama == "pekerja"):
            continue
        if peran is Peran.OPERATOR_OPD and nama != "pekerja" and row.asn.opd_id not in by.opd_ids:
            continue
        if peran is Peran.PETUGAS_KECAMATAN and nama == "kartu" and row.kecamatan_kode not in by.kecamatan:
            continue
        if peran not in (Peran.ASN, Peran.OPERATOR_OPD) and own and nama in ("surat_kuasa", "asuhan"):
            continue  # nobody decides on his own record
        return True
    return False


@pytest.mark.kedua_basis
@pytest.mark.parametrize("nama", sorted(JALAN))
def test_random_walk_never_leaves_the_table(app: Flask, cast: Cast, nama: str) -> None:
    jalan, acak = JALAN[nama], random.Random(f"jalan {nama}")
    tabel = read_table(jalan.tabel)
    mesin = jalan.mesin
    peristiwa = sorted({one.peristiwa for one in mesin.moves if one.dari})
    opd = factories.opd("DISKOMINFO").id
    awal: dict[uuid.UUID, Any] = {}

    def new_row(status: Any = None) -> Any:
        row = jalan.buat(acak, status or acak.choice(jalan.awal))
        db.session.flush()
        awal[row.id] = getattr(row, jalan.kolom)
        return row

    rows = [new_row(status) for status in jalan.awal]
    made: set[tuple[str, str, str]] = set()
    refused = 0
    for langkah in range(jalan.langkah):
        pilih = acak.randrange(len(rows))
        row = rows[pilih]
        facts, event, siapa = jalan.fakta(acak, row), acak.choice(peristiwa), frozenset[Peran]()
        possible = [one for one in mesin.moves if mesin.status_of(row) in one.dari]
        if possible and acak.random() < 0.45:
            event, siapa = (one := acak.choice(possible)).peristiwa, one.siapa
        by = pelaku(acak, jalan, row, opd, siapa)
        sebelum, versi = mesin.status_of(row), row.versi
        seen = SimpleNamespace(
            **{
                nama_kolom: getattr(row, nama_kolom, None)
                for nama_kolom in (
                    "diperiksa_oleh",
                    "diperiksa_sejak",
                    "plafon",
                    "percobaan",
                    "sha256",
                    "dibuat_oleh",
                    "asn_id",
                    "alasan_jeda",
                    "kelas_gagal",
                )
            }  # fmt: skip
        )
        if nama == "debet":  # what the guards read beside the row, before the move
            seen.uang = SimpleNamespace(
                perlu_kedua=row.uang.perlu_kedua,
                setuju_pertama_oleh=row.uang.setuju_pertama_oleh,
                pengimpor=row.uang.pengimpor,
            )
        elif nama == "iuran_bpjs":
            seen.uang = row.status.value
        try:
            riwayat = advance(mesin, row, event, by=by, **facts)
        except (RuleError, Forbidden):
            refused += 1
            assert mesin.status_of(row) is sebelum and row.versi == versi
            assert not db.session.dirty
            if not possible or acak.random() < 0.02:  # a state may have no way on for this kind of row
                rows[pilih] = new_row()
            continue
        sesudah = mesin.status_of(row).value
        kunci = (riwayat.langkah, sebelum.value, sesudah)
        assert kunci in tabel, f"{kunci} is not in states.md"
        assert may(nama, jalan, row, by, tabel[kunci]), f"{kunci} by {by.peran or 'sistem'}"
        seen.dari, seen.ke = sebelum.value, sesudah
        assert jalan.sempurna(riwayat.langkah, seen, by, facts), f"{kunci} with {facts}"
        made.add(kunci)
        jalan.sesudah(row, event, by, acak)
        db.session.flush()
        if acak.random() < 0.03:
            rows[pilih] = new_row()
        if langkah % 500 == 0:
            db.session.commit()
            rows = [db.session.merge(one) for one in rows]
    db.session.commit()
    assert refused > jalan.langkah / 10
    # Every arrow of the table was really walked, so that the table is not wider than the machine.
    never = set(tabel) - made - NEVER
    assert not never, sorted(never)
    for row in db.session.scalars(db.select(type(rows[0])).where(type(rows[0]).id.in_(list(awal)))):
        status = awal[row.id].value
        for satu in list_riwayat(mesin, row):
            assert satu.dari == status
            status = satu.ke
        assert status == mesin.status_of(row).value


#: Moves that only a batch of money can make; who builds the batches of the other table.
UANG_SAJA = {
    ("B5a", "setujui_pertama"), ("B6", "tolak_berkas"), ("B7", "perbaiki"), ("B9", "nyatakan_lengkap"),
    ("B10", "rekonsiliasi"), ("B11", "tutup"),
}  # fmt: skip
PENYUSUN_LAIN = {"paket": Peran.BENDAHARA, "debet": Peran.PETUGAS_BPJS}
#: M12 is closed where the bank registers letters (the default); tests/autodebet opens it.
NEVER = {("M12", "terverifikasi", "aktif")}


@pytest.mark.parametrize("nama", sorted(JALAN))
def test_a_button_says_why_exactly_when_the_move_is_refused(app: Flask, cast: Cast, nama: str) -> None:
    jalan, acak = JALAN[nama], random.Random(f"tombol {nama}")
    opd = factories.opd("DISKOMINFO").id
    for status in jalan.awal:
        row = jalan.buat(acak, status)
        db.session.flush()
        for _ in range(60):
            by, facts = pelaku(acak, jalan, row, opd), jalan.fakta(acak, row)
            buttons = {one.move: one.alasan for one in offers(jalan.mesin, row, by, **facts)}
            for move in (one for one in jalan.mesin.moves if status in one.dari):
                try:
                    check_move(jalan.mesin, row, move.peristiwa, by=by, **facts)
                    said: str | None = "boleh"
                except Forbidden:
                    said = None
                except RuleError as refusal:
                    said = refusal.pesan
                shown = buttons[move] or "boleh" if move in buttons else None
                assert shown == said, (move.kode, status)


def same_arrow(mesin: Machine, move: Move, dari: Any) -> list[Move]:
    """Events that walk the same arrow: states.md names the arrow once for all who may."""
    return [one for one in mesin.moves if one.kode == move.kode and dari in one.dari and one.ke is move.ke]


SEMUA = {nama: (one.mesin, one.tabel) for nama, one in JALAN.items()} | PENDEK


@pytest.mark.parametrize("nama", sorted(SEMUA))
def test_the_machine_has_no_arrow_beyond_the_table(nama: str) -> None:
    mesin, text = SEMUA[nama]
    tabel = read_table(text)
    for move in (one for one in mesin.moves if one.dari):
        for dari in move.dari:
            if nama == "paket" and (move.kode, move.peristiwa) in UANG_SAJA:
                continue
            siapa = tabel[move.kode, dari.value, move.ke.value]
            mine = set().union(
                *(set(one.siapa) | ({None} if one.sistem else set()) for one in same_arrow(mesin, move, dari))
            )
            if nama in PENYUSUN_LAIN:  # the same machine serves the batches of another builder
                mine.discard(PENYUSUN_LAIN[nama])
            assert mine == siapa, (move.kode, dari)


def test_the_city_of_the_walk_registers_letters_at_the_bank(app: Flask) -> None:
    assert runtime().profil.batas.bank_mendaftar_mandat
