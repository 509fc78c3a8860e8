"""Papers to look at: always through an access check, always noted, never from the web root (UPL-3, UPL-4)."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response

from rentan.berkas.forms import AsalForm
from rentan.berkas.models import Berkas
from rentan.berkas.queries import get_berkas, get_berkas_asal, read_asal, read_bersih
from rentan.berkas.sanitise import render_page as render_halaman
from rentan.core.audit import Peristiwa, record
from rentan.core.errors import NotFound
from rentan.core.permissions import Permission
from rentan.ext import db
from rentan.web.access import pelaku, requires
from rentan.web.page import render_page
from rentan.web.unduhan import kirim_berkas

bp = Blueprint("berkas", __name__)

_AKHIRAN = {"application/pdf": "pdf", "image/jpeg": "jpg"}
_PDF = "application/pdf"


def file_name(berkas: Berkas) -> str:
    """``ktp-1a2b3c4d.jpg``: made by us, tells nobody's name."""
    return f"{berkas.jenis.value.replace('_', '-')}-{berkas.id.hex[:8]}.{_AKHIRAN[berkas.mime]}"


@bp.get("/berkas/<uuid:berkas_id>")
@requires(Permission.BERKAS_LIHAT, Permission.SURAT_BANTU)
def download(berkas_id: uuid.UUID) -> Response:
    """The harmless copy. A picture opens; a PDF is saved, since browsers open none inside CSP's sandbox."""
    berkas = get_berkas(berkas_id, seen_by=pelaku())
    data = read_bersih(berkas)
    record(Peristiwa.BERKAS_DILIHAT, by=pelaku(), objek=berkas, jenis=berkas.jenis.value)
    return kirim_berkas(data, berkas.mime, file_name(berkas), lampiran=berkas.mime == _PDF)


@bp.get("/berkas/<uuid:berkas_id>/lihat")
@requires(Permission.BERKAS_LIHAT, Permission.SURAT_BANTU)
def view(berkas_id: uuid.UUID) -> Response:
    """All pages as pictures, on one page."""
    berkas = get_berkas(berkas_id, seen_by=pelaku())
    boleh_asal = pelaku().can(Permission.BERKAS_ASAL) and berkas.kunci_asal is not None
    return render_page("berkas/lihat.html", berkas=berkas, boleh_asal=boleh_asal)


@bp.get("/berkas/<uuid:berkas_id>/halaman/<int(max=9999):nomor>.jpg")
@requires(Permission.BERKAS_LIHAT, Permission.SURAT_BANTU)
def page_image(berkas_id: uuid.UUID, nomor: int) -> Response:
    """One page as a picture; each one is a look of its own, since each has an address of its own."""
    berkas = get_berkas(berkas_id, seen_by=pelaku())
    if not 1 <= nomor <= berkas.halaman:
        raise NotFound
    data = read_bersih(berkas)
    if berkas.mime == _PDF:
        data = render_halaman(data, nomor)
    record(Peristiwa.BERKAS_DILIHAT, by=pelaku(), objek=berkas, jenis=berkas.jenis.value, halaman=nomor)
    return kirim_berkas(data, "image/jpeg", f"halaman-{nomor}.jpg", lampiran=False)


@bp.route("/berkas/<uuid:berkas_id>/asal", methods=["GET", "POST"])
@requires(Permission.BERKAS_ASAL)
def original(berkas_id: uuid.UUID) -> Response:
    """The file exactly as received, for evidence: with a reason, as attachment, never opened here."""
    berkas = get_berkas_asal(berkas_id, seen_by=pelaku())
    form = AsalForm()
    if form.accepts():
        data = read_asal(berkas)
        record(
            Peristiwa.BERKAS_DILIHAT,
            by=pelaku(),
            objek=berkas,
            jenis=berkas.jenis.value,
            asal=True,
            alasan=form.alasan.data,
        )
        name = f"asal-{berkas.id.hex[:8]}.bin"
        db.session.commit()
        return kirim_berkas(data, "application/octet-stream", name, lampiran=True)
    return render_page("berkas/asal.html", form=form, berkas=berkas)
