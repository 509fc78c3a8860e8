"""A gallery of every component, for the tests of the face; to look at it: ``python -m tests.web.galeri``."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from enum import Enum

from flask import Flask, render_template, request
from wtforms import BooleanField

from rentan.core.errors import RuleError
from rentan.core.status import Status
from rentan.web.forms import (
    BaseForm,
    BerkasField,
    FilterForm,
    HpField,
    NikField,
    PilihanField,
    RekeningField,
    RupiahField,
    SandiField,
    TanggalField,
    TeksField,
    TeksPanjangField,
    UuidSelectField,
    Wajib,
)
from rentan.web.page import after_action, render_page
from tests.web.aplikasi import make_app


class Kelamin(Enum):
    L = ("L", "Laki-laki")
    P = ("P", "Perempuan")

    def __new__(cls, value: str, label: str):
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member


class StatusContoh(Status):
    DRAF = "draf", "Draf"
    TERKIRIM = "terkirim", "Menunggu verifikasi", "proses"
    PERBAIKI = "perbaiki", "Perlu perbaikan", "perlu"
    AKTIF = "aktif", "Aktif", "baik"
    DITOLAK = "ditolak", "Ditolak", "bahaya"


class PekerjaForm(BaseForm):
    nik = NikField("NIK pekerja", [Wajib()])
    nama = TeksField("Nama lengkap", [Wajib()], lebar=40)
    tanggal_lahir = TanggalField("Tanggal lahir", [Wajib()])
    jenis_kelamin = PilihanField("Jenis kelamin", [Wajib()], pilihan=Kelamin, tampilan="radio")
    hp = HpField("Nomor HP")
    kelurahan = UuidSelectField("Kelurahan", [Wajib()], pilihan=())
    periode = PilihanField(
        "Periode bayar",
        [Wajib()],
        pilihan=[
            (1, "Setiap bulan", "Rp16.800 setiap bulan"),
            (12, "12 bulan", "Rp201.600 sekali bayar"),
        ],
        tampilan="radio",
    )
    penghasilan = RupiahField("Penghasilan sebulan", [Wajib()])
    nomor_rekening = RekeningField("Nomor rekening", [Wajib()])
    catatan = TeksPanjangField("Catatan")
    ktp = BerkasField("Foto atau pindaian KTP", [Wajib()])
    sandi = SandiField("Kata sandi", [Wajib()])
    setuju = BooleanField("Pekerja sudah diberi tahu dan setuju", [Wajib("Beri tahu dahulu.")])


class SaringForm(FilterForm):
    cari = TeksField("Cari nama", lebar=24)
    status = PilihanField("Status", pilihan=StatusContoh, kosong="Semua")


def make_gallery(csrf: bool = True) -> Flask:
    """Application with ``/`` (a form with every field), ``/daftar`` (the rest), ``/galat``, ``/konflik``."""
    app = make_app(csrf=csrf)
    app.extensions["terkirim"] = []

    @app.route("/", methods=["GET", "POST"])
    def formulir():
        form = PekerjaForm()
        form.kelurahan.pilihan = [("7e1a3e9e-0000-4000-8000-000000000001", "Tambakaji, Kec. Contoh")]
        if form.accepts():
            with form.rules():
                app.extensions["terkirim"].append(form.kunci_formulir.data)
                time.sleep(0.2)
                if form.nama.data == "Tolak":
                    raise RuleError("NIK ini sudah terdaftar.", "nik")
                return after_action("/daftar", pesan="Pekerja sudah disimpan.")
        return render_page("galeri.html", block="formulir_pekerja", form=form)

    @app.get("/info")
    def info():
        return "Perempuan, lahir 12 April 1990, 36 tahun: memenuhi syarat."

    @app.get("/daftar")
    def daftar():
        return render_page(
            "daftar.html",
            block="tabel_asn",
            saat=datetime(2026, 11, 21, 3, 42, tzinfo=UTC),
            semua=list(StatusContoh),
            saring=SaringForm(),
            urut=request.args.get("urut", "nama"),
            arah=request.args.get("arah", "naik"),
        )

    @app.get("/galat")
    def galat():
        sentence = "Data yang Anda cari tidak ada, atau bukan untuk Anda."
        judul = "Halaman tidak ditemukan"
        return render_template(
            "galat/galat.html", judul=judul, pesan=sentence, status=404, nomor="a1b2c3"
        ), 404

    @app.get("/konflik")
    def konflik():
        beda = [{"label": "Nama", "tersimpan": "Slamet", "isian_anda": "Selamet"}]
        return render_page("galat/konflik.html", status=409, beda=beda, url_muat="/")

    return app


if __name__ == "__main__":
    make_gallery().run(port=8931)
