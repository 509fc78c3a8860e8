"""Months that were paid at another price than the tariff has now (product.md §3 "nothing … silently").

Cheaper: the difference is carried over for the sponsorship and used first next time. Dearer: what is carried
over pays the rest, otherwise it becomes a matter for the treasurer. What BPJS has already is not touched; a
difference there is owed by BPJS and somebody asks for it. Months that have not left are priced anew by the
schedule itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from rentan.core.actor import SISTEM, Pelaku
from rentan.core.clock import today
from rentan.core.massal import chunks, set_many
from rentan.core.permissions import Peran
from rentan.core.queue import task
from rentan.ext import db
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal, Sisi
from rentan.iuran.kredit import kunci_asuhan, kurangi_kredit
from rentan.iuran.models import Entri, Iuran, Jurnal, Urusan
from rentan.iuran.pemberitahuan import umumkan_tarif
from rentan.iuran.potret import potret_harga
from rentan.iuran.status import UANG_MASUK, JenisUrusan, StatusBpjs
from rentan.iuran.tagihan import periksa_semua
from rentan.iuran.urusan import UrusanBaru, buka_banyak, tutup_untuk
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan

#: Months back that a late success may still be in.
MUNDUR = 2
_SUDAH = (StatusBpjs.DISETOR, StatusBpjs.TERCATAT)


@dataclass(frozen=True)
class Selisih:
    """A paid month and what it costs now; ``beda`` is negative when it has become cheaper."""

    row: Iuran
    beda: int


def sesuaikan_dibayar(hari: date | None = None) -> int:
    """Job "sesuaikan-tarif": settle the paid months whose price differs; how many something was done about.

    A second run finds them settled.
    """
    hari = hari or today()
    found = _list_selisih(tambah_bulan(awal_bulan(hari), -MUNDUR))
    belum = [one for one in found if one.row.status_bpjs is StatusBpjs.BELUM]
    sudah = [one for one in found if one.row.status_bpjs in _SUDAH and one.beda < 0]
    banyak = _turun([one for one in belum if one.beda < 0], hari)
    banyak += _naik([one for one in belum if one.beda > 0], hari)
    banyak += _tagih_bpjs(sudah, hari)
    tutup_lunas()
    return banyak


@task("akibat-tarif")
def carry_out(bulan: str) -> None:
    """After a confirmed change from the month ``bulan`` (ISO) on: notices, paid months, what is scheduled."""
    mulai = date.fromisoformat(bulan)
    umumkan_tarif(mulai, perbarui=True)
    sesuaikan_dibayar()
    periksa_semua()


def _list_selisih(sejak: date) -> list[Selisih]:
    """Paid months since then at another price, locked after their sponsorships (whose credit they use).

    Kinds first, since a few dozen describe them all.
    """
    kind = (Iuran.periode, Iuran.penghasilan, Iuran.program, Iuran.sektor, Iuran.jumlah)
    kinds = db.session.execute(
        select(*kind).where(Iuran.periode >= sejak, Iuran.status.in_(UANG_MASUK)).distinct()
    ).all()
    beda = {
        tuple(one): potret_harga(one.periode, one.penghasilan, one.program, one.sektor)["jumlah"] - one.jumlah
        for one in kinds
    }
    lain = sorted(key for key, n in beda.items() if n)
    syarat = [
        and_(
            or_(*(and_(*(a == b for a, b in zip(kind, key, strict=True))) for key in some)),
            Iuran.status.in_(UANG_MASUK),
        )
        for some in chunks(lain, 50)
    ]
    kunci_asuhan([key for one in syarat for key in db.session.scalars(select(Iuran.asuhan_id).where(one))])
    found = []
    for one in syarat:
        query = select(Iuran).where(one).order_by(Iuran.id).with_for_update()
        for row in db.session.scalars(query.execution_options(populate_existing=True)):
            key = (row.periode, row.penghasilan, row.program, row.sektor, row.jumlah)
            found.append(Selisih(row, beda[key]))
    return found


def _turun(items: Sequence[Selisih], hari: date) -> int:
    """The difference becomes credit of the sponsorship, and BPJS gets the new price.

    Credit that had paid a part comes back first, so that the bill stays what the bank or the cash brought: a
    refund or a late reversal is about that money.
    """
    lepas = {one.row.id: min(one.row.kredit_dipakai, -one.beda) for one in items}
    rows = [one.row for one in items]
    kredit = {row.id: row.kredit_dipakai - lepas[row.id] for row in rows}
    kurangi_kredit(rows, kredit, tanggal=hari)
    _potret(rows, kredit)
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.KELEBIHAN,
                hari,
                AkunBuku.TITIPAN_IURAN,
                AkunBuku.KREDIT_DONATUR,
                -one.beda - lepas[one.row.id],
                asuhan_id=one.row.asuhan_id,
                iuran_id=one.row.id,
            )
            for one in items
            if -one.beda > lepas[one.row.id]
        ],
        by=SISTEM,
    )
    return len(items)


def _naik(items: Sequence[Selisih], hari: date) -> int:
    """What is carried over pays the rest; without enough of it the treasurer asks for it, once."""
    if not items:
        return 0
    keys = sorted({one.row.asuhan_id for one in items})
    saldo = buku.saldo_kredit(keys)
    lunas = []
    kurang = []
    for one in sorted(items, key=lambda one: (one.row.asuhan_id, one.row.periode)):
        if saldo.get(one.row.asuhan_id, 0) >= one.beda:
            saldo[one.row.asuhan_id] -= one.beda
            lunas.append(one)
        else:
            kurang.append(one)
    _bayar_dari_kredit(lunas, hari)
    ditanya = _sudah_ditanya(keys)
    baru = [_urusan_kurang(one) for one in kurang]
    return len(lunas) + buka_banyak([one for one in baru if (one.iuran_id, one.keterangan) not in ditanya])


def bayar_selisih(rows: Sequence[Iuran], hari: date) -> None:
    """What has been carried over just now pays what these paid months have become dearer by.

    Sponsorships and rows are locked by the caller, who has seen that the balance is enough.
    """
    _bayar_dari_kredit([Selisih(row, beda) for row in rows if (beda := selisih_harga(row)) > 0], hari)


def _bayar_dari_kredit(items: Sequence[Selisih], hari: date) -> None:
    _potret([one.row for one in items], {one.row.id: one.row.kredit_dipakai + one.beda for one in items})
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.PAKAI_KREDIT,
                hari,
                AkunBuku.KREDIT_DONATUR,
                AkunBuku.TITIPAN_IURAN,
                one.beda,
                asuhan_id=one.row.asuhan_id,
                iuran_id=one.row.id,
            )
            for one in items
        ],
        by=SISTEM,
    )


def selisih_harga(row: Iuran) -> int:
    """What this month costs now more (less: negative) than it was priced at, in whole rupiah."""
    harga = potret_harga(row.periode, row.penghasilan, row.program, row.sektor)
    return int(harga["jumlah"]) - row.jumlah


def tutup_lunas(asuhan_ids: Collection[uuid.UUID] | None = None, *, by: Pelaku = SISTEM) -> None:
    """Close the matters about missing money where none is missing any more; of these sponsorships, or all."""
    query = select(Urusan).where(Urusan.jenis == JenisUrusan.KURANG_BAYAR, Urusan.selesai_pada.is_(None))
    if asuhan_ids is not None:
        query = query.where(Urusan.asuhan_id.in_(asuhan_ids))
    terbuka = db.session.scalars(query.options(db.joinedload(Urusan.iuran)).order_by(Urusan.id)).all()
    saldo = buku.saldo_kredit({one.asuhan_id for one in terbuka})
    lunas = [
        one.iuran.id
        for one in terbuka
        if one.iuran is not None and _lunas(one.iuran) and saldo.get(one.asuhan_id, 0) >= 0
    ]
    tutup_untuk(JenisUrusan.KURANG_BAYAR, lunas, catatan="Tidak ada lagi yang kurang.", by=by)


def _lunas(row: Iuran) -> bool:
    """Paid at its price, recorded by BPJS at another one, or asked for anew as a whole?"""
    berdiri = row.status in UANG_MASUK and row.status_bpjs is not StatusBpjs.TERCATAT
    return not berdiri or selisih_harga(row) <= 0


def _urusan_kurang(one: Selisih) -> UrusanBaru:
    row = one.row
    return UrusanBaru(
        JenisUrusan.KURANG_BAYAR,
        row.asuhan_id,
        row.periode,
        f"Iuran {format_bulan(row.periode)} sudah dibayar {format_rupiah(row.jumlah)}, tetapi tarifnya kini "
        f"{format_rupiah(row.jumlah + one.beda)}. Mintalah kekurangan {format_rupiah(one.beda)} kepada "
        "donatur dan catat sebagai penerimaan.",
        Peran.BENDAHARA,
        row.id,
    )


def _tagih_bpjs(items: Sequence[Selisih], hari: date) -> int:
    """BPJS has more than the price: the donor is credited now, and somebody asks BPJS for it."""
    posted = _sudah_ditagih([one.row.id for one in items])
    fresh = [(one.row, -one.beda - posted.get(one.row.id, 0)) for one in items]
    fresh = [(row, n) for row, n in fresh if n > 0]
    buku.catat(
        [
            buku.Posting.dua_sisi(
                JenisJurnal.KELEBIHAN,
                hari,
                AkunBuku.PIUTANG_BPJS,
                AkunBuku.KREDIT_DONATUR,
                n,
                asuhan_id=row.asuhan_id,
                iuran_id=row.id,
            )
            for row, n in fresh
        ],
        by=SISTEM,
    )
    buka_banyak(
        [
            UrusanBaru(
                JenisUrusan.PENGEMBALIAN,
                row.asuhan_id,
                row.periode,
                f"Iuran {format_bulan(row.periode)} sudah disetor, tetapi tarifnya kini lebih rendah. "
                f"Mintalah {format_rupiah(n)} kembali dari BPJS atau perhitungkan pada setoran berikutnya; "
                "donatur sudah menerima kelebihannya sebagai kredit.",
                Peran.PETUGAS_BPJS,
                row.id,
            )
            for row, n in fresh
        ]
    )
    return len(fresh)


def _sudah_ditagih(iuran_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    dibalik = select(Jurnal.membalik_id).where(Jurnal.membalik_id.is_not(None))
    found: dict[uuid.UUID, int] = {}
    for some in chunks(sorted(iuran_ids)):
        query = (
            select(Jurnal.iuran_id, func.sum(Entri.jumlah).label("n"))
            .join(Entri, Entri.jurnal_id == Jurnal.id)
            .where(
                Jurnal.iuran_id.in_(some),
                Jurnal.jenis == JenisJurnal.KELEBIHAN,
                Jurnal.id.not_in(dibalik),
                Entri.akun == AkunBuku.PIUTANG_BPJS,
                Entri.sisi == Sisi.D,
            )
            .group_by(Jurnal.iuran_id)
        )
        found |= {row.iuran_id: int(row.n) for row in db.session.execute(query)}
    return found


def _sudah_ditanya(asuhan_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID | None, str]]:
    """Also the closed ones: what somebody has decided is not asked again, unless for another amount."""
    found: set[tuple[uuid.UUID | None, str]] = set()
    for some in chunks(sorted(asuhan_ids)):
        query = select(Urusan.iuran_id, Urusan.keterangan).where(
            Urusan.jenis == JenisUrusan.KURANG_BAYAR, Urusan.asuhan_id.in_(some)
        )
        found |= {(row.iuran_id, row.keterangan) for row in db.session.execute(query)}
    return found


def _potret(rows: Sequence[Iuran], kredit: Mapping[uuid.UUID, int]) -> None:
    """The price of now, and what credit pays of it (by row id)."""
    kolom = ("jumlah", "jkk", "jkm", "jht", "tarif_kelas_id")
    values = {}
    for row in rows:
        harga = potret_harga(row.periode, row.penghasilan, row.program, row.sektor)
        values[row.id] = {name: harga[name] for name in kolom} | {"kredit_dipakai": kredit[row.id]}
    set_many(rows, values)
