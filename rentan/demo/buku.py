"""Rows of the demo city, collected in memory and written set by set; histories that only know legal moves."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from rentan.core.permissions import Peran
from rentan.core.subject import seal_values
from rentan.core.workflow import Machine, Riwayat
from rentan.demo.acak import Acak, Nomor, Waktu
from rentan.ext import Base, db

#: Stands where a request would leave its id.
PERMINTAAN = "demo"


class Buku:
    """What the parts of the city write into, and the numbers that no two people share."""

    def __init__(self, waktu: Waktu) -> None:
        self.waktu = waktu
        self.nomor = Nomor()
        self._baris: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._rahasia: dict[tuple[str, str], list[tuple[uuid.UUID, uuid.UUID, str]]] = defaultdict(list)
        self._status: dict[uuid.UUID, Any] = {}
        self._langkah: dict[uuid.UUID, int] = defaultdict(int)
        self._acak = Acak("riwayat")

    def tambah(self, model: type[Base], **isi: Any) -> dict[str, Any]:
        """One row; it can still be changed until ``simpan``."""
        self._baris[model.__tablename__].append(isi)
        return isi

    def rahasia(
        self, baris: dict[str, Any], model: type[Base], kolom: str, subjek: uuid.UUID, isi: str
    ) -> None:
        """A secret column of a row: sealed with the person's own key when the rows are written."""
        baris[f"{kolom}_enc"] = None
        self._rahasia[model.__tablename__, kolom].append((baris["id"], subjek, isi))

    def rahasia_dari(self, model: type[Base], kolom: str, baris_id: uuid.UUID) -> str:
        """The plain secret of a row that is not written yet."""
        return next(isi for satu, _, isi in self._rahasia[model.__tablename__, kolom] if satu == baris_id)

    def jumlah(self, model: type[Base]) -> int:
        return len(self._baris[model.__tablename__])

    def gerak(
        self,
        mesin: Machine,
        objek_id: uuid.UUID,
        peristiwa: str,
        pada: datetime,
        *,
        oleh: uuid.UUID | None = None,
        peran: Peran | None = None,
        alasan: str | None = None,
    ) -> Any:
        """One move of a machine, with its history row; the state it leads to. Without ``peran``: the system.

        Raises what the machine raises for a move that does not exist from here: the demo city has no history
        that the application would have refused.
        """
        dari = self._status.get(objek_id)
        langkah = mesin.move(peristiwa, dari)
        if (peran is None and not langkah.sistem) or (peran is not None and peran not in langkah.siapa):
            raise LookupError(f"{mesin.nama}: {peristiwa} is not a move of {peran or 'the system'}")
        self._langkah[objek_id] += 1
        self._status[objek_id] = langkah.ke
        self.tambah(
            Riwayat,
            id=self._acak.id(),
            mesin=mesin.nama,
            objek_id=objek_id,
            langkah=langkah.kode,
            peristiwa=peristiwa,
            dari=None if dari is None else dari.value,
            ke=langkah.ke.value,
            pelaku_id=oleh,
            peran="sistem" if peran is None else peran.value,
            pada=pada,
            alasan=alasan,
            dokumen=[],
            permintaan_id=PERMINTAAN,
            urutan=self._langkah[objek_id],
        )
        return langkah.ke

    def simpan(self) -> None:
        """Write everything in the order of the foreign keys; the caller commits."""
        for (nama_tabel, kolom), isi in self._rahasia.items():
            tersegel = seal_values(nama_tabel, kolom, isi)
            for baris in self._baris[nama_tabel]:
                if baris["id"] in tersegel:
                    baris[f"{kolom}_enc"] = tersegel[baris["id"]]
        for tabel in Base.metadata.sorted_tables:
            isi_tabel = self._baris.get(tabel.name)
            if not isi_tabel:
                continue
            # One statement per table: every row names the same columns.
            semua_kolom = sorted({nama for satu in isi_tabel for nama in satu})
            lengkap = [{nama: satu.get(nama) for nama in semua_kolom} for satu in isi_tabel]
            db.session.execute(insert(tabel), lengkap)
        self._baris.clear()
        self._rahasia.clear()
