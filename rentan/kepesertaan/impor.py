"""BPJS's answer to a list: ``Status (Y/T), Keterangan Status Data, Nomor Identitas, Nama Lengkap`` (W8, W9).

Every line has one outcome: registered, refused, unchanged, or an exception that a person looks at. A line of
our list is answered once; a later answer that says otherwise is an exception.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.imports import Column, Ditolak, Hasil, Impor, JenisImpor, Table, register
from rentan.core.imports_rows import first_fault, hasil_of, read_rows, refused_row
from rentan.core.sheets import Row
from rentan.ext import db, runtime
from rentan.kepesertaan.models import BarisDaftar
from rentan.kepesertaan.queries import list_terkirim
from rentan.paket.actions import catat_hasil
from rentan.paket.models import Paket
from rentan.paket.pengecualian import Kunci, Temuan, add_all, contoh, known, note
from rentan.paket.status_baris import HasilBaris
from rentan.pekerja.alasan_bpjs import classify
from rentan.pekerja.gerak import gerak_banyak
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import AMBANG_MIRIP
from rentan.pekerja.status import StatusPekerja
from rentan.surat_kuasa.kesiapan import siapkan_asuhan
from rentan.util.galat import TidakSah
from rentan.util.nama import kemiripan
from rentan.util.nik import parse_nik
from rentan.util.teks import rapikan

H = HasilBaris
_STATUS = {"y": True, "ya": True, "t": False, "tidak": False}
_JAWAB = {True: H.DITERIMA, False: H.DITOLAK}

#: What a person is told about a line that fits nowhere.
PESAN = {
    "nik_tidak_dikenal": "NIK ini tidak ada dalam data kita. Cocokkan dengan berkas yang dikirim ke BPJS.",
    "belum_dikirim": "Pekerja ini tidak ada dalam daftar yang pernah dikirim ke BPJS.",
    "nama_beda": "Nama pada jawaban terlalu berbeda dengan nama pekerja. Pastikan orangnya sama.",
    "jawaban_ganda": "NIK ini dijawab Y dan T dalam berkas yang sama. Tanyakan kepada kantor cabang.",
    "berubah_y": "BPJS menjawab Y, padahal sebelumnya T. Tanyakan kepada kantor cabang.",
    "berubah_t": "BPJS menjawab T, padahal sebelumnya Y. Tanyakan kepada kantor cabang.",
    "tidak_menunggu": "Pekerja ini tidak sedang menunggu jawaban BPJS. Periksa keadaannya.",
    "penolakan_sama": "Penolakan ini sama bunyinya dengan yang terdahulu, mungkin dari berkas lama. Bila "
    "memang jawaban baru, unggah lagi dengan pilihan “berkas ini jawaban baru”.",
}


@dataclass(frozen=True)
class Jawaban:
    """A readable row."""

    row: Row
    nik: str
    nik_bi: bytes
    nama: str
    ya: bool
    keterangan: str
    tanggal: date | None


@dataclass(frozen=True)
class Putusan:
    """What a row does: ``terdaftar``, ``ditolak``, ``tetap``, or ``pengecualian`` with its ``temuan``."""

    keadaan: str
    jawaban: Jawaban
    baris_id: uuid.UUID | None = None
    pekerja_id: uuid.UUID | None = None
    temuan: Temuan | None = None


class PenanganJawaban:
    """Applies W8 and W9 to the lines that wait; the rest is unchanged or written down."""

    jenis = JenisImpor.JAWABAN_BPJS
    judul = "Jawaban pendaftaran BPJS"
    wajib: tuple[Column, ...] = (
        Column("Nomor Identitas", True, "angka_teks", alias=("NIK", "NO IDENTITAS", "NOMOR KTP", "NO KTP")),
        Column("Status (Y/T)", True, alias=("STATUS", "STATUS Y/T", "STATUS DATA", "Y/T")),
        Column("Nama Lengkap", True, alias=("NAMA", "NAMA TENAGA KERJA", "NAMA PESERTA")),
    )
    columns: tuple[Column, ...] = (
        *wajib,
        Column("Keterangan Status Data", alias=("KETERANGAN", "KETERANGAN STATUS", "ALASAN")),
        Column("Tanggal Terdaftar", jenis="tanggal", alias=("TANGGAL KEPESERTAAN", "TGL KEPESERTAAN")),
    )

    def check(self, table: Table, pilihan: dict[str, Any], by: Pelaku) -> Hasil:
        """Decide every row against the lines that BPJS has in hand."""
        read, refused = read_rows(table, self._read)
        good = _decide_all(read, bool(pilihan.get("ulang")))
        return hasil_of(table, good, refused, berubah=("terdaftar", "ditolak"), rincian=_summary(good))

    def _read(self, row: Row) -> Jawaban | Ditolak:
        if fault := first_fault(row, self.wajib):
            return fault
        cells: dict[str, Any] = row.values
        try:
            nik = parse_nik(cells["Nomor Identitas"]).digits
        except TidakSah as wrong:
            return refused_row(row, wrong.kode, wrong.pesan)
        ya = _STATUS.get(rapikan(cells["Status (Y/T)"]).casefold())
        if ya is None:
            return refused_row(row, "status_invalid", "Status diisi Y (diterima) atau T (tidak diterima).")
        tanggal = cells["Tanggal Terdaftar"]
        if tanggal is not None and tanggal > today():
            return refused_row(row, "tanggal_future", "Tanggal Terdaftar sesudah hari ini.")
        return Jawaban(
            row=row,
            nik=nik,
            nik_bi=runtime().keyring.blind_index("nik", nik),
            nama=rapikan(cells["Nama Lengkap"]),
            ya=ya,
            keterangan=rapikan(cells["Keterangan Status Data"] or ""),
            tanggal=tanggal,
        )

    def apply(self, hasil: Hasil, impor: Impor, by: Pelaku) -> None:
        """Move the workers, close the lines, write exceptions down, and bring the batches along."""
        add_all([one.temuan for one in hasil.good if one.temuan and one.keadaan == "pengecualian"], impor)
        answered = {
            one.baris_id: one
            for one in hasil.good
            if one.baris_id and one.keadaan in ("terdaftar", "ditolak")
        }
        lines, workers = _hold(answered)
        said = {line.id: answered[line.id].jawaban for line in lines}
        accepted = [line for line in lines if said[line.id].ya]
        refused = [line for line in lines if not said[line.id].ya]
        _close(lines, said, impor)
        _note_accepted(accepted, said)
        gerak_banyak([workers[line.pekerja_id] for line in accepted], "terdaftar", by=by)
        _note_refused(refused, said)
        gerak_banyak(
            [workers[line.pekerja_id] for line in refused],
            "ditolak",
            by=by,
            alasan={line.pekerja_id: _kode(said[line.id]) for line in refused},
            catatan={line.pekerja_id: said[line.id].keterangan or None for line in refused},
        )
        ids = [line.pekerja_id for line in accepted]
        for start in range(0, len(ids), 500):
            siapkan_asuhan(ids[start : start + 500])
        _follow({line.paket_id for line in lines}, by)


def _decide_all(read: list[Jawaban], ulang: bool) -> list[Putusan]:
    """One outcome per row; the rows of one number are looked at together."""
    stored = list_terkirim({one.nik_bi: one for one in read})
    before = _earlier_refusals([line for _, line in stored.values() if line and line.hasil is H.MENUNGGU])
    said: dict[bytes, set[bool]] = {}
    for one in read:
        said.setdefault(one.nik_bi, set()).add(one.ya)
    written = known(JenisImpor.JAWABAN_BPJS, said.keys())
    done: set[bytes] = set()
    found = []
    for one in read:
        pekerja, line = stored.get(one.nik_bi, (None, None))
        kode = _exception(one, pekerja, line, len(said[one.nik_bi]) > 1)
        if not kode and not ulang and line is not None and not one.ya:
            kode = "penolakan_sama" if _repeats(one, before.get(line.pekerja_id)) else ""
        if kode:
            found.append(_noted(one, kode, line, written))
        elif line is None or line.hasil is not H.MENUNGGU or one.nik_bi in done:
            found.append(Putusan("tetap", one))
        else:
            done.add(one.nik_bi)
            found.append(Putusan("terdaftar" if one.ya else "ditolak", one, line.id, line.pekerja_id))
    return found


def _exception(one: Jawaban, pekerja: Pekerja | None, line: BarisDaftar | None, both: bool) -> str:
    """The code of what is wrong with this row, or nothing."""
    if pekerja is None:
        return "nik_tidak_dikenal"
    if line is None:
        return "belum_dikirim"
    if both:
        return "jawaban_ganda"
    if kemiripan(pekerja.nama, one.nama) < AMBANG_MIRIP:
        return "nama_beda"
    if line.hasil is H.MENUNGGU:
        return "" if pekerja.status is StatusPekerja.DIAJUKAN_BPJS else "tidak_menunggu"
    if line.hasil is _JAWAB[one.ya]:
        return ""
    return "berubah_y" if one.ya else "berubah_t"


def _earlier_refusals(waiting: list[BarisDaftar]) -> dict[uuid.UUID, set[str]]:
    """BPJS's words in earlier refusals of workers who wait again."""
    ids, found = [line.pekerja_id for line in waiting], dict[uuid.UUID, set[str]]()
    for start in range(0, len(ids), 500):
        query = select(BarisDaftar.pekerja_id, BarisDaftar.keterangan).where(
            BarisDaftar.pekerja_id.in_(ids[start : start + 500]), BarisDaftar.hasil == H.DITOLAK
        )
        for pekerja_id, keterangan in db.session.execute(query):
            found.setdefault(pekerja_id, set()).add(keterangan or "")
    return found


def _repeats(one: Jawaban, earlier: set[str] | None) -> bool:
    return earlier is not None and one.keterangan in earlier


def _noted(one: Jawaban, kode: str, line: BarisDaftar | None, written: set[Kunci]) -> Putusan:
    temuan = Temuan(
        one.row.sheet,
        one.row.row,
        kode,
        PESAN[kode],
        one.nik,
        one.nik_bi,
        line.paket_id if line else None,
    )
    return Putusan("pengecualian" if note(temuan, written) else "tetap", one, temuan=temuan)


def _summary(good: list[Putusan]) -> dict[str, Any]:
    """Counts and codes for the preview: what each line will do, no names and no numbers."""
    count = Counter(one.keadaan for one in good)
    reasons = Counter(classify(one.jawaban.keterangan).kalimat for one in good if one.keadaan == "ditolak")
    noted = [one.temuan for one in good if one.temuan and one.keadaan == "pengecualian"]
    found: dict[str, Any] = {
        "Terdaftar di BPJS": count["terdaftar"],
        "Ditolak BPJS": count["ditolak"],
        "Menjadi pengecualian": count["pengecualian"],
        "Sudah tercatat sebelumnya": count["tetap"],
    }
    if reasons:
        found["Alasan penolakan"] = [["Alasan", "Jumlah"], *([text, n] for text, n in reasons.most_common())]
    if noted:
        found["Pengecualian"] = contoh(noted)
    return found


def _hold(
    baris_ids: Iterable[uuid.UUID | None],
) -> tuple[list[BarisDaftar], dict[uuid.UUID, Pekerja]]:
    """The lines, and their workers by id, held in the order of those ids."""
    ids = sorted((one for one in baris_ids if one), key=str)
    lines: list[BarisDaftar] = []
    for start in range(0, len(ids), 500):
        query = select(BarisDaftar).where(BarisDaftar.id.in_(ids[start : start + 500]))
        lines += db.session.scalars(query)
    lines.sort(key=lambda line: line.pekerja_id)
    ids, workers = [line.pekerja_id for line in lines], dict[uuid.UUID, Pekerja]()
    for start in range(0, len(ids), 500):
        held = select(Pekerja).where(Pekerja.id.in_(ids[start : start + 500])).order_by(Pekerja.id)
        held = held.with_for_update(key_share=True).execution_options(populate_existing=True)
        workers |= {one.id: one for one in db.session.scalars(held)}
    return lines, workers


def _kode(jawaban: Jawaban) -> str | None:
    return None if jawaban.ya else classify(jawaban.keterangan).kode


def _close(lines: list[BarisDaftar], said: dict[uuid.UUID, Jawaban], impor: Impor) -> None:
    """What the lines keep of the answer."""
    moment = now()
    values = [
        {
            "id": line.id,
            "hasil": _JAWAB[said[line.id].ya],
            "kode_hasil": _kode(said[line.id]),
            "keterangan": said[line.id].keterangan or None,
            "dijawab_pada": moment,
            "impor_id": impor.id,
        }
        for line in lines
    ]
    if values:
        db.session.execute(update(BarisDaftar), values)


def _note_accepted(lines: list[BarisDaftar], said: dict[uuid.UUID, Jawaban]) -> None:
    """W8: the day of registration, from which an unbroken membership counts."""
    by_day: dict[date, list[uuid.UUID]] = {}
    for line in lines:
        by_day.setdefault(said[line.id].tanggal or today(), []).append(line.pekerja_id)
    for day, ids in by_day.items():
        masa = func.coalesce(Pekerja.mulai_masa, day)
        _set(ids, terdaftar_pada=day, mulai_masa=masa, alasan_bpjs=None)


def _note_refused(lines: list[BarisDaftar], said: dict[uuid.UUID, Jawaban]) -> None:
    """W9: the code by which somebody is asked to put it right."""
    by_code: dict[str | None, list[uuid.UUID]] = {}
    for line in lines:
        by_code.setdefault(_kode(said[line.id]), []).append(line.pekerja_id)
    for kode, ids in by_code.items():
        _set(ids, alasan_bpjs=kode)


def _set(pekerja_ids: list[uuid.UUID], **values: Any) -> None:
    """The workers are held (:func:`_hold`), and the move that follows counts their version up."""
    for start in range(0, len(pekerja_ids), 500):
        some = Pekerja.id.in_(pekerja_ids[start : start + 500])
        db.session.execute(
            update(Pekerja).where(some).values(**values).execution_options(synchronize_session=False)
        )
    for one in pekerja_ids:
        db.session.expire(db.session.get_one(Pekerja, one), list(values))


def _follow(paket_ids: set[uuid.UUID], by: Pelaku) -> None:
    """B8: a batch without a waiting line is answered in full."""
    db.session.flush()
    for paket in db.session.scalars(
        select(Paket).where(Paket.id.in_(paket_ids)).order_by(Paket.id).with_for_update()
    ):
        waiting = select(BarisDaftar.id).where(
            BarisDaftar.paket_id == paket.id, BarisDaftar.hasil == H.MENUNGGU
        )
        catat_hasil(paket, lengkap=db.session.scalar(waiting.limit(1)) is None, by=by)


PENANGAN = register(PenanganJawaban())
