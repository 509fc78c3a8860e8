"""The facts behind “Mengapa gaji saya (tidak) dipotong?”, read from the rows in a fixed number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from rentan.asn.masa import hari_terakhir, masa_habis
from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.clock import to_local, today
from rentan.core.riwayat import list_langkah
from rentan.core.settings import get_setting
from rentan.ext import db
from rentan.iuran.gugur import TALANGAN_SELESAI
from rentan.iuran.jadwal import awal_blok
from rentan.iuran.mengapa import jelaskan
from rentan.iuran.mengapa_data import Baris, Bayar, Coba, Fakta, Langkah, Penjelasan
from rentan.iuran.models import Iuran, Penerimaan, Percobaan
from rentan.iuran.status import MACHINE, MACHINE_BPJS, AlasanTahan, StatusIuran
from rentan.iuran.tagihan import halangan
from rentan.paket.models import Paket, PaketUang
from rentan.paket.status import JenisPaket, StatusPaket
from rentan.surat_kuasa.jeda import ALASAN_BENDAHARA
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.tarif.queries import jadwal_bulan
from rentan.util.tanggal import akhir_bulan, awal_bulan, tambah_bulan

#: Nothing was ever to be debited for these.
_BUKAN = (StatusAsuhan.DITAHAN, StatusAsuhan.DITOLAK, StatusAsuhan.KEDALUWARSA)
_SELESAI = (StatusAsuhan.MENCARI_PENGGANTI, StatusAsuhan.DIALIHKAN, StatusAsuhan.BERAKHIR)


@dataclass(frozen=True)
class Bagian:
    """One worker of the month: what is known, and the explanation made of it."""

    asuhan: Asuhan
    iuran: tuple[Iuran, ...]
    penjelasan: Penjelasan

    @property
    def terakhir(self) -> Iuran | None:
        return self.iuran[-1] if self.iuran else None


def jelaskan_bulan(asn: Asn, bulan: date) -> list[Bagian]:
    """Every worker of this donor who has a part in the month, by name."""
    bulan = awal_bulan(bulan)
    semua = list(
        db.session.scalars(
            select(Asuhan)
            .where(Asuhan.asn_id == asn.id)
            .options(db.joinedload(Asuhan.pekerja))
            .order_by(Asuhan.dibuat_pada, Asuhan.id)
        )
    )
    rows = list(
        db.session.scalars(
            select(Iuran)
            .where(Iuran.asn_id == asn.id, Iuran.periode == bulan)
            .order_by(Iuran.dijadwalkan_pada, Iuran.id)
        )
    )
    per_asuhan: dict[uuid.UUID, list[Iuran]] = {}
    for one in rows:
        per_asuhan.setdefault(one.asuhan_id, []).append(one)
    tampil = [one for one in semua if one.id in per_asuhan or _terkait(one, bulan)]
    tampil.sort(key=lambda one: one.pekerja.nama.casefold())
    if not tampil:
        return []
    letters = _letters(asn)
    surat = next((one for one in letters if one.status in HIDUP), letters[0] if letters else None)
    tempo = {one.id: awal_blok(bulan, one.bulan_pertama, one.periode) for one in tampil}
    baris = _baris(rows, asn, letters, tempo)
    disebut = _disebut(surat)
    dikunci = _dikunci(set(tempo.values()))
    # Who pauses because of the account or the pay ends it himself, whatever was agreed.
    terbuka = surat is not None and surat.alasan_jeda in ALASAN_BENDAHARA
    jadwal, coba = jadwal_bulan(bulan), 1 + int(get_setting("maks_coba_debet"))
    return [
        Bagian(
            one,
            tuple(per_asuhan.get(one.id, ())),
            jelaskan(
                Fakta(
                    bulan=bulan,
                    hari_ini=today(),
                    jadwal=jadwal,
                    nama=one.pekerja.nama,
                    asuhan=one.status,
                    pekerja=one.pekerja.status,
                    surat=surat.status if surat else None,
                    bulan_pertama=one.bulan_pertama,
                    sampai=one.sampai,
                    jeda_sejak=one.jeda_sejak,
                    jeda_sampai=None if terbuka else one.jeda_sampai,
                    surat_jeda_sejak=surat.jeda_sejak if surat else None,
                    surat_jeda_sampai=surat.jeda_sampai if surat and not terbuka else None,
                    berhenti_pada=one.berhenti_pada,
                    talangan_selesai=one.alasan_akhir == TALANGAN_SELESAI,
                    mulai_masa=one.pekerja.mulai_masa,
                    lunas_sampai=one.pekerja.lunas_sampai,
                    masa=hari_terakhir(asn),
                    disebut=one.sementara or one.id in disebut,
                    maks_coba=coba,
                    jatuh_tempo=jadwal_bulan(tempo[one.id]),
                    paket_dikunci=tempo[one.id] in dikunci,
                    baris=tuple(baris[row.id] for row in per_asuhan.get(one.id, ())),
                )
            ),
        )
        for one in tampil
    ]


def _terkait(asuhan: Asuhan, bulan: date) -> bool:
    """Has this sponsorship without a row something to say about the month?"""
    if asuhan.status in _BUKAN or to_local(asuhan.dibuat_pada).date() > akhir_bulan(bulan):
        return False
    if asuhan.status in _SELESAI:
        return asuhan.berhenti_pada is not None and asuhan.berhenti_pada >= bulan
    return True


def _letters(asn: Asn) -> list[SuratKuasa]:
    """Every version of the letter, the newest first."""
    query = select(SuratKuasa).where(SuratKuasa.asn_id == asn.id).order_by(SuratKuasa.urutan_versi.desc())
    return list(db.session.scalars(query))


def _disebut(surat: SuratKuasa | None) -> set[uuid.UUID]:
    """The sponsorships that this letter names."""
    if surat is None:
        return set()
    query = select(SuratPekerja.asuhan_id).where(SuratPekerja.surat_kuasa_id == surat.id)
    return set(db.session.scalars(query))


def _dikunci(bulan: set[date]) -> set[date]:
    """Those of these months whose debit batch takes nothing more."""
    query = select(Paket.periode).where(
        Paket.jenis == JenisPaket.DEBET,
        Paket.periode.in_(bulan),
        Paket.status.not_in((StatusPaket.DISUSUN, StatusPaket.DIBATALKAN, StatusPaket.DITOLAK_BERKAS)),
    )
    return {one for one in db.session.scalars(query) if one is not None}


def _halangan(row: Iuran, asn: Asn, letters: Sequence[SuratKuasa], tempo: date) -> dict[date, AlasanTahan]:
    """For the batches that come: why neither the row's own letter nor the one in force carries it.

    A failed month goes with the newer letter as soon as that one begins (C11).
    """
    hari_ini = today()
    paket = max(tempo, awal_bulan(hari_ini))
    layak = [
        one
        for one in letters
        if one.status in HIDUP
        or (
            one.id == row.surat_kuasa_id
            and one.status is StatusSurat.DIGANTI
            and one.berlaku_sampai is not None
        )
    ]
    found = {}
    for bulan in (paket, tambah_bulan(paket, 1)):
        dates = jadwal_bulan(bulan)
        rencana = dates.ulang if row.status is StatusIuran.GAGAL else dates.debet
        hari = max(rencana, min(hari_ini, akhir_bulan(bulan)))
        if masa_habis(asn, hari) or not layak:
            found[bulan] = AlasanTahan.MANDAT
            continue
        alasan = [halangan(one, bulan, hari) for one in layak]
        if (pertama := alasan[0]) is not None and None not in alasan:
            found[bulan] = pertama
    return found


def _baris(
    rows: Sequence[Iuran], asn: Asn, letters: Sequence[SuratKuasa], tempo: dict[uuid.UUID, date]
) -> dict[uuid.UUID, Baris]:
    ids = [one.id for one in rows]
    langkah: dict[uuid.UUID, list[Langkah]] = {one: [] for one in ids}
    for mesin in (MACHINE, MACHINE_BPJS):
        for step in list_langkah(mesin.nama, ids):
            langkah[step.objek_id].append(Langkah(step.langkah, step.peristiwa, step.pada, step.alasan))
    coba, bayar = _coba(ids), _bayar(rows)
    return {
        one.id: Baris(
            status=one.status,
            status_bpjs=one.status_bpjs,
            jumlah=one.jumlah,
            kredit=one.kredit_dipakai,
            alasan_tahan=one.alasan_tahan,
            kelas_gagal=one.kelas_gagal,
            dibayar_pada=one.dibayar_pada,
            nomor_bukti=one.nomor_bukti,
            tercatat_pada=one.tercatat_pada,
            # Python's sort keeps the order of one axis where two moves were made at one instant.
            langkah=tuple(sorted(langkah[one.id], key=lambda step: step.pada)),
            coba=tuple(coba.get(one.id, ())),
            bayar=bayar.get(one.penerimaan_id) if one.penerimaan_id else None,
            halangan=_halangan(one, asn, letters, tempo[one.asuhan_id]),
        )
        for one in rows
    }


def _coba(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Coba]]:
    query = (
        select(Percobaan, Paket.nomor, Paket.jenis, Paket.periode, PaketUang.tanggal)
        .join(Paket, Paket.id == Percobaan.paket_id)
        .outerjoin(PaketUang, PaketUang.paket_id == Paket.id)
        .where(Percobaan.iuran_id.in_(ids))
        .order_by(Paket.dibuat_pada, Percobaan.ke, Percobaan.id)
    )
    found: dict[uuid.UUID, list[Coba]] = {}
    for row, nomor, jenis, bulan, tanggal in db.session.execute(query):
        found.setdefault(row.iuran_id, []).append(
            Coba(nomor, jenis, tanggal, row.jumlah, row.hasil, row.kode_hasil, bulan)
        )
    return found


def _bayar(rows: Sequence[Iuran]) -> dict[uuid.UUID, Bayar]:
    ids = {one.penerimaan_id for one in rows if one.penerimaan_id}
    if not ids:
        return {}
    return {
        one.id: Bayar(one.saluran, one.bukti, one.tanggal)
        for one in db.session.scalars(select(Penerimaan).where(Penerimaan.id.in_(ids)))
    }
