"""The people of the simulated city: they join, stop, move, pause, pay ahead and take over."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from rentan.akun.queries import pelaku_of
from rentan.asn import hitungan
from rentan.asn.hitungan_ulang import hitung_ulang
from rentan.asn.models import Asn, Penempatan
from rentan.asuhan import putusan
from rentan.asuhan.models import Asuhan
from rentan.asuhan.queries import harga
from rentan.asuhan.status import MACHINE as MESIN_ASUHAN
from rentan.asuhan.status import SUDAH_SIAP, StatusAsuhan
from rentan.core.actor import Pelaku
from rentan.core.clock import now, today
from rentan.core.permissions import Peran
from rentan.ext import db
from rentan.iuran.models import Iuran
from rentan.iuran.penerimaan import accept_penerimaan, record_penerimaan
from rentan.iuran.status import UANG_MASUK, Saluran
from rentan.opd.models import Opd
from rentan.pekerja.status import Sektor, StatusPekerja
from rentan.pencabutan.actions import stop_surat
from rentan.surat_kuasa.kesiapan import siapkan_asuhan
from rentan.surat_kuasa.models import SuratKuasa, SuratPekerja
from rentan.util.tanggal import awal_bulan
from tests import factories
from tests.cast import Cast
from tests.iuran.maker import lacak, make_donatur
from tests.simulasi.acuan import Peserta


def hari_pertama(bulan: int) -> date:
    return date(bulan // 12, bulan % 12 + 1, 1)


def nomor(hari: date) -> int:
    return hari.year * 12 + hari.month - 1


@dataclass
class Orang:
    """A donor: one or two workers who share letter and OPD."""

    pekerja: list[Peserta]
    asn_id: uuid.UUID = uuid.UUID(int=0)
    surat_id: uuid.UUID = uuid.UUID(int=0)


def donatur(asn_id: uuid.UUID) -> Pelaku:
    return Pelaku(akun_id=None, peran=frozenset({Peran.ASN}), asn_id=asn_id)


class Warga:
    """Donors and workers with the script's identities, and what they do."""

    def __init__(self, cast: Cast) -> None:
        self.hitung()
        self.hadi, self.yuni, self.bayu = (
            replace(one.pelaku, permintaan_id="simulasi") for one in (cast.hadi, cast.yuni, cast.bayu)
        )
        self.peserta: dict[uuid.UUID, Peserta] = {}
        self.opd = {one.kode: one.id for one in db.session.scalars(select(Opd))}
        self.pengganti: dict[uuid.UUID, uuid.UUID] = {}
        self.terjadi: Counter[str] = Counter()
        self._urut = itertools.count()

    def masuk(self, satu: Orang) -> None:
        n = len(self.peserta)
        p = satu.pekerja[0]
        mulai = hari_pertama(p.mulai)
        asn = factories.make_asn(f"Donatur Rekaan {n}", self._opd(p.opd[p.mulai]))
        self._tempat(asn).mulai = today()
        made = make_donatur(
            asn,
            pekerja=len(satu.pekerja),
            mulai=mulai,
            rekening=f"2{n:09d}",
            lahir_pekerja=date(1975, 1, 1) + timedelta(days=n),
            sektor=Sektor.TRANSPORTASI if p.transport else Sektor.LAIN,
        )
        made.surat.ditandatangani_pada = today()
        satu.asn_id, satu.surat_id = asn.id, made.surat.id
        for peserta, asuhan in zip(satu.pekerja, made.asuhan, strict=True):
            self.peserta[asuhan.pekerja_id] = peserta
            if peserta.opd_lanjut:
                nanti = factories.make_asn(f"Pengganti Rekaan {n}", self._opd(peserta.opd_lanjut))
                self._tempat(nanti).mulai = today()
                self.pengganti[asuhan.pekerja_id] = nanti.id

    def _opd(self, kode: str) -> Opd:
        return db.session.get_one(Opd, self.opd[kode])

    def _tempat(self, asn: Asn) -> Penempatan:
        query = select(Penempatan).where(Penempatan.asn_id == asn.id, Penempatan.sampai.is_(None))
        return db.session.scalars(query).one()

    def hitung(self) -> None:
        """Who joined is counted for the running month all at once, as after an import of the roster."""
        db.session.flush()
        hitung_ulang(awal_bulan(today()))

    def henti(self, satu: Orang, n: int) -> None:
        """Withdrawn by the donor, or by the treasurer on a reported death."""
        surat = db.session.get_one(SuratKuasa, satu.surat_id)
        by = self.hadi
        if n % 5:
            akun = factories.make_akun(f"simulasi-{n}", surat.asn.nama, asn=surat.asn)
            factories.grant(akun, Peran.ASN)
            by = pelaku_of(akun)
        stop_surat(surat, by=by, cari_pengganti=bool(n % 3))

    def _asuhan(self, p: Peserta, *status: StatusAsuhan) -> Asuhan | None:
        ids = [one for one, naskah in self.peserta.items() if naskah is p]
        return db.session.scalar(select(Asuhan).where(Asuhan.pekerja_id.in_(ids), Asuhan.status.in_(status)))

    def lepas(self, satu: Orang, p: Peserta) -> None:
        """The donor stops paying for one of the workers; the letter stays."""
        if asuhan := self._asuhan(p, *SUDAH_SIAP):
            putusan.henti(asuhan, alasan="donatur_berhenti", by=donatur(asuhan.asn_id))
            self.terjadi["henti"] += 1

    def ganti(self, p: Peserta) -> None:
        """Another donor's letter takes a worker over who was paid for and has not lapsed."""
        lama = self._asuhan(p, StatusAsuhan.MENCARI_PENGGANTI)
        if lama is None or lama.pekerja.status is StatusPekerja.NONAKTIF:
            return
        dibayar = select(Iuran.id).where(Iuran.pekerja_id == lama.pekerja_id, Iuran.status.in_(UANG_MASUK))
        if db.session.scalar(dibayar.limit(1)) is None:
            return
        asn = db.session.get_one(Asn, self.pengganti[lama.pekerja_id])
        rekening = f"3{self.terjadi['ganti']:09d}"
        surat = make_donatur(asn, pekerja=0, mulai=hari_pertama(p.lanjut), rekening=rekening).surat
        baru = Asuhan(
            id=uuid.uuid4(), garis_asuh_id=lama.garis_asuh_id, asn_id=asn.id, asn=asn,
            pekerja_id=lama.pekerja_id, pekerja=lama.pekerja, status=StatusAsuhan.MENUNGGU_MANDAT,
            program=lama.program, penghasilan=lama.penghasilan, dibuat_pada=now(),
        )  # fmt: skip
        db.session.add(baru)
        db.session.flush()
        lacak(MESIN_ASUHAN, baru.id, ("usulkan", "layak"))
        hitungan.tambah_pekerja(asn, 1, pekerja_id=baru.pekerja_id)
        db.session.add(
            SuratPekerja(
                id=uuid.uuid4(), surat_kuasa_id=surat.id, asuhan_id=baru.id, urutan=1, harga_tertinggi=16_800
            )
        )  # fmt: skip
        self.terjadi["ganti"] += siapkan_asuhan([lama.pekerja_id])

    def jeda(self, p: Peserta) -> None:
        if asuhan := self._asuhan(p, StatusAsuhan.AKTIF):
            sejak, sampai = hari_pertama(p.jeda[0]), hari_pertama(p.jeda[-1])
            putusan.jeda(asuhan, sejak=sejak, sampai=sampai, by=donatur(asuhan.asn_id))
            self.terjadi["jeda"] += 1

    def tunai(self, p: Peserta, bulan: int) -> None:
        """So many months in cash, and some money too many."""
        asuhan = self._asuhan(p, *SUDAH_SIAP)
        if asuhan is None or asuhan.pekerja.status is StatusPekerja.NONAKTIF:
            return
        banyak, lebih = p.tunai[bulan]
        row = record_penerimaan(
            asuhan, saluran=Saluran.TUNAI, tanggal=today(), bukti=f"KAS-{next(self._urut)}",
            jumlah=sum(harga(asuhan, hari_pertama(bulan + k)).total for k in range(banyak)) + lebih,
            bulan_mulai=hari_pertama(bulan), jumlah_bulan=banyak, by=self.hadi,
        )  # fmt: skip
        accept_penerimaan(row, by=self.yuni)
        self.terjadi["tunai"] += 1
        self.terjadi["lebih"] += lebih > 0

    def pindah(self, satu: Orang, ke: str) -> None:
        """As the roster moves somebody from today on."""
        asn = db.session.get_one(Asn, satu.asn_id)
        lama = self._tempat(asn)
        dari, baru = asn.opd_id, self._opd(ke)
        lama.sampai = today() - timedelta(days=1)
        asn.opd_id, asn.unit_id = baru.id, factories.unit(baru).id
        db.session.flush()
        db.session.add(
            Penempatan(
                asn_id=asn.id, opd_id=baru.id, unit_id=asn.unit_id, status_asn=asn.status_asn,
                status_aktif=asn.status_aktif, jabatan=asn.jabatan, mulai=today(),
            )
        )  # fmt: skip
        db.session.flush()
        status, aktif = asn.status_asn, asn.status_aktif
        hitungan.pindah(
            asn, opd_lama=dari, opd_baru=baru.id, status_lama=status, status_baru=status,
            aktif_lama=aktif, aktif_baru=aktif,
        )  # fmt: skip
