"""The cast with something in every room: what the walks over all routes and all roles look at.

Sari has sent her sign-up, Lina is in the middle of hers with a printed letter, Wati (of the other OPD) too;
Lina and Eko hold a worker of the pool and have an offer; Dewi and Bayu have uploaded lists. ``SAMPLES`` says,
per route parameter, which values there are and who may reach each: everybody else must get the same 404 as
for nothing.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from types import SimpleNamespace
from typing import Any

from rentan.akun.models import PeranAkun
from rentan.asuhan.models import Asuhan
from rentan.asuhan.putusan import batalkan_oleh_sistem
from rentan.asuhan.status import StatusAsuhan
from rentan.berkas.models import Berkas
from rentan.berkas.sanitise import Bersih
from rentan.berkas.status import JenisBerkas
from rentan.calon import actions as calon_actions
from rentan.core.actor import SISTEM
from rentan.core.arsip import hash_of, simpan
from rentan.core.clock import now, today
from rentan.core.imports import receive_impor
from rentan.core.imports_base import Impor, JenisImpor, StatusImpor
from rentan.core.permissions import Peran
from rentan.ext import db, runtime
from rentan.gladi import folder as gladi_folder
from rentan.gladi.bank import BerkasBank, Salah
from rentan.gladi.latihan import Catatan
from rentan.iuran import buku
from rentan.iuran.buku_akun import AkunBuku, JenisJurnal
from rentan.iuran.models import Iuran, Pemberitahuan, Percobaan
from rentan.iuran.penerimaan import accept_penerimaan, record_penerimaan
from rentan.iuran.status import JenisUrusan, JenisUsul, Saluran, StatusBpjs
from rentan.iuran.urusan import buka_urusan
from rentan.iuran.usul import propose_usul
from rentan.kartu.acara import finish_acara
from rentan.kartu.lembar import keep_lines
from rentan.kartu.serah import hand_over_kartu
from rentan.kartu.status import CaraSerah, Penerima, StatusKartu
from rentan.kepesertaan.models import BarisDaftar
from rentan.opd.models import Opd
from rentan.paket.actions import susun_paket
from rentan.paket.models import Pengecualian
from rentan.paket.status import JenisPaket
from rentan.pekerja.models import DugaDuplikat
from rentan.pekerja.status import PutusanDuplikat, StatusPekerja, SumberPerlindungan
from rentan.pencabutan.actions import stop_surat
from rentan.pendaftaran.models import Pendaftaran
from rentan.pindai.models import HalamanPindai, Tumpukan
from rentan.pindai.status import HasilHalaman, StatusTumpukan
from rentan.siaga import actions as siaga_actions
from rentan.siaga.models import UsulBuka
from rentan.surat_kuasa.models import SuratKuasa
from rentan.surat_kuasa.status import StatusSurat
from rentan.tarif.actions import add_potongan
from rentan.tarif.price import Potongan
from rentan.tarif.queries import load_tabel
from rentan.util.tanggal import awal_bulan, tambah_bulan
from rentan.verifikasi.models import Putusan
from rentan.verifikasi.status import HasilPutusan
from tests import factories
from tests.asn import roster_files
from tests.autodebet import hasil_maker as debet_maker
from tests.autodebet import maker as surat_maker
from tests.calon.maker import make_calon
from tests.cast import Cast, Orang
from tests.iuran.maker import make_donatur
from tests.kartu import hari, maker
from tests.kepesertaan import maker as bpjs_maker
from tests.pendaftaran import jalan
from tests.setoran import maker as setor_maker
from tests.setoran.maker import make_lunas
from tests.siaga.maker import make_dicari
from tests.surat_kuasa.kertas import add_asuhan, make_cetak
from tests.verifikasi.perbaikan_maker import make_perbaikan, points

Ids = dict[str, Any]


@dataclass
class Dunia:
    """``ids`` are values for routes; ``again()`` takes back everything that happened since ``mark()``."""

    cast: Cast
    ids: Ids
    mark: Callable[[], None]
    again: Callable[[], None]


def make_dunia(client_as: Callable[[Orang], Any]) -> Ids:
    """Build it with the actions and pages of the application; answers the ids by name."""
    cast = Cast.create()
    db.session.commit()
    ids: Ids = {}
    _sign_ups(cast, client_as, ids)
    _pool(cast, ids)
    _lists(cast, ids)
    _doubt(ids)
    _verdict(cast, ids)
    _cards(cast, ids)
    _day(cast, ids)
    _bank(cast, ids)
    _stacks(cast, ids)
    _repair(cast, ids)
    _bpjs(cast, ids)
    _setoran(cast, ids)
    _iuran(cast, ids)
    _siaga(cast, ids)
    _debet(cast, ids)
    _gladi(cast, ids)
    for nama in vars(cast):
        ids[f"akun_{nama}"] = getattr(cast, nama).akun.id
    ids["kode_budi"], ids["kode_wati"] = (
        db.session.get_one(Opd, orang.asn.opd_id).kode for orang in (cast.budi, cast.wati)
    )
    ids |= {"satu": 1, "kunci_pengaturan": "maks_pekerja", "kunci_bantuan": "asn"}
    ids["asn_sari"], ids["opd_sari"] = cast.sari.asn.id, cast.sari.asn.opd_id
    ids["peran_budi"] = db.session.scalar(
        db.select(PeranAkun.id).where(PeranAkun.akun_id == cast.budi.akun.id, PeranAkun.opd_id.is_not(None))
    )
    return ids


def _sign_ups(cast: Cast, client_as: Callable[[Orang], Any], ids: Ids) -> None:
    sari = client_as(cast.sari)
    jalan.sampai_unggah(sari)
    assert jalan.kirim(sari).status_code == 303
    for nama in ("lina", "wati"):
        jalan.sampai_cetak(client_as(getattr(cast, nama)))
    for nama in ("sari", "lina", "wati"):
        asn_id = getattr(cast, nama).asn.id
        ids[f"pendaftaran_{nama}"] = db.session.scalar(
            db.select(Pendaftaran.id).where(Pendaftaran.asn_id == asn_id)
        )
        surat = db.session.scalars(db.select(SuratKuasa).where(SuratKuasa.asn_id == asn_id)).one()
        ids[f"surat_{nama}"], ids[f"ref_{nama}"] = surat.id, surat.ref
        for berkas in db.session.scalars(db.select(Berkas).where(Berkas.asn_id == asn_id)):
            ids[f"{berkas.jenis.value.removeprefix('surat_')}_{nama}"] = berkas.id
        ids[f"asuhan_{nama}"] = db.session.scalar(
            db.select(Asuhan.id).where(Asuhan.asn_id == asn_id, Asuhan.status != StatusAsuhan.DITAHAN)
        )


def _pool(cast: Cast, ids: Ids) -> None:
    for number, nama in enumerate(("lina", "eko"), 1):
        orang = getattr(cast, nama)
        held = make_calon(f"Pegang {number}", hari=20 + number)
        ids[f"pegangan_{nama}"] = calon_actions.pegang(held, asn=orang.asn, by=orang.pelaku).id
        offered = make_calon(f"Tawar {number}", hari=10 + number)
        ids[f"tawaran_{nama}"] = calon_actions.tawarkan(offered, orang.asn, by=cast.dewi.pelaku).id
    ids["calon"] = make_calon("Bebas Rekaan").id
    db.session.commit()


def _lists(cast: Cast, ids: Ids) -> None:
    roster = roster_files.xlsx(("DATA", [roster_files.row(roster_files.nip(date(1990, 1, 2), 7))]))
    ids["impor_asn_dewi"] = receive_impor(JenisImpor.ROSTER, roster, "daftar.xlsx", {}, cast.dewi.pelaku).id
    db.session.commit()
    for jenis in (JenisImpor.CALON, JenisImpor.PELINDUNGAN):
        for nama in ("dewi", "bayu"):
            row = Impor(
                id=uuid.uuid4(), jenis=jenis, status=StatusImpor.GAGAL, sha256="0" * 64, akhiran=".xlsx",
                kunci_berkas="", galat="Berkas ini bukan XLSX.", kemajuan=100, dibuat_pada=now(),
                dibuat_oleh=getattr(cast, nama).akun.id, kedaluwarsa_pada=now(),
            )  # fmt: skip
            db.session.add(row)
            ids[f"impor_{jenis.value}_{nama}"] = row.id
    db.session.commit()


def _doubt(ids: Ids) -> None:
    pair = [factories.make_pekerja("Mirip Rekaan", status=StatusPekerja.DUGA_DUPLIKAT) for _ in range(2)]
    row = DugaDuplikat(
        id=uuid.uuid4(), pekerja_id=pair[0].id, mirip_id=pair[1].id, kemiripan=95, dibuat_pada=now(),
        putusan=PutusanDuplikat.MENUNGGU,
    )  # fmt: skip
    db.session.add(row)
    ids["duplikat"] = row.id
    db.session.commit()


def _verdict(cast: Cast, ids: Ids) -> None:
    """A lapsed verdict with its crop: Sari's letter still waits to be verified."""
    row = Putusan(
        id=uuid.uuid4(), surat_kuasa_id=ids["surat_sari"], berkas_id=ids["ktp_sari"], alasan="buram",
        hasil=HasilPutusan.PERBAIKI, kalimat="Potret ulang.", halaman=1, kiri=0, atas=0, lebar=99, tinggi=99,
        oleh=cast.rini.akun.id, pada=now(), gugur_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    ids["putusan_sari"] = row.id
    db.session.commit()


def _cards(cast: Cast, ids: Ids) -> None:
    """Sari's worker's card came back for want of an address, Wati's lies in Tugu, Lina's is on its way."""
    for nama, status, kecamatan in (
        ("sari", StatusKartu.DIKEMBALIKAN, maker.NGALIYAN),
        ("wati", StatusKartu.DITERIMA_KEC, maker.TUGU),
        ("lina", StatusKartu.TERBIT, maker.NGALIYAN),
    ):
        asuhan = db.session.get_one(Asuhan, ids[f"asuhan_{nama}"])
        ids[f"kartu_{nama}"] = maker.make_kartu_of(asuhan, status, kecamatan=kecamatan).id
    ids["paket_kartu"] = maker.kirim_paket(cast).id


def _day(cast: Cast, ids: Ids) -> None:
    """Joko's hand-over day: one card handed over with proof, one scanned on paper; and a day that ended."""
    acara, ended = hari.make_acara(cast.joko, 2, hp=None), hari.make_acara(cast.joko, 1)
    done, waiting = hari.list_undangan(acara)
    row = hand_over_kartu(
        done.kartu, penerima=Penerima.PEKERJA, tanggal=today(), cara=CaraSerah.LEMBAR, acara=acara,
        identitas_dilihat=True, bukti=hari.POTONGAN, by=cast.joko.pelaku,
    )  # fmt: skip
    answer = {"lembar": [None], "baris": [{"kode": waiting.kartu.kode, "halaman": 1, "bertanda": True}]}
    keep_lines(acara, answer, [hari.POTONGAN], by=cast.joko.pelaku)
    finish_acara(ended, by=cast.joko.pelaku)
    free = hari.make_kartu("Loket Rekaan")
    ids |= {"acara_joko": acara.id, "acara_selesai": ended.id, "undangan_joko": waiting.id}
    ids |= {"penyerahan_joko": row.id, "kartu_loket": free.id, "kode_loket": free.kode}
    db.session.commit()


def _bank(cast: Cast, ids: Ids) -> None:
    """The bank has refused Budi's letter; Eko has withdrawn his, which was in force; Hadi reads an answer."""
    surat = surat_maker.make_setuju(cast, "budi")
    ids["paket_mandat"] = surat_maker.kirim(cast).id
    surat_maker.impor([surat_maker.jawab(surat, "21")], cast)
    eko = make_cetak(cast.eko)
    eko.status, eko.berlaku_mulai, eko.ditandatangani_pada = StatusSurat.AKTIF, today(), today()
    cabut = stop_surat(eko, by=cast.eko.pelaku, cari_pengganti=False)
    ids["surat_budi"], ids["surat_eko"], ids["cabut_eko"] = surat.id, eko.id, cabut.id if cabut else None
    ids["impor_mandat_hadi"] = db.session.scalar(
        db.select(Impor.id).where(Impor.jenis == JenisImpor.JAWABAN_MANDAT)
    )
    db.session.commit()


def _stacks(cast: Cast, ids: Ids) -> None:
    """A scanned stack of two pages per operator: one that nobody could read, one KTP of the own OPD."""
    for nama, donatur in (("budi", "lina"), ("wati", "wati")):
        orang = getattr(cast, nama)
        stack = Tumpukan(
            id=uuid.uuid4(), opd_id=orang.asn.opd_id, status=StatusTumpukan.SIAP, sha256=nama, ukuran=1,
            bagian=[], halaman=2, dibaca=2, dibuat_oleh=orang.akun.id, dibuat_pada=now(),
        )  # fmt: skip
        db.session.add(stack)
        db.session.flush()
        for nomor in (1, 2):
            page = HalamanPindai(
                id=uuid.uuid4(), tumpukan_id=stack.id, nomor=nomor, hasil=HasilHalaman.TANPA_KODE, tinta=900,
                lebar=600, tinggi=800, sha256=hash_of(jalan.gambar(nomor)),
            )  # fmt: skip
            page.kunci_gambar = simpan(page, "kunci_gambar", jalan.gambar(nomor), prefix="tumpukan")
            if nomor == 2:
                page.hasil, page.jenis, page.halaman_surat = HasilHalaman.KTP, JenisBerkas.KTP, 1
                page.surat_kuasa_id = ids[f"surat_{donatur}"]
            db.session.add(page)
        ids[f"tumpukan_{nama}"] = stack.id
    db.session.commit()


def _repair(cast: Cast, ids: Ids) -> None:
    """An ASN of Budi's OPD without account: the letter waits for repair, BPJS has refused another worker."""
    maya = SimpleNamespace(
        asn=factories.make_asn("Maya Rekaan", db.session.get_one(Opd, cast.budi.asn.opd_id))
    )
    surat = make_perbaikan(cast, maya, gagal=(JenisBerkas.KTP,), pekerja="nama_salah", by=cast.budi.pelaku)
    ids["surat_maya"], ids["asuhan_maya"] = surat.id, surat.daftar[0].asuhan_id
    ids["butir_maya"] = points(surat)[0].id
    ditolak = add_asuhan(maya, by=cast.budi.pelaku, nama="Ditolak Rekaan").pekerja
    ditolak.status, ditolak.alasan_bpjs = StatusPekerja.DITOLAK_BPJS, "nama_beda"
    ids["pekerja_ditolak"] = ditolak.id
    db.session.commit()


def _bpjs(cast: Cast, ids: Ids) -> None:
    """A list being built, somebody who lacks data, an answer that fits nowhere, two failed uploads."""
    donor = factories.make_asn("Tono Rekaan", factories.opd("BKPP"), lahir=date(1984, 8, 8))
    bpjs_maker.make_siap(donor, "Siap Rekaan")
    ids["pekerja_bpjs"] = bpjs_maker.make_siap(donor, "Kurang Rekaan", lokasi_kerja=None).id
    ids["pekerja_bebas"] = factories.make_pekerja("Bebas Lain").id
    bpjs_maker.read_answer(cast, [factories.nik(), "Tak Dikenal", "Y", ""])
    ids["pengecualian_bpjs"] = db.session.scalar(
        db.select(Pengecualian.id).where(Pengecualian.jenis == JenisImpor.JAWABAN_BPJS)
    )
    paket = susun_paket(JenisPaket.DAFTAR, today(), by=cast.bayu.pelaku)
    ids["paket_daftar"] = paket.id
    ids["baris_daftar"] = db.session.scalar(db.select(BarisDaftar.id).where(BarisDaftar.paket_id == paket.id))
    for jenis in (JenisImpor.JAWABAN_BPJS, JenisImpor.KPJ):
        row = Impor(
            id=uuid.uuid4(), jenis=jenis, status=StatusImpor.GAGAL, sha256="0" * 64, akhiran=".xlsx",
            kunci_berkas="", galat="Berkas ini bukan XLSX.", kemajuan=100, dibuat_pada=now(),
            dibuat_oleh=cast.bayu.akun.id, kedaluwarsa_pada=now(),
        )  # fmt: skip
        db.session.add(row)
        ids[f"impor_{jenis.value}"] = row.id
    db.session.commit()


def _setoran(cast: Cast, ids: Ids) -> None:
    """A remittance that was paid and of which BPJS refused a month, one to be paid, a failed upload."""
    refused, waiting = (make_lunas(one, today()) for one in make_donatur(pekerja=2).asuhan)
    waiting.status_bpjs = StatusBpjs.DISETOR  # not for the first one
    db.session.flush()
    paid = setor_maker.build(cast)
    setor_maker.approve(cast, paid)
    setor_maker.pay(cast, paid, pindaian=Bersih("application/pdf", b"%PDF-1.7 bukti", 1, 595, 842))
    setor_maker.read_record(cast, setor_maker.answer(refused, "T", "Nama tidak sesuai"))
    waiting.status_bpjs = StatusBpjs.BELUM
    db.session.flush()
    paket = setor_maker.build(cast)
    setor_maker.approve(cast, paket)
    lapsed = make_donatur().asuhan[0].pekerja
    lapsed.status, lapsed.lunas_sampai = StatusPekerja.NONAKTIF, date(2026, 6, 1)
    lapsed.sumber, lapsed.sumber_pada = SumberPerlindungan.DIHITUNG, date(2026, 10, 1)
    ids["pekerja_terhenti"] = lapsed.id
    ids |= {"paket_setor_lunas": paid.id, "paket_setor": paket.id, "iuran_ditolak": refused.id}
    row = Impor(
        id=uuid.uuid4(), jenis=JenisImpor.CATATAN_BPJS, status=StatusImpor.GAGAL, sha256="0" * 64,
        akhiran=".xlsx", kunci_berkas="", galat="Berkas ini bukan XLSX.", kemajuan=100, dibuat_pada=now(),
        dibuat_oleh=cast.bayu.akun.id, kedaluwarsa_pada=now(),
    )  # fmt: skip
    db.session.add(row)
    ids["impor_catatan_bpjs"] = row.id
    db.session.commit()


def _iuran(cast: Cast, ids: Ids) -> None:
    """Rini pays for two workers: one month accepted, another recorded, and a refund proposed."""
    paid, waiting = make_donatur(cast.rini.asn, pekerja=2).asuhan
    rows = [
        record_penerimaan(
            one, saluran=Saluran.TUNAI, tanggal=today(), bukti=f"KAS-{n}", jumlah=20_000,
            bulan_mulai=awal_bulan(today()), jumlah_bulan=1, by=cast.hadi.pelaku,
        )
        for n, one in enumerate((paid, waiting))
    ]  # fmt: skip
    db.session.commit()
    accept_penerimaan(rows[0], by=cast.yuni.pelaku)
    iuran = db.session.scalars(db.select(Iuran).where(Iuran.penerimaan_id == rows[0].id)).one()
    usul = propose_usul(
        iuran, JenisUsul.KEMBALIKAN, alasan="salah_donatur", keterangan="tertukar", by=cast.hadi.pelaku
    )
    ids |= {"iuran_rini": iuran.id, "asuhan_rini": waiting.id, "penerimaan": rows[1].id, "usul_rini": usul.id}
    ids["urusan"] = buka_urusan(
        JenisUrusan.TANPA_KABAR, paid, today(), "Tanyakan kepada bank.", pemilik=Peran.BENDAHARA, iuran=iuran
    ).id
    ids["asn_maya"] = db.session.get_one(SuratKuasa, ids["surat_maya"]).asn_id
    _tarif(cast, ids)
    ids |= {"bulan_ini": f"{today():%Y-%m}", "tahun_ini": today().year}
    db.session.commit()


def _debet(cast: Cast, ids: Ids) -> None:
    """A debit batch of which the bank has answered one line, asked about another, and left one open."""
    paket, data = debet_maker.make_terkirim(cast, 3, bulan=tambah_bulan(awal_bulan(today()), -4))
    ids["paket_debet"] = paket.id
    done, asked, waiting = debet_maker.baris(data)
    lines = [debet_maker.jawab(done, waktu=f"{today()}"), debet_maker.jawab(asked, "94", waktu=f"{today()}")]
    debet_maker.baca_langsung(lines, cast)
    ids["percobaan_debet"] = db.session.scalar(
        db.select(Percobaan.id).where(Percobaan.referensi == waiting.referensi)
    )
    impor = db.session.scalars(db.select(Impor).where(Impor.jenis == JenisImpor.HASIL_DEBET)).one()
    impor.ringkasan = {"read": 2, "good": 2, "refused": 0, "unchanged": 0, "changed": 2, "rincian": {}}
    ids["impor_debet_hadi"] = impor.id
    ids["pengecualian_debet"] = db.session.scalar(
        db.select(Pengecualian.id).where(Pengecualian.paket_id == paket.id)
    )
    db.session.commit()


def _gladi(cast: Cast, ids: Ids) -> None:
    """A rehearsal of Hadi's that is done; no sweep takes it: rows can be put back, folders cannot."""
    found = gladi_folder.siapkan_gladi(None, {Salah.SALDO: 1}, by=cast.hadi.pelaku)
    here = runtime().settings.instance / "gladi" / str(found)
    rupiah = ("rupiah_bank", "rupiah_tercatat", "lebih_dari_bank")
    jumlah = dict.fromkeys(("baris", "berhasil", "gagal", "belum", "pengecualian", "ulang", *rupiah), 1)
    berkas = BerkasBank("debet.csv", b"debet")
    gladi_folder.simpan_hasil(here, Catatan(jumlah=jumlah, debet=berkas, jawaban=[berkas]))
    os.utime(here, (4_102_444_800, 4_102_444_800))
    ids["gladi_hadi"] = found


def _tarif(cast: Cast, ids: Ids) -> None:
    """A cut without an end, and the notices that Sari and Eko got about it."""
    bulan = tambah_bulan(awal_bulan(today()), 1)
    cut = Potongan(tambah_bulan(bulan, 6), None, "lain", "apbd", "JHT", 50, "Peraturan rekaan")
    ids["potongan"] = add_potongan(cut, by=cast.dewi.pelaku).id
    ids["kelas_mulai"] = f"{load_tabel().susunan[0].mulai:%Y-%m}"
    for nama in ("sari", "eko"):
        row = Pemberitahuan(
            id=uuid.uuid4(), asn_id=getattr(cast, nama).asn.id, jenis="tarif", periode=bulan,
            jumlah_lama=8_400, jumlah_baru=16_800, keterangan="Potongan berakhir.", dibuat_pada=now(),
        )  # fmt: skip
        db.session.add(row)
        ids[f"pemberitahuan_{nama}"] = row.id


EVERYBODY = frozenset(one.name for one in fields(Cast))
Sample = tuple[dict[str, str], frozenset[str]]


def _siaga(cast: Cast, ids: Ids) -> None:
    """A worker without a payer, offered to Rini; two sponsorships that have ended."""
    ids["asuhan_dicari"] = make_dicari().id
    siaga_actions.stand_by(cast.rini.asn, by=cast.rini.pelaku)
    talangan = siaga_actions.ask_next(db.session.get_one(Asuhan, ids["asuhan_dicari"]), by=SISTEM)
    ids["talangan_rini"] = talangan.id if talangan else None
    ids["surat_rini"] = db.session.scalar(
        db.select(SuratKuasa.id).where(
            SuratKuasa.asn_id == cast.rini.asn.id, SuratKuasa.status == StatusSurat.AKTIF
        )
    )
    berakhir, diusulkan = make_donatur(pekerja=2).asuhan
    _kredit(berakhir)
    for one in (berakhir, diusulkan):
        batalkan_oleh_sistem(one, alasan="mandat_dicabut")
    usul = UsulBuka(
        id=uuid.uuid4(), asuhan_id=diusulkan.id, catatan="Keliru.", diusulkan_oleh=cast.dewi.akun.id,
        diusulkan_pada=now(),
    )  # fmt: skip
    db.session.add(usul)
    db.session.commit()
    ids["asuhan_berakhir"], ids["usul_buka"] = berakhir.id, usul.id


def _kredit(asuhan: Asuhan) -> None:
    """A little that is carried over."""
    akun = AkunBuku.KAS, AkunBuku.KREDIT_DONATUR
    posting = buku.Posting.dua_sisi(JenisJurnal.KELEBIHAN, today(), *akun, 2_400, asuhan_id=asuhan.id)
    buku.catat([posting], by=SISTEM)


def _one(param: str, **reach: str) -> list[Sample]:
    """Values of one parameter by name in ``ids``, each with the people who reach it ("sari wati")."""
    return [
        ({param: name}, EVERYBODY if people == "*" else frozenset(people.split()))
        for name, people in reach.items()
    ]


#: (endpoint, blueprint, or "" for any; parameters in the order of the rule) -> values by name, and who
#: reaches them. People without the route's permission get 403 before anything is looked up: not named here.
SAMPLES: dict[tuple[str, tuple[str, ...]], list[Sample]] = {
    ("", ()): [({}, EVERYBODY)],
    ("", ("asn_id",)): _one("asn_id", asn_sari="*"),
    ("", ("opd_id",)): _one("opd_id", opd_sari="*"),
    ("", ("akun_id",)): _one("akun_id", akun_budi="*"),
    ("", ("akun_id", "peran_id")): [
        ({"akun_id": "akun_budi", "peran_id": "peran_budi"}, EVERYBODY),
        ({"akun_id": "akun_sari", "peran_id": "peran_budi"}, frozenset()),
    ],
    ("", ("sesi_id",)): _one("sesi_id", **{f"sesi_{nama}": nama for nama in sorted(EVERYBODY)}),
    ("", ("kode",)): _one("kode", kode_budi="budi dewi", kode_wati="wati dewi"),
    ("asn", ("impor_id",)): _one("impor_id", impor_asn_dewi="dewi", impor_calon_dewi=""),
    ("calon", ("impor_id",)): _one(
        "impor_id", impor_calon_dewi="dewi", impor_calon_bayu="bayu", impor_asn_dewi=""
    ),
    ("hasil_debet", ("impor_id",)): _one("impor_id", impor_debet_hadi="hadi", impor_mandat_hadi=""),
    ("hasil_debet", ("percobaan_id",)): _one("percobaan_id", percobaan_debet="hadi"),
    ("kepesertaan", ("impor_id",)): _one("impor_id", impor_jawaban_bpjs="bayu", impor_kpj=""),
    ("kpj", ("impor_id",)): _one("impor_id", impor_kpj="bayu", impor_jawaban_bpjs=""),
    ("kepesertaan", ("pekerja_id",)): _one("pekerja_id", pekerja_bpjs="bayu", pekerja_bebas=""),
    ("terhenti", ("pekerja_id",)): _one("pekerja_id", pekerja_terhenti="rini", pekerja_bpjs=""),
    ("setoran", ("impor_id",)): _one("impor_id", impor_catatan_bpjs="bayu", impor_kpj=""),
    ("setoran", ("iuran_id",)): _one("iuran_id", iuran_ditolak="bayu"),
    ("setoran.pay", ("paket_id",)): _one("paket_id", paket_setor="hadi", paket_daftar=""),
    ("setoran.proof", ("paket_id",)): _one(
        "paket_id", paket_setor_lunas="bayu hadi yuni", paket_setor="", paket_daftar=""
    ),
    ("gladi", ("gladi_id",)): _one("gladi_id", gladi_hadi="hadi"),
    ("gladi", ("gladi_id", "nomor")): [({"gladi_id": "gladi_hadi", "nomor": "satu"}, frozenset({"hadi"}))],
    ("tarif", ("mulai",)): _one("mulai", kelas_mulai="*"),
    ("tarif", ("potongan_id",)): _one("potongan_id", potongan="*"),
    ("pemberitahuan", ("pemberitahuan_id",)): _one(
        "pemberitahuan_id", pemberitahuan_sari="sari", pemberitahuan_eko="eko"
    ),
    ("iuran", ("bulan",)): _one("bulan", bulan_ini="*"),
    ("iuran", ("tahun",)): _one("tahun", tahun_ini="*"),
    ("iuran", ("iuran_id",)): _one("iuran_id", iuran_rini="rini hadi"),
    ("iuran", ("asn_id", "bulan")): [
        ({"asn_id": "asn_maya", "bulan": "bulan_ini"}, frozenset({"hadi", "yuni", "bayu", "budi"})),
        ({"asn_id": "asn_sari", "bulan": "bulan_ini"}, frozenset({"hadi", "yuni", "bayu"})),
    ],
    ("urusan", ("urusan_id",)): _one("urusan_id", urusan="hadi yuni"),
    ("iuran_kelola", ("bulan",)): _one("bulan", bulan_ini="*"),
    ("iuran_kelola", ("asuhan_id",)): _one("asuhan_id", asuhan_rini="hadi", asuhan_sari=""),
    ("iuran_kelola", ("penerimaan_id",)): _one("penerimaan_id", penerimaan="hadi yuni"),
    ("iuran_kelola", ("iuran_id",)): _one("iuran_id", iuran_rini="hadi"),
    ("sisa", ("asuhan_id",)): _one("asuhan_id", asuhan_berakhir="hadi"),
    ("iuran_kelola", ("usul_id",)): _one("usul_id", usul_rini="hadi yuni"),
    # What is still being built is not the approver's to see.
    ("paket", ("paket_id",)): _one(
        "paket_id", paket_daftar="bayu", paket_kartu="bayu yuni", paket_mandat="hadi yuni"
    ),
    ("paket_uang", ("paket_id",)): _one("paket_id", paket_debet="hadi yuni", paket_kartu="bayu yuni"),
    ("paket", ("paket_id", "baris_id")): [
        ({"paket_id": "paket_daftar", "baris_id": "baris_daftar"}, frozenset({"bayu"}))
    ],
    ("paket", ("pengecualian_id",)): _one(
        "pengecualian_id", pengecualian_bpjs="bayu", pengecualian_debet="hadi"
    ),
    ("pekerja", ("impor_id",)): _one(
        "impor_id", impor_pelindungan_dewi="dewi", impor_pelindungan_bayu="bayu", impor_calon_dewi=""
    ),
    ("", ("asuhan_id",)): _one(
        "asuhan_id",
        asuhan_sari="sari",
        asuhan_lina="lina",
        pegangan_lina="lina",
        pegangan_eko="eko",
        asuhan_wati="wati",
    ),
    ("", ("calon_id",)): _one("calon_id", calon="*"),
    ("", ("tawaran_id",)): _one("tawaran_id", tawaran_lina="lina", tawaran_eko="eko"),
    # A hold is not yet a worker of the sign-up; what is one needs no taking.
    ("pendaftaran", ("asuhan_id",)): _one(
        "asuhan_id", asuhan_sari="sari", asuhan_lina="lina", asuhan_wati="wati", pegangan_lina=""
    ),
    ("pendaftaran.take_worker", ("asuhan_id",)): _one(
        "asuhan_id", pegangan_lina="lina", pegangan_eko="eko", asuhan_sari=""
    ),
    # Only what was sent has a receipt.
    ("", ("pendaftaran_id",)): _one("pendaftaran_id", pendaftaran_sari="sari", pendaftaran_wati=""),
    ("", ("duplikat_id",)): _one("duplikat_id", duplikat="*"),
    ("perbaikan", ("surat_id",)): _one("surat_id", surat_maya="budi", surat_sari="sari budi"),
    ("perbaikan", ("butir_id",)): _one("butir_id", butir_maya="budi"),
    ("perbaikan", ("asuhan_id",)): _one("asuhan_id", asuhan_maya="budi", asuhan_sari=""),
    ("ganda", ("pekerja_id",)): _one("pekerja_id", pekerja_ditolak="rini"),
    ("", ("surat_id",)): _one(
        "surat_id",
        surat_sari="sari budi rini dewi",
        surat_lina="lina budi rini dewi",
        surat_wati="wati rini dewi",
    ),
    ("", ("ref",)): _one("ref", ref_sari="sari budi rini dewi", ref_wati="wati rini dewi"),
    ("", ("berkas_id",)): _one(
        "berkas_id", ktp_sari="sari rini", cetak_sari="sari budi rini", cetak_wati="wati rini"
    ),
    ("berkas.original", ("berkas_id",)): _one("berkas_id", ktp_sari="rini dewi", cetak_sari=""),
    ("", ("berkas_id", "nomor")): [
        ({"berkas_id": "ktp_sari", "nomor": "satu"}, frozenset({"sari", "rini"})),
        ({"berkas_id": "cetak_sari", "nomor": "satu"}, frozenset({"sari", "budi", "rini"})),
        ({"berkas_id": "cetak_wati", "nomor": "satu"}, frozenset({"wati", "rini"})),
    ],
    # A letter that was sent; the admin may only free it.
    ("verifikasi", ("surat_id",)): _one("surat_id", surat_sari="rini", surat_wati=""),
    ("verifikasi.release", ("surat_id",)): _one("surat_id", surat_sari="rini dewi", surat_wati=""),
    ("verifikasi_surat", ("surat_id",)): _one("surat_id", surat_sari="rini", surat_wati=""),
    ("", ("putusan_id",)): _one("putusan_id", putusan_sari="sari rini"),
    ("kartu_satu", ("kartu_id",)): _one(
        "kartu_id", kartu_sari="sari budi joko rini bayu", kartu_wati="wati tini rini bayu"
    ),
    ("acara", ("acara_id",)): _one("acara_id", acara_joko="joko"),
    ("acara.report", ("acara_id",)): _one("acara_id", acara_selesai="joko", acara_joko=""),
    ("lembar", ("acara_id",)): _one("acara_id", acara_joko="joko"),
    ("lembar", ("acara_id", "undangan_id")): [
        ({"acara_id": "acara_joko", "undangan_id": "undangan_joko"}, frozenset({"joko"})),
        ({"acara_id": "acara_selesai", "undangan_id": "undangan_joko"}, frozenset()),
    ],
    ("serah", ("penyerahan_id",)): _one("penyerahan_id", penyerahan_joko="joko bayu"),
    ("serah", ("kartu_id",)): _one("kartu_id", kartu_loket="joko", kartu_wati="tini"),
    ("kartu_terima", ("paket_id",)): _one("paket_id", paket_kartu="joko"),
    ("kartu.print_list", ("paket_id",)): _one("paket_id", paket_kartu="joko bayu"),
    # Letters that a bendahara sees, too; and what became of them.
    ("pencabutan", ("surat_id",)): _one("surat_id", surat_eko="eko wati hadi", surat_sari="sari budi"),
    ("pencabutan.print_withdrawal", ("surat_id",)): _one(
        "surat_id", surat_eko="eko wati hadi", surat_sari=""
    ),
    ("pencabutan.upload_signed", ("surat_id",)): _one("surat_id", surat_eko="eko wati hadi", surat_sari=""),
    ("jeda", ("surat_id",)): _one("surat_id", surat_rini="rini hadi", surat_sari=""),
    ("keluar", ("asuhan_id",)): _one("asuhan_id", asuhan_dicari="rini", asuhan_sari=""),
    ("siaga", ("asuhan_id",)): _one("asuhan_id", asuhan_dicari="bayu", asuhan_sari=""),
    ("siaga.propose_reopen", ("asuhan_id",)): _one("asuhan_id", asuhan_berakhir="rini", asuhan_sari=""),
    ("siaga", ("talangan_id",)): _one("talangan_id", talangan_rini="rini"),
    ("siaga", ("usul_id",)): _one("usul_id", usul_buka="rini"),
    ("cabut", ("pencabutan_id",)): _one("pencabutan_id", cabut_eko="hadi"),
    ("autodebet", ("surat_id",)): _one("surat_id", surat_budi="rini", surat_sari=""),
    ("autodebet.put_in_force", ("surat_id",)): _one("surat_id", surat_budi="hadi", surat_sari=""),
    ("autodebet", ("impor_id",)): _one("impor_id", impor_mandat_hadi="hadi", impor_calon_dewi=""),
    ("", ("tumpukan_id",)): _one("tumpukan_id", tumpukan_budi="budi", tumpukan_wati="wati"),
    ("", ("tumpukan_id", "nomor")): [
        ({"tumpukan_id": f"tumpukan_{nama}", "nomor": "satu"}, frozenset({nama})) for nama in ("budi", "wati")
    ],
    ("pengaturan", ("kunci",)): _one("kunci", kunci_pengaturan="*"),
    ("bantuan", ("kunci",)): _one("kunci", kunci_bantuan="*"),
}


def samples_for(endpoint: str, params: tuple[str, ...]) -> list[Sample]:
    """The samples of a route. ``LookupError`` when nobody thought of this parameter yet."""
    blueprint = endpoint.rpartition(".")[0]
    for key in ((endpoint, params), (blueprint, params), ("", params)):
        if key in SAMPLES:
            return SAMPLES[key]
    raise LookupError(f"{endpoint} takes {params}: add samples to SAMPLES in tests/dunia.py")
