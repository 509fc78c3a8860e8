"""The way of one sponsorship in sentences, made from its history rows: it cannot disagree with them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS, MACHINE, StatusAsuhan
from rentan.core.workflow import Riwayat
from rentan.ext import db
from rentan.pekerja.status import StatusPekerja
from rentan.tarif.queries import hari_debet
from rentan.util.tanggal import format_hari, format_tanggal, format_waktu

_LANGKAH = {
    "A1": "Dipegang dari daftar calon",
    "A2": "Masa pegang diperpanjang",
    "A3": "Masa pegang lewat, pekerja kembali ke daftar calon",
    "A4": "Diusulkan sebagai pekerja asuhan",
    "A15": "Dibatalkan",
}

_LABEL = {one.value: one.label for one in StatusAsuhan}
_KALIMAT = {
    StatusAsuhan.DIUSULKAN: "Pekerja tercatat untuk Anda. Verifikator memeriksanya setelah surat kuasa Anda "
    "terkirim.",
    StatusAsuhan.MENUNGGU_MANDAT: "Pekerja memenuhi syarat. Iuran menunggu surat kuasa Anda berlaku.",
    StatusAsuhan.SIAP: "Siap didebit pada hari debet berikutnya.",
    StatusAsuhan.AKTIF: "Iuran pertama sudah tercatat.",
    StatusAsuhan.DIJEDA: "Dijeda; tidak ada potongan selama jeda.",
    StatusAsuhan.MENCARI_PENGGANTI: "Anda berhenti; kami mencarikan pengganti bagi pekerja ini.",
    StatusAsuhan.DIALIHKAN: "Dilanjutkan oleh ASN lain.",
    StatusAsuhan.BERAKHIR: "Sudah berakhir; tidak ada potongan untuk pekerja ini.",
    StatusAsuhan.DITOLAK: "Tidak dapat dilanjutkan. Anda dapat memilih pekerja lain dari daftar calon.",
    StatusAsuhan.KEDALUWARSA: "Masa pegang sudah lewat; pekerja kembali ke daftar calon.",
}


def kalimat(asuhan: Asuhan) -> str:
    """The present state in a sentence: what it means and what comes next."""
    if asuhan.status is StatusAsuhan.DITAHAN and asuhan.ditahan_sampai is not None:
        return (
            f"Anda memegang pekerja ini sampai {format_hari(asuhan.ditahan_sampai)}. Masukkan ke pendaftaran "
            "sebelum hari itu berakhir; sesudahnya pekerja kembali ke daftar calon."
        )
    if asuhan.status in DIUSULKAN_KE_ATAS and asuhan.pekerja.status is StatusPekerja.DUGA_DUPLIKAT:
        return "Data pekerja ini sedang diperiksa verifikator. Anda tidak perlu melakukan apa pun."
    return _KALIMAT[asuhan.status]


def list_peristiwa(rows: Iterable[Asuhan]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """The timeline of each sponsorship for ``components/garis_waktu.html``; one query for all of them."""
    by_id = {one.id: one for one in rows}
    found: dict[uuid.UUID, list[dict[str, Any]]] = {one: [] for one in by_id}
    query = select(Riwayat).where(Riwayat.mesin == MACHINE.nama, Riwayat.objek_id.in_(list(by_id)))
    for step in db.session.scalars(query.order_by(Riwayat.objek_id, Riwayat.urutan)):
        judul = _LANGKAH.get(step.langkah, _LABEL[step.ke])
        found[step.objek_id].append({"judul": judul, "waktu": format_waktu(step.pada)})
    for asuhan_id, asuhan in by_id.items():
        found[asuhan_id] += _next(asuhan)
    return found


def _next(asuhan: Asuhan) -> list[dict[str, Any]]:
    """What comes, as far as it is known."""
    if asuhan.status is StatusAsuhan.DITAHAN and asuhan.ditahan_sampai is not None:
        return [
            {
                "judul": "Hari terakhir masa pegang",
                "waktu": format_tanggal(asuhan.ditahan_sampai),
                "keadaan": "nanti",
            }
        ]
    if asuhan.status in DIUSULKAN_KE_ATAS and asuhan.bulan_pertama is not None:
        return [
            {
                "judul": "Debet pertama paling cepat",
                "waktu": format_tanggal(hari_debet(asuhan.bulan_pertama)),
                "keadaan": "nanti",
                "isi": "Bila berkas Anda sudah disetujui sebelum batas berkas bulan itu.",
            }
        ]
    return []
