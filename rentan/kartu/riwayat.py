"""What each move of a card means, in a sentence; and the card's part in the way of its worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from rentan.asuhan.models import Asuhan
from rentan.core.riwayat import Kalimat, Kejadian, kejadian, list_langkah
from rentan.ext import db
from rentan.kartu.models import Kartu, PenyerahanKartu
from rentan.kartu.status import MACHINE, Penerima

KALIMAT: Kalimat = {
    ("K1", "minta"): "Kartu peserta diminta ke BPJS",
    ("K2", "terbit"): "Nomor kartu peserta terbit",
    ("K3", "cetak"): "Kartu dicetak",
    ("K4", "kirim"): "Kartu dikirim ke kecamatan",
    ("K5", "terima"): "Kartu diterima kecamatan",
    ("K6", "jadwalkan"): "Penyerahan kartu dijadwalkan",
    ("K7", "serahkan"): "Kartu diserahkan",
    ("K8", "tidak_datang"): "Pekerja belum dapat ditemui untuk menerima kartu",
    ("K9", "kembalikan"): "Kartu dikembalikan karena pekerja tidak ditemui",
    ("K10", "kirim_ulang"): "Kartu dikirim ulang ke kecamatan",
    ("K11", "hilang"): "Kartu dilaporkan hilang, kartu pengganti dimintakan",
    ("K11", "rusak"): "Kartu dilaporkan rusak, kartu pengganti dimintakan",
    ("K11", "salah_data"): "Data pada kartu salah, kartu pengganti dimintakan",
    ("K12", "batal"): "Kartu dibatalkan",
    ("K13", "batalkan_serah"): "Catatan penyerahan kartu dibatalkan, kartu masih di kecamatan",
}
PENGGANTI = "Kartu pengganti diminta ke BPJS"
_KEPADA = {
    Penerima.PEKERJA: "Diterima pekerja sendiri. Kartu adalah tanda peserta; perlindungan tidak bergantung "
    "padanya.",
    Penerima.WAKIL: "Diterima wakil pekerja.",
}


def sumber(rows: Sequence[Asuhan]) -> Iterator[tuple[uuid.UUID, Kejadian]]:
    """The moves of every card of these sponsorships, replacements included."""
    kartu = {
        one.id: one
        for one in db.session.scalars(select(Kartu).where(Kartu.asuhan_id.in_([one.id for one in rows])))
    }
    langkah = list_langkah(MACHINE.nama, kartu.keys())
    penyerahan = _penyerahan([one.objek_id for one in langkah if one.langkah == "K7"])
    for one in langkah:
        asuhan_id = kartu[one.objek_id].asuhan_id
        if asuhan_id is None:
            continue
        if one.langkah == "K1" and kartu[one.objek_id].menggantikan_id is not None:
            yield asuhan_id, Kejadian(one.pada, PENGGANTI, one.peran, urut=one.urutan)
            continue
        serah = penyerahan.get(one.objek_id) if one.langkah == "K7" else None
        yield asuhan_id, kejadian(one, KALIMAT, _KEPADA[serah.pop(0)] if serah else "")


def _penyerahan(kartu_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Penerima]]:
    """To whom each card was handed, in the order of its hand-overs (one per K7)."""
    if not kartu_ids:
        return {}
    query = select(PenyerahanKartu.kartu_id, PenyerahanKartu.penerima).where(
        PenyerahanKartu.kartu_id.in_(kartu_ids)
    )
    found: dict[uuid.UUID, list[Penerima]] = {}
    for kartu_id, penerima in db.session.execute(
        query.order_by(PenyerahanKartu.dicatat_pada, PenyerahanKartu.id)
    ):
        found.setdefault(kartu_id, []).append(penerima)
    return found
