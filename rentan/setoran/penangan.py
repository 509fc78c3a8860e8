"""The SETOR batch: contributions whose money is in go to BPJS (states.md §5 and §6; P1-P3)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, insert, not_, or_, select, update
from sqlalchemy.exc import IntegrityError

from rentan.autodebet.kait import SETELAH_DEBET_DIBATALKAN
from rentan.core.actor import SISTEM, Pelaku
from rentan.core.errors import NotFound, RuleError
from rentan.core.imports_base import Impor
from rentan.core.massal import chunks
from rentan.core.queue import lapor
from rentan.core.subject import load_deks, reveal, seal_values
from rentan.ext import db
from rentan.iuran import gerak
from rentan.iuran.models import Iuran, Urusan
from rentan.iuran.penyesuaian import sesuaikan_dibayar
from rentan.iuran.status import UANG_MASUK, StatusBpjs
from rentan.paket.models import Paket, PaketUang, Pengecualian
from rentan.paket.penangan import Baris, BerkasPaket, Dikecualikan, Susulan, register
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS
from rentan.setoran.daftar import list_isi, write_berkas
from rentan.setoran.models import BarisSetor
from rentan.setoran.queries import list_calon, pada_harga_lama
from rentan.setoran.status import HasilSetor
from rentan.setoran.urusan import open_unanswered
from rentan.tarif.queries import jadwal_bulan
from rentan.util.nik import mask_nik
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan

H = HasilSetor


class PenanganSetor:
    """Lines are contributions; built by the liaison, approved, paid by the treasurer with its proof (B5)."""

    jenis = JenisPaket.SETOR
    sebutan = "iuran"
    halaman = "setoran.index"

    def isi(self, paket: Paket, *, by: Pelaku) -> int:
        """Every contribution that may be remitted and was not taken out of this batch before (P1)."""
        _with_totals(paket)
        sesuaikan_dibayar()  # what was paid at another price than now is settled before it goes
        known = set(db.session.scalars(select(BarisSetor.iuran_id).where(_of(paket))))
        ready = [one for one in list_calon() if one.alasan is None and one.iuran_id not in known]
        lapor(30)
        held = {one.id: one for one in _hold([one.iuran_id for one in ready])}
        last = db.session.scalar(select(func.max(BarisSetor.urutan)).where(_of(paket))) or 0
        rows = [
            {
                "id": uuid.uuid4(),
                "paket_id": paket.id,
                "iuran_id": one.iuran_id,
                "pekerja_id": one.pekerja_id,
                "urutan": last + number,
                # Under the lock: the price may have changed since the list was read.
                "jumlah": held[one.iuran_id].jumlah,
                "hasil": H.MENUNGGU,
            }
            for number, one in enumerate(ready, 1)
        ]
        if rows:
            _insert(rows)
            lapor(65)
            gerak.masuk_setoran([held[one.iuran_id] for one in ready], by=by)
        return self._count(paket)

    def _count(self, paket: Paket) -> int:
        return db.session.scalar(select(func.count(BarisSetor.id)).where(_of(paket), _inside())) or 0

    def keluarkan(self, paket: Paket, baris_id: uuid.UUID, *, by: Pelaku) -> None:
        """B2, P2: a line leaves together with the later months of its worker, which may not go before it."""
        line = db.session.scalar(
            select(BarisSetor).where(_of(paket), BarisSetor.id == baris_id).with_for_update()
        )
        if line is None:
            raise NotFound
        if line.hasil is not H.MENUNGGU:
            raise RuleError("Baris ini sudah dikeluarkan.", kode="sudah_dikeluarkan")
        query = select(BarisSetor).where(
            _of(paket), BarisSetor.hasil == H.MENUNGGU, BarisSetor.pekerja_id == line.pekerja_id
        )
        together = [one for one in db.session.scalars(query) if one.iuran.periode >= line.iuran.periode]
        self.release(together, by)
        paket.jumlah -= len(together) - 1  # the batch itself counts one

    def release(self, lines: Sequence[BarisSetor], by: Pelaku) -> None:
        """P2: these lines stay as a trace, their contributions are free for the next batch."""
        rows = [
            one
            for one in _hold([line.iuran_id for line in lines])
            if one.status_bpjs is StatusBpjs.DALAM_SETORAN
        ]
        for some in chunks([line.id for line in lines]):
            db.session.execute(update(BarisSetor).where(BarisSetor.id.in_(some)).values(hasil=H.DIKELUARKAN))
        gerak.keluar_setoran(rows, by=by)

    def list_baris(self, paket: Paket, *, sesudah: int, banyak: int) -> list[Baris]:
        """Worker, last digits of the NIK, month and rupiah."""
        query = (
            select(BarisSetor)
            .where(_of(paket), BarisSetor.urutan > sesudah)
            .options(db.joinedload(BarisSetor.iuran).joinedload(Iuran.pekerja))
            .order_by(BarisSetor.urutan)
            .limit(banyak)
        )
        rows = db.session.scalars(query).all()
        load_deks(row.pekerja_id for row in rows)
        return [_shown(row) for row in rows]

    def count_hasil(self, paket: Paket) -> dict[HasilSetor, int]:
        """How many lines stand where."""
        query = select(BarisSetor.hasil, func.count()).where(_of(paket)).group_by(BarisSetor.hasil)
        found = {row[0]: row[1] for row in db.session.execute(query)}
        return {one: found[one] for one in H if one in found}

    def list_dikecualikan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Money that is in and does not go with this batch."""
        taken_out = set(
            db.session.scalars(
                select(BarisSetor.iuran_id).where(_of(paket), BarisSetor.hasil == H.DIKELUARKAN)
            )
        )
        found = []
        for one in list_calon():
            alasan = one.kalimat or (
                "Dikeluarkan dari paket ini; dapat masuk ke paket berikutnya."
                if one.iuran_id in taken_out
                else "Sudah siap; tekan “Tambahkan yang sudah siap”."
            )
            found.append(
                Dikecualikan(one.iuran_id, f"{one.nama}, {format_bulan(one.periode)}", alasan, one.siapa)
            )
            if len(found) == banyak:
                break
        return found

    def list_hambatan(self, paket: Paket, *, banyak: int) -> list[Dikecualikan]:
        """Lines whose money went back, whose worker left or whose price changed since they were put in."""
        return [
            Dikecualikan(row.id, f"{row.nama}, {format_bulan(row.periode)}", _why(row), "")
            for row in db.session.execute(_stopped(paket).limit(banyak))
        ]

    def bekukan(self, paket: Paket, *, by: Pelaku) -> BerkasPaket:
        """B3: seal every line and write BPJS's list, in parts where one file may not hold all rows."""
        if stopped := self.list_hambatan(paket, banyak=1):
            raise RuleError(
                f"{stopped[0].judul}: {stopped[0].alasan} Keluarkan baris itu.", kode="baris_menghalangi"
            )
        lines = list_isi(paket)
        if not lines:
            raise RuleError("Belum ada baris dalam paket ini.", kode="paket_kosong")
        paket.jumlah = len(lines)
        lapor(25)
        sealed = seal_values(
            "baris_setor",
            "isi",
            [(key, who, json.dumps(cells, ensure_ascii=False)) for key, who, cells in lines],
        )
        for some in chunks(list(sealed)):
            db.session.execute(update(BarisSetor), [{"id": key, "isi_enc": sealed[key]} for key in some])
        lapor(65)
        _with_totals(paket).jumlah_rupiah = self.jumlah_rupiah(paket)
        nama = f"setoran-bpjs-{paket.periode:%Y-%m}-{paket.id.hex[:6]}-{paket.urutan_berkas + 1}"
        return write_berkas([cells for _, _, cells in lines], nama)

    def setelah_kunci(self, paket: Paket, *, by: Pelaku) -> None:
        """Nothing moves: a locked list has not been paid."""

    def setelah_kirim(self, paket: Paket, *, by: Pelaku) -> None:
        """B5, P3: paid. Raises ``RuleError`` without the proof, or when a line may not go any more."""
        uang = paket.uang
        if uang is None or uang.nomor_bukti is None:
            raise RuleError(
                "Setoran dicatat dengan nomor bukti, tanggal, dan jumlahnya pada halaman “Catat setoran”.",
                kode="tanpa_bukti",
            )
        rows = _hold(_inside_ids(paket))
        lapor(25)
        if stopped := self.list_hambatan(paket, banyak=1):
            raise RuleError(
                f"Sejak paket ini dikunci, ada iuran yang tidak dapat disetor lagi. {stopped[0].judul}: "
                f"{stopped[0].alasan} Mintalah petugas BPJS membatalkan paket ini dan menyusun yang baru.",
                kode="baris_berubah",
            )
        # What the ledger is about to book is what the file says and the bank is paid for.
        if (len(rows), sum(one.jumlah for one in rows)) != (paket.jumlah, uang.jumlah_rupiah):
            raise RuleError(
                "Sejak paket ini dikunci, ada debet yang dibatalkan bank, sehingga isinya berkurang. "
                "Mintalah petugas BPJS membatalkan paket ini dan menyusun yang baru.",
                kode="baris_berubah",
            )
        lapor(40)
        gerak.setor(rows, tanggal=uang.tanggal, paket_id=paket.id, by=by)

    def setelah_batal(self, paket: Paket, *, by: Pelaku) -> None:
        """B12, P2: free for the next batch."""
        query = select(BarisSetor).where(_of(paket), BarisSetor.hasil == H.MENUNGGU)
        self.release(db.session.scalars(query).all(), by)

    # -- money ----------------------------------------------------------------------------------------------

    def jumlah_rupiah(self, paket: Paket) -> int:
        """The sum of the lines, in whole rupiah."""
        return int(db.session.scalar(select(func.sum(BarisSetor.jumlah)).where(_of(paket), _inside())) or 0)

    def bulan_isi(self, paket: Paket) -> tuple[date, date] | None:
        query = select(func.min(Iuran.periode), func.max(Iuran.periode)).select_from(BarisSetor)
        first, last = db.session.execute(
            query.join(Iuran, Iuran.id == BarisSetor.iuran_id).where(_of(paket), _inside())
        ).one()
        return (first, last) if first else None

    def berhasil_rupiah(self, paket: Paket) -> int:
        """B10: what was paid to BPJS is every line, whatever BPJS answers afterwards."""
        return self.jumlah_rupiah(paket)

    def susulan(self, paket: Paket) -> Susulan:
        """What was paid stays paid; what BPJS gives back is a posting of its own (P6)."""
        return Susulan()

    def penghalang_kunci(self, paket: Paket) -> str | None:
        """Nothing but lines that cannot go; those :meth:`bekukan` names."""
        return None

    def setelah_tolak_berkas(self, paket: Paket, *, by: Pelaku) -> None:
        """B6 is not for a remittance: it is recorded only once it has been paid."""
        raise RuleError(
            "Setoran baru dicatat setelah dibayar, sehingga tidak ditolak sebagai berkas. Penolakan BPJS "
            "dibaca per baris dari berkas iuran tercatat.",
            kode="setoran_dibayar",
        )

    def setelah_perbaiki(self, paket: Paket, *, by: Pelaku) -> None:
        """B7: never reached, see B6."""

    def setelah_lengkap(self, paket: Paket, *, by: Pelaku) -> None:
        """B9: what BPJS did not name stays remitted and becomes somebody's matter."""
        open_unanswered(paket, by=by)

    def list_pembaca(self, paket: Paket) -> set[uuid.UUID]:
        """B11: whoever applied BPJS's record to one of these lines."""
        query = (
            select(Impor.dibuat_oleh)
            .join(BarisSetor, BarisSetor.impor_id == Impor.id)
            .where(_of(paket), Impor.dibuat_oleh.is_not(None))
        )
        return {one for one in db.session.scalars(query.distinct()) if one is not None}

    def count_tanpa_pemilik(self, paket: Paket) -> int:
        """B11: exceptions and matters of these lines that nobody has taken."""
        strays = select(func.count(Pengecualian.id)).where(
            Pengecualian.paket_id == paket.id,
            Pengecualian.selesai_pada.is_(None),
            Pengecualian.pemilik_id.is_(None),
        )
        matters = select(func.count(Urusan.id)).where(
            Urusan.iuran_id.in_(select(BarisSetor.iuran_id).where(_of(paket))),
            Urusan.selesai_pada.is_(None),
            Urusan.pemilik_id.is_(None),
        )
        return (db.session.scalar(strays) or 0) + (db.session.scalar(matters) or 0)


def _with_totals(paket: Paket) -> PaketUang:
    """The batch's money row; its day is the planned one until it is paid."""
    if paket.uang is None:
        paket.uang = PaketUang(paket_id=paket.id, tanggal=jadwal_bulan(paket.periode).setor)
        db.session.flush()
    return paket.uang


def _of(paket: Paket) -> Any:
    return BarisSetor.paket_id == paket.id


def _inside() -> Any:
    return BarisSetor.hasil != H.DIKELUARKAN


def _inside_ids(paket: Paket) -> list[uuid.UUID]:
    return list(db.session.scalars(select(BarisSetor.iuran_id).where(_of(paket), _inside())))


def _hold(iuran_ids: Sequence[uuid.UUID]) -> list[Iuran]:
    """The contributions, locked in the order of their ids."""
    found: list[Iuran] = []
    for some in chunks(sorted(iuran_ids)):
        query = select(Iuran).where(Iuran.id.in_(some)).order_by(Iuran.id).with_for_update()
        found += db.session.scalars(query.execution_options(populate_existing=True))
    return found


def _insert(rows: list[dict[str, Any]]) -> None:
    """Raises ``RuleError`` when another batch takes one of these contributions at the same moment."""
    try:
        with db.session.begin_nested():
            db.session.execute(insert(BarisSetor), rows)
    except IntegrityError:
        raise RuleError(
            "Ada iuran yang baru saja masuk ke paket lain. Muat ulang halaman, lalu susun kembali.",
            kode="dalam_paket",
        ) from None


def _stopped(paket: Paket) -> Select[*tuple[Any, ...]]:
    """Lines that may not go any more."""
    goes = and_(
        Iuran.status.in_(UANG_MASUK),
        Iuran.status_bpjs == StatusBpjs.DALAM_SETORAN,
        Pekerja.status.in_(TERDAFTAR_DI_BPJS),
    )
    inside = select(BarisSetor.iuran_id).where(_of(paket), BarisSetor.hasil == H.MENUNGGU)
    return (
        select(BarisSetor.id, Pekerja.nama, Iuran.periode, Iuran.status, Pekerja.status.label("pekerja"))
        .join(Iuran, Iuran.id == BarisSetor.iuran_id)
        .join(Pekerja, Pekerja.id == BarisSetor.pekerja_id)
        .where(_of(paket), BarisSetor.hasil == H.MENUNGGU, or_(not_(goes), pada_harga_lama(inside)))
        .order_by(BarisSetor.urutan)
    )


def _why(row: Any) -> str:
    if row.status not in UANG_MASUK:
        return "Uangnya tidak lagi ada: debetnya dibatalkan atau dikembalikan."
    if row.pekerja not in TERDAFTAR_DI_BPJS:
        return f"Kepesertaan pekerja: {row.pekerja.label.lower()}."
    return "Harga bulan ini berubah sejak dimasukkan."


def _shown(row: BarisSetor) -> Baris:
    pekerja = row.iuran.pekerja
    nik = mask_nik(reveal(pekerja, "nik") or "", lahir_terlihat=False)
    rincian = f"NIK {nik}, {format_bulan(row.iuran.periode)}, {format_rupiah(row.jumlah)}"
    alasan = row.keterangan or "" if row.hasil is H.DITOLAK else ""
    return Baris(row.id, row.urutan, pekerja.nama, rincian, row.hasil, alasan)


_SETOR = PenanganSetor()
PENANGAN = register(_SETOR)


def _setelah_dibatalkan(rows: Sequence[Iuran], _debet: Paket, _by: Pelaku) -> None:
    """C15, P2: what has not been paid to BPJS yet leaves its list, with the later months of its worker."""
    mulai: dict[uuid.UUID, date] = {}
    for row in rows:
        if row.status_bpjs is StatusBpjs.DALAM_SETORAN:
            mulai[row.pekerja_id] = min(row.periode, mulai.get(row.pekerja_id, row.periode))
    found: list[BarisSetor] = []
    for some in chunks(sorted(mulai)):
        query = (
            select(BarisSetor)
            .join(Iuran, Iuran.id == BarisSetor.iuran_id)
            .options(db.contains_eager(BarisSetor.iuran))
            .where(
                BarisSetor.pekerja_id.in_(some),
                BarisSetor.hasil == H.MENUNGGU,
                Iuran.status_bpjs == StatusBpjs.DALAM_SETORAN,
            )
        )
        found += [one for one in db.session.scalars(query) if one.iuran.periode >= mulai[one.pekerja_id]]
    if found:
        _SETOR.release(found, SISTEM)


SETELAH_DEBET_DIBATALKAN.append(_setelah_dibatalkan)
