"""The admin's tariff: every change is seen before it is made; what a dated change does to the city.

The city's prices belong to the room ``tarif``; the pages stand here, because they show what a change does to
contributions, letters and donors.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.errors import NotFound, RuleError, Stale
from rentan.core.permissions import Peran, Permission
from rentan.core.queue import enqueue
from rentan.iuran.cabut_tarif import count_kelas, count_potongan
from rentan.iuran.forms_tarif import (
    TAHUN,
    AkhirForm,
    CabutForm,
    FormTarif,
    KelasForm,
    PotonganForm,
    UmumForm,
    parse_bulan,
)
from rentan.iuran.pemberitahuan import umumkan_tarif
from rentan.iuran.plafon import halaman_plafon
from rentan.iuran.pratinjau import Pratinjau, bandingkan, count_belum_keluar, harga_dari, harga_sebelum
from rentan.iuran.views_konfirmasi import as_rules, seen, sign
from rentan.opd.queries import list_semua_opd
from rentan.paket.queries import nama_akun
from rentan.tarif import actions
from rentan.tarif.price import Potongan
from rentan.tarif.queries import list_dicabut, load_tabel
from rentan.tarif.tabel import TabelTarif, nama_potongan
from rentan.util.tanggal import awal_bulan, format_bulan, tambah_bulan
from rentan.web.access import fresh, pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page
from rentan.web.security import UPLOAD_BYTES, body_limit
from rentan.web.transaction import answered_before, finish

bp = Blueprint("tarif", __name__, url_prefix="/tarif")
P = Permission
add_menu("Tarif", "tarif.index", P.TARIF_UBAH, awalan="/tarif", urutan=83)
add_menu("Tarif", "tarif.changes", P.IURAN_LIHAT, awalan="/tarif", urutan=36, kecuali=P.TARIF_UBAH)


@dataclass(frozen=True)
class Rencana:
    """A change that somebody wants: its sentence, the first month it changes, and how it is made."""

    kalimat: str
    bulan: date
    tabel: TabelTarif
    terapkan: Callable[[], object]


@bp.get("")
@requires(P.TARIF_UBAH)
def index() -> Response:
    """The dated rows: cuts and sets of classes, with their legal source."""
    tabel = load_tabel()
    kini = awal_bulan(today())
    dicabut = list_dicabut()
    return render_page(
        "tarif/daftar.html",
        potongan=sorted(
            tabel.potongan.items(), key=lambda one: (one[1].mulai, one[1].sektor, one[1].program)
        ),
        keadaan=_keadaan,
        dapat_diakhiri=_dapat_diakhiri,
        dapat_dicabut=_dapat_dicabut,
        dicabut=dicabut,
        nama=nama_akun([one.oleh for one in dicabut]),
        susunan=sorted(tabel.susunan, key=lambda one: one.mulai, reverse=True),
        berlaku=tabel.susunan_pada(kini),
        berikut=tabel.berikut(kini),
        tabel=tabel,
    )


def _keadaan(one: Potongan) -> str:
    kini = awal_bulan(today())
    if one.berlaku(kini):
        return "Berlaku"
    return "Akan berlaku" if one.mulai > kini else "Sudah berakhir"


def _dapat_dicabut(mulai: date) -> bool:
    """Not begun in a month that is over; whether anything was priced with it is said when it is asked."""
    return mulai >= awal_bulan(today())


def _dapat_diakhiri(one: Potongan) -> bool:
    return one.sampai is None or one.sampai >= awal_bulan(today())


# -- changes: seen, then made --------------------------------------------------------------------------------


@bp.route("/potongan/baru", methods=["GET", "POST"])
@requires(P.TARIF_UBAH)
@fresh
def add_cut() -> ResponseReturnValue:
    """One more cut."""
    form = PotonganForm()

    def rencana(tabel: TabelTarif) -> Rencana:
        one = form.potongan()
        bulan, baru = actions.plan_potongan(tabel, one)
        akhir = "tanpa batas waktu" if one.sampai is None else f"sampai {format_bulan(one.sampai)}"
        kalimat = (
            f"Potongan {one.program} {one.persen}% untuk {form.label_of('sektor')}, "
            f"{form.label_of('pendanaan')}, mulai {format_bulan(one.mulai)} {akhir}. Dasar hukum: "
            f"{one.dasar_hukum}."
        )
        return Rencana(kalimat, bulan, baru, lambda: actions.add_potongan(one, by=pelaku()))

    return _two_steps(form, rencana, "Tambah potongan iuran")


@bp.route("/potongan/<uuid:potongan_id>/akhiri", methods=["GET", "POST"])
@requires(P.TARIF_UBAH)
@fresh
def end_cut(potongan_id: uuid.UUID) -> ResponseReturnValue:
    """A cut ends with a month; longer ones are a new cut."""
    form = AkhirForm()
    if potongan_id not in load_tabel().potongan:
        raise NotFound

    def rencana(tabel: TabelTarif) -> Rencana:
        bulan, baru = actions.plan_akhir(tabel, potongan_id, form.sampai.data)
        one = baru.potongan[potongan_id]
        kalimat = (
            f"{nama_potongan(one)} ({one.dasar_hukum}) berakhir dengan iuran "
            f"{format_bulan(form.sampai.data)}."
        )
        return Rencana(
            kalimat, bulan, baru, lambda: actions.end_potongan(potongan_id, form.sampai.data, by=pelaku())
        )

    return _two_steps(form, rencana, "Akhiri potongan iuran")


@bp.route("/kelas/baru", methods=["GET", "POST"])
@requires(P.TARIF_UBAH)
@fresh
@body_limit(UPLOAD_BYTES)
def add_classes() -> ResponseReturnValue:
    """A whole set of classes from its CSV table."""
    form = KelasForm()
    form.take_file()

    def rencana(tabel: TabelTarif) -> Rencana:
        one = form.susunan()
        bulan, baru = actions.plan_kelas(tabel, one)
        kalimat = (
            f"{len(one.kelas)} kelas penghasilan yang berlaku mulai {format_bulan(one.mulai)}. "
            f"Dasar hukum: {one.dasar_hukum}."
        )
        return Rencana(kalimat, bulan, baru, lambda: actions.add_kelas(one, by=pelaku()))

    return _two_steps(form, rencana, "Tambah tabel kelas")


@bp.route("/potongan/<uuid:potongan_id>/cabut", methods=["GET", "POST"])
@requires(P.TARIF_UBAH)
@fresh
def withdraw_cut(potongan_id: uuid.UUID) -> ResponseReturnValue:
    """A cut that was entered by mistake and with which nothing was priced."""
    form = CabutForm()
    if (cut := load_tabel().potongan.get(potongan_id)) is None:
        raise NotFound

    def rencana(tabel: TabelTarif) -> Rencana:
        bulan, baru = actions.plan_cabut_potongan(tabel, potongan_id, count_potongan(cut))
        alasan = form.alasan.data
        return Rencana(
            f"{nama_potongan(cut)} mulai {format_bulan(cut.mulai)} ({cut.dasar_hukum}) dicabut: {alasan}.",
            bulan,
            baru,
            lambda: actions.withdraw_potongan(
                potongan_id, alasan=alasan, dipakai=count_potongan, by=pelaku()
            ),
        )

    return _two_steps(form, rencana, "Cabut potongan iuran")


@bp.route("/kelas/<mulai>/cabut", methods=["GET", "POST"])
@requires(P.TARIF_UBAH)
@fresh
def withdraw_classes(mulai: str) -> ResponseReturnValue:
    """The same for the set of classes that begins in that month."""
    form, bulan_awal = CabutForm(), parse_bulan(mulai)
    if bulan_awal is None or all(one.mulai != bulan_awal for one in load_tabel().susunan):
        raise NotFound

    def rencana(tabel: TabelTarif) -> Rencana:
        bulan, baru = actions.plan_cabut_kelas(tabel, bulan_awal, count_kelas(bulan_awal))
        alasan = form.alasan.data
        return Rencana(
            f"Tabel kelas yang berlaku mulai {format_bulan(bulan_awal)} dicabut: {alasan}.",
            bulan,
            baru,
            lambda: actions.withdraw_kelas(bulan_awal, alasan=alasan, dipakai=count_kelas, by=pelaku()),
        )

    return _two_steps(form, rencana, "Cabut tabel kelas")


def _two_steps(form: FormTarif, rencana: Callable[[TabelTarif], Rencana], judul: str) -> ResponseReturnValue:
    """First what the change does, then the change; another result than was seen: 409 with both."""
    if not form.accepts():
        return render_page("tarif/ubah.html", form=form, judul_halaman=judul)
    if answer := answered_before():
        return answer
    asked: Rencana | None = None
    with form.rules(), as_rules():
        tabel = load_tabel()
        asked = rencana(tabel)
    if asked is None:
        return render_page("tarif/ubah.html", form=form, judul_halaman=judul)
    lihat = bandingkan(asked.bulan, harga_dari(tabel), harga_dari(asked.tabel))
    dulu: dict[str, Any] | None = None
    if form.token.data:
        with form.rules(), as_rules():
            dulu = seen(form)
            if dulu != lihat.angka():
                raise Stale(
                    "Keadaan kota berubah sejak pratinjau ini dibuat, sehingga belum ada yang disimpan. "
                    "Periksa angka yang baru, lalu setujui lagi."
                )
            asked.terapkan()
            enqueue("akibat-tarif", bulan=asked.bulan.isoformat())
            return finish(url_for(".index"), "Perubahan tarif sudah disimpan.")
    form.token.data = sign(form, lihat.angka())
    return render_page(
        "tarif/pratinjau.html",
        form=form,
        judul_halaman=judul,
        kalimat=asked.kalimat,
        dulu=_ringkas(dulu) if dulu is not None and form.errors else None,
        kini=_ringkas(lihat.angka()),
        **_tampilan(lihat),
    )


def _ringkas(angka: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """The main figures of a preview as (label, value, unit), so that two can stand side by side."""
    return [
        ("Iuran yang berubah", sum(one[2] for one in angka["harga"]), ""),
        ("Donatur yang jumlahnya berubah", angka["donatur"], ""),
        ("Surat kuasa yang batasnya menjadi kurang", sum(one[1] for one in angka["plafon"]), ""),
        ("Potongan bulan pertama sebelum perubahan", angka["jumlah"][0][1], "rupiah"),
        ("Potongan bulan pertama sesudah perubahan", angka["jumlah"][0][2], "rupiah"),
        ("Iuran yang sudah dibayar lebih", angka["lebih"], ""),
        ("Iuran yang sudah dibayar kurang", angka["kurang"], ""),
    ]


def _tampilan(lihat: Pratinjau) -> dict[str, Any]:
    nama = {one.id: one.nama for one in list_semua_opd()}
    return {
        "lihat": lihat,
        "belum_keluar": count_belum_keluar(lihat.bulan),
        "per_opd": [(nama[key], n) for key, n in lihat.plafon],
    }


# -- a change that the tables already contain ----------------------------------------------------------------


@bp.get("/perubahan")
@requires(P.TARIF_UBAH, P.IURAN_LIHAT)
def changes() -> Response:
    """What happens between one month and the next, by the tables as they are."""
    return _changes(UmumForm(formdata=None))


@bp.post("/perubahan/umumkan")
@requires(P.TARIF_UBAH)
def announce() -> ResponseReturnValue:
    """Write the notices of a coming month now instead of waiting for the job."""
    form = UmumForm()
    bulan = _bulan_diminta()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            if bulan <= awal_bulan(today()):
                raise RuleError(
                    "Pemberitahuan hanya dibuat untuk bulan yang akan datang.", kode="bulan_lewat"
                )
            banyak = umumkan_tarif(bulan, by=pelaku(), perbarui=True)
            return finish(url_for(".changes", bulan=f"{bulan:%Y-%m}"), f"{banyak} pemberitahuan dibuat.")
    return _changes(form)


def _bulan_diminta() -> date:
    """The month asked for; the next one in which something changes, when none is asked for."""
    teks = request.args.get("bulan")
    kini = awal_bulan(today())
    if teks is None:
        return load_tabel().berikut(kini) or tambah_bulan(kini, 1)
    bulan = parse_bulan(teks)
    if bulan is None or bulan.year not in TAHUN:
        raise NotFound
    return bulan


def _changes(form: UmumForm) -> Response:
    bulan = _bulan_diminta()
    tabel = load_tabel()
    if bulan <= tabel.batas()[0]:
        raise NotFound
    lihat = bandingkan(bulan, harga_sebelum(tabel, bulan), harga_dari(tabel))
    pilihan = sorted({one for one in tabel.batas() if one > tabel.batas()[0]} | {bulan})
    return render_page(
        "tarif/perubahan.html",
        form=form,
        bulan=bulan,
        lalu=tambah_bulan(bulan, -1),
        sebab=tabel.sebab(bulan),
        pilihan=pilihan,
        dapat_umum=bulan > awal_bulan(today()) and lihat.donatur > 0,
        **_tampilan(lihat),
    )


# -- ceilings ------------------------------------------------------------------------------------------------


@bp.get("/plafon")
@requires(P.IURAN_LIHAT, P.PERLINDUNGAN_LIHAT, P.TARIF_UBAH)
def ceilings() -> Response:
    """Letters whose ceiling one of the next twelve months exceeds: counts, and names where they may be."""
    by = pelaku()
    hasil = halaman_plafon(
        seen_by=by, opd_kode=request.args.get("opd"), halaman=request.args.get("halaman", 1, type=int)
    )
    if hasil.baris:
        record(Peristiwa.NAMA_DILIHAT, by=by, daftar="plafon", jumlah=len(hasil.baris))
    return render_page(
        "tarif/plafon.html",
        hasil=hasil,
        operator=by.has(Peran.OPERATOR_OPD),
        bendahara=by.has(Peran.BENDAHARA),
    )
