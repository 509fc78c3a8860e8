"""Donors with a letter in force and workers whom BPJS has registered, and contributions of theirs.

The rows are written directly, each with the history that its machine would have left, so that ``flask
periksa`` finds nothing to say about them.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rentan.asn.hitungan import naik_banyak
from rentan.asn.models import Asn
from rentan.asn.status import Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.asuhan.status import MACHINE as ASUHAN
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import now, today
from rentan.core.subject import seal
from rentan.core.workflow import Machine, Riwayat
from rentan.ext import db, runtime
from rentan.iuran.models import Iuran
from rentan.iuran.status import MACHINE, StatusBpjs, StatusIuran
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE as PEKERJA
from rentan.pekerja.status import Sektor, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import MACHINE as SURAT
from rentan.surat_kuasa.status import AsliDi, StatusSurat
from rentan.tarif.models import TarifKelas
from rentan.util.tanggal import awal_bulan
from tests import factories

_urut = itertools.count(1)
JALAN_SURAT = ("buat", "cetak", "unggah", "ambil", "setujui", "masuk_paket", "bank_menerima")
JALAN_ASUHAN = ("usulkan", "layak", "siap")
JALAN_PEKERJA = ("catat", "layak", "kirim", "terdaftar")


def lacak(mesin: Machine, objek_id: uuid.UUID, events: Sequence[str]) -> Any:
    """History rows as if these moves had been made; answers the state they end in."""
    state: Any = None
    for n, event in enumerate(events, 1):
        move = mesin.move(event, state)
        db.session.add(
            Riwayat(
                mesin=mesin.nama, objek_id=objek_id, langkah=move.kode, peristiwa=event,
                dari=None if state is None else state.value, ke=move.ke.value, peran="sistem", pada=now(),
                dokumen=[], permintaan_id="uji", urutan=n,
            )
        )  # fmt: skip
        state = move.ke
    return state


@dataclass
class Donatur:
    """One donor: the letter in force and the sponsorships under it."""

    asn: Asn
    surat: SuratKuasa
    asuhan: list[Asuhan]


def make_donatur(
    asn: Asn | None = None,
    *,
    pekerja: int = 1,
    plafon: int = 200_000,
    mulai: date = date(2026, 1, 1),
    sektor: Sektor = Sektor.LAIN,
    periode: int = 1,
    program: str = "JKK+JKM",
    rekening: str = "1034567890",
    lahir_pekerja: date = date(1980, 5, 17),
) -> Donatur:
    """A letter in force since ``mulai`` and so many workers ready to be debited (``siap``, ``terdaftar``)."""
    n = next(_urut)
    asn = asn or factories.make_asn(f"Donatur Rekaan {n}")
    surat = SuratKuasa(
        id=uuid.uuid4(), asn_id=asn.id, asn=asn, nomor=f"SK/{n:05d}/2026", ref=f"UJI{n:07d}", urutan_versi=1,
        status=StatusSurat.AKTIF, asli_di=AsliDi.BANK, plafon=plafon, nama_rekening=asn.nama,
        rekening_bi=runtime().keyring.blind_index("rekening", rekening), bulan_pertama=awal_bulan(mulai),
        sha256="0" * 64, halaman=2, dicetak_pada=now(), diunggah_pada=now(), ditandatangani_pada=mulai,
        berlaku_mulai=mulai, dibuat_pada=now(),
    )  # fmt: skip
    seal(surat, "rekening", rekening)
    seal(surat, "isi", "{}")
    db.session.add(surat)
    db.session.flush()
    lacak(SURAT, surat.id, JALAN_SURAT)
    naik_banyak([asn.id], Tahap.DIAJUKAN, pada=today())
    found = Donatur(asn, surat, [])
    for k in range(pekerja):
        worker = factories.make_pekerja(
            f"Pekerja Rekaan {n} {k}", status=StatusPekerja.TERDAFTAR, sektor=sektor, lahir=lahir_pekerja,
            mulai_masa=mulai, terdaftar_pada=mulai,
        )  # fmt: skip
        lacak(PEKERJA, worker.id, JALAN_PEKERJA)
        asuhan = Asuhan(
            id=uuid.uuid4(), garis_asuh_id=uuid.uuid4(), asn_id=asn.id, asn=asn, pekerja_id=worker.id,
            pekerja=worker, status=StatusAsuhan.SIAP, program=program, penghasilan=1_000_000, periode=periode,
            bulan_pertama=awal_bulan(mulai), dibuat_pada=now(),
        )  # fmt: skip
        db.session.add(asuhan)
        db.session.flush()
        lacak(ASUHAN, asuhan.id, JALAN_ASUHAN)
        db.session.add(
            SuratPekerja(
                id=uuid.uuid4(), surat_kuasa_id=surat.id, asuhan_id=asuhan.id, urutan=k + 1,
                harga_tertinggi=16_800,
            )
        )  # fmt: skip
        found.asuhan.append(asuhan)
    db.session.flush()
    return found


def sebut(donatur: Donatur, asuhan: Asuhan) -> None:
    """The donor's letter names this sponsorship too."""
    one = SuratPekerja(
        id=uuid.uuid4(), surat_kuasa_id=donatur.surat.id, asuhan_id=asuhan.id, urutan=9,
        harga_tertinggi=16_800,
    )  # fmt: skip
    db.session.add(one)
    db.session.flush()


def make_iuran(
    asuhan: Asuhan, bulan: date, status: StatusIuran = StatusIuran.TERJADWAL, **more: Any
) -> Iuran:
    """The contribution of one month at its price; without the ledger that a real success would have."""
    rincian = harga(asuhan, bulan)
    surat = db.session.scalar(db.select(SuratKuasa).where(SuratKuasa.asn_id == asuhan.asn_id).limit(1))
    kelas = db.session.scalar(
        db.select(TarifKelas.id)
        .where(TarifKelas.dasar == asuhan.penghasilan)
        .order_by(TarifKelas.id)
        .limit(1)
    )
    row = Iuran(
        id=uuid.uuid4(), asuhan_id=asuhan.id, pekerja_id=asuhan.pekerja_id, asn_id=asuhan.asn_id,
        opd_id=asuhan.asn.opd_id, surat_kuasa_id=surat.id if surat else None, periode=awal_bulan(bulan),
        status=status, status_bpjs=StatusBpjs.BELUM, jumlah=rincian.total, jkk=rincian.jkk, jkm=rincian.jkm,
        jht=rincian.jht, program=asuhan.program, sektor=asuhan.pekerja.sektor.value, pendanaan="pribadi",
        penghasilan=asuhan.penghasilan, tarif_kelas_id=kelas, nama_rekening=asuhan.asn.nama,
        dijadwalkan_pada=now(), **more,
    )  # fmt: skip
    seal(row, "rekening", "1034567890")
    db.session.add(row)
    db.session.flush()
    if status is StatusIuran.TERJADWAL:
        lacak(MACHINE, row.id, ("jadwalkan",))
    return row


def workers(found: Sequence[Donatur]) -> list[Pekerja]:
    """All workers of these donors."""
    return [asuhan.pekerja for one in found for asuhan in one.asuhan]
