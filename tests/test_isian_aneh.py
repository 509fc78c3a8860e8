"""Odd input in every form and every address, by somebody who may: a refusal with a sentence, never a defect.

PostgreSQL refuses NUL bytes and texts longer than their column, which SQLite takes: so both engines.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from rentan.akun.models import Sesi
from rentan.core.clock import today
from rentan.ext import db
from rentan.gladi.bank import Salah
from rentan.util.tanggal import awal_bulan, tambah_bulan
from rentan.web.access import PUBLIC, access_of
from rentan.web.forms import BaseForm
from tests.cast import SANDI
from tests.dunia import Dunia, samples_for
from tests.pendaftaran import jalan
from tests.test_access import MADE_IN_TESTS, address, concrete, params_of, routes

#: What browsers, copied text, scanners and people with bad intent send.
ANEH: dict[str, str] = {
    "nul": "a\x00b",
    "panjang": "x" * 10_000,
    "melebar": "ΐ" * 100,  # three characters each in upper case
    "melebar_lipat": "ß" * 150,  # two when folded
    "emoji": "😀👩‍👩‍👧 Siti",
    "arah": "\u202eitiS\u200f\ufeff",
    "arab": "٣٣٧٤١٥١٧٠٥٨٠٩٠٠١",
    "negatif": "-1",
    "besar": "9" * 400,
    "rupiah_besar": "999.999.999.999.999",
    "akhir_zaman": "31-12-2100",
    "dulu": "01-01-1900",
    "kosong": "",
    "spasi": " \u00a0\t ",
    "sandi_program": "%_\\'\";-- {{7*7}} <script>#eval(1)",
    "kepala": "a\r\nSet-Cookie: x=1",
}
#: These come through the shape of a form now and then, so a field meets them with the others in order: the
#: first always, and one of each row, in turn from field to field.
SELALU_SATU = "nul"
BERGILIR = (
    ("panjang", "melebar", "melebar_lipat"),
    ("emoji", "besar", "sandi_program"),
    ("rupiah_besar", "akhir_zaman", "dulu"),
)
#: These posts only answer a question.
HANYA_MEMBACA = (
    "/asuhan/nik", "/iuran/total", "/asli/cari", "/serah/cari", "/iuran/kelola/cari", "/tarif/potongan/baru",
    "/tarif/kelas/baru", "/tarif/hari/ubah",
)  # fmt: skip
#: The engines differ only in these; PostgreSQL, slower to put back, meets no others.
BEDA_MESIN = ("nul", "panjang", "melebar", "melebar_lipat")
SELALU = ("versi", "kunci_formulir", "cetak_ulang")
BAIK = {200, 204, 303, 307, 404, 409, 413, 422}

HARI = f"{today():%d-%m-%Y}"
BULAN_DEPAN = f"{tambah_bulan(awal_bulan(today()), 1)}"
SANDI_BARU = "hujan deras di pagi hari"
BERKAS = ("lembar", "berkas", "surat_kuasa", "ktp", "buku_rekening", "surat_pencabutan", "pindaian")
_PEKERJA = jalan.pekerja()
_IMPOR = {"token": "0" * 64, "cara": "semua", "setuju": "y"}
_NIHIL = str(uuid.UUID(int=0))
_WAKIL = {"nama_wakil": "Siti", "hubungan": "anak", "alasan_wakil": "sakit"}
_BARIS = {f"baris-0-{nama}": nilai for nama, nilai in _WAKIL.items()} | {
    "baris": "", "baris-0-undangan": "undangan_joko", "baris-0-hasil": "wakil", "baris-0-alasan": "pindah",
}  # fmt: skip
_IDS = ("opd_sari", "surat_lina", "surat_sari", "kartu_lina", "kartu_loket", "kode_loket", "undangan_joko")

#: Good answers for every form that asks something. Names of ``Dunia.ids`` stand for their values.
ISI: dict[str, dict[str, str]] = {
    "aktivasi.activate": {
        "nip": "198503022010012001", "kode": "ABCD-EFGH-JKMN", "sandi": SANDI_BARU, "sandi_ulang": SANDI_BARU,
    },
    "aktivasi.print_slips": {"unit": "semua"},
    "akun.choose_sandi": {"kode": "ABCD-EFGH", "sandi": SANDI_BARU, "sandi_ulang": SANDI_BARU},
    "akun.confirm": {"sandi": SANDI},
    "akun.second_step": {"kode": "123456"},
    "akun.sign_in": {"nip": "dewi", "sandi": SANDI},
    "akun_kelola.create": {"pengenal": "petugas.uji", "nama": "Petugas Uji"},
    "akun_kelola.grant": {"peran": "pimpinan", "opd": "", "kecamatan": "", "selesai": ""},
    "akun_sendiri.change_sandi": {"sandi_lama": SANDI, "sandi_baru": SANDI_BARU, "sandi_ulang": SANDI_BARU},
    "akun_sendiri.remove_totp": {"kode": "123456"},
    "akun_sendiri.totp_page": {"kode": "123456"},
    "asn.impor": {"berkas": "", "berlaku": HARI},
    "asn.impor_terapkan": _IMPOR,
    "asn.look": {"status_aktif": "cuti", "sejak": HARI},
    "asn.map_spelling": {"ejaan": "Dinas Ejaan", "opd": "opd_sari"},
    "asuhan.explain_nik": {"nik": _PEKERJA["nik"], "tanggal_lahir": "17-05-1980", "jenis_kelamin": "L"},
    "berkas.original": {"alasan": "sengketa"},
    "cermin.close": {"bulan": "2026-11"},
    "gladi.index": {"paket": "", **{f"salah_{one.value}": "1" for one in Salah}},
    "cermin.open_work": {"bulan": "2026-11", "sel": "110"},
    "siaga.join": {"siap": "y"},
    "siaga.answer": {"jawaban": "tolak", "siap": ""},
    "keluar.drop": {"alasan": "pindah", "pada": HARI, "catatan": "Kata RT."},
    "siaga.end": {"catatan": "Surat diantar kader."},
    "siaga.propose_reopen": {"catatan": "Salah baris."},
    "siaga.decide_reopen": {"putusan": "tolak"},
    "jeda.letter": {"bulan": "1", "alasan": "rekening_diblokir"},
    "jeda.worker": {"bulan": "1"},
    "calon.answer": {"jawaban": "tolak"},
    "calon.impor": {"berkas": ""},
    "calon.impor_terapkan": _IMPOR,
    "calon.offer": {"nip": "198503022010012001"},
    "calon.propose": _PEKERJA,
    "acara.change": {"nama": "Tahap dua", "tempat": "Aula", "tanggal": HARI},
    "acara.choose": {"kartu": "kartu_loket"},
    "acara.create": {"nama": "Tahap dua", "tempat": "Aula", "tanggal": HARI, "kecamatan": "33.74.15"},
    "lembar.confirm": _BARIS,
    "lembar.type_in": _BARIS,
    "lembar.upload": {"lembar": ""},
    "serah.hand_over": _WAKIL | {"penerima": "wakil", "identitas": "y", "tanggal": HARI},
    "serah.scan": _WAKIL | {"penerima": "wakil", "nomor_kartu": "kode_loket"},
    "serah.search": {"nama": "Loket", "angka": ""},
    "serah.undo": {"alasan": "salah_baris", "catatan": "tertukar"},
    "kartu.build_list": {"kecamatan": "33.74.15"},
    "kartu.search": {"cari": "Slamet 1234"},
    "kartu_satu.answer_address": {"alamat": "Jalan Lain 1", "kelurahan": "33.74.15.1001"},
    "ganda.decide": {"putusan": "beda", "nik": "lama", "alasan": "KTP berbeda."},
    "ganda.decide_bpjs": {"keputusan": "tidak_layak", "catatan": "Penerima upah."},
    "kartu_satu.cancel": {"alasan": "ganda", "catatan": "Kartu ganda", "dimusnahkan": "y"},
    "kartu_satu.note_absent": {"alasan": "pindah"},
    "kartu_satu.report": {"apa": "hilang", "catatan": "Hilang di jalan"},
    "kartu_satu.resend": {"catatan": "Ketua RT memastikan"},
    "kartu_terima.compare_count": {"hadir": "kartu_lina", "kode": "ABCD1234"},
    "kartu_terima.receive": {
        "hadir": "", "kurang": "kartu_lina", "catatan": "Tidak ada", "asing": "", "nasib": "hilang",
    },
    "kepesertaan.complete": {
        "lokasi_kerja": "Pasar", "pekerjaan": "buruh", "alamat": "Jalan Lain", "hp": "081234567890",
    },
    "kepesertaan.end": {"alasan": "meninggal", "pada": HARI, "catatan": "kabar keluarga"},
    "kepesertaan.impor": {"berkas": "", "ulang": ""},
    "kepesertaan.impor_terapkan": _IMPOR,
    "kepesertaan.open_nik": {"alasan": "klaim"},
    "kpj.impor": {"berkas": ""},
    "kpj.impor_terapkan": _IMPOR,
    "opd.change": {"nama": "Dinas Uji", "singkatan": "Uji", "berlaku_mulai": "", "berlaku_sampai": ""},
    "opd.forget_spelling": {"ejaan": "dinasuji"},
    "opd.map_spelling": {"ejaan": "Dinas Ejaan", "opd": "opd_sari"},
    "paket.cancel": {"alasan": "keliru"},
    "paket.close_exception": {
        "catatan": "sudah ditanyakan", "tindakan": "catatan", "tanggal": HARI, "ref_bank": "", "kode": "",
    },
    "paket.take_exception": {"tenggat": HARI},
    "paket_uang.reconcile": {
        "kredit_bank": "8.400", "arah_1": "kurang", "jumlah_1": "100", "sebab_1": "biaya bank", "arah_2": "",
        "jumlah_2": "", "sebab_2": "", "arah_3": "", "jumlah_3": "", "sebab_3": "",
    },
    "paket_uang.refuse_file": {"pesan_bank": "kepala salah", "tidak_dijalankan": "y"},
    "paket.reopen": {"alasan": "keliru"},
    "paket.send": {"tanda_terima": "loket 2"},
    "pekerja.impor": {"berkas": ""},
    "pekerja.impor_terapkan": _IMPOR,
    "pendaftaran.add_worker": _PEKERJA,
    "pendaftaran.add_worker_here": _PEKERJA,
    "pendaftaran.contribution": jalan.IURAN,
    "pendaftaran.edit_worker": {
        name: _PEKERJA[name]
        for name in ("nama", "hp", "pekerjaan", "sektor", "lokasi_kerja", "alamat", "kelurahan")
    },
    "pendaftaran.own_data": jalan.DATA_DIRI | {"alamat": "Jalan Lain 1"},
    "pendaftaran.papers": {"ditandatangani_pada": HARI, "surat_kuasa": "", "ktp": "", "buku_rekening": ""},
    "pendaftaran.total": jalan.IURAN,
    "pengaturan.change": {"nilai": "7", "semula": ""},
    "asli.scan": {"ke": "admin", "kode": "SK-TIDAKADA"},
    "asli.search": {"cari": "sari"},
    "autodebet.build_debit": {"jenis": "debet"},
    "autodebet.impor": {"berkas": ""},
    "autodebet.impor_terapkan": _IMPOR,
    "hasil_debet.impor": {"berkas": ""},
    "hasil_debet.impor_terapkan": _IMPOR,
    "hasil_debet.line": {
        "tindakan": "gagal", "tanggal": HARI, "ref_bank": "", "kode": "51", "catatan": "Surat bank.",
    },
    "autodebet.send_back": {"kalimat": "Tandatangani ulang."},
    "cabut.forward": {"tanggal": HARI},
    "pencabutan.stop": {"cari_pengganti": "y"},
    "pencabutan.upload_signed": {"surat_pencabutan": ""},
    "pindai.index": {"berkas": "", "opd": "opd_sari"},
    "pindai.keep_found": {"tanggal": HARI},
    "pindai.page": {"surat": "surat_lina", "sebagai": "ktp-1"},
    "pindai.send": {"tanggal": HARI},
    "kalender.change_day": {"tanggal": "24-08-2039", "jenis": "libur", "nama": "Libur daerah", "token": ""},
    "tarif.add_classes": {
        "mulai": BULAN_DEPAN, "dasar_hukum": "PP rekaan", "berkas": "", "token": "",
        "tabel": "penghasilan_min,penghasilan_maks,dasar_penghasilan,jkk,jkm,jht\n0,,1000000,10000,6800,9000",
    },
    "tarif.add_cut": {
        "program": "JHT", "persen": "50", "sektor": "lain", "pendanaan": "pribadi", "mulai": BULAN_DEPAN,
        "sampai": "", "dasar_hukum": "PP rekaan", "token": "",
    },
    "tarif.end_cut": {"sampai": f"{tambah_bulan(awal_bulan(today()), 9)}", "token": ""},
    "tarif.withdraw_cut": {"alasan": "Salah persentase", "token": ""},
    "tarif.withdraw_classes": {"alasan": "Salah tabel", "token": ""},
    "iuran_kelola.hold": {"catatan": "Ditanyakan kepada donatur"},
    "iuran_kelola.propose": {"alasan": "salah_donatur", "keterangan": "Tertukar"},
    "iuran_kelola.record_receipt": {
        "saluran": "tunai", "tanggal": HARI, "bukti": "KAS-77", "bulan_mulai": f"{today():%Y-%m}",
        "jumlah_bulan": "3", "jumlah": "100.000",
    },
    "iuran_kelola.refuse_proposal": {"catatan": "Belum jelas."},
    "iuran_kelola.refuse_receipt": {"catatan": "Buktinya tidak terbaca."},
    "iuran_kelola.search": {"nip": "198503022010012001"},
    "kepesertaan.confirm_lapse": {"pada": HARI, "catatan": "Daftar kantor cabang"},
    "terhenti.decide": {"catatan": "Donatur memastikan pekerja masih bekerja"},
    "setoran.impor": {"berkas": "", "ulang": ""},
    "setoran.impor_terapkan": _IMPOR,
    "setoran.pay": {"nomor": "NTPN-9", "tanggal": HARI, "jumlah": "16.800", "pindaian": ""},
    "setoran.resubmit": {"tanggal": HARI, "catatan": "Nama diperbaiki"},
    "sisa.propose": {
        "saluran": "tunai", "bukti": "BKK-7", "tanggal_bukti": HARI, "alasan": "berhenti",
        "keterangan": "Diambil",
    },
    "surat_daftar.move_originals": {"surat": "surat_sari", "ke": "admin"},
    "surat_kuasa.cancel": {"alasan": "duplikat"},
    "surat_kuasa.move_original": {"ke": "opd", "catatan": "di loket"},
    "surat_kuasa.print_letter": {"kertas": "a4"},
    "surat_kuasa.send": {"ditandatangani_pada": HARI},
    "surat_kuasa.upload": {"surat_kuasa": "", "ktp": "", "buku_rekening": ""},
    "perbaikan.contest": {"catatan": "Berkas ini sudah benar."},
    "perbaikan.correct": {
        "nik": "", "nama": "Slamet Baru", "tanggal_lahir": "17-05-1980", "jenis_kelamin": "L", "hp": "",
        "pekerjaan": "pedagang", "sektor": "lain", "lokasi_kerja": "Pasar", "alamat": "Jalan Contoh 2",
        "kelurahan": "33.74.15.1001", "alasan_peringatan": "Sudah dicocokkan.",
    },
    "perbaikan.replace": {"berkas": ""},
    "perbaikan.send": {"ditandatangani_pada": HARI},
    "verifikasi_surat.answer_opinion": {"pendapat": _NIHIL, "jawaban": "ya", "catatan": "setuju"},
    "verifikasi_surat.approve": {"lanjut": "ya"},
    "verifikasi_surat.ask": {"jenis": "tolak", "alasan": "palsu", "catatan": "ditempel"},
    "verifikasi_surat.cancel": {"alasan": "duplikat"},
    "verifikasi_surat.judge": {
        "hal": "ktp", "hasil": "tidak", "alasan": "buram", "kalimat": "Potret ulang.", "halaman": "1",
        "kiri": "0", "atas": "0", "lebar": "10", "tinggi": "10",
    },
    "verifikasi_surat.request_repair": {"lanjut": "ya"},
    "urusan.show": {"catatan": "sudah ditanyakan"},
    "urusan.take": {"tenggat": HARI},
    "verifikasi_surat.withdraw": {"pendapat": _NIHIL},
}  # fmt: skip
#: Somebody else than the first who may: who really gets as far as the rule.
SIAPA = {
    "akun.confirm": "dewi", "pendaftaran.add_worker": "lina", "pendaftaran.add_worker_here": "lina",
    "pendaftaran.contribution": "lina", "pendaftaran.edit_worker": "lina", "pendaftaran.own_data": "lina",
    "pendaftaran.papers": "lina", "pendaftaran.total": "lina", "surat_kuasa.move_original": "lina",
    "surat_kuasa.send": "lina", "surat_kuasa.cancel": "lina", "surat_daftar.move_originals": "budi",
    "kartu_satu.report": "joko", "pencabutan.stop": "sari", "asli.scan": "dewi",
}  # fmt: skip
#: What pages read from their address.
TANYA = """
    arah bulan cari daftar dari dekat hasil jenis kembali kertas next objek opd pekerjaan pelaku peran
    peristiwa permintaan sampai sebelum sektor sesudah status tahap tampilan unit urut asli_di aktif _external
    acara kelurahan halaman alasan sebab siapa sel urusan tahun bagian
    referensi
""".split()  # noqa: SIM905 -- a word list reads better than a page of quotes


@pytest.fixture
def kesalahan_data(app: Flask) -> Iterator[list[str]]:
    """Statements that the engine refused for their values: a form should have refused them before."""
    found: list[str] = []

    def note(context: Any) -> None:
        if type(context.sqlalchemy_exception).__name__ in ("DataError", "ProgrammingError", "StatementError"):
            found.append(f"{type(context.original_exception).__name__}: {context.statement}")

    event.listen(db.engine, "handle_error", note)
    yield found
    event.remove(db.engine, "handle_error", note)


class Pengirim:
    """Posts to one route as one person, and puts the world back when something was done."""

    def __init__(self, app: Flask, dunia: Dunia, browser: FlaskClient, rule: Rule, values: dict[str, str]):
        self.dunia, self.browser = dunia, browser
        self.url = address(app, rule, concrete(dunia, values))
        with browser.session_transaction(base_url="http://localhost") as stored:
            self.signed_in = dict(stored)

    def post(self, data: Any, **more: Any) -> TestResponse:
        answer = self.browser.post(self.url, data=data, **more)
        if answer.status_code < 400 and not self.url.endswith(HANYA_MEMBACA):
            self.dunia.again()
            with self.browser.session_transaction(base_url="http://localhost") as stored:
                stored.clear()
                stored.update(self.signed_in)
        return answer


def kiriman(isi: dict[str, str], mesin: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what it is, fields): one field odd, all odd, one missing, one twice."""
    plain = {name: value for name, value in isi.items() if name not in BERKAS}
    yield "baik", plain
    yield "tanpa apa pun", {}
    for sebutan, aneh in ANEH.items():
        if mesin == "postgresql" and sebutan not in BEDA_MESIN:
            continue
        yield f"semua {sebutan}", dict.fromkeys((*plain, *SELALU), aneh)
        for ke, name in enumerate(sorted(plain)):
            giliran = [row[(ke + n) % len(row)] for n, row in enumerate(BERGILIR)]
            if sebutan == SELALU_SATU or sebutan in giliran:
                yield f"{name} {sebutan}", plain | {name: aneh, "cetak_ulang": "y"}
    if mesin == "postgresql":
        return
    for name in plain:
        yield f"tanpa {name}", {other: value for other, value in plain.items() if other != name}
        yield f"{name} dua kali", plain | {name: [plain[name], "x", plain[name]]}
    for name in isi.keys() & set(BERKAS):
        for nama_file in ("a\x00b.jpg", "../../😀\u202e" + "x" * 5_000 + ".csv"):
            yield f"{name} {nama_file[:20]!r}", plain | {name: (io.BytesIO(b"%PDF-\x00\xff"), nama_file)}
        yield f"{name} sebagai teks", plain | {name: "a\x00b"}


@contextmanager
def formulir_dibuat(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Names of the fields of all forms that are made meanwhile."""
    names: set[str] = set()
    original = BaseForm.__init__

    def spy(self: BaseForm, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if self.meta.csrf is not False:  # filters of a list are no answers
            names.update(field.name for field in self)

    with monkeypatch.context() as patched:
        patched.setattr(BaseForm, "__init__", spy)
        yield names


RUANG = """
    aktivasi akun akun_kelola akun_sendiri asn asuhan berkas calon opd pekerja pendaftaran pengaturan
    surat_daftar surat_kuasa verifikasi verifikasi_surat kartu kartu_satu kartu_terima
    paket paket_uang pindai kepesertaan kpj asli autodebet pencabutan cabut perbaikan ganda serah acara lembar
    cermin gladi keluar setoran terhenti iuran_kelola sisa urusan tarif kalender pemberitahuan siaga jeda
""".split()  # noqa: SIM905


def pelaku_untuk(app: Flask, dunia: Dunia, rule: Rule) -> tuple[str | None, dict[str, str]]:
    """Somebody who reaches one of the route's samples, and that sample."""
    declared = access_of(app, rule.endpoint)
    samples = samples_for(rule.endpoint, params_of(rule))
    if declared == PUBLIC:
        return None, samples[0][0]
    wanted = SIAPA.get(rule.endpoint)
    for values, reach in samples:
        for nama in [wanted] if wanted else sorted(reach):
            if nama in reach and getattr(dunia.cast, nama).pelaku.permissions & declared:
                return nama, values
    raise LookupError(f"{rule.endpoint}: nobody reaches its samples")


def ids_of(dunia: Dunia, isi: dict[str, str]) -> dict[str, str]:
    return {name: str(dunia.ids[value]) if value in _IDS else value for name, value in isi.items()}


@pytest.fixture
def siap(dunia: Dunia, client_as: Any, app: Flask) -> dict[str | None, FlaskClient]:
    """Everybody signed in; from here on the world can be put back."""
    browsers: dict[str | None, FlaskClient] = {None: app.test_client()}
    for nama in vars(dunia.cast):
        browsers[nama] = client_as(getattr(dunia.cast, nama))
        row = db.session.scalars(
            db.select(Sesi)
            .where(Sesi.akun_id == getattr(dunia.cast, nama).akun.id)
            .order_by(Sesi.dibuat_pada.desc())
        ).first()
        dunia.ids[f"sesi_{nama}"] = row.id if row else uuid.uuid4()
    dunia.mark()
    return browsers


@pytest.mark.kedua_basis
@pytest.mark.parametrize("ruang", RUANG)
def test_forms(
    app: Flask,
    dunia: Dunia,
    siap: dict[str | None, FlaskClient],
    kesalahan_data: list[str],
    monkeypatch: pytest.MonkeyPatch,
    ruang: str,
) -> None:
    wrong: list[str] = []
    for rule in (one for one in routes(app) if one.endpoint.split(".")[0] == ruang and "POST" in one.methods):
        nama, values = pelaku_untuk(app, dunia, rule)
        sender = Pengirim(app, dunia, siap[nama], rule, values)
        isi = ids_of(dunia, ISI.get(rule.endpoint, {}))
        with formulir_dibuat(monkeypatch) as names:
            sender.post({})
        unknown = names - isi.keys() - {"csrf_token", *SELALU}
        if unknown and rule.endpoint not in ("surat_kuasa.cancel", "surat_kuasa.change"):
            wrong += _unasked(rule, unknown, ruang)
        for sebutan, data in kiriman(isi, db.engine.dialect.name):
            try:
                status = sender.post(data).status_code
            except Exception as defect:  # the application raises in tests what would be a 500
                db.session.rollback()
                wrong.append(f"{rule.endpoint} {sebutan}: {type(defect).__name__} {str(defect)[:200]}")
                continue
            if status not in BAIK or kesalahan_data:
                wrong.append(f"{nama} {rule.endpoint} {sebutan}: {status} {kesalahan_data[:1]}")
                kesalahan_data.clear()
    assert not wrong, "\n" + "\n".join(wrong)


def _unasked(rule: Rule, unknown: set[str], ruang: str) -> list[str]:
    """Pages show several forms; only rooms with a single one per page can be told what they ask."""
    several = {
        "iuran_kelola",
        "urusan",
        "serah",
        "asli",
        "cabut",
        "pencabutan",
        "paket",
        "paket_uang",
        "perbaikan",
        "ganda",
        "kartu",
        "kartu_satu",
        "kartu_terima",
        "verifikasi_surat",
        "surat_kuasa",
        "surat_daftar",
        "pendaftaran",
        "berkas",
        "asn",
        "opd",
    }
    if ruang in several:
        return []
    return [f"{rule.endpoint}: add {sorted(unknown)} to ISI"]


@pytest.mark.kedua_basis
def test_bytes_that_are_no_text(
    app: Flask, siap: dict[str | None, FlaskClient], kesalahan_data: list[str]
) -> None:
    """Lone surrogates and broken UTF-8 in the body, in names of fields as well."""
    body = b"nip=%ED%A0%80%00&sandi=%FF%FE&%ED%A0%80=%00&cari=%C0%80"
    for nama, url in ((None, "/masuk"), ("lina", "/pendaftaran/data-diri"), ("dewi", "/akun/kelola/baru")):
        answer = siap[nama].post(url, data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 422, url
    assert (
        siap["dewi"]
        .post("/opd/ejaan/hapus", data=b"ejaan=%00", content_type="application/x-www-form-urlencoded")
        .status_code
        == 404
    )


class Dibaca(ImmutableMultiDict[str, str]):
    """The query of a request; ``nama`` collects what the page asks it for."""

    nama: ClassVar[set[str]] = set()

    def get(self, key: str, *rest: Any, **more: Any) -> Any:
        self.nama.add(key)
        return super().get(key, *rest, **more)

    def getlist(self, key: str, *rest: Any, **more: Any) -> Any:
        self.nama.add(key)
        return super().getlist(key, *rest, **more)

    def __getitem__(self, key: str) -> Any:
        self.nama.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.nama.add(str(key))
        return super().__contains__(key)


@pytest.mark.kedua_basis
@pytest.mark.parametrize("sebutan", ["nul", "besar"])
def test_addresses_that_engines_read_differently(
    app: Flask,
    dunia: Dunia,
    siap: dict[str | None, FlaskClient],
    sebutan: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NUL and numbers beyond 64 bits are refused by one engine and taken by the other."""
    _walk_addresses(app, dunia, siap, sebutan, monkeypatch)


@pytest.mark.parametrize("sebutan", ["panjang", "emoji", "sandi_program"])
def test_addresses(
    app: Flask,
    dunia: Dunia,
    siap: dict[str | None, FlaskClient],
    sebutan: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Text that is only odd is the pages' matter, not the engine's."""
    _walk_addresses(app, dunia, siap, sebutan, monkeypatch)


def _walk_addresses(
    app: Flask,
    dunia: Dunia,
    siap: dict[str | None, FlaskClient],
    sebutan: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every page with odd values for everything that it reads from its address; and odd parts of it."""
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Dibaca)
    wrong: list[str] = []
    read: set[str] = set()
    aneh = ANEH[sebutan][:1_500]
    query = "&".join(f"{name}={quote(aneh, safe='')}" for name in TANYA)
    for rule in routes(app):
        if "GET" not in (rule.methods or ()) or rule.endpoint in MADE_IN_TESTS:
            continue
        nama, values = pelaku_untuk(app, dunia, rule)
        url = address(app, rule, concrete(dunia, values))
        Dibaca.nama.clear()
        urls = [url, f"{url}?{query}"]
        urls += [_swap(url, str(value), quote(aneh, safe="")) for value in concrete(dunia, values).values()]
        last = len(urls) - 1
        for number, one in enumerate(urls):
            if number == last:
                # One at a time too: of all together, the first that is refused hides the others.
                urls += [f"{url}?{name}={quote(aneh, safe='')}" for name in TANYA if name in Dibaca.nama]
                read |= Dibaca.nama
            try:
                status = siap[nama].get(one).status_code
            except Exception as defect:
                db.session.rollback()
                wrong.append(
                    f"{nama} {rule.endpoint} {one[:90]}: {type(defect).__name__} {str(defect)[:150]}"
                )
                continue
            if status >= 500:
                wrong.append(f"{nama} {rule.endpoint} {one[:90]}: {status}")
    assert read >= {"cari", "sesudah", "bulan", "status", "urut"}  # else nothing was listened to
    assert not wrong, "\n" + "\n".join(wrong)


def _swap(url: str, part: str, other: str) -> str:
    return url.replace(quote(part), other)
