"""Step 2 of a sign-up: workers come in, are corrected, and leave."""

from __future__ import annotations

import uuid
from datetime import date

from rentan.asuhan import actions as asuhan_actions
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import NotFound, RuleError
from rentan.core.subject import reveal, seal
from rentan.core.workflow import check_version
from rentan.pekerja.actions import DataPekerja, beri_tahu, catat_pekerja
from rentan.pekerja.models import Pekerja
from rentan.pekerja.queries import lahir_sesudah
from rentan.pekerja.status import AsalPekerja
from rentan.pendaftaran.queries import Keadaan, load_keadaan
from rentan.pendaftaran.simpan import change_draf, settle
from rentan.surat_kuasa import actions as surat_actions
from rentan.util.nama import nama_inti
from rentan.util.tanggal import format_tanggal
from rentan.wilayah.queries import find_kelurahan


def add_pekerja(
    keadaan: Keadaan,
    data: DataPekerja,
    *,
    diberi_tahu_pada: date,
    alasan_peringatan: str | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> Asuhan:
    """Step 2: a typed worker becomes a sponsorship at once (A4), so that nobody else can take him meanwhile.

    Raises ``RuleError`` with the codes of ``catat_pekerja``, ``usulkan``, ``start_pendaftaran``,
    ``perlu_cetak_ulang``.
    """
    draf = change_draf(keadaan, cetak_ulang, by)
    pekerja = catat_pekerja(
        data,
        asal=AsalPekerja.ASN,
        diberi_tahu_pada=diberi_tahu_pada,
        alasan_peringatan=alasan_peringatan,
        by=by,
    )
    row = _propose(keadaan, pekerja, by)
    settle(draf, by)
    return row


def get_held(keadaan: Keadaan, asuhan_id: uuid.UUID) -> Asuhan:
    """A worker whom this donor holds; raises ``NotFound`` for every other one."""
    held = next((one for one in keadaan.ditahan if one.id == asuhan_id), None)
    if held is None:
        raise NotFound
    return held


def take_pekerja(
    keadaan: Keadaan,
    asuhan_id: uuid.UUID,
    *,
    diberi_tahu_pada: date | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> Asuhan:
    """Step 2: a worker held from the pool (or an accepted offer) comes into the sign-up (A4).

    ``diberi_tahu_pada`` is needed for a worker whom nobody has told yet about the use of the own data.
    Raises ``NotFound`` for a hold that is not (or no longer) one's own, ``RuleError`` as ``add_pekerja``,
    and ``pemberitahuan``.
    """
    held = get_held(keadaan, asuhan_id)
    draf = change_draf(keadaan, cetak_ulang, by)
    beri_tahu(held.pekerja, diberi_tahu_pada, by=by)
    row = _propose(keadaan, held.pekerja, by)
    settle(draf, by)
    return row


def _propose(keadaan: Keadaan, pekerja: Pekerja, by: Pelaku) -> Asuhan:
    if pekerja.tanggal_lahir <= lahir_sesudah(keadaan.debet_pertama):
        raise RuleError(
            f"Pekerja ini melewati batas usia pada debet pertama, {format_tanggal(keadaan.debet_pertama)}. "
            "Pilih bulan pertama yang lebih awal atau pekerja lain dari daftar calon.",
            "tanggal_lahir",
            kode="terlalu_tua",
        )
    return asuhan_actions.usulkan(
        keadaan.asn,
        pekerja,
        program=keadaan.program,
        penghasilan=keadaan.penghasilan,
        periode=keadaan.periode,
        bulan_pertama=keadaan.bulan_pertama,
        by=by,
    )


def get_own(keadaan: Keadaan, asuhan_id: uuid.UUID) -> Asuhan:
    """A worker of this sign-up that may still be changed; raises ``NotFound`` for every other one."""
    for one in keadaan.pekerja:
        if one.id == asuhan_id and one.status is StatusAsuhan.DIUSULKAN:
            return one
    raise NotFound


def may_edit(asuhan: Asuhan, by: Pelaku) -> bool:
    """Only what the donor typed may be retyped; a worker from the pool belongs to whoever proposed him."""
    pekerja = asuhan.pekerja
    return pekerja.asal is AsalPekerja.ASN and pekerja.dicatat_oleh == by.akun_id


def edit_pekerja(
    keadaan: Keadaan,
    asuhan_id: uuid.UUID,
    data: DataPekerja,
    *,
    versi: int | None,
    cetak_ulang: bool,
    by: Pelaku,
) -> Asuhan:
    """Correct a typed worker's data; NIK, birth date and sex stay (another NIK is another person).

    Raises ``NotFound``, ``Stale``, ``RuleError`` (``bukan_ketikan_anda``, ``kelurahan``).
    """
    row = get_own(keadaan, asuhan_id)
    pekerja = row.pekerja
    if not may_edit(row, by):
        raise RuleError(
            "Data pekerja ini berasal dari daftar calon. Bila keliru, sampaikan kepada petugas kecamatan.",
            kode="bukan_ketikan_anda",
        )
    if find_kelurahan(data.kelurahan_kode) is None:
        raise RuleError("Pilih kelurahan dari daftar.", "kelurahan", kode="kelurahan")
    check_version(pekerja, versi)
    draf = change_draf(keadaan, cetak_ulang, by)
    pekerja.nama, pekerja.nama_inti = data.nama, nama_inti(data.nama)
    pekerja.pekerjaan, pekerja.sektor, pekerja.lokasi_kerja = data.pekerjaan, data.sektor, data.lokasi_kerja
    pekerja.alamat, pekerja.kelurahan_kode = data.alamat, data.kelurahan_kode
    if reveal(pekerja, "hp") != data.hp:
        seal(pekerja, "hp", data.hp)
    record(Peristiwa.PEKERJA_DIUBAH, by=by, objek=pekerja)
    settle(draf, by)
    return row


def remove_pekerja(
    keadaan: Keadaan, asuhan_id: uuid.UUID, *, versi: int | None, cetak_ulang: bool, by: Pelaku
) -> None:
    """Take a worker out of the sign-up (A15): free for others at once, no reason asked."""
    row = get_own(keadaan, asuhan_id)
    draf = change_draf(keadaan, cetak_ulang, by)
    # The letter lets go of the worker first: its list may only name open sponsorships.
    surat = load_keadaan(seen_by=by).surat
    if surat is not None:
        surat_actions.sinkronkan_pekerja(surat, [one for one in keadaan.pekerja if one.id != row.id], by=by)
    asuhan_actions.batal(row, by=by, versi=versi)
    settle(draf, by)
