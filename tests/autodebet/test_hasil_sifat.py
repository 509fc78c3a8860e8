"""Any answers in any order: contributions stand as states.md §5 allows, the ledger holds what was accepted.

The reference is a table of a few lines per reference: the first clear answer counts, a reversal with a number
of its own takes a success back, everything else changes nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.gladi.bank import Baris
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku
from rentan.iuran.models import Iuran, Jurnal, Percobaan
from rentan.iuran.status import MACHINE, HasilCoba, StatusIuran
from tests.autodebet.hasil_maker import BACA, KIRIM, baca_langsung, baris, jawab, keadaan, make_terkirim

KODE = ("00", "51", "91", "14", "94", "R1", "77")
BARIS = st.tuples(
    st.integers(0, 2), st.sampled_from(KODE), st.sampled_from((0, 0, 0, 1, -1)), st.booleans(), st.booleans()
)
BERKAS = st.lists(st.lists(BARIS, max_size=4), min_size=1, max_size=5)


@pytest.fixture
def batch(cast: Any) -> Any:
    with time_machine.travel(KIRIM, tick=False):
        found = make_terkirim(cast, 3)
    db.session.commit()
    with time_machine.travel(BACA, tick=False):
        yield found


def expect(files: list[list[tuple[int, str, int, bool, bool]]], refs: list[str]) -> dict[str, str]:
    """What must have become of each line: '' waits, else the code that counts."""
    stand = dict.fromkeys(refs, "")
    used: set[str] = set()
    for lines in files:
        said = {ref: [one for one in lines if refs[one[0]] == ref] for ref in refs}
        for ref, ones in said.items():
            clear = [one for one in ones if one[1] != "R1"]
            kinds = {(one[1], one[2]) if one[1] == "00" else (one[1], 0) for one in clear}
            if not stand[ref] and len(kinds) == 1 and any(not one[3] for one in clear):
                kode, beda = next(iter(kinds))
                if kode in ("51", "91", "14") or (kode == "00" and beda == 0):
                    stand[ref] = kode
        for one in lines:
            ref, number = refs[one[0]], f"RV{one[0]}"
            good = one[1] == "R1" and one[4] and one[2] == 0 and not one[3]
            if good and stand[ref] == "00" and number not in used:
                stand[ref] = "R1"
                used.add(number)
    return stand


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=BERKAS)
def test_any_sequence_of_answers(
    app: Any, cast: Any, batch: Any, files: list[list[tuple[int, str, int, bool, bool]]]
) -> None:
    """Each line: which reference, code, amount off by, wrong account, with a reference of the bank."""
    paket, data = batch
    ours = baris(data)
    with db.session.begin_nested() as trial:
        for lines in files:
            text = [
                jawab(
                    Baris(ours[k].referensi, "9" * 10 if salah else ours[k].rekening, ours[k].nominal + beda),
                    kode,
                    ref=f"RV{k}" if ref_bank else "",
                )
                for k, kode, beda, salah, ref_bank in lines
            ]
            baca_langsung(text, cast)
        check(paket, ours, files)
        trial.rollback()
    db.session.expire_all()


def check(paket: Any, ours: Any, files: Any) -> None:
    refs = [one.referensi for one in ours]
    stand = expect(files, refs)
    words = {"": "dikirim", "00": "berhasil"}
    assert {ref: state for ref, (state, _) in keadaan(paket).items()} == {
        ref: words.get(kode, "gagal") for ref, kode in stand.items()
    }
    pairs = {("dikirim", "terbuka"), ("berhasil", "berhasil"), ("gagal", "gagal")}
    assert set(keadaan(paket).values()) <= pairs
    assert buku.saldo(AkunBuku.BANK_PENAMPUNG) == sum(
        one.nominal for one in ours if stand[one.referensi] == "00"
    )
    moves = {(one.kode, one.ke.value) for one in MACHINE.moves}
    history = db.session.execute(db.select(Riwayat.langkah, Riwayat.ke).where(Riwayat.mesin == "iuran"))
    assert {tuple(row) for row in history} <= moves
    berhasil = db.select(db.func.count()).where(Iuran.status == StatusIuran.BERHASIL)
    coba = db.select(db.func.count()).where(Percobaan.hasil == HasilCoba.BERHASIL)
    assert db.session.scalar(berhasil) == db.session.scalar(coba)
    dibalik = db.select(Jurnal.membalik_id).where(Jurnal.membalik_id.is_not(None))
    tetap = db.select(db.func.count()).where(Jurnal.jenis == "debet", Jurnal.id.not_in(dibalik))
    assert db.session.scalar(tetap) == db.session.scalar(berhasil)
