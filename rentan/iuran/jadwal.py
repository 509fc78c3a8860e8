"""C1: which contributions a day asks for. One row per sponsorship and month, made once, set-based.

The job may run on any day, twice, or twice at once: what is there already stays as it is, because the keys
(sponsorship, month) and (worker, month) are the database's. A month that somebody wrote off or refunded is
not asked for again from the same donor; one that fell away with a donor who stopped (``gugur``) is, when he
comes back.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from rentan.asn.masa import hari_terakhir
from rentan.asn.models import Asn
from rentan.asuhan.garis import bulan_terakhir
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import now, today
from rentan.core.errors import RuleError
from rentan.core.massal import chunks
from rentan.core.subject import seal_values
from rentan.core.workflow import Riwayat, advance_new
from rentan.ext import db
from rentan.iuran.bulan import list_bulan_ditutup
from rentan.iuran.gugur import gugurkan, muat_terkunci
from rentan.iuran.kredit import pakai_kredit
from rentan.iuran.models import TERAMBIL, Iuran
from rentan.iuran.potret import buka_rekening, hari_potret, penempatan_pada, potret_harga
from rentan.iuran.status import GUGUR, MACHINE, KelasGagal, StatusBpjs, StatusIuran
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.surat_kuasa.status import HIDUP
from rentan.tarif.queries import bulan_pertama, hari_debet, jadwal_bulan
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan

#: Months back that are still asked for while the worker is in his grace (C1).
MUNDUR = 2
TENGGANG = (StatusPekerja.TENGGANG_1, StatusPekerja.TENGGANG_2)
_TABEL: Table = Iuran.__table__  # type: ignore[assignment]

#: A failed debit of a donor who has stopped; nothing of it went to BPJS, and the bank does not contradict it
#: (``hentikan``: a person has to find out whether the money was taken after all).
_LEPAS = and_(
    Iuran.status == StatusIuran.GAGAL,
    Iuran.kelas_gagal != KelasGagal.HENTIKAN,
    Iuran.status_bpjs == StatusBpjs.BELUM,
    Iuran.asuhan_id.in_(select(Asuhan.id).where(Asuhan.status.not_in(TERBUKA))),
)

Calon = Row[Any]
Pasangan = tuple[Calon, date]


def jadwalkan(hari: date | None = None) -> int:
    """Job "jadwalkan-iuran": make the contributions that ``hari`` (default: today) asks for; how many."""
    hari = hari or today()
    db.session.flush()
    _tarik_mundur(hari)
    bulan = bulan_terbuka(hari)
    if not bulan:
        return 0
    calon = list(db.session.execute(_calon()))
    pairs = list(_perlu(calon, bulan, hari))
    return _buat(pairs, hari)


def jadwalkan_asuhan(asuhan: Asuhan, bulan: Iterable[date], hari: date | None = None) -> list[Iuran]:
    """The rows of these months of one sponsorship, made where they are missing: for money that came in.

    For prepayments in cash or by transfer, with or without a letter (C1 "or prepaid"). Answers the standing
    rows of the months, oldest first; a month that another donor of the worker pays is not among them.
    Raises ``RuleError`` for a month that is closed.
    """
    hari = hari or today()
    months = sorted({awal_bulan(one) for one in bulan})
    db.session.flush()
    calon = db.session.execute(_calon(asuhan.id)).one()
    ada = _sudah_ada([asuhan.pekerja_id], months[0])
    pairs = [(calon, one) for one in months if (calon.pekerja_id, one) not in ada]
    if tutup := list_bulan_ditutup(one for _, one in pairs):
        raise RuleError(
            f"{format_bulan(min(tutup))} sudah ditutup, sehingga iurannya tidak dapat dibuat lagi.",
            kode="bulan_ditutup",
        )
    _buat(pairs, hari)
    query = select(Iuran).where(
        Iuran.asuhan_id == asuhan.id, Iuran.periode.in_(months), Iuran.status.not_in(GUGUR)
    )
    return list(db.session.scalars(query.order_by(Iuran.periode)))


def bulan_terbuka(hari: date) -> list[date]:
    """The running month and the next one, as far as their candidate day has come."""
    kini = awal_bulan(hari)
    return [one for one in (kini, tambah_bulan(kini, 1)) if jadwal_bulan(one).kandidat <= hari]


def awal_blok(bulan: date, pertama: date | None, periode: int) -> date:
    """The first month of the prepaid block of ``periode`` months, counted from ``pertama``, around ``bulan``.

    A month before ``pertama`` (it came later than planned) and a sponsorship paid month by month are blocks
    of their own.
    """
    if periode == 1 or pertama is None or bulan < pertama:
        return bulan
    selisih = (bulan.year - pertama.year) * 12 + bulan.month - pertama.month
    return tambah_bulan(awal_bulan(pertama), selisih - selisih % periode)


# -- which ---------------------------------------------------------------------------------------------------


def _calon(asuhan_id: uuid.UUID | None = None) -> Any:
    """The sponsorships that can be asked for money, with letter and worker; or the one named."""
    query = select(
        Asuhan.id,
        Asuhan.asn_id,
        Asuhan.pekerja_id,
        Asuhan.program,
        Asuhan.penghasilan,
        Asuhan.periode,
        Asuhan.bulan_pertama,
        Asuhan.sampai,
        Pekerja.sektor,
        Pekerja.status.label("status_pekerja"),
        Pekerja.lunas_sampai,
        Asn.akhir_kontrak,
        Asn.tmt_pensiun,
        SuratKuasa.id.label("surat_id"),
        SuratKuasa.bulan_pertama.label("bulan_surat"),
        SuratKuasa.rekening_enc,
        SuratKuasa.nama_rekening,
    )
    query = query.join(Pekerja, Pekerja.id == Asuhan.pekerja_id).join(Asn, Asn.id == Asuhan.asn_id)
    hidup = and_(SuratKuasa.asn_id == Asuhan.asn_id, SuratKuasa.status.in_(HIDUP))
    if asuhan_id is not None:
        return query.join(SuratKuasa, hidup, isouter=True).where(Asuhan.id == asuhan_id)
    disebut = select(SuratPekerja.id).where(
        SuratPekerja.surat_kuasa_id == SuratKuasa.id, SuratPekerja.asuhan_id == Asuhan.id
    )
    return (
        query.join(SuratKuasa, hidup)
        .where(
            Asuhan.status.in_((StatusAsuhan.SIAP, StatusAsuhan.AKTIF)),
            # A letter is for the workers whom it names (one who is prepaid may stand in none); a stand-in's
            # consent is the loan.
            or_(Asuhan.sementara, disebut.exists()),
            # A lapsed worker is registered anew first (W16): nothing is collected meanwhile.
            Pekerja.status.in_(TERDAFTAR_DI_BPJS),
        )
        .order_by(Asuhan.id)
    )


def _perlu(calon: Sequence[Calon], bulan: Sequence[date], hari: date) -> Iterator[Pasangan]:
    kini = awal_bulan(hari)
    mundur = [tambah_bulan(kini, -n) for n in range(MUNDUR, 0, -1)]
    dini = bulan_pertama(hari)
    ada = _sudah_ada(None, mundur[0])
    putus = _ditutup(mundur[0])
    tutup = list_bulan_ditutup([*mundur, *bulan])
    for one in calon:
        months = [*mundur, *bulan] if one.status_pekerja in TENGGANG else bulan
        for satu in _blok(one, months, dini):
            baru = (one.pekerja_id, satu) not in ada and (one.id, satu) not in putus
            if baru and satu not in tutup:
                yield one, satu


def _blok(one: Calon, months: Sequence[date], dini: date) -> list[date]:
    """These months and the rest of their prepaid blocks, within what this sponsorship pays."""
    pertama = mulai_dari(one, dini)
    found: dict[date, None] = {}
    for bulan in months:
        if bulan < pertama:
            continue
        akhir = tambah_bulan(awal_blok(bulan, pertama, one.periode), one.periode - 1)
        while bulan <= akhir:
            found[bulan] = None
            bulan = tambah_bulan(bulan, 1)
    masa = hari_terakhir(one)
    return [
        bulan
        for bulan in found
        if (one.sampai is None or bulan <= one.sampai)
        # The letter ends with the pension or the contract (M21): nothing is debited after that.
        and (masa is None or hari_debet(bulan) <= masa)
        # BPJS has that month already, whoever paid it.
        and (one.lunas_sampai is None or bulan > one.lunas_sampai)
    ]


def mulai_dari(one: Any, dini: date) -> date:
    """The first month of a sponsorship; when it is not fixed yet, the letter's and not before ``dini``."""
    if one.bulan_pertama is not None:
        return awal_bulan(one.bulan_pertama)
    return max(dini, awal_bulan(one.bulan_surat)) if one.bulan_surat else dini


def _sudah_ada(pekerja_ids: Collection[uuid.UUID] | None, sejak: date) -> set[tuple[uuid.UUID, date]]:
    """(worker, month) pairs that a standing contribution takes; those that give way are not among them."""
    query = select(Iuran.pekerja_id, Iuran.periode).where(Iuran.periode >= sejak, TERAMBIL, ~_LEPAS)
    if pekerja_ids is not None:
        query = query.where(Iuran.pekerja_id.in_(pekerja_ids))
    return {(row.pekerja_id, row.periode) for row in db.session.execute(query)}


def _mengalah(pairs: Sequence[Pasangan]) -> None:
    """Failed debits of donors who stopped give way to the successor who is scheduled for their month."""
    wanted = {(one.pekerja_id, bulan) for one, bulan in pairs}
    query = select(Iuran.asuhan_id, Iuran.pekerja_id, Iuran.periode).where(_LEPAS)
    over = {row.asuhan_id for row in db.session.execute(query) if (row.pekerja_id, row.periode) in wanted}
    rows = muat_terkunci(over, (StatusIuran.GAGAL,))
    lepas = [row for row in rows if row.kelas_gagal is not KelasGagal.HENTIKAN]
    gugurkan([row for row in lepas if (row.pekerja_id, row.periode) in wanted])


def _tarik_mundur(hari: date) -> None:
    """A11, no gap: the last month of the donor before, counted as paid or on its way when the successor took
    over, has failed or fallen away after all: it is the successor's first month.

    A stand-in has agreed to so many months and not to one more: his last month moves with the first, and only
    while the debit of the new last month lies ahead.
    """
    lama = aliased(Asuhan)
    gugur = and_(
        Iuran.status.in_(GUGUR),
        Iuran.periode >= tambah_bulan(awal_bulan(hari), -MUNDUR),
        ~TERAMBIL,
        ~_pernah("hapuskan"),
    )
    query = (
        select(Asuhan, Iuran.periode, Iuran.status)
        .join(lama, lama.garis_asuh_id == Asuhan.garis_asuh_id)
        .join(Iuran, Iuran.asuhan_id == lama.id)
        .where(
            or_(_LEPAS, gugur),
            lama.id != Asuhan.id,
            Asuhan.status.in_(TERBUKA),
            Asuhan.bulan_pertama > Iuran.periode,
        )
        .order_by(Asuhan.id, Iuran.periode.desc())
    )
    for asuhan, periode, status in db.session.execute(query).all():
        if asuhan.bulan_pertama != tambah_bulan(periode, 1):
            continue
        sampai = tambah_bulan(asuhan.sampai, -1) if asuhan.sementara and asuhan.sampai else None
        if sampai is not None and sampai < bulan_pertama(hari):
            continue
        if status is StatusIuran.GAGAL or _menyisakan_sela(asuhan, periode):
            asuhan.bulan_pertama, asuhan.sampai = periode, sampai or asuhan.sampai
    db.session.flush()


def _menyisakan_sela(asuhan: Asuhan, bulan: date) -> bool:
    """Is this month between the last one with a payer and the first of this sponsorship? Of a worker whom
    nobody has paid for, what fell away before is nobody's debt."""
    terakhir = bulan_terakhir([asuhan.pekerja_id], kecuali=asuhan.id).get(asuhan.pekerja_id)
    return terakhir is not None and terakhir < bulan


def _ditutup(sejak: date) -> set[tuple[uuid.UUID, date]]:
    """(sponsorship, month) pairs that people have written off or refunded."""
    query = select(Iuran.asuhan_id, Iuran.periode).where(
        Iuran.periode >= sejak, Iuran.status.in_(GUGUR), _pernah("hapuskan", "kembalikan")
    )
    return {(row.asuhan_id, row.periode) for row in db.session.execute(query)}


def _pernah(*peristiwa: str) -> ColumnElement[bool]:
    """Contributions that have made one of these moves."""
    moved = select(Riwayat.id).where(
        Riwayat.mesin == MACHINE.nama, Riwayat.objek_id == Iuran.id, Riwayat.peristiwa.in_(peristiwa)
    )
    return moved.exists()


# -- rows ----------------------------------------------------------------------------------------------------


def _buat(pairs: Sequence[Pasangan], hari: date) -> int:
    """Insert what is missing, with everything copied in; rows that another run has just made stay."""
    if not pairs:
        return 0
    pada = hari_potret((bulan for _, bulan in pairs), hari)
    tempat = penempatan_pada({(one.asn_id, pada[bulan]) for one, bulan in pairs})
    # Only for who serves somewhere then; nothing gives way to a row that is not made.
    pairs = [(one, bulan) for one, bulan in pairs if (one.asn_id, pada[bulan]) in tempat]
    _mengalah(pairs)
    rows = [_baris(one, bulan, tempat[one.asn_id, pada[bulan]]) for one, bulan in pairs]
    made = _sisipkan(_segel(rows, pairs))
    if not made:
        return 0
    advance_new(MACHINE, [row["id"] for row in made], ("jadwalkan",), by=SISTEM)
    _tetapkan_awal(pairs, made)
    for bulan, banyak in sorted(Counter(row["periode"] for row in made).items()):
        record(Peristiwa.IURAN_DIJADWALKAN, by=SISTEM, periode=bulan.isoformat()[:7], jumlah=banyak)
    pakai_kredit({row["asuhan_id"] for row in made}, hari)
    return len(made)


def _baris(one: Calon, bulan: date, opd_id: uuid.UUID) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "versi": 1,
        "asuhan_id": one.id,
        "pekerja_id": one.pekerja_id,
        "asn_id": one.asn_id,
        "opd_id": opd_id,
        "surat_kuasa_id": one.surat_id,
        "periode": bulan,
        "status": StatusIuran.TERJADWAL,
        "status_bpjs": StatusBpjs.BELUM,
        "kredit_dipakai": 0,
        "nama_rekening": one.nama_rekening,
        "dijadwalkan_pada": now(),
        **potret_harga(bulan, one.penghasilan, one.program, one.sektor.value),
    }


def _segel(rows: list[dict[str, Any]], pairs: Sequence[Pasangan]) -> list[dict[str, Any]]:
    """The account of the donor's letter, sealed anew for each row (KEY-1)."""
    surat = {one.id: one for one, _ in pairs if one.rekening_enc is not None}
    terang = buka_rekening({(one.surat_id, one.asn_id, one.rekening_enc) for one in surat.values()})
    sealed = seal_values(
        "iuran",
        "rekening",
        (
            (row["id"], row["asn_id"], terang[surat[row["asuhan_id"]].surat_id])
            for row in rows
            if row["asuhan_id"] in surat
        ),
    )
    for row in rows:
        row["rekening_enc"] = sealed.get(row["id"])
    return rows


def _sisipkan(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What really went in. Always in the same order, so that two runs at once wait and do not deadlock."""
    rows.sort(key=lambda row: (row["pekerja_id"], row["periode"]))
    dialek = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialek.insert(_TABEL).on_conflict_do_nothing().returning(_TABEL.c.id)
    masuk: set[uuid.UUID] = set()
    for some in chunks(rows):
        masuk.update(db.session.connection().execute(statement, list(some)).scalars())
    return [row for row in rows if row["id"] in masuk]


def _tetapkan_awal(pairs: Sequence[Pasangan], made: Sequence[dict[str, Any]]) -> None:
    """A7: the first month is fixed by the first contribution; prepaid blocks are counted from it."""
    terbuka = {one.id for one, _ in pairs if one.bulan_pertama is None}
    awal: dict[uuid.UUID, date] = {}
    for row in made:
        if row["asuhan_id"] in terbuka:
            awal[row["asuhan_id"]] = min(row["periode"], awal.get(row["asuhan_id"], row["periode"]))
    tabel: Table = Asuhan.__table__  # type: ignore[assignment]
    if awal:
        db.session.connection().execute(
            tabel.update()
            .where(tabel.c.id == db.bindparam("_id"), tabel.c.bulan_pertama.is_(None))
            .values(bulan_pertama=db.bindparam("_awal")),
            [{"_id": key, "_awal": bulan} for key, bulan in sorted(awal.items())],
        )
        for one in db.session.identity_map.values():
            if isinstance(one, Asuhan) and one.id in awal:
                db.session.expire(one, ["bulan_pertama"])
