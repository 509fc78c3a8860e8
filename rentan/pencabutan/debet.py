"""Debit batches and withdrawn letters (M19): a file without them ends them, a debit after that goes back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, or_, select

from rentan.asn.masa import SELESAI
from rentan.asn.models import Asn
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import start_of_day
from rentan.core.massal import chunks
from rentan.core.permissions import Peran
from rentan.core.workflow import Riwayat, advance_many
from rentan.ext import db
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.status import HasilCoba, JenisUrusan
from rentan.iuran.urusan import UrusanBaru, buka_banyak
from rentan.paket.models import Paket
from rentan.paket.status import JenisPaket
from rentan.pencabutan.models import Pencabutan
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE, StatusSurat

SETELAH_CABUT = (
    "Rekening donatur didebet, padahal pencabutannya sudah diterima sebelum berkas dikirim. Kembalikan "
    "uangnya lewat usul pengembalian."
)


#: M21: the file left before the roster told it.
SETELAH_MASA = (
    "Rekening donatur didebet sesudah masa kerjanya berakhir menurut daftar pegawai, sehingga surat kuasanya "
    "tidak berlaku lagi pada hari debet. Kembalikan uangnya lewat usul pengembalian."
)


def akhiri_tercabut(paket: Paket, _by: Pelaku) -> None:
    """M19 by the system: the month's debit has left without these letters, so the bank has nothing of them.

    A letter that somebody else holds at this moment follows with the next file.
    """
    if paket.jenis is not JenisPaket.DEBET or paket.dikirim_pada is None:
        return
    ada = (
        select(Percobaan.id)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .where(
            Percobaan.paket_id == paket.id,
            Percobaan.hasil != HasilCoba.DIKELUARKAN,
            Iuran.surat_kuasa_id == SuratKuasa.id,
        )
    )
    query = (
        select(SuratKuasa)
        .join(Pencabutan, Pencabutan.surat_kuasa_id == SuratKuasa.id)
        .where(
            SuratKuasa.status == StatusSurat.DICABUT_MENUNGGU,
            Pencabutan.diterima_pada < paket.dikirim_pada,
            ~ada.exists(),
        )
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    letters = list(db.session.scalars(query))
    if letters:
        advance_many(
            MACHINE,
            letters,
            "cabut_selesai",
            by=SISTEM,
            catatan={one.id: f"Berkas debet {paket.nomor} dikirim tanpa surat ini." for one in letters},
        )


def minta_kembali(rows: Sequence[Iuran], paket: Paket, by: Pelaku) -> None:
    """M19, M21: a debit after the withdrawal was received, or after the end of service, opens a matter of
    refund."""
    if paket.dikirim_pada is None:
        return
    dicabut: set[object] = set()
    for some in chunks(sorted({one.surat_kuasa_id for one in rows if one.surat_kuasa_id is not None})):
        query = select(Pencabutan.surat_kuasa_id).where(
            Pencabutan.surat_kuasa_id.in_(some), Pencabutan.diterima_pada < paket.dikirim_pada
        )
        dicabut |= set(db.session.scalars(query))
    habis = set() if paket.uang is None else _habis_masa(rows, paket.uang.tanggal)
    buka_banyak(
        [
            UrusanBaru(
                JenisUrusan.PENGEMBALIAN,
                one.asuhan_id,
                one.periode,
                SETELAH_CABUT if one.surat_kuasa_id in dicabut else SETELAH_MASA,
                Peran.BENDAHARA,
                one.id,
            )
            for one in rows
            if one.surat_kuasa_id in dicabut or one.asn_id in habis
        ],
        by=by,
    )


def _habis_masa(rows: Sequence[Iuran], tanggal: date) -> set[uuid.UUID]:
    """Which donors were out of service on the debit day: by a date of the roster, or (a death without
    one) because their letter ended before that day."""
    found: set[uuid.UUID] = set()
    berakhir = exists().where(
        Riwayat.mesin == MACHINE.nama,
        Riwayat.objek_id == SuratKuasa.id,
        Riwayat.langkah == "M21",
        Riwayat.alasan == "masa_kerja",
        Riwayat.pada < start_of_day(tanggal),
        SuratKuasa.asn_id == Asn.id,
    )
    tercatat = or_(
        Asn.tmt_pensiun <= tanggal, Asn.akhir_kontrak < tanggal, Asn.status_aktif.in_(SELESAI) & berakhir
    )
    for some in chunks(sorted({one.asn_id for one in rows})):
        found |= set(db.session.scalars(select(Asn.id).where(Asn.id.in_(some), tercatat)))
    return found
