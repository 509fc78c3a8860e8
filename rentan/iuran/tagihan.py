"""C2, C3: what of the scheduled contributions can go to the bank, and what must not.

Rows that have not left follow price, letter, account and OPD until their batch is locked. Every function is
set-based and works inside the caller's transaction; lines are locked in the order of their ids.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.core.actor import SISTEM
from rentan.core.clock import today
from rentan.core.massal import chunks, set_many
from rentan.core.subject import seal_values
from rentan.core.workflow import advance_many
from rentan.ext import db
from rentan.iuran.gugur import BEBAS, gugurkan_berakhir
from rentan.iuran.jadwal import MUNDUR, awal_blok, bulan_terbuka
from rentan.iuran.kredit import kunci_saldo, lepas_kredit, pakai_kredit
from rentan.iuran.models import Iuran
from rentan.iuran.potret import buka_rekening, hari_potret, penempatan_pada, potret_harga
from rentan.iuran.status import MACHINE, AlasanTahan, KelasGagal, StatusIuran
from rentan.pekerja.models import Pekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import HIDUP, StatusSurat
from rentan.tarif.queries import hari_debet, jadwal_bulan
from rentan.util.tanggal import akhir_bulan, awal_bulan, tambah_bulan

S = StatusIuran
#: Lines of a month that the bank was or will be asked for: they count against the ceiling.
SUDAH_DIMINTA = (S.DALAM_BATCH, S.DIKIRIM, S.TANPA_KABAR, S.BERHASIL, S.GAGAL)
#: What a row copies from price and letter; compared and copied anew while it has not left.
_HARGA = ("jumlah", "jkk", "jkm", "jht", "program", "sektor", "pendanaan", "penghasilan", "tarif_kelas_id")


def periksa_semua() -> int:
    """Job "periksa-tagihan": :func:`periksa_tagihan` for the newest month that is open now."""
    return periksa_tagihan(today())


def periksa_tagihan(bulan: date) -> int:
    """Bring the rows that the debit of ``bulan`` will ask for up to date: copies, credit, holds, releases.

    Answers how many rows moved (C2, C3, C13). Safe to run at any time, twice, and before every lock. What was
    left of earlier months goes with the next debit and is judged by its day: never by an older month than
    the newest that is open, whose letters would hold what that debit may ask for.
    """
    bulan = max([awal_bulan(bulan), *bulan_terbuka(today())])
    gugur = gugurkan_berakhir()
    _kunci_saldo(bulan)
    semua = list_jatuh_tempo(bulan, (*BEBAS, S.GAGAL), lock=True)
    surat = _surat({row.asn_id for row in semua}, bulan)
    _ikuti_surat([row for row in semua if row.status is S.GAGAL], surat, bulan)
    rows = [row for row in semua if row.status in BEBAS]
    _potret_ulang(rows, surat)
    pakai_kredit({row.asuhan_id for row in rows})
    rows = [row for row in rows if row.status in BEBAS]
    pindah = _tahan_dan_lepas(rows, _alasan(rows, surat, bulan), bulan)
    if pindah:
        pakai_kredit({row.asuhan_id for row in rows if row.status is S.TERJADWAL})
    return gugur + pindah


def _kunci_saldo(bulan: date) -> None:
    """Credit balances are held before the contributions, in the order in which everybody locks."""
    query = select(Iuran.asuhan_id).where(Iuran.status.in_(BEBAS), Iuran.periode < tambah_bulan(bulan, 12))
    kunci_saldo(list(db.session.scalars(query.distinct())))


def list_jatuh_tempo(
    bulan: date, status: Collection[StatusIuran] = (S.TERJADWAL,), *, lock: bool = False
) -> list[Iuran]:
    """The contributions in these states that a debit of ``bulan`` asks for, by id: that month's, what was
    left of earlier ones, and the rest of the prepaid blocks that have begun; failed ones as far as a retry
    may still ask for them. Sponsorships are loaded with them; ``lock`` holds the rows.
    """
    bulan = awal_bulan(bulan)
    dapat_diulang = and_(
        Iuran.kelas_gagal != KelasGagal.HENTIKAN, Iuran.periode >= tambah_bulan(bulan, -MUNDUR)
    )
    query = (
        select(Iuran)
        .where(Iuran.status.in_(status), Iuran.periode < tambah_bulan(bulan, 12))
        .where(or_(Iuran.status != S.GAGAL, dapat_diulang))
        .options(db.selectinload(Iuran.asuhan))
        .order_by(Iuran.id)
    )
    if lock:
        db.session.flush()
        query = query.with_for_update(of=Iuran).execution_options(populate_existing=True)
    return [row for row in db.session.scalars(query) if jatuh_tempo(row) <= bulan]


def jatuh_tempo(row: Iuran) -> date:
    """The month in whose debit batch this contribution goes: a prepaid block goes with its first month."""
    return awal_blok(row.periode, row.asuhan.bulan_pertama, row.asuhan.periode)


# -- the reasons for a hold ----------------------------------------------------------------------------------


def halangan(surat: Any, bulan: date, hari: date) -> AlasanTahan | None:
    """Why this letter (``None``: there is none) does not carry the debit of ``bulan`` on ``hari``.

    A paused letter carries nothing from its pause on until somebody lifts it (M17): the job ends what the
    donor agreed to, before the candidates are looked at; what the bank has blocked has no end of its own.
    """
    if surat is None:
        return AlasanTahan.MANDAT
    if surat.rekening_enc is None:
        return AlasanTahan.REKENING
    mulai, sampai = surat.berlaku_mulai, surat.berlaku_sampai
    if mulai is None or mulai > hari or (sampai is not None and sampai < hari):
        return AlasanTahan.MANDAT
    if surat.status is StatusSurat.DITANGGUHKAN and (surat.jeda_sejak is None or surat.jeda_sejak <= bulan):
        return AlasanTahan.JEDA
    return None


def _dijeda(asuhan: Asuhan, bulan: date) -> bool:
    """Does the pause of this sponsorship cover the month?"""
    mulai, sampai = asuhan.jeda_sejak, asuhan.jeda_sampai
    return (mulai is None or awal_bulan(mulai) <= bulan) and (sampai is None or bulan <= sampai)


def _alasan(
    rows: Sequence[Iuran], surat: Mapping[uuid.UUID, Any], bulan: date
) -> dict[uuid.UUID, AlasanTahan | None]:
    found: dict[uuid.UUID, AlasanTahan | None] = {}
    hari = _hari_dinilai(bulan)
    for row in rows:
        alasan = halangan(surat.get(row.asn_id), bulan, hari)
        if alasan is None and row.asuhan.status is StatusAsuhan.DIJEDA and _dijeda(row.asuhan, bulan):
            alasan = AlasanTahan.JEDA
        if row.alasan_tahan is AlasanTahan.DIMINTA and row.status is S.DITAHAN:
            alasan = AlasanTahan.DIMINTA  # a person holds it; a person lets it go
        found[row.id] = alasan
    _plafon([row for row in rows if found[row.id] is None], surat, found)
    return found


def _hari_dinilai(bulan: date) -> date:
    """The day on which a letter has to be in force: that of the debit, today once it is over."""
    return max(hari_debet(bulan), min(today(), akhir_bulan(bulan)))


def _plafon(
    rows: Sequence[Iuran], surat: Mapping[uuid.UUID, Any], found: dict[uuid.UUID, AlasanTahan | None]
) -> None:
    """The lines of one contribution month stay within the ceiling: the oldest sponsorship comes first."""
    terpakai = _sudah_diminta({row.asn_id for row in rows}, {row.periode for row in rows})
    for row in sorted(rows, key=lambda one: (one.asuhan.dibuat_pada, one.asuhan_id, one.periode)):
        key = (row.asn_id, row.periode)
        if terpakai[key] + row.tagihan > (surat[row.asn_id].plafon or 0):
            found[row.id] = AlasanTahan.PLAFON
        else:
            terpakai[key] += row.tagihan


def _sudah_diminta(
    asn_ids: Collection[uuid.UUID], bulan: Collection[date]
) -> defaultdict[tuple[uuid.UUID, date], int]:
    found: defaultdict[tuple[uuid.UUID, date], int] = defaultdict(int)
    for some in chunks(sorted(asn_ids)):
        query = (
            select(Iuran.asn_id, Iuran.periode, func.sum(Iuran.jumlah - Iuran.kredit_dipakai).label("n"))
            .where(Iuran.asn_id.in_(some), Iuran.periode.in_(bulan), Iuran.status.in_(SUDAH_DIMINTA))
            .group_by(Iuran.asn_id, Iuran.periode)
        )
        for one in db.session.execute(query):
            found[one.asn_id, one.periode] = int(one.n)
    return found


def _tahan_dan_lepas(
    rows: Sequence[Iuran], alasan: Mapping[uuid.UUID, AlasanTahan | None], bulan: date
) -> int:
    """C2 and C3. Released only before the cut-off, and only months that the bank may still be asked for."""
    tahan = [row for row in rows if row.status is S.TERJADWAL and alasan[row.id] is not None]
    ganti = [
        row for row in rows if row.status is S.DITAHAN and alasan[row.id] not in (None, row.alasan_tahan)
    ]
    buka: list[Iuran] = []
    if today() <= jadwal_bulan(bulan).kunci:
        lama = tambah_bulan(bulan, -MUNDUR)
        buka = [
            row for row in rows if row.status is S.DITAHAN and alasan[row.id] is None and row.periode >= lama
        ]
    berubah = [*tahan, *ganti]
    set_many(berubah, {row.id: {"alasan_tahan": alasan[row.id]} for row in berubah})
    kode = {row.id: one.value for row in tahan if (one := alasan[row.id])}
    if tahan:
        advance_many(MACHINE, tahan, "tahan", by=SISTEM, alasan=kode)
    if buka:
        advance_many(MACHINE, buka, "lepas", by=SISTEM)
        set_many(buka, {row.id: {"alasan_tahan": None} for row in buka})
    return len(tahan) + len(buka)


def _surat(asn_ids: Collection[uuid.UUID], bulan: date) -> dict[uuid.UUID, Any]:
    """The letter of each donor that carries the debit of ``bulan``, else the living one, as plain rows.

    A version that was replaced still carries the last month before its successor's first day (M20).
    """
    hari = hari_debet(bulan)
    found: dict[uuid.UUID, Any] = {}
    for some in chunks(sorted(asn_ids)):
        query = (
            select(
                SuratKuasa.id,
                SuratKuasa.asn_id,
                SuratKuasa.status,
                SuratKuasa.plafon,
                SuratKuasa.rekening_enc,
                SuratKuasa.nama_rekening,
                SuratKuasa.berlaku_mulai,
                SuratKuasa.berlaku_sampai,
                SuratKuasa.jeda_sejak,
            )
            .where(
                SuratKuasa.asn_id.in_(some),
                or_(
                    SuratKuasa.status.in_(HIDUP),
                    and_(
                        SuratKuasa.status == StatusSurat.DIGANTI,
                        SuratKuasa.berlaku_mulai <= hari,
                        SuratKuasa.berlaku_sampai >= hari,
                    ),
                ),
            )
            .order_by(SuratKuasa.asn_id, SuratKuasa.urutan_versi)
        )
        for row in db.session.execute(query):
            # The newest that is in force on the debit day; a living one that begins later only says why not.
            if row.asn_id not in found or (row.berlaku_mulai is not None and row.berlaku_mulai <= hari):
                found[row.asn_id] = row
    return found


# -- copies --------------------------------------------------------------------------------------------------


def _potret_ulang(rows: Sequence[Iuran], surat: Mapping[uuid.UUID, Any]) -> None:
    """Price, letter, account and OPD anew where they have changed; used credit is given back first."""
    sektor = _sektor({row.pekerja_id for row in rows})
    hari = today()
    pada = hari_potret((row.periode for row in rows), hari)
    tempat = penempatan_pada({(row.asn_id, pada[row.periode]) for row in rows})
    mahal: dict[uuid.UUID, dict[str, Any]] = {}
    pindah: dict[uuid.UUID, dict[str, Any]] = {}
    ganti: list[Iuran] = []
    for row in rows:
        harga = potret_harga(row.periode, row.asuhan.penghasilan, row.asuhan.program, sektor[row.pekerja_id])
        if any(getattr(row, name) != harga[name] for name in _HARGA):
            mahal[row.id] = harga
        opd_id = tempat.get((row.asn_id, pada[row.periode]), row.opd_id)
        if opd_id != row.opd_id:
            pindah[row.id] = {"opd_id": opd_id}
        if row.asn_id in surat and surat[row.asn_id].id != row.surat_kuasa_id:
            ganti.append(row)
    berharga = [row for row in rows if row.id in mahal]
    lepas_kredit(berharga, tanggal=hari)
    set_many(berharga, mahal)
    set_many([row for row in rows if row.id in pindah], pindah)
    _ganti_surat(ganti, surat)


def _ikuti_surat(rows: Sequence[Iuran], surat: Mapping[uuid.UUID, Any], bulan: date) -> None:
    """A failed month goes with the newer letter (C11); a bad account has been put right with it (C8).

    Where the old letter still carries a retry of its own month, not before the newer one begins; and only
    within the ceiling of the newer one.
    """
    hari = _hari_dinilai(bulan)
    ganti = []
    for row in rows:
        baru = surat.get(row.asn_id)
        if baru is None or baru.id == row.surat_kuasa_id or row.asuhan.status not in TERBUKA:
            continue
        if halangan(baru, bulan, hari) is not None:
            continue
        if row.kelas_gagal is KelasGagal.PERBAIKI_DATA or baru.berlaku_mulai <= today():
            ganti.append(row)
    diminta = _sudah_diminta({row.asn_id for row in ganti}, {row.periode for row in ganti})
    ganti = [row for row in ganti if diminta[row.asn_id, row.periode] <= (surat[row.asn_id].plafon or 0)]
    _ganti_surat(ganti, surat)
    set_many(ganti, {row.id: {"kelas_gagal": KelasGagal.COBA_LAGI} for row in ganti})


def _ganti_surat(rows: Sequence[Iuran], surat: Mapping[uuid.UUID, Any]) -> None:
    """A newer letter is in force: its account, sealed for these rows."""
    letters = {surat[row.asn_id] for row in rows if surat[row.asn_id].rekening_enc is not None}
    terang = buka_rekening((one.id, one.asn_id, one.rekening_enc) for one in letters)
    sealed = seal_values(
        "iuran",
        "rekening",
        (
            (row.id, row.asn_id, terang[surat[row.asn_id].id])
            for row in rows
            if surat[row.asn_id].id in terang
        ),
    )
    set_many(
        rows,
        {
            row.id: {
                "surat_kuasa_id": surat[row.asn_id].id,
                "nama_rekening": surat[row.asn_id].nama_rekening,
                "rekening_enc": sealed.get(row.id),
            }
            for row in rows
        },
    )


def _sektor(pekerja_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for some in chunks(sorted(pekerja_ids)):
        query = select(Pekerja.id, Pekerja.sektor).where(Pekerja.id.in_(some))
        found |= {row.id: row.sektor.value for row in db.session.execute(query)}
    return found
