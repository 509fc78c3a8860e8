"""The roster for the admin: list, one person, import with preview."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for

from rentan.asn import actions, queries
from rentan.asn.forms import FormPetakan, FormSaring, FormStatus, FormUnggahRoster
from rentan.asn.roster import OPD_ASING, ROSTER
from rentan.core.errors import NotFound
from rentan.core.imports import Impor, StatusImpor, get_impor, recheck_impor
from rentan.core.permissions import Permission
from rentan.opd.actions import map_ejaan
from rentan.opd.queries import get_opd, list_opd, list_semua_opd
from rentan.web.access import pelaku, requires
from rentan.web.context import add_menu
from rentan.web.impor import HalamanImpor, add_import_routes
from rentan.web.page import render_page, url_dengan
from rentan.web.transaction import answered_before, finish

bp = Blueprint("asn", __name__)
add_menu("Daftar ASN", "asn.list_asn", Permission.ASN_KELOLA, awalan="/asn", urutan=65)


@bp.get("/asn")
@requires(Permission.ASN_KELOLA)
def list_asn() -> Response:
    """Search the roster."""
    form = FormSaring()
    form.opd.pilihan = [(one.id, one.nama) for one in list_semua_opd()]
    sah = form.validate()
    saringan = queries.Saringan(
        cari=form.cari.data or "",
        opd_id=form.opd.data if sah else None,
        status_asn=form.jenis.data if sah else None,
        status_aktif=form.aktif.data if sah else None,
    )
    halaman = queries.list_asn(saringan, seen_by=pelaku(), sesudah=_id("sesudah"), sebelum=_id("sebelum"))
    return render_page(
        "asn/daftar.html",
        "daftar",
        form=form,
        halaman=halaman,
        url_sebelum=url_dengan(sebelum=halaman.sebelum, sesudah=None) if halaman.sebelum else None,
        url_sesudah=url_dengan(sesudah=halaman.sesudah, sebelum=None) if halaman.sesudah else None,
    )


def _id(nama: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get(nama, ""))
    except ValueError:
        return None


@bp.route("/asn/<uuid:asn_id>", methods=["GET", "POST"])
@requires(Permission.ASN_KELOLA)
def look(asn_id: uuid.UUID) -> Response:
    """One person with dated history; here the admin records retirement, death, leave."""
    if request.method == "POST" and (answer := answered_before()):
        return answer
    asn = queries.get_asn(asn_id, seen_by=pelaku())
    form = FormStatus(data={"versi": asn.versi})
    if form.accepts():
        with form.rules():
            actions.change_status_aktif(
                asn,
                status=form.status_aktif.data,
                sejak=form.sejak.data,
                versi=form.versi.data,
                by=pelaku(),
            )
            return finish(url_for("asn.look", asn_id=asn_id), "Perubahan status disimpan.")
    asn = queries.get_asn(asn_id, seen_by=pelaku())
    penempatan = queries.list_penempatan(asn)
    stored = {"status_aktif": asn.status_aktif, "sejak": penempatan[0][0].mulai if penempatan else None}
    return render_page(
        "asn/lihat.html",
        form=form,
        beda=form.differences(FormStatus(formdata=None, data=stored), asn.versi),
        asn=asn,
        penempatan=penempatan,
        nip=queries.list_nip(asn),
    )


@bp.post("/asn/impor/<uuid:impor_id>/ejaan")
@requires(Permission.ASN_KELOLA)
def map_spelling(impor_id: uuid.UUID) -> Response:
    """Map a name that this roster uses, remember it, and read the roster again."""
    if answer := answered_before():
        return answer
    impor = get_impor(impor_id, jenis=ROSTER.jenis, seen_by=pelaku())
    alamat = url_for("asn.impor_lihat", impor_id=impor.id)
    form = _form_petakan()
    if not form.accepts():
        return finish(alamat, "Pilih OPD yang dimaksud untuk ejaan itu, lalu simpan.")
    opd = get_opd(form.opd.data)
    map_ejaan(form.ejaan.data, opd, by=pelaku())
    recheck_impor(impor, by=pelaku())
    return finish(alamat, f"Ejaan itu sekarang berarti {opd.nama}. Berkas diperiksa ulang.")


def _form_petakan(ejaan: str | None = None, awalan: str = "") -> FormPetakan:
    form = FormPetakan(id_awalan=awalan, **({"data": {"ejaan": ejaan}} if ejaan else {}))
    form.opd.pilihan = [(one.id, one.nama) for one in list_opd()]
    return form


def _konteks(impor: Impor) -> dict[str, Any]:
    """Names for the preview: ids are stored with it, people are read with the viewer's rights."""
    rincian = impor.ringkasan.get("rincian", {})
    orang: dict[str, Any] = rincian.get("orang", {"pindah": [], "keluar": [], "ganti_nip": []})
    if impor.status is not StatusImpor.SIAP:
        return {"orang": None, "petakan": [], "sembunyikan": ()}
    ids = [uuid.UUID(one) for one in orang["keluar"]]
    ids += [uuid.UUID(one[0]) for one in (*orang["pindah"], *orang["ganti_nip"])]
    dikenal = queries.get_many(ids, seen_by=pelaku())
    nama_opd = {str(one.id): one.nama for one in list_semua_opd()}

    def baris(asn_id: str) -> queries.BarisAsn:
        found = dikenal.get(uuid.UUID(asn_id))
        if found is None:
            raise NotFound
        return found

    return {
        "orang": {
            "pindah": [(baris(one[0]), nama_opd[one[1]]) for one in orang["pindah"]],
            "keluar": [baris(one) for one in orang["keluar"]],
            "ganti_nip": [(baris(one[0]), one[1], one[2]) for one in orang["ganti_nip"]],
        },
        "petakan": [
            (nama, jumlah, _form_petakan(nama, f"ejaan-{i}"))
            for i, (nama, jumlah) in enumerate(rincian.get(OPD_ASING, [])[1:])
        ],
        "sembunyikan": (OPD_ASING,),
    }


add_import_routes(
    bp,
    HalamanImpor(
        penangan=ROSTER,
        izin=Permission.ASN_KELOLA,
        alamat="/asn/impor",
        asal="asn.list_asn",
        pengantar="Unggah daftar ASN terbaru dari badan kepegawaian untuk seluruh kota.",
        kolom="NIP, NAMA, JABATAN, OPD; bila ada juga STATUS, UNIT KERJA, TMT, TANGGAL LAHIR, HP, EMAIL, "
        "AKHIR KONTRAK, TMT PENSIUN, dan STATUS AKTIF. NIP dan HP harus berupa sel teks.",
        formulir=FormUnggahRoster,
        sebelum="asn/_impor_ejaan.html",
        sesudah="asn/_impor_orang.html",
        konteks=_konteks,
    ),
)
