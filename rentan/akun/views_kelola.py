"""Accounts as the admin looks after them."""

from __future__ import annotations

import uuid

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from rentan.akun import daftar, kelola
from rentan.akun.forms import AkunBaruForm, CariAkunForm, PeranForm, TindakanForm
from rentan.akun.models import Akun, TautanSandi
from rentan.akun.queries import list_sesi
from rentan.core.permissions import Permission
from rentan.ext import db, runtime
from rentan.opd.models import Opd
from rentan.web.access import fresh, pelaku, requires
from rentan.web.context import add_menu
from rentan.web.page import render_page, url_dengan
from rentan.web.transaction import answered_before, finish
from rentan.web.tujuan import base_url
from rentan.wilayah.queries import list_kecamatan

bp = Blueprint("akun_kelola", __name__, url_prefix="/akun/kelola")
ADMIN = requires(Permission.AKUN_KELOLA)
add_menu("Akun", "akun_kelola.index", Permission.AKUN_KELOLA, awalan="/akun/kelola", urutan=80)


@bp.get("")
@ADMIN
def index() -> ResponseReturnValue:
    """Search the accounts."""
    form = CariAkunForm()
    form.validate()
    berakhir = request.args.get("berakhir") == "ya"
    rows, following = daftar.list_akun(
        seen_by=pelaku(),
        cari=form.cari.data or "",
        peran=form.peran.data,
        berakhir=berakhir,
        sesudah=_uuid(request.args.get("sesudah")),
        jumlah=runtime().profil.batas.baris_per_halaman,
    )
    return render_page(
        "akun/kelola_daftar.html",
        block="daftar_akun",
        form=form,
        berakhir=daftar.HARI_MENJELANG if berakhir else None,
        baris=rows,
        sesudah=url_dengan(sesudah=following) if following else None,
        awal=url_dengan(sesudah=None) if request.args.get("sesudah") else None,
    )


@bp.route("/baru", methods=["GET", "POST"])
@ADMIN
def create() -> ResponseReturnValue:
    """An account for somebody without NIP; the answer shows the one-use link, once."""
    form = AkunBaruForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            akun, kode = kelola.create_akun(form.pengenal.data, form.nama.data, by=pelaku())
            return _show_tautan(akun, kode)
    return render_page("akun/kelola_baru.html", form=form)


@bp.get("/<uuid:akun_id>")
@ADMIN
def show(akun_id: uuid.UUID) -> ResponseReturnValue:
    """One account: roles, devices, what can be done."""
    akun = daftar.get_akun(akun_id, seen_by=pelaku())
    return _page(akun, TindakanForm())


@bp.route("/<uuid:akun_id>/peran", methods=["GET", "POST"])
@ADMIN
@fresh
def grant(akun_id: uuid.UUID) -> ResponseReturnValue:
    """Give a role."""
    akun = daftar.get_akun(akun_id, seen_by=pelaku())
    form = PeranForm()
    form.opd.pilihan = [
        (opd.id, opd.nama) for opd in db.session.scalars(db.select(Opd).order_by(Opd.urutan, Opd.id))
    ]
    form.kecamatan.pilihan = [(one.kode, one.nama) for one in list_kecamatan()]
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            kelola.grant_peran(
                akun,
                form.peran.data,
                by=pelaku(),
                opd_id=form.opd.data,
                kecamatan_kode=form.kecamatan.data,
                selesai=form.selesai.data,
            )
            return finish(_url(akun), "Peran sudah diberikan dan berlaku sekarang.")
    return render_page("akun/kelola_peran.html", form=form, akun=daftar.get_akun(akun_id, seen_by=pelaku()))


@bp.post("/<uuid:akun_id>/peran/<uuid:peran_id>/cabut")
@ADMIN
@fresh
def revoke(akun_id: uuid.UUID, peran_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role away."""

    def act(akun: Akun) -> str:
        kelola.revoke_peran(daftar.get_peran(akun, peran_id), by=pelaku())
        return "Peran sudah dicabut. Orang tersebut perlu masuk lagi."

    return _act(akun_id, act)


@bp.post("/<uuid:akun_id>/nonaktifkan")
@ADMIN
@fresh
def switch_off(akun_id: uuid.UUID) -> ResponseReturnValue:
    """No signing in any more; all devices are out."""

    def act(akun: Akun) -> str:
        kelola.switch_akun(akun, False, by=pelaku())
        return "Akun sudah dinonaktifkan dan dikeluarkan dari semua perangkat."

    return _act(akun_id, act)


@bp.post("/<uuid:akun_id>/aktifkan")
@ADMIN
@fresh
def switch_on(akun_id: uuid.UUID) -> ResponseReturnValue:
    """Signing in is possible again."""

    def act(akun: Akun) -> str:
        kelola.switch_akun(akun, True, by=pelaku())
        return "Akun sudah diaktifkan kembali."

    return _act(akun_id, act)


@bp.post("/<uuid:akun_id>/keluarkan")
@ADMIN
def sign_out(akun_id: uuid.UUID) -> ResponseReturnValue:
    """All devices of this account are out."""

    def act(akun: Akun) -> str:
        kelola.sign_out_everywhere(akun, by=pelaku())
        return "Akun sudah dikeluarkan dari semua perangkat."

    return _act(akun_id, act)


@bp.post("/<uuid:akun_id>/lepas-pengaman")
@ADMIN
@fresh
def reset_pengaman(akun_id: uuid.UUID) -> ResponseReturnValue:
    """The phone is lost."""

    def act(akun: Akun) -> str:
        kelola.reset_pengaman(akun, by=pelaku())
        return "Kode pengaman sudah dilepas. Orang tersebut memasangnya lagi setelah masuk."

    return _act(akun_id, act)


@bp.post("/<uuid:akun_id>/tautan")
@ADMIN
@fresh
def reset_sandi(akun_id: uuid.UUID) -> ResponseReturnValue:
    """A one-use link with which the person chooses a password."""
    akun = daftar.get_akun(akun_id, seen_by=pelaku())
    form = TindakanForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            return _show_tautan(akun, kelola.reset_sandi(akun, by=pelaku()))
    return _page(daftar.get_akun(akun_id, seen_by=pelaku()), form)


def _act(akun_id: uuid.UUID, act) -> ResponseReturnValue:  # type: ignore[no-untyped-def]
    """A button of the account's page: do it and come back, or show the refusal there."""
    akun = daftar.get_akun(akun_id, seen_by=pelaku())
    form = TindakanForm()
    if form.accepts():
        if answer := answered_before():
            return answer
        with form.rules():
            return finish(_url(akun), act(akun))
    return _page(daftar.get_akun(akun_id, seen_by=pelaku()), form)


def _show_tautan(akun: Akun, kode: str) -> ResponseReturnValue:
    """Commit, then show the link. Of a form sent twice at once, only the one that was stored has a link."""
    db.session.flush()
    row_id = db.session.scalar(
        db.select(TautanSandi.id).where(TautanSandi.akun_id == akun.id, TautanSandi.dipakai_pada.is_(None))
    )
    answer = finish(_url(akun), "Tautan hanya ditampilkan sekali. Buat yang baru bila belum sempat dicatat.")
    if row_id is None or db.session.get(TautanSandi, row_id, populate_existing=True) is None:
        return answer
    return render_page("akun/kelola_tautan.html", akun=akun, alamat=f"{base_url()}/sandi", kode=kode)


def _page(akun: Akun, form: TindakanForm) -> ResponseReturnValue:
    return render_page(
        "akun/kelola_satu.html",
        akun=akun,
        form=form,
        daftar_peran=daftar.list_peran_of([akun.id]).get(akun.id, []),
        jumlah_sesi=len(list_sesi(akun.id)),
        diri_sendiri=akun.id == pelaku().akun_id,
        kunci=lambda: str(uuid.uuid4()),
    )


def _url(akun: Akun) -> str:
    return url_for("akun_kelola.show", akun_id=akun.id)


def _uuid(teks: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(teks or "")
    except ValueError:
        return None
