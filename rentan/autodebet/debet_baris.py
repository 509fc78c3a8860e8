"""The lines of a debit batch: loaded and locked, put in order, compared with what they were made from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from rentan.asn.models import Asn
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import TERBUKA, StatusAsuhan
from rentan.autodebet.debet_isi import TANPA_SURAT, surat_berlaku, tak_ditagih, urutan_baris
from rentan.autodebet.debet_tanggal import tanggal_debet
from rentan.core.massal import chunks, set_many
from rentan.core.subject import reveal
from rentan.ext import db
from rentan.iuran.gugur import TALANGAN_SELESAI
from rentan.iuran.models import Iuran, Percobaan
from rentan.iuran.potret import potret_harga
from rentan.iuran.status import HasilCoba
from rentan.paket.models import Paket
from rentan.paket.penangan import Baris
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import Pekerja
from rentan.surat_kuasa.models import SuratKuasa
from rentan.util.rekening import mask_rekening
from rentan.util.rupiah import format_rupiah
from rentan.util.tanggal import format_bulan

BERHENTI = "Asuhannya sudah berhenti sejak baris ini dimasukkan."
DIJEDA = "Potongan untuk pekerja ini dijeda sejak baris ini dimasukkan."
HARGA_BERUBAH = "Harganya berubah sejak baris ini dimasukkan."


@dataclass(frozen=True)
class Usang:
    """A line that is no longer what it was made from."""

    baris_id: uuid.UUID
    iuran_id: uuid.UUID
    judul: str
    alasan: str


def milik(paket: Paket) -> ColumnElement[bool]:
    """The lines of this batch, those that were taken out included."""
    return Percobaan.paket_id == paket.id


def terbuka(paket: Paket) -> tuple[ColumnElement[bool], ...]:
    """The lines that are in and have no answer yet."""
    return (milik(paket), Percobaan.hasil == HasilCoba.TERBUKA)


def load_baris(paket: Paket) -> list[Percobaan]:
    """The open lines in their order; their letters and contributions are held and read anew."""
    db.session.flush()
    surat = (
        select(Iuran.surat_kuasa_id).join(Percobaan, Percobaan.iuran_id == Iuran.id).where(*terbuka(paket))
    )
    db.session.execute(
        select(SuratKuasa.id)
        .where(SuratKuasa.id.in_(surat))
        .order_by(SuratKuasa.id)
        .with_for_update(of=SuratKuasa, key_share=True)
    ).all()
    load_iuran_dari(select(Percobaan.iuran_id).where(*terbuka(paket)))
    # Read after the contributions are held: who stopped meanwhile has taken the line out.
    query = select(Percobaan).where(*terbuka(paket)).order_by(Percobaan.urutan)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def load_iuran_dari(ids: object) -> list[Iuran]:
    """These contributions, held in the order of their ids and read anew."""
    query = select(Iuran).where(Iuran.id.in_(ids)).order_by(Iuran.id)  # type: ignore[arg-type]
    return list(db.session.scalars(query.with_for_update(of=Iuran).execution_options(populate_existing=True)))


def load_iuran(iuran_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Iuran]:
    """The same for a list of ids, by id."""
    db.session.flush()
    found: dict[uuid.UUID, Iuran] = {}
    for some in chunks(sorted(set(iuran_ids))):
        found |= {row.id: row for row in load_iuran_dari(some)}
    return found


#: A sponsorship that nobody is debited for any more. A stand-in has agreed to these very months.
_BERHENTI = and_(Asuhan.status.not_in(TERBUKA), func.coalesce(Asuhan.alasan_akhir, "") != TALANGAN_SELESAI)


def count_tidak_berlaku(paket: Paket) -> int:
    """Open lines whose letter does not allow a debit on the batch's day, or whose sponsorship is over."""
    tanggal = paket.uang.tanggal if paket.uang else tanggal_debet(paket)
    query = (
        select(func.count())
        .select_from(Percobaan)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .join(SuratKuasa, SuratKuasa.id == Iuran.surat_kuasa_id, isouter=True)
        .where(*terbuka(paket), or_(~func.coalesce(surat_berlaku(tanggal), False), _BERHENTI))
    )
    return db.session.scalar(query) or 0


def list_usang(paket: Paket) -> list[Usang]:
    """Open lines whose sponsorship is over, whose letter is not in force on the day, whose worker is paused
    (A9), whose month cannot be remitted any more, or that would cost something else now."""
    tanggal = paket.uang.tanggal if paket.uang else tanggal_debet(paket)
    query = (
        select(
            Percobaan.id,
            Percobaan.iuran_id,
            Percobaan.jumlah.label("diminta"),
            Iuran.jumlah,
            Iuran.kredit_dipakai,
            Iuran.periode,
            Iuran.status_bpjs,
            Asuhan.penghasilan,
            Asuhan.program,
            Pekerja.sektor,
            Pekerja.status.label("status_pekerja"),
            Pekerja.mulai_masa,
            Pekerja.lunas_sampai,
            Asn.nama,
            func.coalesce(surat_berlaku(tanggal), False).label("berlaku"),
            and_(
                Asuhan.status == StatusAsuhan.DIJEDA,
                Asuhan.jeda_sejak <= paket.periode,
                or_(Asuhan.jeda_sampai.is_(None), Asuhan.jeda_sampai >= paket.periode),
            ).label("dijeda"),
            _BERHENTI.label("berhenti"),
        )
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .join(Pekerja, Pekerja.id == Iuran.pekerja_id)
        .join(Asn, Asn.id == Iuran.asn_id)
        .join(SuratKuasa, SuratKuasa.id == Iuran.surat_kuasa_id, isouter=True)
        .where(*terbuka(paket))
        .order_by(Percobaan.urutan)
    )
    found = []
    for row in db.session.execute(query):
        harga = potret_harga(row.periode, row.penghasilan, row.program, row.sektor.value)["jumlah"]
        alasan = None
        if row.berhenti:
            alasan = BERHENTI
        elif not row.berlaku:
            alasan = TANPA_SURAT
        elif row.dijeda and paket.jenis is JenisPaket.DEBET:
            alasan = DIJEDA
        elif sebab := tak_ditagih(row):
            alasan = sebab[0]
        elif (row.jumlah, row.diminta) != (harga, row.jumlah - row.kredit_dipakai):
            alasan = HARGA_BERUBAH
        if alasan:
            found.append(Usang(row.id, row.iuran_id, f"{row.nama}, {format_bulan(row.periode)}", alasan))
    return found


def urutkan(paket: Paket, baris: Sequence[Percobaan]) -> list[Percobaan]:
    """In the order of the file, numbered from 1; lines that were taken out stand behind them."""
    query = (
        select(Percobaan.id, Asn.nama_urut, Iuran.asn_id, Asuhan.dibuat_pada, Iuran.asuhan_id, Iuran.periode)
        .join(Iuran, Iuran.id == Percobaan.iuran_id)
        .join(Asn, Asn.id == Iuran.asn_id)
        .join(Asuhan, Asuhan.id == Iuran.asuhan_id)
        .where(*terbuka(paket))
    )
    kunci = {row[0]: urutan_baris(*row[1:]) for row in db.session.execute(query)}
    tertib = sorted(baris, key=lambda one: kunci[one.id])
    if [one.urutan for one in tertib] != list(range(1, len(tertib) + 1)):
        tertinggi = db.session.scalar(select(func.max(Percobaan.urutan)).where(milik(paket))) or 0
        # The numbers are unique in a batch: first everything out of the way, then into place.
        db.session.execute(
            update(Percobaan)
            .where(milik(paket))
            .values(urutan=Percobaan.urutan + tertinggi)
            .execution_options(synchronize_session=False)
        )
        set_many(tertib, {one.id: {"urutan": n} for n, one in enumerate(tertib, 1)})
    return tertib


def referensi_batal(baris: Percobaan) -> list[str]:
    """The references that no longer stand once this line gets a new one; a late answer still finds them."""
    return [*baris.referensi_lama, *([baris.referensi] if baris.referensi else [])]


def tampil(baris: Percobaan) -> Baris:
    """A line as its batch shows it."""
    iuran = baris.iuran
    rekening = mask_rekening(reveal(iuran, "rekening") or "0000")
    bagian = (
        baris.referensi or "",
        f"untuk {iuran.pekerja.nama}",
        format_bulan(iuran.periode),
        f"rekening {rekening}",
        format_rupiah(baris.jumlah),
        f"percobaan ke-{baris.ke}" if baris.ke > 1 else "",
    )
    rincian = " · ".join(satu for satu in bagian if satu)
    return Baris(baris.id, baris.urutan, iuran.asn.nama, rincian, baris.hasil, baris.keterangan or "")
