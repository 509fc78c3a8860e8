"""BPJS's list of a remittance: what stands in each line, and the file itself (B3)."""

from __future__ import annotations

import io
import uuid
import zipfile

from sqlalchemy import select

from rentan.core.massal import chunks
from rentan.core.sheets_write import OutColumn, write_form
from rentan.core.subject import load_deks, reveal
from rentan.ext import db, runtime
from rentan.iuran.models import Iuran
from rentan.paket.models import Paket
from rentan.paket.penangan import BerkasPaket
from rentan.pekerja.models import Pekerja
from rentan.setoran.models import BarisSetor
from rentan.setoran.status import HasilSetor

KOLOM = (
    OutColumn("NIK", 20),
    OutColumn("NAMA", 32),
    OutColumn("KPJ", 16),
    OutColumn("BULAN", 10),
    OutColumn("JUMLAH", 12),
)


def list_isi(paket: Paket) -> list[tuple[uuid.UUID, uuid.UUID, list[str]]]:
    """(line, worker, cells) in the order of the file: NIK and KPJ in full."""
    query = (
        select(BarisSetor.id, BarisSetor.jumlah, Iuran.periode, Pekerja)
        .join(Iuran, Iuran.id == BarisSetor.iuran_id)
        .join(Pekerja, Pekerja.id == BarisSetor.pekerja_id)
        .where(BarisSetor.paket_id == paket.id, BarisSetor.hasil == HasilSetor.MENUNGGU)
        .order_by(BarisSetor.urutan)
    )
    rows = db.session.execute(query).all()
    load_deks(row.Pekerja.id for row in rows)
    return [
        (
            row.id,
            row.Pekerja.id,
            [
                reveal(row.Pekerja, "nik") or "",
                row.Pekerja.nama,
                reveal(row.Pekerja, "kpj") or "",
                f"{row.periode:%m-%Y}",
                str(row.jumlah),
            ],
        )
        for row in rows
    ]


def write_berkas(rows: list[list[str]], nama: str) -> BerkasPaket:
    """One form, or several in a ZIP; the same rows give the same bytes."""
    paling_banyak = int(runtime().profil.batas.baris_daftar_bpjs)
    parts = [write_form("SETORAN", KOLOM, some) for some in chunks(rows, paling_banyak)]
    if len(parts) == 1:
        return BerkasPaket(parts[0], f"{nama}.xlsx")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, part in enumerate(parts, 1):
            archive.writestr(zipfile.ZipInfo(f"{nama}-bagian-{number}.xlsx"), part)
    return BerkasPaket(out.getvalue(), f"{nama}.zip")
