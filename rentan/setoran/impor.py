"""BPJS's record of months: ``NIK, NAMA, KPJ, BULAN, STATUS, KETERANGAN`` (P4, P5; W11, W14; A8).

Every line has one outcome: recorded, refused, unchanged, or an exception that a person looks at. A month is
answered once; a later answer that says otherwise is an exception, so the same file twice changes nothing.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from rentan.core.actor import Pelaku
from rentan.core.imports import Column, Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.imports_rows import first_fault, hasil_of, read_rows, refused_row
from rentan.core.massal import chunks
from rentan.core.sheets import Row
from rentan.ext import db, runtime
from rentan.iuran.models import Iuran
from rentan.iuran.status import GUGUR, StatusBpjs
from rentan.paket.pengecualian import Kunci, Temuan, add_all, contoh, known, note
from rentan.pekerja.alasan_bpjs import classify
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import AMBANG_MIRIP, find_by_nik
from rentan.pekerja.status import StatusPekerja
from rentan.setoran.catatan import Jawaban, apply_answers
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor
from rentan.util.galat import TidakSah
from rentan.util.nama import kemiripan
from rentan.util.nik import parse_nik
from rentan.util.rekening import parse_kpj
from rentan.util.tanggal import awal_bulan, parse_tanggal
from rentan.util.teks import rapikan

B = StatusBpjs
_STATUS = {"y": True, "ya": True, "tercatat": True, "t": False, "tidak": False, "ditolak": False}

#: What a person is told about a line that fits nowhere.
PESAN = {
    "nik_tidak_dikenal": "NIK ini tidak ada dalam data kita. Cocokkan dengan berkas setoran.",
    "nama_beda": "Nama pada berkas terlalu berbeda dengan nama pekerja. Pastikan orangnya sama.",
    "kpj_beda": "Nomor KPJ pada berkas bukan nomor pekerja ini. Tanyakan kepada kantor cabang.",
    "belum_disetor": "BPJS menyebut bulan yang tidak pernah kita setor untuk pekerja ini. Periksa bulannya.",
    "jawaban_ganda": "Bulan ini dijawab Y dan T dalam berkas yang sama. Tanyakan kepada kantor cabang.",
    "berubah_y": "BPJS kini mencatat bulan yang sebelumnya ditolak. Tanyakan, lalu jangan menyetornya lagi.",
    "berubah_t": "BPJS kini menolak bulan yang sebelumnya tercatat. Tanyakan kepada kantor cabang.",
    "penolakan_sama": "Penolakan ini sama bunyinya dengan yang terdahulu, mungkin dari berkas lama. Bila "
    "memang jawaban baru, unggah lagi dengan pilihan “berkas ini jawaban baru”.",
}
#: The line has its outcome; a person looks at what it means.
CATATAN = {
    "pekerja_berakhir": "BPJS menjawab bulan ini, padahal kepesertaan pekerja sudah berakhir. Periksa apakah "
    "uangnya harus dikembalikan.",
    "pekerja_terhenti": "BPJS mencatat bulan ini, padahal perlindungan pekerja dihitung terhenti. Tanyakan "
    "apakah masa kepesertaannya tersambung.",
}


@dataclass(frozen=True)
class Baca:
    """A readable row."""

    row: Row
    nik: str
    nik_bi: bytes
    nama: str
    kpj_bi: bytes | None
    bulan: date
    ya: bool
    keterangan: str

    @property
    def kunci(self) -> tuple[bytes, date]:
        return self.nik_bi, self.bulan


@dataclass(frozen=True)
class Tersimpan:
    """What we know of one month of one worker; ``baris_id`` while a line waits for BPJS's record."""

    iuran_id: uuid.UUID
    status_bpjs: StatusBpjs
    baris_id: uuid.UUID | None
    paket_id: uuid.UUID | None


@dataclass(frozen=True)
class Putusan:
    """What a row does: ``tercatat``, ``ditolak``, ``tetap`` or ``pengecualian``.

    ``temuan`` is the exception, or what a person should look at beside the outcome.
    """

    keadaan: str
    baca: Baca
    tersimpan: Tersimpan | None = None
    temuan: Temuan | None = None


_TAHUN_DULU = re.compile(r"(\d{4})[-/. ]?(\d{1,2})")
_BULAN_DULU = re.compile(r"(\d{1,2})[-/. ](\d{4})")


def parse_bulan(text: str) -> date:
    """``2026-11``, ``11-2026``, ``202611``, ``November 2026`` or a date of that month, as its first day.

    Raises ``TidakSah``.
    """
    bersih = rapikan(text)
    if cocok := _TAHUN_DULU.fullmatch(bersih):
        tahun, bulan = int(cocok[1]), int(cocok[2])
    elif cocok := _BULAN_DULU.fullmatch(bersih):
        tahun, bulan = int(cocok[2]), int(cocok[1])
    else:
        try:
            # "November 2026" is a date without its day.
            return awal_bulan(parse_tanggal(bersih if bersih[:1].isdigit() else f"1 {bersih}"))
        except TidakSah:
            tahun = bulan = 0
    if 1 <= bulan <= 12 and 2000 <= tahun <= 2100:
        return date(tahun, bulan, 1)
    raise TidakSah(
        "bulan_invalid", "BULAN tidak dapat dibaca. Tuliskan tahun-bulan atau bulan-tahun, misalnya 11-2026."
    )


class PenanganCatatan:
    """Applies BPJS's record to the lines that wait; the rest is unchanged or written down."""

    jenis = JenisImpor.CATATAN_BPJS
    judul = "Iuran yang tercatat di BPJS"
    wajib: tuple[Column, ...] = (
        Column("NIK", True, "angka_teks", alias=("NOMOR IDENTITAS", "NO IDENTITAS", "NO KTP")),
        Column("NAMA", True, alias=("NAMA LENGKAP", "NAMA TENAGA KERJA", "NAMA PESERTA")),
        Column("BULAN", True, alias=("PERIODE", "BULAN IURAN", "PERIODE IURAN", "BLTH")),
        Column("STATUS", True, alias=("STATUS (Y/T)", "STATUS Y/T", "Y/T", "TERCATAT")),
    )
    columns: tuple[Column, ...] = (
        *wajib,
        Column("KPJ", jenis="angka_teks", alias=("NO KPJ", "NOMOR KPJ", "NOMOR PESERTA")),
        Column("KETERANGAN", alias=("KETERANGAN STATUS", "ALASAN")),
    )

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every row against the months that were remitted."""
        read, refused = read_rows(table, self._read)
        good = _decide_all(read, bool(pilihan.get("ulang")))
        return hasil_of(table, good, refused, berubah=("tercatat", "ditolak"), rincian=_summary(good))

    def _read(self, row: Row) -> Baca | Ditolak:
        if fault := first_fault(row, self.wajib):
            return fault
        cells: dict[str, Any] = row.values
        index = runtime().keyring.blind_index
        try:
            nik = parse_nik(cells["NIK"]).digits
            bulan = parse_bulan(cells["BULAN"])
            kpj = parse_kpj(cells["KPJ"])[0] if cells["KPJ"] else None
        except TidakSah as wrong:
            return refused_row(row, wrong.kode, wrong.pesan)
        ya = _STATUS.get(rapikan(cells["STATUS"]).casefold())
        if ya is None:
            return refused_row(row, "status_invalid", "STATUS diisi Y (tercatat) atau T (tidak tercatat).")
        return Baca(
            row,
            nik,
            index("nik", nik),
            rapikan(cells["NAMA"]),
            index("kpj", kpj) if kpj else None,
            bulan,
            ya,
            rapikan(cells["KETERANGAN"] or ""),
        )

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Write exceptions down, move contributions, cover and sponsorships, bring the batches along."""
        add_all([one.temuan for one in hasil.good if one.temuan and one.keadaan != "tetap"], impor)
        answers = [
            Jawaban(
                one.tersimpan.baris_id,
                one.tersimpan.iuran_id,
                one.baca.ya,
                None if one.baca.ya else classify(one.baca.keterangan).kode,
                one.baca.keterangan,
            )
            for one in hasil.good
            if one.keadaan in ("tercatat", "ditolak") and one.tersimpan and one.tersimpan.baris_id
        ]
        apply_answers(answers, impor, by=by)


def _decide_all(read: Sequence[Baca], ulang: bool) -> list[Putusan]:
    """One outcome per row; the rows of one worker and month are looked at together."""
    workers = find_by_nik(one.nik_bi for one in read)
    stored = _stored([one.id for one in workers.values()], {one.bulan for one in read})
    before = set() if ulang else _earlier_refusals(stored.values())
    said: dict[tuple[bytes, date], set[bool]] = {}
    for one in read:
        said.setdefault(one.kunci, set()).add(one.ya)
    written = known(
        JenisImpor.CATATAN_BPJS,
        {one.nik_bi for one in read} | {_month_index(one) for one in read if one.nik_bi in workers},
    )
    done: set[tuple[bytes, date]] = set()
    found = []
    for one in read:
        worker = workers.get(one.nik_bi)
        month = stored.get((worker.id, one.bulan)) if worker else None
        kode = _exception(one, worker, month, len(said[one.kunci]) > 1)
        if not kode and not one.ya and month and (month.iuran_id, one.keterangan) in before:
            kode = "penolakan_sama" if month.status_bpjs is B.DISETOR else ""
        if kode:
            found.append(_noted(one, kode, month, written))
        elif month is None or month.status_bpjs is not B.DISETOR or one.kunci in done:
            found.append(Putusan("tetap", one))
        else:
            done.add(one.kunci)
            beside = _beside(one, worker, month, written)
            found.append(Putusan("tercatat" if one.ya else "ditolak", one, month, beside))
    return found


def _exception(one: Baca, worker: Pekerja | None, month: Tersimpan | None, both: bool) -> str:
    """The code of what is wrong with this row, or nothing."""
    if worker is None:
        return "nik_tidak_dikenal"
    same = worker.nama.casefold() == one.nama.casefold()  # nearly always, and much quicker
    if not same and kemiripan(worker.nama, one.nama) < AMBANG_MIRIP:
        return "nama_beda"
    if one.kpj_bi is not None and worker.kpj_bi not in (None, one.kpj_bi):
        return "kpj_beda"
    if both:
        return "jawaban_ganda"
    if month is None or (month.status_bpjs is B.DISETOR and month.baris_id is None):
        return "belum_disetor"
    if month.status_bpjs in (B.BELUM, B.DALAM_SETORAN):
        return "belum_disetor"
    if month.status_bpjs is B.TERCATAT:
        return "" if one.ya else "berubah_t"
    if month.status_bpjs is B.DITOLAK_BPJS:
        return "berubah_y" if one.ya else ""
    return ""


def _beside(one: Baca, worker: Pekerja | None, month: Tersimpan, written: set[Kunci]) -> Temuan | None:
    """What a person should look at although the row itself is clear."""
    if worker is None:
        return None
    kode = {StatusPekerja.BERAKHIR: "pekerja_berakhir", StatusPekerja.NONAKTIF: "pekerja_terhenti"}.get(
        worker.status, ""
    )
    if not kode or (kode == "pekerja_terhenti" and not one.ya):
        return None
    temuan = _finding(one, kode, CATATAN[kode], month)
    return temuan if note(temuan, written) else None


def _noted(one: Baca, kode: str, month: Tersimpan | None, written: set[Kunci]) -> Putusan:
    temuan = _finding(one, kode, PESAN[kode], month)
    return Putusan("pengecualian" if note(temuan, written) else "tetap", one, temuan=temuan)


def _finding(one: Baca, kode: str, pesan: str, month: Tersimpan | None) -> Temuan:
    """The same worker may have several months that fit nowhere; an unknown or other person is one matter."""
    person = kode in ("nik_tidak_dikenal", "nama_beda", "kpj_beda")
    return Temuan(
        one.row.sheet,
        one.row.row,
        kode,
        pesan,
        one.nik,
        one.nik_bi if person else _month_index(one),
        month.paket_id if month else None,
    )


def _month_index(one: Baca) -> bytes:
    return runtime().keyring.blind_index("nik", f"{one.nik}{one.bulan:%Y%m}")


def _stored(
    pekerja_ids: Collection[uuid.UUID], bulan: Collection[date]
) -> dict[tuple[uuid.UUID, date], Tersimpan]:
    """The contribution that counts for each worker and month, with its waiting line."""
    found: dict[tuple[uuid.UUID, date], Tersimpan] = {}
    waiting = and_(BarisSetor.iuran_id == Iuran.id, BarisSetor.hasil == HasilSetor.MENUNGGU)
    for some in chunks(sorted(pekerja_ids)):
        query = (
            select(
                Iuran.pekerja_id, Iuran.periode, Iuran.id, Iuran.status, Iuran.status_bpjs,
                BarisSetor.id.label("baris_id"), BarisSetor.paket_id,
            )
            .join(BarisSetor, waiting, isouter=True)
            .where(Iuran.pekerja_id.in_(some), Iuran.periode.in_(bulan))
            .order_by(Iuran.id)
        )  # fmt: skip
        rows = db.session.execute(query).all()
        # A month given up or refunded only counts where no other row has taken it.
        for row in sorted(rows, key=lambda one: one.status not in GUGUR):
            found[row.pekerja_id, row.periode] = Tersimpan(
                row.id, row.status_bpjs, row.baris_id, row.paket_id
            )
    return found


def _earlier_refusals(months: Collection[Tersimpan]) -> set[tuple[uuid.UUID, str]]:
    """(contribution, BPJS's words) of earlier refusals of months that wait again."""
    ids = sorted(one.iuran_id for one in months if one.baris_id)
    found = set()
    for some in chunks(ids):
        query = select(BarisSetor.iuran_id, BarisSetor.keterangan).where(
            BarisSetor.iuran_id.in_(some), BarisSetor.hasil == HasilSetor.DITOLAK
        )
        found |= {(row.iuran_id, row.keterangan or "") for row in db.session.execute(query)}
    return found


def _summary(good: Sequence[Putusan]) -> dict[str, Any]:
    """Counts and codes for the preview: what each line will do, no names and no numbers."""
    count = Counter(one.keadaan for one in good)
    reasons = Counter(classify(one.baca.keterangan).kode for one in good if one.keadaan == "ditolak")
    noted = [one.temuan for one in good if one.temuan and one.keadaan != "tetap"]
    found: dict[str, Any] = {
        "Tercatat di BPJS": count["tercatat"],
        "Ditolak BPJS": count["ditolak"],
        "Menjadi pengecualian": count["pengecualian"],
        "Sudah tercatat sebelumnya": count["tetap"],
    }
    if reasons:
        found["Alasan penolakan"] = [["Alasan", "Jumlah"], *([kode, n] for kode, n in reasons.most_common())]
    if noted:
        found["Yang perlu dilihat"] = contoh(noted)
    return found


PENANGAN = register(PenanganCatatan())
