"""History, trail, triggers and keys: what everything else leans on (G2, AUD-1, AUD-2, KEY-5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import aliased

from rentan.akun.models import Akun, PeranAkun
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import MACHINE as MESIN_ASUHAN
from rentan.calon.models import Tawaran
from rentan.calon.status import MACHINE as MESIN_TAWARAN
from rentan.core.audit import ChainFault, verify_chain
from rentan.core.clock import today
from rentan.core.permissions import Peran
from rentan.core.settings import get_setting
from rentan.core.subject import Sidik
from rentan.core.triggers import expected_triggers, list_triggers
from rentan.core.workflow import Machine, Riwayat
from rentan.ext import db, runtime
from rentan.iuran.models import Iuran, Penerimaan, UsulIuran
from rentan.iuran.status import MACHINE as MESIN_IURAN
from rentan.iuran.status import MACHINE_BPJS as MESIN_IURAN_BPJS
from rentan.iuran.status import MACHINE_PENERIMAAN as MESIN_PENERIMAAN
from rentan.iuran.status import MACHINE_USUL as MESIN_USUL
from rentan.iuran.status import StatusBpjs
from rentan.kartu.models import Kartu
from rentan.kartu.status import MACHINE as MESIN_KARTU
from rentan.laporan.periksa.dasar import Pemeriksaan, Temuan
from rentan.paket.models import Paket
from rentan.paket.status import MACHINE as MESIN_PAKET
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import MACHINE as MESIN_PEKERJA
from rentan.pendaftaran.models import Pendaftaran
from rentan.pendaftaran.status import MACHINE as MESIN_PENDAFTARAN
from rentan.siaga.models import Talangan
from rentan.siaga.status import MACHINE as MESIN_TALANGAN
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import MACHINE as MESIN_SURAT

#: Every machine and the table whose status it moves. A room with a new machine adds its line here.
MESIN: tuple[tuple[Machine, Any], ...] = (
    (MESIN_ASUHAN, Asuhan),
    (MESIN_SURAT, SuratKuasa),
    (MESIN_PEKERJA, Pekerja),
    (MESIN_TAWARAN, Tawaran),
    (MESIN_PENDAFTARAN, Pendaftaran),
    (MESIN_PAKET, Paket),
    (MESIN_KARTU, Kartu),
    (MESIN_IURAN, Iuran),
    (MESIN_IURAN_BPJS, Iuran),
    (MESIN_USUL, UsulIuran),
    (MESIN_PENERIMAAN, Penerimaan),
    (MESIN_TALANGAN, Talangan),
)
#: A state in which a row of this machine begins without a move: the BPJS axis comes with the contribution.
AWAL = {MESIN_IURAN_BPJS.nama: StatusBpjs.BELUM}


def _riwayat() -> Iterator[Temuan]:
    """Replaying the history gives the present state: the last ``ke`` is the status."""
    for mesin, model in MESIN:
        nomor = (
            select(Riwayat.objek_id, func.max(Riwayat.urutan).label("urutan"))
            .where(Riwayat.mesin == mesin.nama)
            .group_by(Riwayat.objek_id)
            .subquery()
        )
        akhir = and_(
            Riwayat.mesin == mesin.nama,
            Riwayat.objek_id == nomor.c.objek_id,
            Riwayat.urutan == nomor.c.urutan,
        )
        terakhir = select(Riwayat.objek_id, Riwayat.ke).join(nomor, akhir).subquery()
        kolom, awal = getattr(model, mesin.kolom), AWAL.get(mesin.nama)
        tanpa = terakhir.c.ke.is_(None)
        query = (
            select(model.id, kolom, terakhir.c.ke)
            .join(terakhir, terakhir.c.objek_id == model.id, isouter=True)
            .where(or_(tanpa if awal is None else and_(tanpa, kolom != awal), terakhir.c.ke != kolom))
        )
        for objek_id, status, ke in db.session.execute(query):
            sebab = f"langkah terakhirnya {ke}" if ke else "tidak mempunyai riwayat"
            yield Temuan(f"{mesin.nama} {objek_id}", f"berstatus {status.value}, tetapi {sebab}")


def _sambung() -> Iterator[Temuan]:
    """Each move starts where the one before it ended, and none is missing."""
    sebelum = aliased(Riwayat)
    sama = and_(
        sebelum.mesin == Riwayat.mesin,
        sebelum.objek_id == Riwayat.objek_id,
        sebelum.urutan == Riwayat.urutan - 1,
    )
    bawaan = or_(*(and_(Riwayat.mesin == nama, Riwayat.dari == awal) for nama, awal in AWAL.items()))
    putus = or_(
        and_(Riwayat.urutan == 1, Riwayat.dari.is_not(None), not_(bawaan)),
        and_(Riwayat.urutan > 1, sebelum.ke.is_distinct_from(Riwayat.dari)),
    )
    query = select(Riwayat.mesin, Riwayat.objek_id, Riwayat.urutan).join(sebelum, sama, isouter=True)
    for mesin, objek_id, urutan in db.session.execute(query.where(putus)):
        yield Temuan(f"{mesin} {objek_id}", f"langkah {urutan} tidak bersambung dengan langkah sebelumnya")


def _jejak() -> Iterator[Temuan]:
    for one in verify_chain():
        if isinstance(one, ChainFault):
            yield Temuan(f"jejak {one.seq}", one.sebab)


def _pemicu() -> Iterator[Temuan]:
    connection = db.session.connection()
    for one in sorted(expected_triggers(connection.dialect.name) - list_triggers(connection)):
        yield Temuan(one, "pemicu yang menolak perubahan tidak ada")


def _kunci() -> Iterator[Temuan]:
    if db.session.scalar(select(Sidik.sidik)) != runtime().keyring.sidik:
        yield Temuan("kunci", "berkas kunci bukan yang dipakai basis data ini")


def _produksi() -> Iterator[Temuan]:
    """What a served city needs besides the refusals at start (OPS-2, AUT-5, AUT-6)."""
    if runtime().settings.demo:
        yield Temuan("RENTAN_ENV", "bernilai demo; kota sungguhan dijalankan dengan production")
    berlaku = and_(
        PeranAkun.dicabut_pada.is_(None),
        PeranAkun.mulai <= today(),
        or_(PeranAkun.selesai.is_(None), PeranAkun.selesai >= today()),
    )
    query = (
        select(Akun.id, Akun.totp_aktif_pada)
        .join(PeranAkun, PeranAkun.akun_id == Akun.id)
        .where(PeranAkun.peran == Peran.ADMIN, berlaku, Akun.aktif)
        .distinct()
    )
    admin = list(db.session.execute(query))
    if not admin:
        yield Temuan("akun", "belum ada admin yang aktif")
    if get_setting("totp_wajib"):
        for akun_id, pada in admin:
            if pada is None:
                yield Temuan(f"akun {akun_id}", "admin belum mengaktifkan kode pengaman kedua")


PEMERIKSAAN = (
    Pemeriksaan("riwayat", "Riwayat langkah menghasilkan status sekarang", _riwayat),
    Pemeriksaan("riwayat_sambung", "Setiap langkah bersambung dengan langkah sebelumnya", _sambung),
    Pemeriksaan("jejak", "Rantai jejak audit utuh", _jejak),
    Pemeriksaan("pemicu", "Tabel yang hanya dapat ditambah dijaga basis data", _pemicu),
    Pemeriksaan("kunci", "Berkas kunci cocok dengan basis data", _kunci),
    Pemeriksaan("produksi", "Siap melayani kota sungguhan", _produksi, produksi=True),
)
