"""Fill an empty instance with the fictional city, and tell how to sign in to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, true

from rentan.akun.models import Akun, PeranAkun
from rentan.asn.hitungan_ulang import hitung_ulang
from rentan.asn.models import Asn
from rentan.asn.status import StatusAktif, Tahap
from rentan.asuhan.models import Asuhan
from rentan.asuhan.status import DIUSULKAN_KE_ATAS
from rentan.berkas.models import Berkas
from rentan.calon.models import Calon, Tawaran
from rentan.core.actor import SISTEM
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import RuleError
from rentan.core.permissions import Peran
from rentan.demo.acak import Waktu, kata
from rentan.demo.akun import (
    PENGENAL,
    PENGENAL_KEDUA,
    PENYETUJU_KEDUA,
    SANDI,
    DaftarAkun,
    pengenal_petugas,
    petugas_contoh,
)
from rentan.demo.alur import Alur, Petugas
from rentan.demo.asuhan import DaftarAsuhan, Rencana
from rentan.demo.buku import Buku
from rentan.demo.kartu import DaftarKartu
from rentan.demo.lanjutan import DaftarLanjutan
from rentan.demo.pekerja import DaftarPekerja
from rentan.demo.roster import Roster
from rentan.demo.surat import DaftarSurat
from rentan.demo.uang import DaftarUang
from rentan.ext import db, runtime
from rentan.kartu.models import Kartu
from rentan.kartu.status import StatusKartu
from rentan.opd.models import Opd
from rentan.pekerja.models import Pekerja, Pelindungan
from rentan.pekerja.status import TERDAFTAR_DI_BPJS, StatusPekerja
from rentan.pendaftaran.models import Pendaftaran
from rentan.wilayah.models import Kecamatan

#: The city on the day of the press count (product.md, Scale today).
JUMLAH_ASN = 16_000
#: Free workers of the pool, and lines of the covered-elsewhere lists, in a city of that size.
BEBAS, PELINDUNGAN = 1_200, 7_200
#: Below this no agency has people enough for all roles.
TERKECIL = 100


def ensure_demo(_app: Any, jumlah_asn: int = JUMLAH_ASN) -> list[tuple[str, str, str]]:
    """Fill the city when nobody is in it yet; the sign-ins to try as (peran, pengenal, sandi).

    Call it inside the application context of a demo instance; a city that is already filled stays as it is.
    """
    if is_empty():
        fill_city(jumlah_asn)
    return list_sign_ins()


def is_empty() -> bool:
    """Is there neither an account nor an ASN? Reference data do not count."""
    return not any(db.session.scalar(select(model.id).limit(1)) for model in (Asn, Akun))


def fill_city(jumlah_asn: int = JUMLAH_ASN) -> dict[str, int]:
    """Write the whole city in one transaction; counts by table. Nothing is half done when it is interrupted.

    Raises ``RuleError``: ``bukan_demo`` (production), ``tidak_kosong``, ``terlalu_kecil``.
    """
    if not runtime().settings.demo:
        raise RuleError("Kota demo hanya untuk RENTAN_ENV=demo, tidak untuk produksi.", kode="bukan_demo")
    if not is_empty():
        raise RuleError(
            "Basis data ini sudah berisi. Pakai RENTAN_INSTANCE dengan folder baru.", kode="tidak_kosong"
        )
    if jumlah_asn < TERKECIL:
        raise RuleError(f"Kota demo paling sedikit {TERKECIL} ASN.", kode="terlalu_kecil")
    jumlah = write_city(jumlah_asn)
    db.session.commit()
    return jumlah


def write_city(jumlah_asn: int) -> dict[str, int]:
    """Everything of the city into the transaction in progress; counts by table. The caller commits."""
    buku = Buku(Waktu(today()))
    roster = Roster(buku, jumlah_asn)
    akun = DaftarAkun(buku)
    akun.isi(roster.orang)
    skala = jumlah_asn / JUMLAH_ASN
    pekerja = DaftarPekerja(buku, akun)
    asuhan = DaftarAsuhan(buku, akun, pekerja, roster.orang)
    asuhan.isi(skala)
    pekerja.isi(round(BEBAS * skala), round(PELINDUNGAN * skala), roster.orang)
    buku.simpan()
    surat = DaftarSurat(buku, akun, asuhan.rencana)
    tercetak = surat.isi()
    buku.simpan()
    lanjutkan(buku, akun, asuhan.rencana, skala)
    hitung_ulang(buku.waktu.awal)
    jumlah = _hitung() | {"surat": tercetak}
    record(Peristiwa.DEMO_DIBUAT, by=SISTEM, isi=jumlah)
    return jumlah


def lanjutkan(buku: Buku, akun: DaftarAkun, rencana: list[Rencana], skala: float) -> None:
    """What happened after the letters had come in."""
    alur, petugas = Alur(buku.waktu), Petugas.dari(akun)
    upacara = petugas_contoh(list(db.session.scalars(select(Kecamatan).order_by(Kecamatan.kode)))).kode
    lanjutan = DaftarLanjutan(alur, petugas, rencana, skala, upacara)
    lanjutan.rencanakan()
    DaftarKartu(alur, petugas, lanjutan, skala).rencanakan()
    DaftarUang(alur, petugas).rencanakan()
    alur.jalankan()


def _hitung() -> dict[str, int]:
    """What the city holds, for whoever asked for it."""
    hitung = {
        "asn": (Asn, Asn.status_aktif == StatusAktif.AKTIF),
        "akun": (Akun, true()),
        "orang_tua_asuh": (Asn, Asn.ikut),
        "pekerja_asuhan": (Asuhan, Asuhan.status.in_(DIUSULKAN_KE_ATAS)),
        "pekerja_terdaftar": (Pekerja, Pekerja.status.in_(TERDAFTAR_DI_BPJS)),
        "pekerja_aktif": (Pekerja, Pekerja.status == StatusPekerja.AKTIF),
        "kartu_diserahkan": (Kartu, Kartu.status == StatusKartu.DISERAHKAN),
        "pekerja": (Pekerja, true()),
        "calon": (Calon, true()),
        "pelindungan": (Pelindungan, true()),
        "berkas": (Berkas, true()),
    }
    return {
        nama: db.session.scalar(select(func.count()).select_from(model).where(syarat)) or 0
        for nama, (model, syarat) in hitung.items()
    }


def list_sign_ins() -> list[tuple[str, str, str]]:
    """One sign-in per role of the demo city; roles that nobody holds are left out."""
    found = [
        ("asn (belum ikut)", _asn_contoh(ikut=False)),
        ("asn (orang tua asuh)", _asn_contoh(ikut=True)),
        ("operator_opd", _operator_contoh()),
        ("petugas_kecamatan", _petugas_contoh()),
        *((peran.value, PENGENAL[peran]) for peran in PENGENAL),
        ("verifikator (kedua)", PENGENAL_KEDUA),
        ("penyetuju (kedua)", PENYETUJU_KEDUA),
    ]
    return [(peran, pengenal, SANDI) for peran, pengenal in found if pengenal and _ada(pengenal)]


def _ada(pengenal: str) -> bool:
    return db.session.scalar(select(Akun.id).where(Akun.pengenal == pengenal)) is not None


def _opd_contoh() -> Opd | None:
    """The agency of the published sign-ins, or the first one of another city."""
    utama = select(Opd).where(Opd.kode == kata()["masuk"]["opd"])
    return db.session.scalar(utama) or db.session.scalar(select(Opd).order_by(Opd.urutan, Opd.id).limit(1))


def _asn_contoh(*, ikut: bool) -> str | None:
    """An ASN with an account and no other role, preferably of the sample agency."""
    opd = _opd_contoh()
    peran = select(func.count()).where(PeranAkun.akun_id == Akun.id).scalar_subquery()
    query = select(Akun.pengenal).join(Asn, Asn.id == Akun.asn_id)
    query = query.where(Asn.ikut.is_(ikut), Asn.status_aktif == StatusAktif.AKTIF, peran == 1)
    if not ikut:
        # Somebody who has begun nothing: the first thing to try is to begin.
        mulai = [select(model.asn_id) for model in (Pendaftaran, Asuhan, Tawaran)]
        query = query.where(Asn.tahap == Tahap.AKTIVASI, *(Asn.id.not_in(satu) for satu in mulai))
    # A donor who has been debited has more to show.
    urut = (
        Asn.tahap.is_distinct_from(Tahap.DIDEBIT) if ikut else Asn.opd_id.is_(None),
        Asn.opd_id != (opd.id if opd else None),
        Asn.nama_urut,
        Asn.id,
    )
    return db.session.scalar(query.order_by(*urut).limit(1))


def _operator_contoh() -> str | None:
    opd = _opd_contoh()
    query = select(Akun.pengenal).join(PeranAkun, PeranAkun.akun_id == Akun.id)
    query = query.where(PeranAkun.peran == Peran.OPERATOR_OPD)
    return db.session.scalar(
        query.order_by(PeranAkun.opd_id != (opd.id if opd else None), Akun.pengenal).limit(1)
    )


def _petugas_contoh() -> str | None:
    kecamatan = list(db.session.scalars(select(Kecamatan).order_by(Kecamatan.kode)))
    return pengenal_petugas(petugas_contoh(kecamatan).nama) if kecamatan else None
