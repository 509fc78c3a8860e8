"""Names of people: without titles for comparing and sorting. What is stored and shown stays as written."""

from difflib import SequenceMatcher

from rentan.util.teks import APOSTROF, rapikan

PANJANG_INTI = 200

_GELAR_DEPAN = frozenset(("PROF", "DR", "DRS", "DRA", "DRG", "DRH", "IR", "H", "HJ", "KH", "APT", "NS"))
# Degrees that people put behind a name without the comma; with a comma everything behind it is dropped.
_GELAR_BELAKANG = frozenset(
    """
    AMAPD AMD AMDAK AMDFARM AMDKEB AMDKEP AMDKOM AMDPD AMDRAD SAG SAP SE SFARM SGZ SH SHI SHUM SI SIKOM SIP
    SKED SKEP SKG SKH SKM SKOM SP SPD SPDI SPI SPSI SPT SSI SSN SSOS SST SSTP ST STP STRKEB STRKEP STRT MA MAG
    MAP MARS MBA MENG MH MHUM MKES MKOM MM MPD MPDI MPSI MSC MSI MSOS MSP MT PHD NERS
    """.split()  # noqa: SIM905 -- a word list reads better than a page of quotes
)
# Short forms of the same name: KTP, bank book and roster rarely agree on them.
_EJAAN = dict.fromkeys(
    ("M", "MUH", "MUHAMAD", "MOH", "MOHAMAD", "MOHAMMAD", "MOCH", "MOCHAMAD", "MOCHAMMAD", "MUCHAMAD"),
    "MUHAMMAD",
)
_EJAAN |= {"ABD": "ABDUL"}


def _huruf(kata: str) -> str:
    return kata.replace(".", "")


def _gelar_belakang(kata: str) -> bool:
    # Only with a dot inside ("S.Pd"): a bare "SP" or "MA" may be part of a name.
    return "." in kata.rstrip(".") and _huruf(kata) in _GELAR_BELAKANG


def _tanpa_gelar_depan(kata: list[str]) -> list[str]:
    awal = 0
    while awal < len(kata) - 1 and _huruf(kata[awal]) in _GELAR_DEPAN:
        awal += 1
    return kata[awal:]


def nama_inti(text: str) -> str:
    """The name itself: titles before and behind it removed, upper case, single blanks.

    ``dr. Muhammad Sudarsono, S.Sos., M.Si.`` becomes ``MUHAMMAD SUDARSONO``. A last word always stays, so a
    person called only ``Ir`` keeps the name. Empty text gives ``""``. At most ``PANJANG_INTI`` characters: a
    few letters (``ß``) become two or three in upper case, and the key must fit its column whatever is typed.
    """
    bersih = rapikan(text).upper().translate({ord(c): "'" for c in APOSTROF})
    depan = next((bagian for bagian in bersih.split(",") if bagian.strip(" .")), "")
    kata = depan.split()
    while len(kata) > 1 and _gelar_belakang(kata[-1]):
        kata.pop()
    # "K.H." and "S.Pd" must stay one word until they are recognised; "Dr.Suwarni" is two.
    kata = _tanpa_gelar_depan(kata)
    kata = _tanpa_gelar_depan(" ".join(kata).replace(".", ". ").split())
    return " ".join(filter(None, map(_huruf, kata)))[:PANJANG_INTI].rstrip()


def nama_urut(text: str) -> str:
    """Key for sorting people by name: the name without titles."""
    return nama_inti(text)


def _rasio(a: str, b: str) -> float:
    # SequenceMatcher depends on the order of its arguments; sorting them makes the answer symmetric.
    kecil, besar = sorted((a, b))
    return SequenceMatcher(None, kecil, besar, autojunk=False).ratio()


def kemiripan(a: str, b: str) -> float:
    """How alike two names are, 0..1, without titles; symmetric and deterministic.

    1.0 is the same name (short forms such as ``M.`` and ``Moh.`` count as ``Muhammad``, the order of the
    words does not matter). An empty name is like nothing: 0.0.
    """
    kiri, kanan = ([_EJAAN.get(kata, kata) for kata in nama_inti(x).split()] for x in (a, b))
    if not kiri or not kanan:
        return 0.0
    return max(
        _rasio(" ".join(kiri), " ".join(kanan)), _rasio(" ".join(sorted(kiri)), " ".join(sorted(kanan)))
    )
