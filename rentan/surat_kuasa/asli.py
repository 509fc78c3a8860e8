"""The way of the paper original: ASN, OPD, admin, bank; every hand-over is a row of its own."""

from __future__ import annotations

from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now
from rentan.core.errors import Forbidden, RuleError
from rentan.core.permissions import Peran
from rentan.core.workflow import check_version
from rentan.ext import db
from rentan.surat_kuasa.models import PerpindahanAsli, SuratKuasa
from rentan.surat_kuasa.queries import list_perpindahan
from rentan.surat_kuasa.status import UNTUK_BANK, AsliDi, in_scope

#: Where the paper may be told to be: by its owner while it is at hand, by each office for its own part.
_TUJUAN_ASN = {
    AsliDi.NONE: (AsliDi.ASN, AsliDi.OPD),
    AsliDi.ASN: (AsliDi.OPD,),
    AsliDi.KEMBALI: (AsliDi.OPD,),
}
_TUJUAN_PETUGAS = {
    Peran.OPERATOR_OPD: (AsliDi.OPD, AsliDi.ADMIN, AsliDi.KEMBALI, AsliDi.HILANG),
    Peran.ADMIN: (AsliDi.ADMIN, AsliDi.BANK, AsliDi.KEMBALI, AsliDi.HILANG),
    Peran.BENDAHARA: (AsliDi.BANK, AsliDi.KEMBALI),
}
#: Once it is at the bank, the OPD does not move it any more.
_DI_LUAR_OPERATOR = (AsliDi.BANK,)


def pindah_asli(
    surat: SuratKuasa, ke: AsliDi, *, by: Pelaku, catatan: str | None = None, versi: int | None = None
) -> PerpindahanAsli:
    """Note where the paper original is; each office says what it sees (states.md §1 ``asli_di``).

    Raises ``RuleError`` when there is no paper yet, or when the paper is no longer in that person's hands.
    """
    check_reach(surat, by, Peran.ASN, *_TUJUAN_PETUGAS)
    check_version(surat, versi)
    if ke is surat.asli_di:
        raise RuleError(
            f"Lembar asli sudah tercatat “{ke.label}”. Pilih tempat lain, atau keluarkan surat ini dari "
            "pilihan.",
            "ke",
            kode="asli_tidak_dapat_pindah",
        )
    if ke not in list_tujuan_asli(surat, by):
        raise RuleError(
            f"Lembar asli tercatat “{surat.asli_di.label}” dan tidak dapat Anda pindahkan ke “{ke.label}”.",
            "ke",
            kode="asli_tidak_dapat_pindah",
        )
    return catat_asli(surat, ke, by=by, catatan=catatan)


def list_tujuan_asli(surat: SuratKuasa, by: Pelaku) -> tuple[AsliDi, ...]:
    """Where this person may say the original is now; empty when there is nothing to say."""
    if surat.dicetak_pada is None:
        return ()
    found: list[AsliDi] = []
    if by.has(Peran.ASN) and in_scope(surat, by, Peran.ASN):
        found += _TUJUAN_ASN.get(surat.asli_di, ())
    for peran, tujuan in _TUJUAN_PETUGAS.items():
        if not by.has(peran) or not in_scope(surat, by, peran):
            continue
        if peran is Peran.OPERATOR_OPD and surat.asli_di in _DI_LUAR_OPERATOR:
            continue
        if peran is Peran.BENDAHARA and surat.status not in UNTUK_BANK:
            continue
        found += [one for one in tujuan if one is not surat.asli_di and one not in found]
    return tuple(found)


def list_tempat(by: Pelaku) -> tuple[AsliDi, ...]:
    """All places that this person's offices may name, for forms about many letters; in the paper's order."""
    found = {one for peran, tujuan in _TUJUAN_PETUGAS.items() if by.has(peran) for one in tujuan}
    return tuple(one for one in AsliDi if one in found)


def check_reach(surat: SuratKuasa, by: Pelaku, *peran: Peran) -> None:
    """The own letter, or one within the reach of an office; ``Forbidden`` otherwise.

    Without ``peran``: the two who fill a letter in, its owner and the operator of the OPD.
    """
    roles = peran or (Peran.ASN, Peran.OPERATOR_OPD)
    if not any(by.has(one) and in_scope(surat, by, one) for one in roles):
        raise Forbidden


def catat_asli(surat: SuratKuasa, ke: AsliDi, *, by: Pelaku, catatan: str | None = None) -> PerpindahanAsli:
    """Write the hand-over down as a consequence of a move (M4, M11): who may is that move's matter."""
    row = PerpindahanAsli(
        surat_kuasa_id=surat.id,
        urutan=len(list_perpindahan(surat)) + 1,
        dari=surat.asli_di,
        ke=ke,
        oleh=by.akun_id,
        pada=now(),
        catatan=catatan,
    )
    surat.asli_di = ke
    db.session.add(row)
    db.session.flush()
    record(Peristiwa.ASLI_BERPINDAH, by=by, objek=surat, dari=row.dari.value, ke=ke.value)
    return row
