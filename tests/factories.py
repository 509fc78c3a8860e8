"""Small makers of valid rows, each in a transaction of the test; nobody here is real."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, timedelta
from typing import Any

from rentan.akun.models import Akun, PeranAkun
from rentan.asn.models import Asn, NipRiwayat, Penempatan
from rentan.asn.status import StatusAktif, StatusAsn
from rentan.core.clock import now, today
from rentan.core.permissions import Peran
from rentan.core.subject import seal
from rentan.ext import db, runtime
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.opd.models import Opd, UnitKerja
from rentan.pekerja.models import Pekerja
from rentan.pekerja.status import AsalPekerja, JenisKelamin, Sektor, StatusPekerja
from rentan.util.nama import nama_inti, nama_urut
from rentan.wilayah.models import Kelurahan

_serial = itertools.count(1)
MULAI = date(2026, 1, 1)


def opd(kode: str) -> Opd:
    """An OPD of the city's reference data."""
    return db.session.scalars(db.select(Opd).where(Opd.kode == kode)).one()


def unit(dari: Opd, nama: str = "Sekretariat") -> UnitKerja:
    found = db.session.scalars(
        db.select(UnitKerja).where(UnitKerja.opd_id == dari.id, UnitKerja.nama == nama)
    ).first()
    if found is None:
        found = UnitKerja(opd_id=dari.id, nama=nama)
        db.session.add(found)
        db.session.flush()
    return found


def make_asn(
    nama: str = "Siti Rekaan",
    di: Opd | None = None,
    *,
    nip: str | None = None,
    status: StatusAsn = StatusAsn.PNS,
    status_aktif: StatusAktif = StatusAktif.AKTIF,
    lahir: date = date(1985, 3, 2),
    jabatan: str = "Penata Layanan Operasional",
    unit_kerja: str = "Sekretariat",
    **more: Any,
) -> Asn:
    """A roster row with its open placement and NIP history."""
    number = next(_serial)
    di = di or opd("DISKOMINFO")
    nip = nip or f"{lahir:%Y%m%d}200901{1 + number % 2}{number % 999 + 1:03d}"
    asn = Asn(
        id=uuid.uuid4(),
        nip=nip,
        nama=nama,
        nama_urut=nama_urut(nama),
        jabatan=jabatan,
        opd_id=di.id,
        unit_id=unit(di, unit_kerja).id,
        status_asn=status,
        status_aktif=status_aktif,
        tanggal_lahir=lahir,
        **more,
    )
    db.session.add(asn)
    db.session.flush()
    db.session.add(NipRiwayat(asn_id=asn.id, nip=nip, mulai=MULAI))
    db.session.add(
        Penempatan(
            asn_id=asn.id,
            opd_id=di.id,
            unit_id=asn.unit_id,
            status_asn=status,
            status_aktif=status_aktif,
            jabatan=jabatan,
            mulai=MULAI,
        )
    )
    db.session.flush()
    return asn


def make_akun(pengenal: str, nama: str, *, asn: Asn | None = None, sandi_hash: str | None = None) -> Akun:
    akun = Akun(
        id=uuid.uuid4(),
        pengenal=pengenal,
        nama=nama,
        asn_id=asn.id if asn else None,
        sandi_hash=sandi_hash,
        sandi_diubah_pada=now(),
        dibuat_pada=now(),
        aktif=True,
    )
    db.session.add(akun)
    db.session.flush()
    return akun


def grant(akun: Akun, peran: Peran, *, opd: Opd | None = None, kecamatan: str | None = None) -> PeranAkun:
    row = PeranAkun(
        akun_id=akun.id,
        peran=peran,
        opd_id=opd.id if opd else None,
        kecamatan_kode=kecamatan,
        mulai=MULAI,
        selesai=None,
        diberi_oleh=None,
        diberi_pada=now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def nik(lahir: date = date(1980, 5, 17), perempuan: bool = False, wilayah: str = "337415") -> str:
    """A well-formed NIK with a serial from 9001 up: nobody has it, and none ends like a damaged one."""
    day = lahir.day + (40 if perempuan else 0)
    return f"{wilayah}{day:02d}{lahir:%m%y}{9001 + next(_serial) % 998:04d}"


def make_pekerja(
    nama: str = "Slamet Rekaan",
    *,
    digits: str | None = None,
    lahir: date = date(1980, 5, 17),
    status: StatusPekerja = StatusPekerja.LAYAK,
    kelurahan: str | None = None,
    sektor: Sektor = Sektor.LAIN,
    **more: Any,
) -> Pekerja:
    """A worker of the city, sealed as the application seals it."""
    digits = digits or nik(lahir)
    kode = kelurahan or db.session.scalars(db.select(Kelurahan.kode).order_by(Kelurahan.kode)).first()
    row = Pekerja(
        id=uuid.uuid4(),
        nik_bi=runtime().keyring.blind_index("nik", digits),
        nama=nama,
        nama_inti=nama_inti(nama),
        tanggal_lahir=lahir,
        jenis_kelamin=JenisKelamin.L,
        pekerjaan="pedagang sayur",
        sektor=sektor,
        lokasi_kerja="Pasar",
        alamat="Jalan Contoh 1",
        kelurahan_kode=kode,
        status=status,
        asal=AsalPekerja.IMPOR,
        dicatat_oleh=None,
        dicatat_pada=now(),
        diberi_tahu_pada=today(),
        naskah_pemberitahuan="1",
        **more,
    )
    seal(row, "nik", digits)
    db.session.add(row)
    db.session.flush()
    return row


def make_kartu(
    pekerja: Pekerja, status: StatusKartu = StatusKartu.DITERIMA_KEC, *, hari: int = 0, **more: Any
) -> Kartu:
    """A card of this worker that has stood in this state for so many days."""
    row = Kartu(
        id=uuid.uuid4(),
        pekerja_id=pekerja.id,
        kecamatan_kode=db.session.get_one(Kelurahan, pekerja.kelurahan_kode).kecamatan_kode,
        status=status,
        kode=uuid.uuid4().hex[:8].upper(),
        nomor_enc=None if status is StatusKartu.DIMINTA else b"x",
        nomor_bi=None if status is StatusKartu.DIMINTA else uuid.uuid4().bytes,
        sejak=now() - timedelta(days=hari),
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row
