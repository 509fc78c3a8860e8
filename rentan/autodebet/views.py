"""Letters to the bank, the bank's answers, and what the bank refused (for the verifikator)."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, request, url_for

from rentan.autodebet import queries
from rentan.autodebet.berlaku import berlakukan
from rentan.autodebet.forms import BerlakukanForm, KembalikanForm, SusunForm
from rentan.autodebet.jawaban import PENANGAN
from rentan.autodebet.layout import KelasKode
from rentan.autodebet.perbaikan import Tolakan, get_tolakan, kembalikan, list_tolakan
from rentan.core.audit import Peristiwa, record
from rentan.core.clock import today
from rentan.core.permissions import Permission
from rentan.core.settings import get_setting
from rentan.paket.actions import susun_paket
from rentan.paket.queries import count_pengecualian, list_paket
from rentan.paket.status import JenisPaket
from rentan.surat_kuasa.queries import get_surat
from rentan.tarif.queries import bulan_pertama
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.impor import HalamanImpor, add_import_routes
from rentan.web.page import render_page
from rentan.web.transaction import after_reading, answered_before, finish

bp = Blueprint("autodebet", __name__)
add_menu(
    "Autodebet",
    "autodebet.index",
    Permission.DEBET_KELOLA,
    awalan=("/autodebet", "/gladi", "/paket", "/siaga/jeda"),
    urutan=16,
)
add_menu("Ditolak bank", "autodebet.refused", Permission.VERIFIKASI, awalan="/autodebet", urutan=19)

add_import_routes(
    bp,
    HalamanImpor(
        penangan=PENANGAN,
        izin=Permission.MANDAT_KIRIM,
        alamat="/autodebet/jawaban",
        segar=True,
        asal="autodebet.letters",
        tujuan="surat yang menunggu bank",
        pengantar="Jawaban bank atas paket surat kuasa: mana yang diterima dan mana yang ditolak.",
        kolom="Kolom yang dibaca: REFERENSI, NO_REKENING, KODE_HASIL, KETERANGAN, dan TANGGAL. Baris yang "
        "tidak cocok menjadi pengecualian dan tidak menghentikan baris lain.",
    ),
)


@bp.get("/autodebet/surat")
@requires(Permission.MANDAT_KIRIM)
def letters() -> Response:
    """Where the letters stand, what comes next, the batches."""
    return _letters(SusunForm(formdata=None))


def _letters(form: SusunForm) -> Response:
    by = pelaku()
    lewat_bank = bool(get_setting("bank_mendaftar_mandat"))
    daftar = queries.list_menunggu(seen_by=by, tanpa_asli=lewat_bank)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="surat_menunggu", jumlah=len(daftar)))
    return render_page(
        "autodebet/surat.html",
        form=form,
        angka=queries.ringkas(),
        lewat_bank=lewat_bank,
        daftar=daftar,
        paket=list_paket(JenisPaket.MANDAT, seen_by=by),
        pengecualian=count_pengecualian(seen_by=by, jenis=JenisPaket.MANDAT),
        bulan=bulan_pertama(today()),
    )


@bp.post("/autodebet/paket")
@requires(Permission.MANDAT_KIRIM)
def build() -> Response:
    """B1: everything that may go."""
    form = SusunForm()
    if answer := answered_before():
        return answer
    if form.accepts():
        with form.rules():
            paket = susun_paket(JenisPaket.MANDAT, bulan_pertama(today()), by=pelaku())
            return finish(
                url_for("paket.show", paket_id=paket.id), f"Paket berisi {paket.jumlah} surat kuasa disusun."
            )
    return _letters(form)


@bp.post("/autodebet/berlakukan/<uuid:surat_id>")
@requires(Permission.MANDAT_KIRIM)
def put_in_force(surat_id: uuid.UUID) -> Response:
    """M12, only where the bank takes no letters."""
    form = BerlakukanForm()
    if answer := answered_before():
        return answer
    if form.accepts():
        with form.rules():
            surat = get_surat(surat_id, seen_by=pelaku(), untuk_diubah=True)
            berlakukan(surat, by=pelaku(), versi=form.versi.data)
            return finish(url_for(".letters"), f"Surat kuasa {surat.nomor} diberlakukan.")
    get_surat(surat_id, seen_by=pelaku())
    return _letters(form)


# -- what the bank refused ----------------------------------------------------------------------------------


@bp.get("/autodebet/ditolak")
@requires(Permission.VERIFIKASI)
def refused() -> Response:
    """The work list of M15."""
    by = pelaku()
    rows = list_tolakan(seen_by=by)
    after_reading(lambda: record(Peristiwa.NAMA_DILIHAT, by=by, daftar="ditolak_bank", jumlah=len(rows)))
    return render_page("autodebet/ditolak.html", baris=rows)


@bp.route("/autodebet/ditolak/<uuid:surat_id>", methods=["GET", "POST"])
@requires(Permission.VERIFIKASI)
def send_back(surat_id: uuid.UUID) -> Response:
    """M15: ask for a better picture, or open the next version."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    tolakan = get_tolakan(surat_id, seen_by=pelaku())
    form = KembalikanForm(data={"versi": tolakan.surat.versi, "kalimat": tolakan.kode.kalimat})
    if form.accepts():
        with form.rules():
            get_surat(surat_id, seen_by=pelaku(), untuk_diubah=True)
            kembalikan(
                get_tolakan(surat_id, seen_by=pelaku()),
                kalimat=form.kalimat.data or "",
                by=pelaku(),
                versi=form.versi.data,
            )
            return finish(url_for(".refused"), _done(tolakan))
        tolakan = get_tolakan(surat_id, seen_by=pelaku())
    return render_page("autodebet/kembalikan.html", form=form, satu=tolakan, Kelas=KelasKode)


def _done(tolakan: Tolakan) -> str:
    if tolakan.kode.kelas is KelasKode.DATA:
        return "Draf versi baru dibuka; ASN memperbaiki datanya, lalu mencetak dan menandatangani."
    return "Permintaan perbaikan dikirim kepada ASN."
