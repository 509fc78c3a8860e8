"""A line of the bank's answer as it is read, and the attempt at our side that it answers."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from rentan.autodebet.layout_debet import LayoutDebet, layout_debet, nama_layout
from rentan.core.clock import to_local
from rentan.core.massal import chunks
from rentan.core.sheets import Column, Row
from rentan.core.status import Status
from rentan.core.subject import reveal_values
from rentan.ext import db, runtime
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import StatusPaket

PANJANG_KETERANGAN = 200
_HARI_BULAN = re.compile(
    r"(\d{2})[-/.](\d{2})[-/.](\d{4})(?:[ T](\d{2})[:.](\d{2})(?:[:.](\d{2}))?)?"
)  # the day first, as Indonesian files write it


class Keadaan(Status):
    """What becomes of a line."""

    BERHASIL = "berhasil", "Berhasil"
    GAGAL = "gagal", "Gagal"
    DIBATALKAN = "dibatalkan", "Dibatalkan bank sesudah berhasil"
    TETAP = "tetap", "Sudah tercatat sebelumnya"
    PENGECUALIAN = "pengecualian", "Menjadi pengecualian"


K = Keadaan
BERUBAH = (K.BERHASIL, K.GAGAL, K.DIBATALKAN)

#: Why a line fits nowhere: what it means and what to do, without numbers or names.
PESAN = {
    "baris_rusak": "Baris ini tidak dapat dibaca utuh. Mintalah berkas yang lengkap kepada bank.",
    "referensi_tidak_dikenal": "Referensi ini bukan milik kita. Tanyakan kepada bank dari mana asalnya.",
    "berkas_batal": "Referensi ini dari berkas yang menurut bank tidak dijalankan, tetapi sekarang dijawab. "
    "Tanyakan kepada bank apakah rekening donatur didebet.",
    "belum_dikirim": "Baris ini belum pernah dikirim ke bank. Tanyakan kepada bank dari mana asalnya.",
    "paket_lain": "Baris ini dari paket lain daripada sebagian besar isi berkas. Pastikan dahulu, lalu "
    "terapkan jawabannya dari sini.",
    "rekening_beda": "Nomor rekening berbeda dari yang dikirim. Tanyakan bank rekening siapa yang didebet.",
    "kode_tidak_dikenal": "Kode hasil ini belum dikenal. Tanyakan artinya kepada bank; iuran tetap menunggu.",
    "nominal_lebih": "Bank mendebet lebih dari yang diminta. Terima sebagai kelebihan bayar donatur, atau "
    "mintalah bank memperbaikinya.",
    "nominal_kurang": "Bank mendebet kurang dari yang diminta. Mintalah bank memperbaikinya; iuran tetap "
    "menunggu.",
    "tanggal_tidak_mungkin": "Waktu jawaban sebelum berkas dikirim atau sesudah hari ini. Tanyakan bank.",
    "duplikat": "Bank menyebut baris ini sudah pernah dijalankan. Tanyakan apakah rekening donatur didebet.",
    "debet_ganda": "Berkas ini menyebut berhasil dua kali pada waktu berbeda. Tanyakan apakah rekening "
    "donatur didebet dua kali.",
    "jawaban_bertentangan": "Berkas ini memuat dua jawaban yang berbeda untuk baris ini. Tanyakan bank.",
    "berhasil_setelah_gagal": "Bank menjawab berhasil, padahal sebelumnya gagal. Iuran ini tidak didebet "
    "ulang sampai bank memberi penjelasan tertulis.",
    "gagal_setelah_berhasil": "Bank menjawab gagal, padahal sebelumnya berhasil. Bila uangnya dikembalikan, "
    "catat sebagai pembatalan dengan nomor referensi bank.",
    "jawaban_berubah": "Bank pernah menyebut sebab gagal yang lain untuk baris ini. Tanyakan yang mana.",
    "pembalikan_tanpa_ref": "Pembatalan tanpa nomor referensi bank. Minta nomornya, lalu catat dari sini.",
    "pembalikan_belum": "Bank membatalkan debet yang tidak tercatat berhasil. Tanyakan kepada bank.",
    "ref_bank_ganda": "Nomor referensi pembatalan ini sudah dipakai untuk baris lain. Tanyakan kepada bank.",
    "tidak_menunggu": "Iuran ini tidak sedang menunggu jawaban bank. Periksa keadaannya lebih dahulu.",
    "iuran_sendiri": "Ini iuran Anda sendiri. Minta bendahara lain mencatat jawaban ini.",
}


def _columns() -> tuple[Column, ...]:
    """The titles of every layout there is: the bank's answer is recognised by them, not by its name."""
    utama = layout_debet("csv")
    semua = [utama, *(layout_debet(one) for one in nama_layout() if one != utama.nama)]

    def kolom(name: str, jenis: Any = "teks", *, wajib: bool = True) -> Column:
        judul, *alias = dict.fromkeys(one.jawaban[name] for one in semua)
        return Column(judul, wajib=wajib, jenis=jenis, alias=tuple(alias))

    return (
        kolom("referensi"),
        kolom("rekening", "angka_teks"),
        kolom("nominal", "bilangan"),
        kolom("kode"),
        kolom("waktu"),
        kolom("keterangan", wajib=False),
        kolom("ref_bank", wajib=False),
    )


COLUMNS = _columns()
_REF, _REKENING, _NOMINAL, _KODE, _WAKTU, _KETERANGAN, _REF_BANK = (one.judul for one in COLUMNS)


@dataclass(frozen=True, slots=True)
class Jawaban:
    """A line as it was read. ``rusak`` says why it cannot be used; ``nominal`` in whole rupiah."""

    lembar: str
    nomor: int
    ref: str
    rekening: str
    nominal: int
    kode: str
    waktu: str
    tanggal: date | None
    keterangan: str = ""
    ref_bank: str = ""
    rusak: str = ""

    @property
    def isi(self) -> str:
        """The line in one text: the same answer in another file is the same matter."""
        return "|".join((self.ref, self.rekening, str(self.nominal), self.kode, self.waktu, self.ref_bank))

    def simpan(self) -> str:
        """The line as an exception keeps it (sealed): :func:`baca_simpanan` reads it again."""
        return json.dumps(
            {name: getattr(self, name) for name in _SIMPAN}, ensure_ascii=False, separators=(",", ":")
        )


@dataclass(frozen=True, slots=True)
class Sasaran:
    """The attempt that a line answers, as it stands now."""

    percobaan_id: uuid.UUID
    iuran_id: uuid.UUID
    asn_id: uuid.UUID
    paket_id: uuid.UUID
    jumlah: int
    hasil: HasilCoba
    kode_hasil: str | None
    ref_bank: str | None
    rekening: str
    status: StatusIuran
    dibayar_pada: date | None
    paket_status: StatusPaket
    dikirim_pada: datetime | None
    layout: LayoutDebet


@dataclass(frozen=True, slots=True)
class Putusan:
    """A line and what it does; ``sebab`` only for an exception."""

    jawaban: Jawaban
    keadaan: Keadaan
    sebab: str = ""
    sasaran: Sasaran | None = None

    @property
    def terlambat(self) -> bool:
        """C10: the line had been given up as unknown."""
        return self.sasaran is not None and self.sasaran.hasil is HasilCoba.TANPA_KABAR


_SIMPAN = ("ref", "rekening", "nominal", "kode", "waktu", "keterangan", "ref_bank")


def baca_simpanan(text: str, lembar: str, nomor: int) -> Jawaban:
    """The line of an exception."""
    found = json.loads(text)
    return Jawaban(lembar, nomor, tanggal=parse_waktu(found["waktu"]), **found)


def read_line(row: Row) -> Jawaban:
    """A row of the file; one that cannot be read becomes a line with ``rusak``, it stops nothing."""
    cells: dict[str, Any] = row.values
    kode = str(cells[_KODE] or "").strip().upper()
    waktu = str(cells[_WAKTU] or "").strip()
    tanggal = parse_waktu(waktu)
    rusak = row.errors[0].pesan if row.errors else ""
    if not rusak and tanggal is None:
        rusak = f"{_WAKTU} tidak terbaca sebagai tanggal dan jam."
    return Jawaban(
        lembar=row.sheet,
        nomor=row.row,
        ref=str(cells[_REF] or "").strip().upper(),
        rekening="".join(filter(str.isdigit, str(cells[_REKENING] or ""))),
        nominal=int(cells[_NOMINAL] or 0),
        kode=kode.zfill(2) if kode.isdigit() else kode,  # Excel makes 0 of 00
        waktu=waktu,
        tanggal=tanggal,
        keterangan=str(cells[_KETERANGAN] or "").strip()[:PANJANG_KETERANGAN],
        ref_bank=str(cells[_REF_BANK] or "").strip().upper(),
        rusak=rusak,
    )


def parse_waktu(text: str) -> date | None:
    """The day in the city's calendar; a time without a zone is the city's. ``None``: not a time."""
    try:
        if found := _HARI_BULAN.fullmatch(text):
            hari, bulan, tahun, jam, menit, detik = (int(one or 0) for one in found.groups())
            return datetime(tahun, bulan, hari, jam, menit, detik).date()  # noqa: DTZ001 - the city's own time
        if not text[:4].isdigit() or text[4:5] != "-":
            return None
        moment = datetime.fromisoformat(text)
        return (to_local(moment) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


# -- what stands at our side --------------------------------------------------------------------------------


def load_sasaran(refs: Iterable[str]) -> dict[str, Sasaran]:
    """The attempts of these references, by reference; columns alone, there may be 20,000 of them."""
    found: list[Any] = []
    columns = select(
        *(getattr(Percobaan, name) for name in _PERCOBAAN),
        Iuran.status,
        Iuran.dibayar_pada,
        Iuran.rekening_enc,
        Paket.status.label("paket_status"),
        Paket.dikirim_pada,
        PaketUang.layout,
    )
    query = (
        columns.join(Iuran, Iuran.id == Percobaan.iuran_id)
        .join(Paket, Paket.id == Percobaan.paket_id)
        .outerjoin(PaketUang, PaketUang.paket_id == Paket.id)
    )
    for some in chunks(sorted(set(refs))):
        found += db.session.execute(query.where(Percobaan.referensi.in_(some))).all()
    rekening = _rekening_terkirim(found)
    return {row.referensi: _sasaran(row, rekening[row.id]) for row in found}


_PERCOBAAN = (
    "id", "iuran_id", "asn_id", "paket_id", "referensi", "jumlah", "hasil", "kode_hasil", "ref_bank",
    "isi_enc",
)  # fmt: skip


def _sasaran(row: Any, rekening: str) -> Sasaran:
    return Sasaran(
        percobaan_id=row.id,
        iuran_id=row.iuran_id,
        asn_id=row.asn_id,
        paket_id=row.paket_id,
        jumlah=row.jumlah,
        hasil=row.hasil,
        kode_hasil=row.kode_hasil,
        ref_bank=row.ref_bank,
        rekening=rekening,
        status=row.status,
        dibayar_pada=row.dibayar_pada,
        paket_status=row.paket_status,
        dikirim_pada=row.dikirim_pada,
        layout=layout_debet(row.layout or None),
    )


def _rekening_terkirim(rows: Sequence[Any]) -> dict[uuid.UUID, str]:
    """The account number in the frozen line of the file, or the contribution's own while there is none."""
    beku = [(row.id, row.asn_id, row.isi_enc) for row in rows if row.isi_enc is not None]
    found = {key: rekening_beku(text) for key, text in reveal_values("percobaan", "isi", beku).items()}
    sisa = [row for row in rows if not found.get(row.id) and row.rekening_enc is not None]
    tagihan = [(row.iuran_id, row.asn_id, row.rekening_enc) for row in sisa]
    plain = reveal_values("iuran", "rekening", tagihan)
    own = {row.id: "".join(filter(str.isdigit, plain[row.iuran_id])) for row in sisa}
    return {row.id: found.get(row.id) or own.get(row.id, "") for row in rows}


def rekening_beku(isi: str) -> str:
    """``rekening`` of a frozen line (JSON)."""
    found = re.search(r'"rekening": ?"([^"]*)"', isi)
    return "".join(filter(str.isdigit, found[1])) if found else ""


def blind(one: Jawaban) -> bytes:
    """The line's own number for recognising it in another file."""
    return runtime().keyring.blind_index("pengecualian", one.isi)
