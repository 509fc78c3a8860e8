"""Debit batches that are at the bank, and its answers, for tests that are about the answers alone.

The rows are written directly, with the history that building, locking and sending would have left.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rentan.autodebet.hasil import PENANGAN, HasilDebet
from rentan.autodebet.layout_debet import layout_debet
from rentan.core import arsip
from rentan.core.clock import now
from rentan.core.imports import Impor, StatusImpor, run_import
from rentan.core.sheets import SheetLimits, Table
from rentan.core.sheets_rows import RawSheet, collect
from rentan.core.subject import reveal, seal
from rentan.ext import db
from rentan.gladi.bank import Baris, Jawaban, Salah, answer, read_debet
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import MACHINE as IURAN
from rentan.iuran.status import HasilCoba, StatusIuran
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import MACHINE as PAKET
from rentan.paket.status import JenisPaket, StatusPaket
from tests.iuran.maker import lacak, make_donatur, make_iuran

BULAN = date(2026, 12, 1)
#: The bank's local time; the batch left a few days before (see ``KIRIM``).
WAKTU = datetime(2026, 12, 1, 8, 15)  # noqa: DTZ001 - banks write their local time without a zone
KIRIM = "2026-11-26T03:00:00Z"
BACA = "2026-12-03T03:00:00Z"
KEPALA = "REFERENSI;NO_REKENING;NOMINAL;KODE_HASIL;KETERANGAN;WAKTU;REF_BANK"


def make_terkirim(
    cast: Any, banyak: int = 3, *, bulan: date = BULAN, layout: str = "csv", donatur: Sequence[Any] = ()
) -> tuple[Paket, bytes]:
    """A debit batch of so many donors (or these) at the bank, and its file."""
    donatur = donatur or [make_donatur(rekening=f"10{n:08d}") for n in range(banyak)]
    iuran = [make_iuran(asuhan, bulan, StatusIuran.DIKIRIM) for one in donatur for asuhan in one.asuhan]
    for row in iuran:
        lacak(IURAN, row.id, ("jadwalkan", "masuk_batch", "kirim"))
    nomor = f"DB-{bulan:%Y-%m}"
    paket = Paket(
        id=uuid.uuid4(), jenis=JenisPaket.DEBET, status=StatusPaket.DIKIRIM, nomor=nomor, periode=bulan,
        lingkup="", jumlah=len(iuran), urutan_berkas=1, dibuat_oleh=cast.hadi.pelaku.akun_id,
        dibuat_pada=now(), dikunci_oleh=cast.hadi.pelaku.akun_id, dikunci_pada=now(),
        disetujui_oleh=cast.yuni.pelaku.akun_id, disetujui_pada=now(), dikirim_pada=now(), sha256="0" * 64,
        kunci_berkas="", nama_berkas=f"{nomor}.csv",
    )  # fmt: skip
    isi = [
        {
            "no": n, "periode": bulan, "referensi": f"D{bulan:%y%m}-{n:06d}-0", "nominal": row.tagihan,
            "rekening": reveal(row, "rekening"), "nama_rekening": row.nama_rekening or "", "tanggal": bulan,
            "keterangan": "Iuran",
        }
        for n, row in enumerate(iuran, 1)
    ]  # fmt: skip
    total = sum(one["nominal"] for one in isi)
    head = {"nomor": nomor, "periode": bulan, "tanggal": bulan, "jumlah": len(isi), "total": total}
    data = layout_debet(layout).write(head, isi)
    paket.sha256 = arsip.hash_of(data)
    paket.uang = PaketUang(tanggal=bulan, layout=layout, jumlah_rupiah=total)
    db.session.add(paket)
    db.session.flush()
    lacak(PAKET, paket.id, ("susun", "kunci", "setujui", "kirim"))
    for one, row in zip(isi, iuran, strict=True):
        coba = Percobaan(
            id=uuid.uuid4(), paket_id=paket.id, iuran_id=row.id, asn_id=row.asn_id, urutan=one["no"], ke=1,
            referensi=one["referensi"], referensi_lama=[], jumlah=one["nominal"], hasil=HasilCoba.TERBUKA,
        )  # fmt: skip
        seal(coba, "isi", json.dumps(one, default=str))
        db.session.add(coba)
    db.session.flush()
    return paket, data


def baca(data: bytes, cast: Any, nama: str = "hasil.csv", *, setuju: bool = True) -> HasilDebet:
    """Read and apply an answer as the treasurer."""
    found = run_import(PENANGAN, data, nama, setuju=setuju, by=cast.hadi.pelaku)
    assert isinstance(found, HasilDebet)
    return found


def baca_langsung(lines: Sequence[str], cast: Any) -> HasilDebet:
    """The same for these lines, without the sandbox in which files of strangers are parsed."""
    table = Table([], [])
    rows = [one.split(";") for one in (KEPALA, *lines)]
    collect([RawSheet("CSV", rows)], PENANGAN.columns, SheetLimits(), table)
    by = cast.hadi.pelaku
    found = PENANGAN.check(table, {}, by)
    found.verify()
    impor = Impor(
        id=uuid.uuid4(), jenis=PENANGAN.jenis, status=StatusImpor.DITERAPKAN, sha256="0" * 64, akhiran=".csv",
        kunci_berkas="", dibuat_oleh=by.akun_id, dibuat_pada=now(), kedaluwarsa_pada=now(),
        diterapkan_pada=now(),
    )  # fmt: skip
    db.session.add(impor)
    db.session.flush()
    PENANGAN.apply(found, impor, by)
    db.session.flush()
    return found


def bank(
    data: bytes, salah: Mapping[Salah, int] | None = None, *, layout: str = "csv", benih: int = 1, **more: Any
) -> Jawaban:
    """The double's answer."""
    return answer(data, layout_debet(layout), salah, waktu=WAKTU, benih=benih, **more)


def baris(data: bytes, layout: str = "csv") -> list[Baris]:
    """The lines of the debit file."""
    return read_debet(data, layout_debet(layout))


def tulis(*lines: str, kaki: str = "") -> bytes:
    """An answer file of these lines."""
    return "".join(f"{one}\r\n" for one in (KEPALA, *lines, *([kaki] if kaki else []))).encode()


def jawab(
    satu: Baris,
    kode: str = "00",
    *,
    nominal: int | None = None,
    waktu: str = "2026-12-01 08:15:00",
    ref: str = "",
) -> str:
    """One line of an answer."""
    return f"{satu.referensi};{satu.rekening};{nominal or satu.nominal};{kode};kata bank;{waktu};{ref}"


def keadaan(paket: Paket) -> dict[str, tuple[str, str]]:
    """(state of the contribution, outcome of the attempt) by reference."""
    query = db.select(Percobaan, Iuran).join(Iuran, Iuran.id == Percobaan.iuran_id)
    rows = db.session.execute(
        query.where(Percobaan.paket_id == paket.id).execution_options(populate_existing=True)
    )
    return {coba.referensi or "": (iuran.status.value, coba.hasil.value) for coba, iuran in rows}
