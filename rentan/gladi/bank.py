"""A bank that answers any debit file, with the faults that one asks for: for tests and for rehearsals.

It knows the file alone (neither database nor application) and keeps its own truth: what it really took from
which account. Whoever reads its answers must end up with what the answers allow, never with more.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from rentan.autodebet.layout_debet import LayoutDebet
from rentan.core.status import Status

SANDI_ASING = "LAIN"


class Salah(Status):
    """A fault; the number beside it says how many lines have it, or for the whole file that it is there."""

    SALDO = "saldo", "Saldo tidak cukup"
    REKENING_TUTUP = "rekening_tutup", "Rekening ditutup"
    REKENING_SALAH = "rekening_salah", "Nomor rekening salah"
    DUPLIKAT = "duplikat", "Dijawab duplikat"
    SISTEM = "sistem", "Gangguan sistem bank"
    HILANG = "hilang", "Baris tidak dijawab"
    NOMINAL = "nominal", "Nominal lebih satu rupiah"
    REKENING_LAIN = "rekening_lain", "Dijawab dengan rekening lain"
    KODE_ASING = "kode_asing", "Kode yang tidak dikenal"
    ASING = "asing", "Referensi yang tidak dikenal"
    GANDA = "ganda", "Baris yang sama dua kali"
    BERTENTANGAN = "bertentangan", "Berhasil dan gagal dalam satu berkas"
    BATCH_LAIN = "batch_lain", "Baris dari paket lain"
    POTONG = "potong", "Berkas terpotong di tengah"
    TRAILER = "trailer", "Baris penutup tidak cocok"
    ACAK = "acak", "Urutan acak dan nama berkas lain"
    GAGAL_SUSULAN = "gagal_susulan", "Berhasil, lalu dijawab gagal"
    BERHASIL_SUSULAN = "berhasil_susulan", "Gagal, lalu dijawab berhasil"
    PEMBALIKAN = "pembalikan", "Berhasil, lalu dibatalkan bank"
    TOLAK = "tolak", "Seluruh berkas ditolak"


#: Faults of the file; the others are faults of single lines.
SELURUH = (Salah.POTONG, Salah.TRAILER, Salah.ACAK, Salah.TOLAK)
#: Faults that add lines instead of changing one of ours.
TAMBAHAN = (Salah.ASING, Salah.BATCH_LAIN)
#: What the first file says of a line with this fault; success for the others.
KODE_PERTAMA = {
    Salah.SALDO: ("51",),
    Salah.REKENING_TUTUP: ("62",),
    Salah.REKENING_SALAH: ("14",),
    Salah.DUPLIKAT: ("94",),
    Salah.SISTEM: ("68", "91"),
    Salah.KODE_ASING: ("77",),
    Salah.BERHASIL_SUSULAN: ("68",),
}
KODE_PEMBALIKAN = "R1"


@dataclass(frozen=True)
class Baris:
    """One line of the debit file as the bank reads it; ``nominal`` in whole rupiah."""

    referensi: str
    rekening: str
    nominal: int


@dataclass(frozen=True)
class _Jawab:
    baris: Baris
    kode: str
    waktu: datetime
    ref_bank: str = ""


@dataclass(frozen=True)
class BerkasBank:
    """An answer file as the bank hands it out."""

    nama: str
    data: bytes


@dataclass(frozen=True)
class Jawaban:
    """``berkas`` in the order in which they arrive; ``diambil``: what the bank holds in the end, in whole
    rupiah by reference (0: nothing); ``salah``: which fault each line has; ``ditolak``: the bank's words when
    it refused the whole file and executed nothing.
    """

    berkas: tuple[BerkasBank, ...]
    diambil: Mapping[str, int]
    salah: Mapping[str, Salah]
    ditolak: str | None = None


class BerkasTidakTerbaca(ValueError):
    """The debit file is not what its layout says; a bank would refuse it."""


def read_debet(data: bytes, layout: LayoutDebet) -> list[Baris]:
    """The lines of a debit file. Raises ``BerkasTidakTerbaca`` when its control totals do not hold."""
    lines = data.decode(layout.enkode).split(layout.akhir_baris)
    if lines[-1] != "":
        raise BerkasTidakTerbaca("the last line is cut off")
    body = lines[2 if layout.judul else 1 : -2]
    found = [_read_line(one, layout) for one in body]
    total = [_plain(cell) for cell in _split(lines[-2], [medan.lebar for medan in layout.kaki], layout)]
    if [int(cell) for cell in total[1:3]] != [len(found), sum(one.nominal for one in found)]:
        raise BerkasTidakTerbaca("the trailer does not fit the lines")
    if len({one.referensi for one in found}) != len(found):
        raise BerkasTidakTerbaca("a reference stands twice")
    return found


def _split(line: str, lebar: Sequence[int], layout: LayoutDebet) -> list[str]:
    if layout.bentuk != "tetap":
        return line.split(layout.pemisah)
    ends = [0]
    for one in lebar:
        ends.append(ends[-1] + one)
    return [line[start:end].strip() for start, end in pairwise(ends)]


def _plain(cell: str) -> str:
    return cell.removeprefix("'")  # as our files guard a value that a spreadsheet would run


def _read_line(line: str, layout: LayoutDebet) -> Baris:
    cells = _split(line, [medan.lebar for medan in layout.kolom], layout)
    if len(cells) != len(layout.kolom):
        raise BerkasTidakTerbaca("a line has too many or too few columns")
    named = {medan.isi: _plain(cell) for medan, cell in zip(layout.kolom, cells, strict=True)}
    return Baris(named["referensi"], named["rekening"], int(named["nominal"]))


def answer(
    debet: bytes,
    layout: LayoutDebet,
    salah: Mapping[Salah, int] | None = None,
    *,
    waktu: datetime,
    benih: int = 0,
    lain: Sequence[Baris] = (),
) -> Jawaban:
    """What the bank answers to this file on ``waktu`` (the bank's local time), with these faults.

    ``benih`` chooses which lines have them: the same gives the same bytes. ``lain`` are lines of another file
    for ``BATCH_LAIN``. Raises ``ValueError`` when the file has fewer lines than faults.
    """
    salah = dict(salah or {})
    if salah.get(Salah.TOLAK):
        rows = read_debet(debet, layout)
        return Jawaban((), {one.referensi: 0 for one in rows}, {}, "FORMAT BERKAS SALAH, TIDAK DIPROSES")
    acak = random.Random(benih)  # a choice of test lines, no secret
    rows = read_debet(debet, layout)
    kena = _choose(rows, salah, acak)
    pertama: list[_Jawab] = []
    kedua: list[_Jawab] = []
    diambil: dict[str, int] = {}
    for n, one in enumerate(rows):
        awal, susulan, diambil[one.referensi] = _answer_line(one, kena.get(one.referensi), waktu, n)
        pertama += awal
        kedua += susulan
    pertama += [
        _Jawab(Baris(f"{SANDI_ASING}{benih:04d}{n:06d}", "9900000000", 16_800), "00", waktu)
        for n in range(salah.get(Salah.ASING, 0))
    ]
    pertama += [_Jawab(one, "00", waktu) for one in lain[: salah.get(Salah.BATCH_LAIN, 0)]]
    if salah.get(Salah.ACAK):
        acak.shuffle(pertama)
    data = _write(pertama, layout, salah_trailer=bool(salah.get(Salah.TRAILER)))
    if salah.get(Salah.POTONG):
        data = data[: acak.randrange(len(data) // 2, len(data) - 20)]
    nama = "DATA(1).csv" if salah.get(Salah.ACAK) else f"hasil-{waktu:%Y%m%d}.csv"
    berkas = [BerkasBank(nama, data)]
    if kedua:
        berkas.append(BerkasBank(f"hasil-{waktu:%Y%m%d}-susulan.csv", _write(kedua, layout)))
    return Jawaban(tuple(berkas), diambil, kena)


def _choose(rows: Sequence[Baris], salah: Mapping[Salah, int], acak: random.Random) -> dict[str, Salah]:
    wanted = [one for one, n in sorted(salah.items()) if one not in (*SELURUH, *TAMBAHAN) for _ in range(n)]
    if len(wanted) > len(rows):
        raise ValueError("more faults than lines")
    chosen = acak.sample([one.referensi for one in rows], len(wanted))
    return dict(zip(chosen, wanted, strict=True))


def _answer_line(
    one: Baris, salah: Salah | None, waktu: datetime, n: int
) -> tuple[list[_Jawab], list[_Jawab], int]:
    """What the first file says, what the second one says, and what was really taken."""
    codes = KODE_PERTAMA.get(salah, ("00",)) if salah else ("00",)
    said = _Jawab(one, codes[n % len(codes)], waktu)
    nanti = waktu + timedelta(days=1)
    taken = one.nominal if said.kode == "00" else 0
    match salah:
        case Salah.HILANG:
            return [], [], one.nominal if n % 2 else 0
        case Salah.NOMINAL:
            return [replace(said, baris=replace(one, nominal=one.nominal + 1))], [], one.nominal + 1
        case Salah.REKENING_LAIN:
            return [replace(said, baris=replace(one, rekening=one.rekening[::-1]))], [], 0
        case Salah.KODE_ASING:
            return [said], [], one.nominal if n % 2 else 0
        case Salah.DUPLIKAT:
            return [said], [], one.nominal if n % 2 else 0
        case Salah.GANDA:
            return [said, said], [], taken
        case Salah.BERTENTANGAN:
            return [said, replace(said, kode="51")], [], taken
        case Salah.GAGAL_SUSULAN:
            return [said], [replace(said, kode="51", waktu=nanti)], taken
        case Salah.BERHASIL_SUSULAN:
            return [said], [replace(said, kode="00", waktu=nanti)], one.nominal
        case Salah.PEMBALIKAN:
            batal = replace(said, kode=KODE_PEMBALIKAN, waktu=nanti, ref_bank=f"RV{one.referensi}")
            return [said], [batal], 0
        case _:
            return [said], [], taken


def _write(rows: Sequence[_Jawab], layout: LayoutDebet, *, salah_trailer: bool = False) -> bytes:
    """The bank's own reference stands in a file of reversals only."""
    names = ["referensi", "rekening", "nominal", "kode", "keterangan", "waktu"]
    names += ["ref_bank"] if any(one.ref_bank for one in rows) else []
    lines = [[layout.jawaban[name] for name in names]]
    for one in rows:
        kode = layout.kode.get(one.kode)
        said = {
            "referensi": one.baris.referensi,
            "rekening": one.baris.rekening,
            "nominal": str(one.baris.nominal),
            "kode": one.kode,
            "keterangan": kode.kata if kode else "KODE KHUSUS BANK",
            "waktu": f"{one.waktu:%Y-%m-%d %H:%M:%S}",
            "ref_bank": one.ref_bank,
        }
        lines.append([said[name] for name in names])
    total = sum(one.baris.nominal for one in rows)
    lines.append([layout.jawaban["total"], str(len(rows) + salah_trailer), str(total)])
    return "".join(f"{';'.join(line)}\r\n" for line in lines).encode()
