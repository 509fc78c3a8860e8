"""What one line of the bank's answer does (C7, C8, C10, C15), or why a person must look at it first.

Nothing is guessed: a success counts with our reference, our account and the exact amount alone; whatever
contradicts an earlier answer changes nothing by itself. The same line again changes nothing either.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import String, cast, select

from rentan.autodebet.hasil_baris import BERUBAH, Jawaban, Keadaan, Putusan, Sasaran, blind, load_sasaran
from rentan.autodebet.layout_debet import KodeHasil
from rentan.core.clock import to_local, today
from rentan.core.massal import chunks
from rentan.ext import db
from rentan.iuran.models import Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.paket.status import DI_LUAR

K = Keadaan


def decide(read: Sequence[Jawaban], *, asn_id: uuid.UUID | None) -> list[Putusan]:
    """One outcome per line, in the order of the file. ``asn_id`` is the roster row of who reads it."""
    sasaran = load_sasaran(one.ref for one in read if one.ref)
    batal = _batal({one.ref for one in read if one.ref and one.ref not in sasaran})
    utama = main_paket(read, sasaran)
    bertentangan = _contradictions(read, sasaran)
    found: list[Putusan | None] = [None] * len(read)
    seen: set[str] = set()
    done: set[str] = set()
    reversals: list[int] = []
    for n, one in enumerate(read):
        target = sasaran.get(one.ref)
        if one.isi in seen:
            found[n] = Putusan(one, K.TETAP, sasaran=target)
        elif target is not None and _arti(one, target) == "pembalikan" and not one.rusak:
            reversals.append(n)
        elif one.ref in done and target is not None and not one.rusak and one.rekening == target.rekening:
            found[n] = Putusan(one, K.TETAP, sasaran=target)  # the same refusal at another hour
        else:
            satu = _decide_one(one, target, batal, bertentangan.get(one.ref, ""), utama, asn_id)
            found[n] = satu
            if satu.keadaan in BERUBAH:
                done.add(one.ref)
        seen.add(one.isi)
    _decide_reversals([(n, read[n]) for n in reversals], sasaran, found)
    return [one for one in found if one is not None]


def main_paket(read: Iterable[Jawaban], sasaran: Mapping[str, Sasaran]) -> uuid.UUID | None:
    """The batch that most of the lines answer; of two with as many, the one sent last."""
    jumlah = Counter(sasaran[one.ref].paket_id for one in read if one.ref in sasaran)
    kirim = {one.paket_id: str(one.dikirim_pada or "") for one in sasaran.values()}
    return max(jumlah, key=lambda one: (jumlah[one], kirim[one], one), default=None)


def _kode(one: Jawaban, target: Sasaran) -> KodeHasil | None:
    return target.layout.kode.get(one.kode)


def _arti(one: Jawaban, target: Sasaran) -> str:
    kode = _kode(one, target)
    return kode.arti if kode else ""


def _contradictions(read: Sequence[Jawaban], sasaran: Mapping[str, Sasaran]) -> dict[str, str]:
    """References that one file answers in two ways; a reversal after its success is no contradiction."""
    said: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    for one in read:
        target = sasaran.get(one.ref)
        if target is not None and not one.rusak and _arti(one, target) != "pembalikan":
            kode = _kode(one, target)
            sukses = kode is not None and kode.berhasil
            said[one.ref].add((one.kode, one.nominal, one.waktu) if sukses else (one.kode, 0, ""))
    return {
        ref: "debet_ganda" if len({kode for kode, _, _ in ways}) == 1 else "jawaban_bertentangan"
        for ref, ways in said.items()
        if len(ways) > 1
    }


def _decide_one(
    one: Jawaban,
    target: Sasaran | None,
    batal: set[str],
    bertentangan: str,
    utama: uuid.UUID | None,
    asn_id: uuid.UUID | None,
) -> Putusan:
    def ask(sebab: str) -> Putusan:
        return Putusan(one, K.PENGECUALIAN, sebab, target)

    if one.rusak:
        return ask("baris_rusak")
    if target is None:
        return ask("berkas_batal" if one.ref in batal else "referensi_tidak_dikenal")
    if sebab := fault_of_target(one, target):
        return ask(sebab)
    kode = _kode(one, target)
    if kode is None:
        return ask("kode_tidak_dikenal")
    if target.hasil in (HasilCoba.BERHASIL, HasilCoba.GAGAL):
        sebab = _against_record(one, target, kode)
        if not sebab and not bertentangan:
            return Putusan(one, K.TETAP, sasaran=target)
        return ask(bertentangan or sebab)
    if bertentangan:
        return ask(bertentangan)
    if kode.arti == "duplikat":
        return ask("duplikat")
    if sebab := _fault_of_answer(one, target, kode):
        return ask(sebab)
    if target.paket_id != utama:
        return ask("paket_lain")
    if target.hasil is HasilCoba.TANPA_KABAR and asn_id is not None and target.asn_id == asn_id:
        return ask("iuran_sendiri")
    return Putusan(one, K.BERHASIL if kode.berhasil else K.GAGAL, sasaran=target)


def contradicts(one: Putusan) -> bool:
    """Does this exception say that a line which was refused may have been debited after all?"""
    target = one.sasaran
    if target is None or target.hasil is not HasilCoba.GAGAL or one.jawaban.rekening != target.rekening:
        return False
    kode = _kode(one.jawaban, target)
    return kode is not None and (kode.berhasil or kode.arti == "duplikat")


def fault_of_target(one: Jawaban, target: Sasaran) -> str:
    """What is wrong with the line that is answered, whatever the answer says; empty for nothing."""
    if target.hasil is HasilCoba.DIKELUARKAN or target.paket_status not in DI_LUAR:
        return "belum_dikirim"
    if one.rekening != target.rekening:
        return "rekening_beda"
    return ""


def _fault_of_answer(one: Jawaban, target: Sasaran, kode: KodeHasil) -> str:
    """A line that waits: exact amount, possible day, contribution in the state that its attempt says."""
    waits = {HasilCoba.TERBUKA: StatusIuran.DIKIRIM, HasilCoba.TANPA_KABAR: StatusIuran.TANPA_KABAR}
    if target.status is not waits.get(target.hasil):
        return "tidak_menunggu"
    if kode.berhasil and one.nominal != target.jumlah:
        return _other_amount(one, target)
    return "" if possible_day(one.tanggal, target) else "tanggal_tidak_mungkin"


def _other_amount(one: Jawaban, target: Sasaran) -> str:
    return "nominal_lebih" if one.nominal > target.jumlah else "nominal_kurang"


def possible_day(tanggal: date | None, target: Sasaran) -> bool:
    """From the day on which the file left, through today."""
    if tanggal is None or target.dikirim_pada is None:
        return False
    return to_local(target.dikirim_pada).date() <= tanggal <= today()


def _against_record(one: Jawaban, target: Sasaran, kode: KodeHasil) -> str:
    """An answer to a line that has its answer: empty when it says the same again."""
    lama = target.layout.kode.get(target.kode_hasil or "")
    if target.hasil is HasilCoba.BERHASIL:
        if not kode.berhasil:
            return "duplikat" if kode.arti == "duplikat" else "gagal_setelah_berhasil"
        if one.nominal != target.jumlah:
            return _other_amount(one, target)
        return "" if target.dibayar_pada in (None, one.tanggal) else "debet_ganda"
    if kode.berhasil:
        # The success that was taken back afterwards, read once more.
        return "" if lama is not None and lama.arti == "pembalikan" else "berhasil_setelah_gagal"
    return "" if one.kode == target.kode_hasil else "jawaban_berubah"


def _decide_reversals(
    reversals: Sequence[tuple[int, Jawaban]], sasaran: Mapping[str, Sasaran], found: list[Putusan | None]
) -> None:
    """C15, after the successes of the same file."""
    baru = {one.jawaban.ref for one in found if one is not None and one.keadaan is K.BERHASIL}
    terpakai = _ref_bank_terpakai({one.ref_bank for _, one in reversals if one.ref_bank})
    for n, one in reversals:
        target = sasaran[one.ref]
        sebab = _reversal_fault(one, target, one.ref in baru, terpakai)
        if sebab is None:
            found[n] = Putusan(one, K.TETAP, sasaran=target)
        elif sebab:
            found[n] = Putusan(one, K.PENGECUALIAN, sebab, target)
        else:
            found[n] = Putusan(one, K.DIBATALKAN, sasaran=target)
            terpakai.add(one.ref_bank)
            baru.discard(one.ref)


def _reversal_fault(one: Jawaban, target: Sasaran, baru: bool, terpakai: set[str]) -> str | None:
    """Why not; empty for nothing; ``None``: it is recorded already."""
    if sebab := fault_of_target(one, target):
        return sebab
    if target.hasil is HasilCoba.GAGAL and target.ref_bank and one.ref_bank in ("", target.ref_bank):
        return None
    if not baru and (target.hasil is not HasilCoba.BERHASIL or target.status is not StatusIuran.BERHASIL):
        return "pembalikan_belum"
    if not one.ref_bank:
        return "pembalikan_tanpa_ref"
    if one.ref_bank in terpakai:
        return "ref_bank_ganda"
    if one.nominal != target.jumlah:
        return _other_amount(one, target)
    return "" if possible_day(one.tanggal, target) else "tanggal_tidak_mungkin"


def without_known(found: Sequence[Putusan], written: set[tuple[str, bytes]]) -> list[Putusan]:
    """What is on the list of exceptions already, open or closed, is not put there again."""
    kept = []
    for one in found:
        if one.keadaan is K.PENGECUALIAN:
            if (one.sebab, blind(one.jawaban)) in written:
                one = replace(one, keadaan=K.TETAP, sebab="")
            else:
                written.add((one.sebab, blind(one.jawaban)))
        kept.append(one)
    return kept


def _batal(refs: set[str]) -> set[str]:
    """References of files that the bank has refused as a whole (B7)."""
    if not refs:
        return set()
    query = select(Percobaan.referensi_lama).where(cast(Percobaan.referensi_lama, String) != "[]")
    return {ref for lama in db.session.scalars(query) for ref in lama if ref in refs}


def _ref_bank_terpakai(refs: set[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(sorted(refs)):
        found |= set(db.session.scalars(select(Percobaan.ref_bank).where(Percobaan.ref_bank.in_(some))))
    return found
